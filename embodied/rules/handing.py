"""The rules that a bridge can enforce inside its primitives, as data for its `take_rules`.

An arm's gate knows ceilings and keep-out boxes; a Minecraft body knows cells and blocks that it leaves
alone, on its ways too. What a bridge takes it says in the schema of `take_rules`. All at once: what is not
in the data is lifted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from embodied.condition import And, Comparison, Component, Condition, Fact, Literal, Or
from embodied.facts import Observation
from embodied.primitives import PrimitiveSpec
from embodied.rules.language import EVERY
from embodied.rules.rule import Call, Formula, Rule
from embodied.rules.sentences import is_dig_down

TAKE_RULES: Final = "take_rules"
TALL_M: Final = 1.2
"""How high a keep-out box over a place is [m]."""
GRASP_M: Final = 0.02
"""How much higher the middle of what is held may be than the grasp point [m]."""
FAR: Final = 1e6


@dataclass(frozen=True)
class Handed:
    """Attributes: data: what `take_rules` is called with; rules: those that it enforces."""

    data: Mapping[str, Any] = field(default_factory=dict)
    rules: frozenset[Rule] = frozenset()


def for_bridge(rules: Sequence[Rule], present: Observation, spec: PrimitiveSpec) -> Handed:
    """What of the rules a bridge can enforce that takes the arguments of `spec`."""
    takes = set(spec.args.get("properties", {}))
    data: dict[str, Any] = {}
    handed: set[Rule] = set()
    for rule in rules:
        formula = rule.formula
        if formula.until is not None or formula.kind == "within":
            continue
        for part in (
            _ceiling(formula),
            _zones(formula, present),
            _cells(formula),
            _blocks(formula),
            _down(formula),
        ):
            if part and set(part) <= takes:
                handed.add(rule)
                for name, value in part.items():
                    data[name] = _tighter(name, data.get(name), value)
    return Handed(data, frozenset(handed))


def _tighter(name: str, old: Any, new: Any) -> Any:
    if old is None:
        return new
    return min(old, new) if name.startswith("ceiling") else old + new if isinstance(new, list) else old or new


def _ceiling(formula: Formula) -> dict[str, Any]:
    """`hand.z` may not be above, or what is held may not."""
    what = formula.what
    if not isinstance(what, Comparison) or not isinstance(what.left, Component) or what.left.axis != "z":
        return {}
    most = what.right.value if isinstance(what.right, Literal) else None
    above = (">", ">=") if formula.kind == "never" else ("<", "<=")
    if not isinstance(most, (int, float)) or what.operator not in above:
        return {}
    held = isinstance(formula.when, Comparison) and _is(formula.when, "holding")
    if what.left.fact == Fact("hand"):
        return (
            {"ceiling": float(most)}
            if formula.when is None
            else {"ceiling_held": float(most)}
            if held
            else {}
        )
    if what.left.fact.family == "pose" and held and what.left.fact.keys[0].startswith(EVERY):
        return {"ceiling_held": float(most) - GRASP_M}
    return {}


def _zones(formula: Formula, present: Observation) -> dict[str, Any]:
    """`never over[X]`: no part of the arm over X, and nothing that the hand holds."""
    parts = _alternatives(formula)
    boxes: list[dict[str, Any]] = []
    for part in parts:
        if not isinstance(part, Comparison) or not _is(part, "over") or not isinstance(part.left, Fact):
            return {}
        spot, size = present.get("pose", *part.left.keys), present.get("size", *part.left.keys)
        if not isinstance(spot, tuple) or not isinstance(size, tuple):
            return {}
        boxes.append(
            {
                "name": part.left.keys[0],
                "position": [spot[0], spot[1], TALL_M / 2 + 0.02],
                "size": [max(size[0], 0.01), max(size[1], 0.01), TALL_M],
            }
        )
    return {"keep_out": boxes} if boxes else {}


def _cells(formula: Formula) -> dict[str, Any]:
    """`never position.x >= ... and ...`: cells that the body does not enter."""
    if formula.kind != "never" or formula.when is not None or not isinstance(formula.what, And):
        return {}
    low, high = {axis: -FAR for axis in "xyz"}, {axis: FAR for axis in "xyz"}
    for part in formula.what.parts:
        if not isinstance(part, Comparison) or not isinstance(part.right, Literal):
            return {}
        if not isinstance(part.left, Component) or part.left.fact != Fact("position"):
            return {}
        value = part.right.value
        if not isinstance(value, (int, float)) or part.operator not in (">", ">=", "<", "<="):
            return {}
        (low if part.operator in (">", ">=") else high)[part.left.axis] = float(value)
    return {"stay_out": [{"low": list(low.values()), "high": list(high.values())}]}


def _blocks(formula: Formula) -> dict[str, Any]:
    """`never touched[BLOCK]`: blocks that are not dug."""
    blocks = []
    for part in _alternatives(formula):
        if not isinstance(part, Comparison) or not _is(part, "touched") or not isinstance(part.left, Fact):
            return {}
        blocks.append(part.left.keys[0])
    return {"no_touch": blocks} if blocks else {}


def _down(formula: Formula) -> dict[str, Any]:
    return {"no_dig_down": True} if is_dig_down(formula) else {}


def _alternatives(formula: Formula) -> tuple[Condition, ...]:
    """The parts any of which is forbidden."""
    if formula.kind != "never" or formula.when is not None or isinstance(formula.what, Call):
        return ()
    return formula.what.parts if isinstance(formula.what, Or) else (formula.what,)


def _is(condition: Comparison, family: str) -> bool:
    """Whether it is a lone fact of a family."""
    return (
        isinstance(condition.left, Fact)
        and condition.left.family == family
        and condition.operator == "=="
        and condition.right == Literal(True)
    )
