"""Which items can be had from a set of blocks by mining, crafting and smelting, and at what effort."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from embodied_minecraft.data_files import table
from embodied_minecraft.knowledge import Knowledge, load

BlockEffort = Callable[[str], float]
"""Seconds to reach and dig one block of a kind; infinite if the world has none."""

FILLED_BUCKETS: Mapping[str, str] = {"water": "water_bucket", "lava": "lava_bucket"}
_SMELT_S, _CRAFT_S, _BUCKET_S = 12.0, 2.0, 20.0
_MAX_ROUNDS = 60


@dataclass(frozen=True)
class Reach:
    """What a set of `blocks` gives.

    `effort`: seconds per item [s], roughly; an item that is not in it cannot be had.
    """

    effort: Mapping[str, float]
    blocks: frozenset[str]

    def __contains__(self, item: object) -> bool:
        return item in self.effort

    def of(self, item: str) -> float:
        return self.effort.get(item, math.inf)


def reach(knowledge: Knowledge, blocks: Iterable[str], block_effort: BlockEffort) -> Reach:
    """The closure over mining (with tool tiers), filling buckets, crafting and smelting.

    Value iteration: each round lowers the effort of every item by its cheapest way, until none changes.
    Tools count as a twentieth of their effort per block, which is what spreading their wear comes to.
    """
    present = frozenset(name for name in blocks if name in knowledge.blocks)
    effort: dict[str, float] = {}
    best = effort.get

    def lower(item: str, seconds: float) -> bool:
        if seconds < best(item, math.inf) - 1e-6:
            effort[item] = seconds
            return True
        return False

    for _ in range(_MAX_ROUNDS):
        changed = False
        for item, seconds in _mined(knowledge, present, block_effort, effort):
            changed |= lower(item, seconds)
        for item, recipes in knowledge.recipes.items():
            for recipe in recipes:
                total = _CRAFT_S
                for part, count in recipe.ingredients:
                    total += best(part, math.inf) * count
                if total < math.inf:
                    changed |= lower(item, total / recipe.count)
        if "furnace" in effort:
            for output, inputs in knowledge.smelting.items():
                cheapest = min((best(name, math.inf) for name in inputs), default=math.inf)
                changed |= lower(output, cheapest + _SMELT_S)
        for liquid, bucket in FILLED_BUCKETS.items():
            if liquid in present:
                changed |= lower(bucket, best("bucket", math.inf) + _BUCKET_S)
        if not changed:
            break
    return Reach(effort, present)


@cache
def overworld_reach(knowledge_version: str) -> Reach:
    """What vanilla's overworld would give: see `data/overworld_natural_blocks.json`."""
    knowledge = load(knowledge_version)
    natural = [name for names in table("overworld_natural_blocks.json")["blocks"].values() for name in names]
    return reach(knowledge, natural, lambda block: 1.0)


def _mined(
    knowledge: Knowledge, present: frozenset[str], block_effort: BlockEffort, effort: Mapping[str, float]
) -> Iterable[tuple[str, float]]:
    for item, sources in knowledge.sources.items():
        for source in sources:
            if source.block not in present:
                continue
            tool = min((effort.get(tool, math.inf) for tool in source.tools), default=0.0)
            if tool < math.inf:
                yield item, (block_effort(source.block) + tool / 20) / source.expected
