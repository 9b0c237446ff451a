"""What is known of Minecraft with no world running: items, blocks, drops, recipes, smelting, tools.

The tables come from minecraft-data through `data/extract.mjs`; what it lacks (loot chances, smelting,
fuels) is in `data/loot_fixes.json`, `data/smelting.json` and `data/fuels.json`, which the embedded
server reads too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from embodied.errors import BadInput
from embodied_minecraft.data_files import table, versions

DEFAULT_VERSION = "1.20.4"
SMELT_TICKS = 200
"""What a furnace needs for one item [ticks of 50 ms]."""


@dataclass(frozen=True, slots=True)
class Item:
    """`uses`: how often a tool can be used before it breaks; 0 if it does not wear."""

    name: str
    title: str
    stack: int
    uses: int


@dataclass(frozen=True, slots=True)
class Drop:
    """What digging a block may give: with `chance`, `low` to `high` of `item`.

    `tool` is a pattern for the tools that give it ("" if any does that can harvest the block).
    """

    item: str
    chance: float
    low: int
    high: int
    tool: str = ""

    @property
    def expected(self) -> float:
        """Items per block, on average."""
        return self.chance * (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Block:
    """`hardness` is None if it cannot be dug; `harvest` is empty if it drops without a tool."""

    name: str
    hardness: float | None
    material: str
    harvest: tuple[str, ...]
    drops: tuple[Drop, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """`count` of `result` from `ingredients`, in a 2x2 grid unless `needs_table`."""

    result: str
    count: int
    needs_table: bool
    ingredients: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A block that gives an item: `expected` items per block dug, with one of `tools` if there are any."""

    block: str
    expected: float
    tools: tuple[str, ...]


@dataclass(frozen=True)
class Knowledge:
    """See the module. `sources`, `recipes`, `smelting` and `mobs` are by the item that they give."""

    version: str
    items: Mapping[str, Item]
    blocks: Mapping[str, Block]
    recipes: Mapping[str, tuple[Recipe, ...]]
    sources: Mapping[str, tuple[Source, ...]]
    smelting: Mapping[str, tuple[str, ...]]
    fuels: Mapping[str, int]
    tool_speeds: Mapping[str, Mapping[str, float]]
    foods: Mapping[str, float]
    mobs: Mapping[str, tuple[str, ...]]
    silk_touch: frozenset[str]

    def dig_seconds(self, block: str, tool: str | None = None) -> float:
        """How long digging takes [s], standing on the ground; infinite if it cannot be dug."""
        known = self.blocks[block]
        if known.hardness is None:
            return float("inf")
        harvests = not known.harvest or tool in known.harvest
        speed = self.tool_speeds.get(known.material, {}).get(tool or "", 1.0) if harvests else 1.0
        return known.hardness * (1.5 if harvests else 5.0) / speed

    def uses_per_tool(self, tool: str) -> int:
        item = self.items.get(tool)
        return item.uses if item else 0

    def unpacks(self, recipe: Recipe) -> bool:
        """True if a recipe only undoes another: nine ingots from the block that was made of them."""
        (part, count), *others = recipe.ingredients
        packed = self.recipes.get(part, ())
        return (
            not others
            and recipe.count > count
            and any(dict(one.ingredients).keys() == {recipe.result} for one in packed)
        )

    def smelts_per_piece(self, fuel: str) -> float:
        """How many items one piece of fuel smelts."""
        return self.fuels.get(fuel, 0) / SMELT_TICKS


@cache
def load(version: str = DEFAULT_VERSION) -> Knowledge:
    """The knowledge of a Minecraft version; raises `BadInput` for one that is not shipped."""
    if version not in versions():
        raise BadInput(
            f"Nothing is known of Minecraft {version}.",
            remedy=f"Known versions: {', '.join(versions())}.",
        )
    raw = table(f"minecraft-{version}.json")
    items = {name: Item(name, *entry) for name, entry in raw["items"].items()}
    blocks = _blocks(raw["blocks"], items)
    tools = sorted({tool for speeds in raw["tools"].values() for tool in speeds})
    return Knowledge(
        version=version,
        items=items,
        blocks=blocks,
        recipes=_recipes(raw["recipes"]),
        sources=_sources(blocks.values(), tools),
        smelting=_smelting(items),
        fuels={name: ticks for name, ticks in table("fuels.json").items() if name in items},
        tool_speeds=raw["tools"],
        foods=raw["foods"],
        mobs={name: tuple(kinds) for name, kinds in raw["mobs"].items()},
        silk_touch=frozenset(raw["silk_touch"]),
    )


def _blocks(raw: Mapping[str, Any], items: Mapping[str, Item]) -> dict[str, Block]:
    fixes = table("loot_fixes.json")
    blocks = {}
    for name, entry in raw.items():
        drops = _fixed_drops(fixes[name]) if name in fixes else _plain_drops(entry.get("loot", ()))
        blocks[name] = Block(
            name=name,
            hardness=entry["hardness"],
            material=entry["material"],
            harvest=tuple(entry.get("harvest", ())),
            drops=tuple(drop for drop in drops if drop.item in items and drop.expected > 0),
        )
    return blocks


def _plain_drops(loot: Iterable[tuple[str, int | None, int | None, float]]) -> list[Drop]:
    drops = []
    for item, low, high, chance in loot:
        least, most = low if low is not None else high, high if high is not None else low
        drops.append(Drop(item, chance, max(0, least or 0), max(0, most or 0)))
    return drops


def _fixed_drops(entries: Iterable[Mapping[str, Any]]) -> list[Drop]:
    """Entries of loot_fixes.json, in the server's reading: `stop` ends the list where it dropped.

    A crop counts as ripe; conditions on a block's other properties are taken not to hold.
    """
    drops: list[Drop] = []
    still = 1.0  # the chance that no entry has ended the list yet
    for entry in entries:
        if any(name not in ("age", "berries") for name in entry.get("when", {})):
            continue
        low, high = entry.get("count", (0, 0) if "binomial" in entry else (1, 1))
        trials, success = entry.get("binomial", (0, 0.0))
        more = round(trials * success)
        tool = str(entry.get("tool", ""))
        chance = float(entry.get("chance", 1.0))
        drops.append(Drop(entry["item"], chance * still, low + more, high + more, tool))
        if entry.get("stop") and not tool:
            still *= 1.0 - chance
    return [drop for drop in drops if drop.chance > 0]


def _sources(blocks: Iterable[Block], tools: Iterable[str]) -> dict[str, tuple[Source, ...]]:
    by_pattern = cache(lambda pattern: tuple(tool for tool in tools if re.search(pattern, tool)))
    found: defaultdict[str, list[Source]] = defaultdict(list)
    for block in blocks:
        if block.hardness is None:
            continue
        for drop in block.drops:
            with_it = by_pattern(drop.tool) if drop.tool else block.harvest
            if drop.tool and not with_it:
                continue
            found[drop.item].append(Source(block.name, drop.expected, with_it))
    return {item: tuple(sources) for item, sources in found.items()}


def _recipes(raw: Mapping[str, Any]) -> dict[str, tuple[Recipe, ...]]:
    return {
        result: tuple(
            Recipe(result, count, bool(needs_table), tuple(sorted(ingredients.items())))
            for count, needs_table, ingredients in entries
        )
        for result, entries in raw.items()
    }


def _smelting(items: Mapping[str, Item]) -> dict[str, tuple[str, ...]]:
    inputs: defaultdict[str, list[str]] = defaultdict(list)
    for name, entry in table("smelting.json").items():
        if name in items and entry["output"] in items:
            inputs[entry["output"]].append(name)
    return {output: tuple(names) for output, names in inputs.items()}
