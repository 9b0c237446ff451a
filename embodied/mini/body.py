"""The mini world itself: a grid of trees and rocks, and a body that walks, gathers and crafts."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embodied.bridge.body import CallContext, PrimitiveFailed
from embodied.facts import FactFamily
from embodied.mini.knowledge import DROPS, FAMILIES, ITEMS, RECIPES, USES
from embodied.primitives import PrimitiveSpec

SIZE = 16
TREES, ROCKS = 12, 8


@dataclass(frozen=True)
class Faults:
    """What goes wrong on purpose, so that tests can see what comes of it. Calls that move count from 1.

    Attributes:
        fail_nth: this call fails as "slipped".
        hang_nth: this call never ends, deaf to everything.
        die_nth: this call ends the process (only where the body has one of its own).
        slow_s: every moving call takes this much longer [s].
    """

    fail_nth: int = 0
    hang_nth: int = 0
    die_nth: int = 0
    slow_s: float = 0.0


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


_CELL = {"type": "integer", "minimum": 0, "maximum": SIZE - 1}
_SLIPPED = {"slipped": "it went wrong; try again"}
_ANY = {"type": "object"}
_SEEN = {"type": "object", "properties": {"thing": {"type": "string"}, "x": _CELL, "y": _CELL}}
_LOOK = _object(things={"type": "array", "items": _SEEN})

SPECS: Mapping[str, PrimitiveSpec] = {
    spec.name: spec
    for spec in (
        PrimitiveSpec("observe", "Facts now.", _object(since={"type": "integer"}), _ANY, moves=False),
        PrimitiveSpec("look", "All things, nearest first.", _object(), _LOOK, moves=False),
        PrimitiveSpec(
            "walk", "Walk to a cell.", _object(("x", "y"), x=_CELL, y=_CELL), _object(), errors=_SLIPPED
        ),
        PrimitiveSpec(
            "gather",
            "Take the nearest thing of a kind (tree or rock), at most 1 cell away; a rock wears the pickaxe.",
            _object(("thing",), thing={"type": "string", "enum": list(DROPS)}),
            _object(item={"type": "string"}),
            errors={"not_near": "none within 1 cell", "no_tool": "a rock needs a pickaxe", **_SLIPPED},
        ),
        PrimitiveSpec(
            "craft",
            "Make one batch: 4 plank of 1 wood, 4 stick of 2 plank, or a pickaxe of 3 plank and 2 stick.",
            _object(("item",), item={"type": "string"}),
            _object(item={"type": "string"}, count={"type": "integer"}),
            errors={"unknown_item": "nothing makes it", "missing": "not enough to make it of", **_SLIPPED},
        ),
        PrimitiveSpec(
            "wait",
            "Let time pass.",
            _object(("seconds",), seconds={"type": "number", "minimum": 0, "maximum": 3600}),
            _object(),
            errors=_SLIPPED,
        ),
    )
}


class MiniBody:
    """A body in a mini world of its own; implements `embodied.bridge.body.Body`.

    `given` is what it holds at the beginning, item to count: for the scenes of the gate.
    """

    kind = "mini"

    def __init__(
        self,
        seed: int = 0,
        faults: Faults = Faults(),
        *,
        may_die: bool = False,
        given: Mapping[str, int] | None = None,
    ) -> None:
        self.identity = f"mini-{seed}"
        self.details: Mapping[str, Any] = {"seed": seed, "size": SIZE}
        self.specs = SPECS
        self.families: Mapping[str, FactFamily] = FAMILIES
        cells = [(x, y) for x in range(SIZE) for y in range(SIZE)]
        chosen = random.Random(f"mini {seed}").sample(cells, TREES + ROCKS + 1)
        self._at = chosen.pop()
        self._things = {cell: "tree" if n < TREES else "rock" for n, cell in enumerate(chosen)}
        self._held: Counter[str] = Counter(given or {})
        self._uses = USES * self._held["pickaxe"]
        self._faults = faults
        self._may_die = may_die
        self._moves = 0
        self._lock = threading.Lock()

    def run(self, name: str, args: Mapping[str, Any], context: CallContext) -> Mapping[str, Any]:
        if self.specs[name].moves:
            self._go_wrong(context)
        if name == "wait":
            context.wait(float(args["seconds"]))
            return {}
        with self._lock:
            match name:
                case "observe":
                    return {"facts": self._facts()}
                case "look":
                    return {"things": [{"thing": t, "x": x, "y": y} for (x, y), t in self._nearest_first()]}
                case "walk":
                    self._at = (int(args["x"]), int(args["y"]))
                    return {}
                case "gather":
                    return self._gather(args["thing"], context)
                case "craft":
                    return self._craft(args["item"], context)
        raise KeyError(name)

    def rest(self, reason: str) -> None:
        """It rests whenever nothing runs."""

    def _go_wrong(self, context: CallContext) -> None:
        self._moves += 1
        if self._moves == self._faults.hang_nth:
            threading.Event().wait()
        if self._moves == self._faults.die_nth and self._may_die:
            os._exit(70)
        if self._faults.slow_s:
            context.wait(self._faults.slow_s)
        if self._moves == self._faults.fail_nth:
            raise PrimitiveFailed("slipped", "it went wrong on purpose")

    def _facts(self) -> dict[str, Any]:
        near: dict[str, float] = {}
        for cell, thing in self._nearest_first():
            near.setdefault(thing, float(self._distance(cell)))
        return {
            "inventory": {item: self._held[item] for item in ITEMS if self._held[item]},
            "uses": {"pickaxe": self._uses} if self._uses else {},
            "position": [float(part) for part in self._at],
            "near": near,
            "alive": True,
        }

    def _gather(self, thing: str, context: CallContext) -> Mapping[str, Any]:
        near = [cell for cell, kind in self._nearest_first() if kind == thing and self._distance(cell) <= 1]
        if not near:
            raise PrimitiveFailed("not_near", f"there is no {thing} within 1 cell")
        if thing == "rock":
            if not self._uses:
                raise PrimitiveFailed("no_tool", "a rock needs a pickaxe")
            self._wear(context)
        del self._things[near[0]]
        self._held[DROPS[thing]] += 1
        context.event("gathered", {"item": DROPS[thing]})
        return {"item": DROPS[thing]}

    def _wear(self, context: CallContext) -> None:
        self._uses -= 1
        if self._held["pickaxe"] * USES - self._uses >= USES:
            self._held["pickaxe"] -= 1
            context.event("broke", {"item": "pickaxe"})

    def _craft(self, item: str, context: CallContext) -> Mapping[str, Any]:
        if item not in RECIPES:
            raise PrimitiveFailed("unknown_item", f"nothing makes {item!r}")
        makes, uses = RECIPES[item]
        short = [f"{n - self._held[part]} {part}" for part, n in uses.items() if self._held[part] < n]
        if short:
            raise PrimitiveFailed("missing", f"{', '.join(short)} more needed for {item}")
        self._held.subtract(uses)
        self._held[item] += makes
        self._uses += USES * makes if item == "pickaxe" else 0
        context.event("crafted", {"item": item, "count": makes})
        return {"item": item, "count": makes}

    def _distance(self, cell: tuple[int, int]) -> int:
        return abs(cell[0] - self._at[0]) + abs(cell[1] - self._at[1])

    def _nearest_first(self) -> list[tuple[tuple[int, int], str]]:
        return sorted(self._things.items(), key=lambda pair: (self._distance(pair[0]), pair[0]))
