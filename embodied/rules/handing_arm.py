"""What an arm's bridge can enforce: how high the hand goes, and where no part of the arm may be."""

from __future__ import annotations

from typing import Any, Final

from embodied.condition import Comparison, Component, Fact, Literal
from embodied.facts import Observation
from embodied.rules.boxes import Box, alternatives, box_of, key_of
from embodied.rules.language import EVERY
from embodied.rules.rule import Formula

GRASP_M: Final = 0.02
"""How much higher the middle of what is held may be than the grasp point [m]."""
ABOVE_M: Final = 0.25
"""How high above a thing that the hand stays out of no other part of the arm may be [m]."""
BESIDE_BASE_M: Final = 0.15
"""The arm stands in the middle: where a half is forbidden, its links keep to a line this far beyond [m]."""
ROUND_M: Final = 0.005
REACH_M: Final = 2.0
"""No arm reaches further [m]."""


def ceiling(formula: Formula) -> dict[str, Any]:
    """`hand.z` may not be above, or what is held may not."""
    what = formula.what
    if not isinstance(what, Comparison) or not isinstance(what.left, Component) or what.left.axis != "z":
        return {}
    most = what.right.value if isinstance(what.right, Literal) else None
    above = (">", ">=") if formula.kind == "never" else ("<", "<=")
    if not isinstance(most, (int, float)) or what.operator not in above:
        return {}
    held = formula.when is not None and key_of(formula.when, "holding") is not None
    if what.left.fact == Fact("hand"):
        name = "ceiling_held" if held else "ceiling"
        return {name: float(most)} if held or formula.when is None else {}
    if what.left.fact.family == "pose" and held and what.left.fact.keys[0].startswith(EVERY):
        return {"ceiling_held": float(most) - GRASP_M}
    return {}


def zones(formula: Formula, present: Observation, text: str) -> dict[str, Any]:
    """`never entered[X]`, or the hand never in a box: no part of the arm there, neither hand nor elbow."""
    boxes = []
    for part in alternatives(formula):
        thing = key_of(part, "entered")
        box = _over(thing, present) if thing is not None else _room(box_of(part, "hand"))
        if box is None:
            return {}
        boxes.append({"name": text[:60], **box})
    return {"keep_out": boxes} if boxes else {}


def _over(thing: str, present: Observation) -> dict[str, Any] | None:
    """The room over a thing that lies at the table, and in it."""
    spot, size = present.get("pose", thing), present.get("size", thing)
    if not isinstance(spot, tuple) or not isinstance(size, tuple):
        return None
    top = _rounded(float(spot[2]) + float(size[2]) / 2 + ABOVE_M)
    across = [_rounded(max(float(one), 0.01)) + ROUND_M for one in size[:2]]
    return {"position": [_rounded(float(spot[0])), _rounded(float(spot[1])), top / 2], "size": [*across, top]}


def _rounded(value: float) -> float:
    """So that what stands still stays where it was handed over."""
    return round(round(value / ROUND_M) * ROUND_M, 6)


def _room(box: Box | None) -> dict[str, Any] | None:
    """A box that has at least two faces, as far as an arm reaches."""
    if box is None or len(box.low) + len(box.high) < 2:
        return None
    low = [max(box.low.get(axis, -REACH_M), -REACH_M) for axis in "xyz"]
    high = [min(box.high.get(axis, REACH_M), REACH_M) for axis in "xyz"]
    if {*box.low, *box.high} == {"y"}:
        low[1] = max(low[1], BESIDE_BASE_M) if high[1] > 0 else low[1]
        high[1] = min(high[1], -BESIDE_BASE_M) if low[1] < 0 else high[1]
    size = [b - a for a, b in zip(low, high, strict=True)]
    if min(size) < 1e-3:
        return None
    return {"position": [(a + b) / 2 for a, b in zip(low, high, strict=True)], "size": size}
