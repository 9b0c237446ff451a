"""What was said is done with another thing: from the beginning, or as well once it is done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from embodied.errors import BadGoal, BadInput
from embodied.methods import Vocabulary
from embodied.teaching.correcting import Correction
from embodied.teaching.lesson import Lesson, spoken
from embodied.teaching.performing import held
from embodied.teaching.running import LessonRun, Pursuit
from embodied.teaching.understood import thing_of

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

_OTHER: Final = "the other "


def with_another(conversation: Conversation, one: Correction, doing: LessonRun | Pursuit | None) -> None:
    """Do it with another thing of the same kind: asked which, where there are several."""
    if one.as_well and doing is not None:
        _when_done(conversation, one, doing)
        return
    if one.as_well:
        _as_well(conversation, one)
        return
    lesson = doing.lesson if doing is not None else conversation.known_lesson()
    if isinstance(doing, Pursuit):
        doing.replaced = True
    if doing is not None:
        conversation.stop("not that one")
    _which(conversation, one, lesson, lambda new: _anew(conversation, one, lesson, new))


def _which(conversation: Conversation, one: Correction, lesson: Lesson, take: Callable[[str], None]) -> None:
    """Find the thing that is meant, and take it; asked, where it could be several."""
    vocabulary = conversation.session.spec.vocabulary
    alike = others_of(one.thing, lesson, vocabulary)

    def taken(said: str) -> bool:
        try:
            new = thing_named(said, lesson, vocabulary)
        except BadInput as unclear:
            conversation.tell_wrong(unclear)
        else:
            take(new)
        return True

    if one.thing and not one.thing.startswith(_OTHER):
        taken(one.thing)
    elif len(alike) == 1:
        take(alike[0])
    elif alike:
        which = ", ".join(f"the {spoken(name)}" for name in alike)
        conversation.ask(
            f"Which one do you mean: {which}?", lambda answer: taken(f"the {answer.removeprefix('the ')}")
        )
    else:
        kind = _kind_spoken_of(one.thing, lesson, vocabulary)
        conversation.tell(f"There is no other {kind or 'thing'}.")


def others_of(words: str, lesson: Lesson, vocabulary: Vocabulary) -> list[str]:
    """The things of the kind that is spoken of which the lesson does not name."""
    kind = _kind_spoken_of(words, lesson, vocabulary)
    used = {name for part in lesson.parts for name in part.names}
    return [thing.name for thing in vocabulary.things if thing.kind == kind and thing.name not in used]


def thing_named(words: str, lesson: Lesson, vocabulary: Vocabulary) -> str:
    """The thing that "the green one" names, of a kind that the lesson is about.

    Raises:
        BadGoal: there is none, or several.
    """
    if not words.endswith(" one"):
        return thing_of(words, vocabulary)
    noun = words.removesuffix(" one")
    for kind in dict.fromkeys(_kinds_of(lesson, vocabulary)):
        with suppress(BadGoal):
            return thing_of(f"{noun} {kind}", vocabulary)
    return thing_of(words, vocabulary)


def _kind_spoken_of(words: str, lesson: Lesson, vocabulary: Vocabulary) -> str:
    """The kind of "the other pad"; where none is said, that of the first thing of the lesson."""
    noun = words.removeprefix(_OTHER)
    for name, kind in vocabulary.kinds.items():
        if noun in (*kind.singular, *kind.plural):
            return name
    return next(iter(_kinds_of(lesson, vocabulary)), "")


def _kinds_of(lesson: Lesson, vocabulary: Vocabulary) -> list[str]:
    """The kinds of the things that the lesson names, in their order."""
    kinds = {thing.name: thing.kind for thing in vocabulary.things}
    return [kinds[name] for part in lesson.parts for name in part.names if name in kinds]


def _anew(conversation: Conversation, one: Correction, lesson: Lesson, new: str) -> None:
    """The lesson from its beginning, with the new thing in the place of the one of its kind."""
    conversation.wait()
    old = _replaced(lesson, new, conversation.session.spec.vocabulary)
    conversation.tell(f"The {spoken(new)} instead of the {spoken(old)}, from the beginning.")
    _run(conversation, one, lesson, old, new)


def _run(conversation: Conversation, one: Correction, lesson: Lesson, old: str, new: str) -> None:
    from embodied.teaching.changing import run_lesson

    conversation.session.run.journal.write("corrected", text=one.text, instead=[old, new])
    changed = lesson.about({old: new, new: old})
    conversation.lesson = changed
    conversation.corrections.append(one)
    holds = held(conversation.session.observe())
    first = "hand_empty" if holds and "hand_empty" in conversation.session.spec.families else ""
    run_lesson(conversation, changed, first=first)


def _replaced(lesson: Lesson, new: str, vocabulary: Vocabulary) -> str:
    """The thing of the lesson whose place another takes: the first of its kind."""
    kinds = {thing.name: thing.kind for thing in vocabulary.things}
    names = [name for part in lesson.parts for name in part.names if name in kinds]
    return next((name for name in names if kinds[name] == kinds[new]), names[0] if names else new)


# -- as well --------------------------------------------------------------------------------------------


def _when_done(conversation: Conversation, one: Correction, doing: LessonRun | Pursuit) -> None:
    """With another thing too, once it is done with the first; nothing of it where that fails."""
    if conversation.patient:
        conversation.wait()
        _if_done(conversation, one, doing)
        return
    conversation.after(one.text, lambda: _if_done(conversation, one, doing))
    conversation.tell(f"When this is done: {one.text}.")


def _if_done(conversation: Conversation, one: Correction, doing: LessonRun | Pursuit) -> None:
    if doing.passed:
        _as_well(conversation, one)
    else:
        conversation.tell(f"  Not begun, for what it was to come after did not succeed: {one.text}.")


def _as_well(conversation: Conversation, one: Correction) -> None:
    lesson = conversation.known_lesson()

    def take(new: str) -> None:
        old = _replaced(lesson, new, conversation.session.spec.vocabulary)
        conversation.tell(f"Now the {spoken(new)}, as the {spoken(old)} before.")
        _run(conversation, one, lesson, old, new)

    _which(conversation, one, lesson, take)
