"""What a body among blocks can enforce: where it goes, what it digs, places, keeps and hits."""

from __future__ import annotations

import math
from typing import Any

from embodied.condition import Comparison, Fact, Literal
from embodied.rules.boxes import alternatives, box_of, key_of
from embodied.rules.language import EVERY
from embodied.rules.rule import Call, Formula


def places(formula: Formula) -> dict[str, Any]:
    """Boxes that it does not enter or leave, heights that it does not pass, boxes not to dig or build in."""
    what = formula.what
    if isinstance(what, Call):
        name = {"dig": "no_dig", "place": "no_build"}.get(what.name)
        box = box_of(what.where, "arg")
        if name is None or (box is None and what.where is not None):
            return {}
        everywhere = {"low": [-1e6] * 3, "high": [1e6] * 3}
        return {name: [box.corners() if box is not None else everywhere]}
    if formula.kind == "always":
        box = box_of(what, "position")
        return {"stay_in": [box.corners()]} if box is not None else {}
    found: dict[str, Any] = {}
    for part in alternatives(formula):
        box = box_of(part, "position")
        if box is None:
            return {}
        if {*box.low, *box.high} == {"y"} and len(box.low) + len(box.high) == 1:
            found |= _height(part)
        else:
            found["stay_out"] = [*found.get("stay_out", ()), box.corners()]
    return found


def _height(part: Any) -> dict[str, Any]:
    """The lowest or highest cell of the feet, of `position.y < 20` and the like."""
    value, operator = float(part.right.value), part.operator
    if operator == "<":
        return {"lowest": math.ceil(value)}
    if operator == "<=":
        return {"lowest": math.floor(value) + 1}
    return {"highest": math.floor(value) if operator == ">" else math.ceil(value) - 1}


def things(formula: Formula) -> dict[str, Any]:
    """`never broken[BLOCK]`, `placed[ITEM]`, `attacked[KIND]`: names, in which * stands for anything."""
    found: dict[str, list[str]] = {}
    for part in alternatives(formula):
        for family, name in (("broken", "no_touch"), ("placed", "no_place"), ("attacked", "no_attack")):
            key = key_of(part, family)
            if key is not None:
                found.setdefault(name, []).append("*" if key.startswith(EVERY) else key)
                break
        else:
            return {}
    return dict(found)


def kept(formula: Formula) -> dict[str, Any]:
    """`always inventory[ITEM] >= N`."""
    what = formula.what
    if formula.kind != "always" or not isinstance(what, Comparison) or not isinstance(what.right, Literal):
        return {}
    least, left = what.right.value, what.left
    if what.operator not in (">=", ">") or not isinstance(left, Fact) or left.family != "inventory":
        return {}
    if isinstance(least, bool) or not isinstance(least, (int, float)) or left.keys[0].startswith(EVERY):
        return {}
    return {"keep": {left.keys[0]: math.ceil(least) if what.operator == ">=" else math.floor(least) + 1}}
