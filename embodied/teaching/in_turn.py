"""Goals that are said one after the other are pursued so: the next is planned when the one before is done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embodied.condition import evaluate
from embodied.goals import Goal
from embodied.loop.in_turn import Course
from embodied.outcome import Verdict
from embodied.teaching.demonstration import parts_of
from embodied.teaching.generalising import finished
from embodied.teaching.lesson import Lesson, Part
from embodied.teaching.running import Pursuit

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation


def pursue_in_turn(conversation: Conversation, goal: Goal, name: str = "") -> None:
    """Pursue the stages of a goal in their order, each planned from what is so then. A stage that is not
    reached, "stop" and a correction end it there, and what is left is told. With a name it is kept."""
    session = conversation.session
    pursuit = Pursuit(Lesson(()), goal=goal)
    conversation.doing = pursuit
    conversation.tell(goal.explanation)

    def run() -> None:
        before = session.observe()
        parts: list[Part] = []
        course = Course(goal.stages)
        while not pursuit.stopped and _stage(conversation, goal, course, pursuit, parts):
            if course.is_last:
                break
            course = course.next
        else:
            if conversation.doing is pursuit:
                conversation.doing = None
            conversation.left = replace(goal, stages=course.left)
            left = "; ".join(str(stage.wished) for stage in course.left[1:])
            if left:
                conversation.tell(f"  Not begun: {left}.")
            return
        conversation.doing, pursuit.passed = None, True
        if parts:
            from embodied.teaching.saying import keep_done

            lesson = Lesson(tuple(parts), why=goal.text)
            after = session.observe()
            keep_done(conversation, finished(lesson, before, after, session.spec, session.run.library), name)

    conversation.work(f"pursuing {goal.text!r}", run)


def _stage(
    conversation: Conversation, goal: Goal, course: Course, pursuit: Pursuit, parts: list[Part]
) -> bool:
    """Do one stage; what was done is added to `parts`."""
    from embodied.teaching.saying import outline, planned_lesson

    session, stage, number = conversation.session, course.now, course.at + 1
    now = session.observe()
    if evaluate(stage.condition, now) is True:
        conversation.tell(f"{number}. {stage.wished}: that is so already.")
        return True
    steps = outline(conversation, replace(goal, condition=stage.condition, stages=()), now)
    if steps is None:
        return False
    does = "; ".join(part.words for part in steps)
    conversation.tell(f"{number}. {stage.wished}: {does}")
    pursuit.lesson, pursuit.doing = planned_lesson(steps, stage.condition, now, session), 0
    if pursuit.stopped:
        return False
    done = session.pursue(stage.condition, unless=pursuit.called_off)
    if pursuit.replaced:
        return False
    conversation.tell(f"{'Done' if done.passed else done.verdict.value}: {done.reason}.")
    if done.verdict is Verdict.FAILED:
        conversation.tell("  Show me how: say 'watch me'.")
    parts += parts_of(done)
    return done.passed
