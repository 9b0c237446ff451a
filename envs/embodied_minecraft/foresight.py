"""What Minecraft's calls would do, for rules: to what is held, and which items are placed or used.

What is dug, where the body goes, and whom it hits only the bridge can tell in time, which knows the blocks;
rules of that kind are handed to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from embodied.facts import FactFamily, Key, Observation, Value
from embodied_minecraft.knowledge import Recipe, load

FAMILIES: Final[Mapping[str, FactFamily]] = {
    name: FactFamily(name, (key,), "bool", doc, closed=True, default=False)
    for name, key, doc in (
        ("broken", "block", "The body digs a block of this kind, on its ways too; * stands for anything."),
        ("placed", "item", "The body places, empties or uses an item of this kind."),
        ("attacked", "kind", "The body hits an entity of this kind."),
    )
}
CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "glass": ("*glass", "*glass_pane"),
    "ores": ("*_ore", "ancient_debris"),
    "ore": ("*_ore", "ancient_debris"),
    "crops": ("wheat", "carrots", "potatoes", "beetroots", "melon", "pumpkin"),
    "flowers": (
        *("dandelion", "poppy", "*_tulip", "*_orchid", "allium", "azure_bluet", "oxeye_daisy", "cornflower"),
        *("lily_of_the_valley", "sunflower", "lilac", "rose_bush", "peony", "torchflower"),
    ),
    "fences": ("*_fence", "*_fence_gate"),
    "anything": ("*",),
    "blocks": ("*",),
    "any block": ("*",),
}
"""Words for blocks that are no item's."""


class MinecraftForesight:
    """Implements `embodied.rules.foresight.Foresight`."""

    families: Mapping[str, FactFamily] = FAMILIES
    foresees = frozenset({"inventory", "placed"})
    by_bridge = frozenset({"broken", "attacked", "position"})
    untold = frozenset({"broken", "attacked"})
    gains_unforeseen = True

    def told(self, observation: Observation) -> Observation:
        return observation

    def seconds(self, name: str, arguments: Mapping[str, Any]) -> float:
        return float(arguments.get("seconds") or 0.0) if name == "wait" else 0.0

    def blocks_meant(self, words: str, item: str) -> tuple[str, ...]:
        """The blocks that are meant by words, of which `item` is what the vocabulary takes them for ("" if
        nothing): the block of that name, or those that drop it. () if there is none."""
        if words in CLASSES:
            return CLASSES[words]
        known = load()
        for name in (words.replace(" ", "_"), item):
            if name in known.blocks or "*" in name:
                return (name,)
        return tuple(source.block for source in known.sources.get(item, ()))

    def states(
        self, name: str, arguments: Mapping[str, Any], observation: Observation
    ) -> Sequence[Observation]:
        item = str(arguments.get("item") or observation.get("equipment", "hand") or "")
        states = [
            _changed(observation, "inventory", {(one,): left for one, left in held.items()})
            for held in self._held_after(name, arguments, item, observation)
        ]
        if name in ("place", "use_on", "use_item") and item:
            states = [_changed(each, "placed", {(item,): True}) for each in states or [observation]]
        return states

    def _held_after(
        self, name: str, arguments: Mapping[str, Any], item: str, observation: Observation
    ) -> Iterator[dict[str, int]]:
        """What is held after a call, by item, in each way that it may go; only what changes."""

        def held(one: str) -> int:
            return int(observation.number("inventory", one))

        count = int(arguments.get("count") or 1)
        if name in ("drop", "chest_deposit"):
            yield {item: held(item) - min(count, held(item))}
        elif name == "chest_withdraw":
            yield {item: held(item) + count}
        elif name == "place" or (name == "eat" and arguments.get("item")):
            yield {item: max(0, held(item) - 1)}
        elif name == "craft":
            for recipe in load().recipes.get(item, ()):
                after = _crafted(recipe, count, held)
                if after:
                    yield after
        elif name == "smelt":
            fuel = str(arguments.get("fuel"))
            each = load().smelts_per_piece(fuel) or 1.0
            burnt = int(arguments.get("fuel_count") or math.ceil(count / each))
            yield {item: held(item) - count, fuel: held(fuel) - burnt - (count if fuel == item else 0)}


def _crafted(recipe: Recipe, count: int, held: Any) -> dict[str, int]:
    """What is held after crafting; {} where too little is held for it."""
    times = math.ceil(count / recipe.count)
    after = {part: held(part) - times * each for part, each in recipe.ingredients}
    if any(left < 0 for left in after.values()):
        return {}
    return {**after, recipe.result: held(recipe.result) + times * recipe.count}


def _changed(observation: Observation, family: str, values: Mapping[Key, Value]) -> Observation:
    families = {**observation.families, **FAMILIES}
    facts = {**observation.facts, family: {**observation.facts.get(family, {}), **values}}
    return replace(observation, families=families, facts=facts)
