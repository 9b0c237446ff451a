"""Correct: what is done is stopped, changed and gone on with at once; the lesson remembers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from embodied.condition import parse
from embodied.errors import BadInput
from embodied.teaching.approving import call, keep
from embodied.teaching.correcting import (
    Correction,
    can_shift,
    contradiction,
    corrected,
    corrections_of,
    own_motions,
    steps_before,
)
from embodied.teaching.generalising import finished
from embodied.teaching.lesson import Lesson
from embodied.teaching.performing import held
from embodied.teaching.running import LessonRun, Pursuit
from embodied.teaching.with_another import with_another

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation


def heard(conversation: Conversation, text: str) -> bool:
    """Whether the line was a correction; it acts now if something is being done, else on the lesson."""
    new = corrections_of(text)
    if not new:
        return False
    doing = conversation.doing if conversation.busy else None
    if doing is None and (conversation.lesson is None or conversation.demonstration is not None):
        return False
    if doing is None and any(one.alone for one in new):
        return False
    asked = contradiction(new, conversation.corrections)
    if asked:
        conversation.stop("contradictory corrections")
        if "(yes, no)" in asked:
            conversation.ask_yes(asked, lambda: _correct(conversation, new, doing), "It stays as it was.")
        else:
            conversation.ask(asked, lambda answer: _chosen(conversation, answer, new, doing))
        return True
    _correct(conversation, new, doing)
    return True


def _chosen(
    conversation: Conversation, answer: str, new: Sequence[Correction], doing: LessonRun | Pursuit | None
) -> bool:
    one = next((each for each in new if answer in each.text or each.text in answer), None)
    if one is None:
        return False
    _correct(conversation, (one,), doing)
    return True


def _correct(
    conversation: Conversation, new: Sequence[Correction], doing: LessonRun | Pursuit | None
) -> None:
    other = next((one for one in reversed(new) if one.what == "other"), None)
    if other is not None:
        with_another(conversation, other, doing)
        return
    lesson, _ = _now(conversation, doing)
    if lesson.is_of_amounts:
        raise BadInput(
            f"{'; '.join(one.text for one in new)}: what is done here has no place, pace or grip to correct.",
            remedy="Say what it is to come to ('so that I have 3 sticks'), or show it anew: 'watch me'.",
        )
    if isinstance(doing, Pursuit):
        doing.replaced = True
        conversation.session.interrupt("corrected")
    if isinstance(doing, LessonRun):
        doing.hold("corrected")
    try:
        _changed(conversation, new, doing)
    finally:
        if isinstance(doing, LessonRun):
            doing.go_on()


def _changed(
    conversation: Conversation, new: Sequence[Correction], doing: LessonRun | Pursuit | None
) -> None:
    """The lesson with the corrections; what is being done, and is held now, goes on so."""
    lesson, at = _now(conversation, doing)
    holding = held(conversation.session.observe()) if doing is not None else ""
    for one in new:
        lesson, at = _applied(conversation, lesson, at, one, holding, running=doing is not None)
    if isinstance(doing, Pursuit):
        conversation.spoken_of(doing.lesson)
    conversation.corrections += new
    said = "; ".join(one.text for one in new)
    lesson = replace(lesson, why=said)
    conversation.session.run.journal.write("corrected", text=said, step=at + 1)
    if doing is None:
        conversation.change(lesson)
        conversation.tell(f"Remembered: {said}.")
        _keep_again(conversation)
        return
    conversation.tell(f"Yes: {said}. I go on so, from step {at + 1}.")
    conversation.change(lesson)
    _go_on(conversation, lesson, at, doing)


def _now(conversation: Conversation, doing: LessonRun | Pursuit | None) -> tuple[Lesson, int]:
    """What is being done, and at which step; else the lesson, at its last step."""
    if isinstance(doing, LessonRun):
        return doing.lesson, doing.at
    if isinstance(doing, Pursuit):
        return doing.lesson, doing.doing
    lesson = conversation.known_lesson()
    return lesson, len(lesson.parts) - 1


def _applied(
    conversation: Conversation, lesson: Lesson, at: int, one: Correction, holding: str, *, running: bool
) -> tuple[Lesson, int]:
    library = conversation.session.run.library
    if one.what in ("shift", "speed") and lesson.skills:
        own = own_motions(lesson, library)
        last = not running and at == len(lesson.parts) - 1
        at = len(own.parts) - 1 if last else steps_before(lesson, at, library)
        at = _past_the_grasp(own, at, holding) if running else at
        left = ", ".join(own.skills)
        if left and one.what == "speed":
            conversation.tell(f"  {left} has its own pace, which I cannot change.")
        lesson = own
    if one.what == "shift":
        at = _place(lesson, at, running=running)
        if not can_shift(lesson, at):
            raise BadInput(
                f"{lesson.parts[at].words} has no place that I could shift.",
                remedy="Show it instead: 'watch me'.",
            )
    return corrected(lesson, one, at, holding=bool(holding)), at


def _past_the_grasp(lesson: Lesson, at: int, holding: str) -> int:
    """Where what is to be taken is held already, the step after the grasp."""
    for number in range(at, len(lesson.parts)) if holding else ():
        part = lesson.parts[number]
        if part.kind == "close" and part.thing == holding:
            return number + 1
    return at


def _place(lesson: Lesson, at: int, *, running: bool) -> int:
    """The step with a place that a shift now is about: this one, one shortly before, or the next."""
    near = [number for number, part in enumerate(lesson.parts) if part.kind in ("above", "at")]
    before = [number for number in near if number <= at]
    after = [number for number in near if number > at]
    if running and after and (not before or _gripped_between(lesson, before[-1], at)):
        return after[0]
    return before[-1] if before else after[0] if after else at


def _gripped_between(lesson: Lesson, begin: int, end: int) -> bool:
    return any(part.kind in ("close", "open") for part in lesson.parts[begin:end])


def _go_on(conversation: Conversation, lesson: Lesson, at: int, doing: LessonRun | Pursuit) -> None:
    if isinstance(doing, LessonRun) and not doing.ended:
        doing.change(lesson, at)
        return
    conversation.wait()
    run_lesson(conversation, lesson, at)


def run_lesson(
    conversation: Conversation, lesson: Lesson, at: int = 0, *, first: str = "", keeps: bool = True
) -> None:
    """Do a lesson step by step, from step `at`; what it came to is told, and kept if it is named.

    Args:
        first: a condition to bring about before, such as an empty hand.
        keeps: without, it is only done, and nothing is learned of it unless it is corrected meanwhile.
    """
    session = conversation.session
    given, run = lesson, LessonRun(session, lesson, conversation.tell, at)
    conversation.doing = run
    before = session.observe()

    def do() -> None:
        if first:
            session.pursue(parse(first), unless=run.called_off)
        passed, why = run.run()
        conversation.doing = None
        conversation.tell(f"{'Done' if passed else 'Not done'}: {why}.")
        if not passed:
            conversation.tell("  What shall I do otherwise? A correction, or 'watch me'.")
            return
        if not keeps and run.lesson is given:
            return
        lesson = run.lesson
        if not lesson.names:
            library = session.run.library
            full = finished(lesson, before, session.observe(), session.spec, library)
            lesson = replace(full, achieves=lesson.achieves or full.achieves)
        conversation.lesson = lesson
        _keep_again(conversation)

    conversation.work("doing what you taught", do)


def _keep_again(conversation: Conversation) -> None:
    """A lesson that has a name is kept as a new version and proven anew."""
    lesson = conversation.known_lesson()
    if lesson.name:
        keep(conversation, lesson)
    elif conversation.naming:  # "to tidy up: ...", and corrected while it was done
        call(conversation, conversation.naming)
    else:
        conversation.tell("  Name it to keep it: 'call this tidy up'.")
