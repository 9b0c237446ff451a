"""Lines that nearly say it: an amount without a unit is asked about, "it should never ..." is a rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from embodied.english import NUMBERS, NUMERAL
from embodied.errors import BadInput
from embodied.teaching import again, conditional, defining  # noqa: F401 - they fill the table
from embodied.teaching.understood import DIRECTIONS
from embodied.teaching.verbs import Said, meant, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

_WAYS: Final = "|".join(sorted(DIRECTIONS, key=len, reverse=True))
_NUMBER: Final = rf"{NUMERAL}|{'|'.join(NUMBERS)}"
_UNIT: Final = re.compile(
    rf"(?:(?P<other>{_NUMBER})\s*)?(?:in )?"
    r"(?P<unit>mm|millimet(?:er|re)s?|cm|centimet(?:er|re)s?|m|met(?:er|re)s?)"
)


@verb(
    "without a unit",
    rf"(?:(?:move|go|shift|lift|raise|lower)\s+)?(?:(?:it|the hand)\s+)?(?:to the\s+)?"
    rf"(?:(?P<way>{_WAYS})\s+(?:by\s+)?(?P<number>{_NUMBER})|"
    rf"(?P<first>{_NUMBER})\s+(?:to the )?(?P<then>{_WAYS}))",
    example="down 5",
    what="an amount without its unit is asked about: cm or mm",
    any_time=True,
)
def without_unit(conversation: Conversation, said: Said) -> None:
    way, number = said["way"] or said["then"], said["number"] or said["first"]

    def answered(text: str) -> bool:
        found = _UNIT.fullmatch(text)
        if found is None:
            return False
        conversation.take_line(f"{way} {found['other'] or number} {found['unit']}")
        return True

    conversation.ask(f"{number} what, {way}? (cm or mm; nothing moved yet)", answered)


@verb(
    "must not",
    r"(?:it|you|he|the (?:arm|hand|robot|gripper|skill)) (?:should|must|shall|may|can)"
    r"(?:(?: never| not(?: ever)?)|n't|not) (?P<what>(?!be |move$).+)",
    example="it should never touch the bowl",
    what="a rule, as 'never touch the bowl'",
    any_time=True,
)
def must_not(conversation: Conversation, said: Said) -> None:
    row = meant(f"never {said['what']}")
    if row is None:
        raise BadInput(f"I cannot make a rule of {said.string!r}.", remedy="'never touch the bowl' is one.")
    row[0].do(conversation, row[1])
