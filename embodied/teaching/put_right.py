"""A line as it is meant: things told by their place get their names, mistyped words are put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embodied.errors import EmbodiedError
from embodied.teaching.mistyped import corrected
from embodied.teaching.selectors import pointed, told_lines
from embodied.teaching.understood import plain
from embodied.teaching.verbs import meant

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation
    from embodied.teaching.reading import Ground


def as_meant(conversation: Conversation, text: str, line: str) -> tuple[str, str]:
    """The plain line and the line, put right; what is changed in them is told."""
    if meant(text) is not None:
        return text, line
    vocabulary = conversation.session.spec.vocabulary
    by_place = pointed(text, vocabulary, conversation.look)
    if by_place is not None:
        for one in told_lines(by_place):
            conversation.tell(one)
        return by_place.line, by_place.line
    right, slips = corrected(line, vocabulary)
    if slips and not readable(conversation, line) and readable(conversation, right):
        for word, known in slips.items():
            conversation.tell(f"I take {word!r} as {known!r}.")
        return plain(right), right
    return text, line


def readable(conversation: Conversation, line: str) -> bool:
    """Whether the grammar knows what a line asks for."""
    from embodied.teaching.reading import reading_as_typed

    try:
        reading_as_typed(line, _ground(conversation))
    except EmbodiedError:
        return False
    return True


def wholly_used(conversation: Conversation, line: str) -> None:
    """Raises BadGoal if a word of the line would go unheeded, or it could mean two things."""
    from embodied.teaching.reading import refuse_unheeded

    refuse_unheeded(line, _ground(conversation))


def _ground(conversation: Conversation) -> Ground:
    from embodied.teaching.reading import Ground

    run, shown = conversation.session.run, conversation.demonstration
    return Ground(
        conversation.session.spec,
        run.library,
        run.store.seeds,
        shown is not None,
        doing=bool(conversation.busy),
        before=conversation.moved if shown is None else shown.went,
    )
