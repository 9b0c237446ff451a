"""A goal at a pace: "carefully and slowly put the yellow cube on the green one" is the goal, done slower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from embodied.condition import evaluate
from embodied.errors import BadGoal
from embodied.loop.goal import understand
from embodied.teaching.changing import run_lesson
from embodied.teaching.correcting import SLOWER, Correction, corrected, own_motions
from embodied.teaching.saying import outline, planned_lesson
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

_HOW: Final = (
    r"(?:very |really |as )?(?:slow(?:ly)?|careful(?:ly)?|cautiously|at (?:half|low) speed|with care)"
)
_PACE: Final = rf"{_HOW}(?:(?:,? and|,) {_HOW})?"
_GOAL: Final = (
    r"(?:put|place|set|move|stack|bring|take|lay|open|close|shut|press|pick|get|carry|lift|drop|sort|build|"
    r"clear) .+"
)


@verb(
    "at a pace",
    rf"{_PACE},? (?P<goal>{_GOAL})",
    example="slowly put the red cube in the bowl",
    what="the same at half the pace, as 'slower' would make it meanwhile",
)
def at_a_pace(conversation: Conversation, said: Said) -> None:
    goal, session = understand(said["goal"], conversation.session.spec), conversation.session
    if not session.spec.vocabulary.things:
        raise BadGoal("What is done here has no pace.", remedy=f"Say {said['goal']!r}.")
    if goal.stages:
        raise BadGoal(
            "At another pace I do one thing at a time.", remedy=f"Say {said['goal']!r}, and then 'slower'."
        )
    before = session.observe()
    condition = goal.condition_for(before)
    if evaluate(condition, before) is True:
        conversation.tell(f"That is so already: {condition}.")
        return
    steps = outline(conversation, goal, before)
    if steps is None:
        return
    library = session.run.library
    own = own_motions(planned_lesson(steps, condition, before, session), library)
    if own.skills:
        conversation.tell(f"  {', '.join(own.skills)} has its own pace, which I cannot change.")
    conversation.tell(f"{goal.explanation} At half the pace.")
    slow = corrected(own, Correction("speed", said.string, factor=SLOWER), 0, holding=False)
    run_lesson(conversation, slow, keeps=False)
