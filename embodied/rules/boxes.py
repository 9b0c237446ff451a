"""Boxes that comparisons of the parts of a vector describe: `position.x >= 10 and position.x < 21`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from embodied.condition import And, Comparison, Component, Condition, Fact, Literal, Or
from embodied.rules.rule import Call, Formula

FAR: Final = 1e6


@dataclass(frozen=True)
class Box:
    """Attributes: low, high: by axis; an axis that is missing has no end there."""

    low: dict[str, float]
    high: dict[str, float]

    def corners(self) -> dict[str, list[float]]:
        """Both corners, x y z."""
        return {
            "low": [self.low.get(axis, -FAR) for axis in "xyz"],
            "high": [self.high.get(axis, FAR) for axis in "xyz"],
        }


def box_of(condition: Condition | Call | None, among: str) -> Box | None:
    """The box that a condition describes with the components of `among` ("position", "hand"), or with
    arguments ("arg"); None where it says something else."""
    if condition is None or isinstance(condition, Call):
        return None
    box = Box({}, {})
    for part in condition.parts if isinstance(condition, And) else (condition,):
        if not isinstance(part, Comparison) or not isinstance(part.right, Literal):
            return None
        axis, value = _axis_of(part, among), part.right.value
        if axis is None or isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        if part.operator in (">", ">="):
            box.low[axis] = float(value)
        elif part.operator in ("<", "<="):
            box.high[axis] = float(value)
        else:
            return None
    return box


def alternatives(formula: Formula) -> Sequence[Condition]:
    """The parts any of which is forbidden; () where the rule is of another kind."""
    if formula.kind != "never" or formula.when is not None or isinstance(formula.what, Call):
        return ()
    return formula.what.parts if isinstance(formula.what, Or) else (formula.what,)


def key_of(part: Condition, family: str) -> str | None:
    """X of the lone fact `family[X]`; None for anything else."""
    if not isinstance(part, Comparison) or not isinstance(part.left, Fact) or part.left.family != family:
        return None
    return part.left.keys[0] if part.operator == "==" and part.right == Literal(True) else None


def _axis_of(part: Comparison, among: str) -> str | None:
    left = part.left
    if isinstance(left, Component):
        return left.axis if left.fact == Fact(among) else None
    if isinstance(left, Fact) and left.family == among and left.keys and left.keys[0] in ("x", "y", "z"):
        return left.keys[0]
    return None
