"""What the mini world's calls would do, for its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from embodied.facts import FactFamily, Observation, Value
from embodied.mini.knowledge import DROPS, RECIPES, USES


class MiniForesight:
    """Implements `embodied.rules.foresight.Foresight`."""

    families: Mapping[str, FactFamily] = {}
    foresees = frozenset({"inventory", "position"})

    def told(self, observation: Observation) -> Observation:
        return observation

    def seconds(self, name: str, arguments: Mapping[str, Any]) -> float:
        return float(arguments.get("seconds") or 0.0) if name == "wait" else 0.0

    def states(
        self, name: str, arguments: Mapping[str, Any], observation: Observation
    ) -> Sequence[Observation]:
        held: dict[tuple[str, ...], Value] = dict(observation.facts.get("inventory", {}))

        def add(item: str, count: int) -> None:
            held[(item,)] = int(observation.number("inventory", item)) + count

        if name == "gather" and arguments.get("thing") in DROPS:
            add(DROPS[arguments["thing"]], 1)
            left = observation.number("uses", "pickaxe") - 1
            if (
                arguments["thing"] == "rock"
                and USES * observation.number("inventory", "pickaxe") - left >= USES
            ):
                add("pickaxe", -1)
        elif name == "craft" and arguments.get("item") in RECIPES:
            makes, uses = RECIPES[arguments["item"]]
            for part, count in uses.items():
                if observation.number("inventory", part) < count:
                    return ()
                add(part, -count)
            add(arguments["item"], makes)
        elif name == "walk":
            at = (float(arguments["x"]), float(arguments["y"]))
            return (replace(observation, facts={**observation.facts, "position": {(): at}}),)
        else:
            return ()
        return (replace(observation, facts={**observation.facts, "inventory": held}),)
