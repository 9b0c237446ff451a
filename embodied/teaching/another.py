"""Another thing: in the place of one that was taken ("no, the green one"), or as well ("the green one too").

What is said with "and", "then", "too", "the same" takes nothing back: it is done once what goes on is done. A
command that could stand alone ("take the green one") corrects only what is being done at that moment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from embodied.teaching.rows import Row, first_read


@dataclass(frozen=True)
class Another:
    """Which thing, and how it is meant.

    Attributes:
        thing: "the green one"; "the other pad" for whichever else there is of its kind; "" for another one.
        as_well: it is done with this too; nothing is taken back.
        alone: the words are also a command of their own.
    """

    thing: str
    as_well: bool = False
    alone: bool = False


_NAMED: Final = (
    r"the (?:(?!(?:out|of|off|from|"
    r"to|in|into|on|onto|and|then|away|up|over|next|under|above|too|as|also|instead)\b)[\w-]+ ?){1,4}"
)
_PLACED: Final = (
    r"(?:\w+most|nearest|closest|farthest|furthest|first|second|third|fourth|last|top|bottom|middle|highest|"
    r"lowest|(?!greenest)\w{3,}est|most|least)"
)
_ONE: Final = rf"the (?!{_PLACED} )(?:\w+ )?(?:one|cube|block)"
_WRONG: Final = (
    r"(?:not (?:that|this) one|(?:that's |that is |it's )?(?:the )?wrong (?:one|cube|block|thing|object)|"
    r"(?:that's not|that is not|not) the right (?:one|cube|block)|"
    r"you(?:'re| are|'ve| have)?(?: now)? (?:holding|taking|got|took|grabbed|picked|going for) the wrong "
    r"(?:one|cube|block))"
)
_NOT: Final = rf"(?:(?:no|not (?:that|this)|not the \w+ (?:one|cube|block)|{_WRONG}|sorry|actually)[,.;:\s]+)"
_MEANT: Final = r"i (?:meant?|said|wanted)"
_SAME: Final = r"(?:do |repeat )?(?:it|that|this|(?:exactly )?(?:the )?same)(?: thing)?(?: again)?(?: now)?"
_AGAIN_WITH: Final = rf"(?:{_SAME}|(?:once more|again)),?(?: but)? (?:with|for)"
_BARE: Final = r"(?!(?:it|that|this|them|these|those|me|us|all|every|each|both|more|less|\d+)\b)[a-z]+"
_LINKS: Final = r"(?:(?:and|then|now|also|next)[, ]+)"
_TOO: Final = r"(?:,? (?:too|as well|also))"


def _one_named(found: re.Match[str], _: None) -> Another:
    return Another(_whole(found["thing"]))


def _also(found: re.Match[str], _: None) -> Another:
    return Another(_whole(found["thing"]), as_well=True)


def _color(found: re.Match[str], _: None) -> Another:
    return Another(f"the {found['color']} one", as_well=True)


def _whole(words: str) -> str:
    words = words.strip()
    return "" if words in ("the other one", "the other cube", "the other block", "the one") else words


_ROWS: Final[Sequence[Row[None, Another]]] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"{_LINKS}*{_AGAIN_WITH} (?P<thing>{_NAMED}?){_TOO}?", _also),
        (rf"{_LINKS}*{_AGAIN_WITH} (?P<color>{_BARE})(?: one)?{_TOO}?", _color),
        (rf"{_LINKS}*(?P<thing>the (?!{_PLACED} )\w+ (?:one|cube|block)){_TOO}", _also),
        (rf"{_LINKS}+(?P<thing>the (?!{_PLACED} )\w+ (?:one|cube|block))(?: next)?", _also),
        (rf"no,? (?P<thing>{_NAMED})(?<!one)", _one_named),
        (rf"(?:no,? )?not {_NAMED}, (?:but )?(?:in(?:to)? |on(?:to)? )?(?P<thing>{_NAMED})", _one_named),
        (rf"{_NOT}*wrong (?:place|pad|spot|bowl|tray)[,;:! ]+(?:{_MEANT} )?(?P<thing>{_NAMED})", _one_named),
        (rf"{_NOT}*{_MEANT} (?P<thing>{_NAMED})", _one_named),
        (rf"{_NOT}*(?:take|use|pick|grab|with) (?P<thing>{_NAMED}?) instead", _one_named),
        (rf"{_NOT}*(?:use|with) (?P<thing>{_NAMED})", _one_named),
        (rf"{_NOT}*(?P<thing>the (?!{_PLACED} )(?:\w+ )?one)(?: instead)?", _one_named),
        (rf"{_NOT}+(?:take|pick|grab|i want) (?P<thing>{_ONE})", _one_named),
        (
            rf"(?:take|pick|grab|i want) (?P<thing>the (?!{_PLACED} )(?:\w+ )?one)",
            lambda found, _: Another(_whole(found["thing"]), alone=True),
        ),
        (rf"{_WRONG}|(?:no, )?the other (?:cube|block)", lambda found, _: Another("")),
    )
)


def another(text: str) -> Another | None:
    """What a plain line says of another thing; None if it is about something else."""
    return first_read(_ROWS, text, None)
