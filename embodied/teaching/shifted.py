"""A thing that is moved by so much, or put so far from another: "move the blue cube 10 cm to the right",
"place red 5 cm left of blue". Taken up, carried and let go in straight motions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from embodied.teaching.lesson import NOWHERE, Offset, Part

_UP: Final = 0.1
_CARRIED: Final = 0.06
"""So high it is lifted: for the hand alone, and over the table [m]."""
_APART: Final = 0.08
"""Nearer than this two of the small things would not stand beside each other [m]."""
_CLEAR: Final = 0.002
_WAYS: Final = {
    **{"left": (0.0, 1.0), "right": (0.0, -1.0), "forward": (1.0, 0.0), "forwards": (1.0, 0.0)},
    **{"back": (-1.0, 0.0), "backward": (-1.0, 0.0), "backwards": (-1.0, 0.0)},
    **{"away from you": (1.0, 0.0), "towards you": (-1.0, 0.0), "toward you": (-1.0, 0.0)},
    **{"towards me": (-1.0, 0.0), "toward me": (-1.0, 0.0), "away from me": (1.0, 0.0)},
    **{"to you": (-1.0, 0.0), "closer to you": (-1.0, 0.0), "behind": (1.0, 0.0), "in front": (-1.0, 0.0)},
}
_AMOUNT: Final = (
    r"(?:by )?(?P<amount>[\w.,]+(?: a)? ?(?:mm|cm|m|\w*met(?:er|re)s?|inch(?:es)?)|a (?:tiny |little )?bit)"
)
_WAY: Final = (
    rf"(?:further |more )?(?:to (?:the|your) )?(?P<way>{'|'.join(sorted(_WAYS, key=len, reverse=True))})"
)
_MOVED: Final = (
    re.compile(rf"(?:move|shift|carry|take) (?P<thing>.+?) {_AMOUNT} {_WAY}"),
    re.compile(rf"(?:move|shift|carry|take) (?P<thing>.+?) {_WAY} {_AMOUNT}"),
)
_FROM: Final = re.compile(
    rf"(?:put|place|set|move|lay|position) (?P<thing>.+?) {_AMOUNT} (?:to the |on the )?"
    r"(?P<way>left|right|behind|in front)(?: of)? (?P<other>.+)"
)


_TURNED: Final = re.compile(
    r"(?:turn|rotate|twist) (?P<thing>(?!(?:the |your )?(?:hand|arm|gripper|wrist|it)\b).+?) (?:by )?"
    r"(?P<degrees>\d{1,3}) ?(?:degrees?|°)(?: (?:to the )?(?P<way>left|right|(?:counter|"
    r"anti)-?\s?clockwise|clockwise))?"
)
_OFF_M: Final = 0.02
"""So high a thing is lifted to be turned [m]."""


def turned(text: str, thing_of: Callable[[str], str]) -> tuple[Part, ...] | None:
    """The motions that turn a thing where it stands, to the left unless said; None for another line."""
    found = _TURNED.fullmatch(text)
    if found is None:
        return None
    sign = -1 if found["way"] in ("right", "clockwise") else 1
    turn = Part("turn", turn=sign * math.radians(int(found["degrees"])))
    return (*_taken(thing_of(found["thing"])), _by(_OFF_M), turn, _by(_CLEAR - _OFF_M), *_let_go())


def shifted(
    text: str,
    thing_of: Callable[[str], str],
    metres: Callable[[str], float | None],
    small: Callable[[str], bool],
) -> tuple[Part, ...] | None:
    """The motions that move a thing by so much; None if the line does not ask for that.

    Args:
        thing_of: the thing that words name; raises `BadGoal`.
        metres: what "5 cm" is [m].
        small: whether a thing is so small that another can stand `_APART` from its middle.
    """
    found = _FROM.fullmatch(text) or next((one for each in _MOVED if (one := each.fullmatch(text))), None)
    amount = metres(found["amount"]) if found is not None else None
    if (
        found is None
        or amount is None
        or re.fullmatch(r"(?:the |your )?(?:hand|arm|gripper|it)", found["thing"])
    ):
        return None
    x, y = _WAYS[found["way"]]
    offset = (x * amount, y * amount, 0.0)
    taken = _taken(thing_of(found["thing"]))
    if "other" in found.groupdict():
        other = thing_of(found["other"])
        if amount < _APART or not small(other):  # from the middle of one to that of the other
            return None
        return (*taken, _by(_UP), Part("above", other, offset), Part("at", other, offset), *_let_go())
    return (*taken, _by(_CARRIED), Part("by", offset=offset), _by(_CLEAR - _CARRIED), *_let_go())


def _taken(name: str) -> tuple[Part, ...]:
    return Part("open"), Part("above", name), Part("at", name), Part("close", name)


def _let_go() -> tuple[Part, ...]:
    return Part("open"), _by(_UP)


def _by(up: float) -> Part:
    offset: Offset = (NOWHERE[0], NOWHERE[1], up)
    return Part("by", offset=offset)
