"""Motions told by those before them: "up again" as far as it went down, "turn back", "half of that back"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from embodied.errors import BadGoal
from embodied.facts import Observation
from embodied.teaching.lesson import Offset, Part
from embodied.teaching.rows import Row, first_read

_LEAST_M: Final = 0.004
"""A shorter way along an axis was not meant as a motion along it [m]."""
_AXES: Final = {
    **{"up": (2, 1.0), "down": (2, -1.0), "left": (1, 1.0), "right": (1, -1.0)},
    **{"forward": (0, 1.0), "forwards": (0, 1.0), "back": (0, -1.0), "backwards": (0, -1.0)},
}
_WAY: Final = r"(?:to the )?(?P<way>up|down|left|right|forwards?|back(?:wards)?)"
_GO: Final = (
    r"(?:(?:go|move|come|lift(?: it)?|lower(?: it)?|raise it)\s+)?(?:(?:straight|right|all the way)\s+)*"
)

Before = Sequence[Part]
"""The motions before, oldest first: "by" and "turn"."""


def _again(found: re.Match[str], before: Before) -> Part | None:
    """As far as it went the other way before; else as far as it last went this way."""
    axis, sign = _AXES[found["way"]]
    for wanted in (-sign, sign):
        for part in reversed(before):
            if part.offset[axis] * wanted > _LEAST_M:
                return Part("by", offset=_along(axis, sign * abs(part.offset[axis])))
    return None


def _turned_back(found: re.Match[str], before: Before) -> Part | None:
    last = next((part for part in reversed(before) if part.kind == "turn"), None)
    return None if last is None else Part("turn", turn=-last.turn)


def _share(found: re.Match[str], before: Before) -> Part | None:
    """The last motion again, or half of it; back, the other way."""
    if not before:
        return None
    factor = (0.5 if found["half"] else 1.0) * (-1.0 if found["back"] else 1.0)
    last = before[-1]
    x, y, z = (round(factor * one, 6) for one in last.offset)
    return Part(last.kind, offset=(x, y, z), turn=factor * last.turn)


_ROWS: Final[Sequence[Row[Before, Part]]] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"{_GO}(?:back )?{_WAY} again", _again),
        (rf"{_GO}back (?:to the )?(?P<way>up|down|left|right)", _again),
        (
            r"(?:turn|rotate|twist)(?: (?:it|the hand|your hand|the gripper))? (?:back|the other way)"
            r"(?:,? (?:again|the other way|as it was))*|(?:and )?back the other way",
            _turned_back,
        ),
        (
            r"(?:do )?(?P<half>half) (?:of )?(?:that|it)(?P<back> back)?(?: again)?"
            r"|(?:do )?(?:that|the last (?:bit|step|move|motion)|that last (?:bit|step|move|motion)) "
            r"(?:again|once more)",
            _share,
        ),
    )
)


def as_before(text: str, before: Before) -> Part | None:
    """The motion that a plain line tells by those before it; None if it tells none so.

    Raises:
        BadGoal: there was none before that it could be told by.
    """
    if not is_told_so(text):
        return None
    part = first_read(_ROWS, text, before)
    if part is None:
        raise BadGoal(
            f"How far {text!r} is cannot be told: nothing before went that way, or the other.",
            remedy="Say how far: 'up 3 cm', 'turn 45 degrees right'.",
        )
    return part


def is_told_so(text: str) -> bool:
    """Whether a plain line tells a motion by those before it."""
    return any(pattern.fullmatch(text) for pattern, _ in _ROWS)


def went(part: Part, before: Observation, after: Observation) -> Part | None:
    """What a step was for the hand, as a motion from where it stood; None for what moved it nowhere."""
    if part.kind == "turn":
        return part
    begun, ended = before.get("hand"), after.get("hand")
    if part.kind not in ("by", "above", "at", "home"):
        return None
    if not isinstance(begun, tuple) or not isinstance(ended, tuple):
        return part if part.kind == "by" else None
    x, y, z = (round(_number(b) - _number(a), 4) for a, b in zip(begun[:3], ended[:3], strict=True))
    return Part("by", offset=(x, y, z))


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def all_that_went(parts: Sequence[tuple[Part, Observation, Observation]]) -> list[Part]:
    """The motions of the hand that steps were, each with the facts before and after it."""
    return [one for part in parts if (one := went(*part)) is not None]


def _along(axis: int, far: float) -> Offset:
    x, y, z = (far if number == axis else 0.0 for number in range(3))
    return (x, y, z)
