"""The ways to gain a Minecraft item: mining, tunnelling, crafting, smelting, filling buckets.

Each way is a `Method` that names one of the skills `mine-block`, `branch-mine`, `craft-item`,
`smelt-item` and `fill-bucket`. Costs are seconds, good enough to compare ways with each other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from embodied.condition import Condition, parse
from embodied.english import with_article
from embodied.facts import Observation
from embodied.methods import FactRef, Method
from embodied_minecraft.knowledge import Knowledge, Recipe, Source, load
from embodied_minecraft.reachability import FILLED_BUCKETS, Reach, reach
from embodied_minecraft.terrain import Presence, world_blocks

WALK_SPEED = 4.3  # [m/s]
SURFACE = 66.0  # where the land usually lies [m]
STAIR_S = 1.6  # to dig one step of a stair [s]
_LUCK = 2.5  # how much longer a tunnel may get before the pickaxes are worn out
_ENOUGH_PLANKS = 8  # with so many of one wood held, another is not begun
_MOST_WEAR = 393  # uses of three stone pickaxes: who wears out more makes more of them on the way
_FAR_DOWN = 25  # from here on, wood for new pickaxes is taken along [m]
_STAIR_DIGS = 2.5  # blocks that a step of a stair takes out
_SPARED = 20  # uses of the ore's pickaxe that are kept for the ore
_STEP_S = 1.0  # to walk to the next block of a patch and aim at it [s]
_MAX_TOOLS = 3
_MAX_RECIPES = 4
_MAX_FUELS = 3
_MAX_SOURCES = 4
_MAX_KINDS = 3

TABLE_NEEDED = parse("inventory[crafting_table] >= 1 or nearby_block[crafting_table] < 16")
_SPARES = (parse("inventory[stick] >= 8"), parse("inventory[crafting_table] >= 1"))
FURNACE_NEEDED = parse("inventory[furnace] >= 1 or nearby_block[furnace] < 16")

WOODS = ("oak", "birch", "spruce", "jungle", "acacia", "dark_oak", "mangrove", "cherry")
_COLOURS = (
    *("white", "orange", "magenta", "light_blue", "yellow", "lime", "pink", "gray", "light_gray"),
    *("cyan", "purple", "blue", "brown", "green", "red", "black"),
)
_STEMS = (*WOODS, "bamboo", "crimson", "warped")
_BY_LENGTH = sorted((*_STEMS, *_COLOURS), key=len, reverse=True)
_KIND = re.compile(rf"^(?P<strip>stripped_)?(?P<kind>{'|'.join(_BY_LENGTH)})_(?P<rest>\w+)$")
_WOODY = re.compile(r"^(log|wood|stem|hyphae|block)$")


@dataclass(frozen=True)
class Situation:
    """What decides between alternatives: what is held, what is near [m], how high we stand [m]."""

    held: Mapping[str, float]
    near: Mapping[str, float]
    uses: Mapping[str, float]
    wood: str
    height: float = SURFACE


class MinecraftMethods:
    """The methods of one version of the game in one kind of world."""

    def __init__(self, knowledge: Knowledge, blocks: Mapping[str, Presence]) -> None:
        self.knowledge = knowledge
        self.blocks = blocks
        self.reach: Reach = reach(knowledge, blocks, self._block_effort)
        self._seen: Observation | None = None
        self._situation: Situation | None = None
        self._found: dict[tuple[FactRef, float], tuple[Method, ...]] = {}

    def __call__(self, fact: FactRef, amount: float, observation: Observation) -> tuple[Method, ...]:
        """The ways to gain `amount` more of `fact`; empty if there is none."""
        if observation is not self._seen or self._situation is None:
            situation = self._look(observation)
            if situation != self._situation:
                self._found = {}
            self._seen, self._situation = observation, situation
        key = (fact, amount)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(self._methods(fact, max(1, math.ceil(amount)), self._situation))
        return found

    # ---------------------------------------------------------------------------- choosing

    def _methods(self, fact: FactRef, amount: int, here: Situation) -> Iterable[Method]:
        if len(fact) != 2:
            return
        family, name = fact
        if "*" in name or "?" in name:
            for kind in self._kinds(family, name, here):
                yield from self._methods((family, kind), amount, here)
        elif family == "uses":
            uses = self.knowledge.uses_per_tool(name)
            if uses:
                yield from self._ways(name, math.ceil(amount / uses), here)
        elif family == "inventory":
            yield from self._ways(name, amount, here)

    def _ways(self, item: str, amount: int, here: Situation) -> Iterable[Method]:
        if item not in self.reach:
            return
        yield from self._mine(item, amount, here)
        yield from self._craft(item, amount, here)
        yield from self._smelt(item, amount, here)
        for liquid, bucket in FILLED_BUCKETS.items():
            if item == bucket and liquid in self.blocks:
                yield Method(
                    skill="fill-bucket",
                    arguments={"item": item},
                    consumes={("inventory", "bucket"): 1},
                    adds={("inventory", item): 1},
                    cost=self._search(liquid, here) + 3.0,
                    note=f"scoops up {liquid}",
                )

    def _kinds(self, family: str, pattern: str, here: Situation) -> list[str]:
        """The few easiest items that match a pattern, those of the wood at hand first."""
        if family not in ("inventory", "uses"):
            return []
        return sorted(matching(pattern, self.reach), key=lambda item: self._ease(item, here))[:_MAX_KINDS]

    def _ease(self, item: str, here: Situation) -> tuple[float, str]:
        if item in here.near:
            return (here.near[item] / WALK_SPEED, item)
        if kind_of(item) == here.wood:
            return (min(self.reach.of(item), 8.0), item)
        return (self.reach.of(item) + 8.0, item)

    def _look(self, observation: Observation) -> Situation:
        held = _amounts(observation, "inventory")
        near = _amounts(observation, "nearby_block")
        uses = _amounts(observation, "uses")
        position = observation.get("position")
        height = position[1] if isinstance(position, tuple) else SURFACE
        return Situation(held, near, uses, self._wood(held, near), height)

    def _wood(self, held: Mapping[str, float], near: Mapping[str, float]) -> str:
        """The wood to use here: the cheapest counting what is held (in planks) and what is near."""

        def seconds(wood: str) -> float:
            planks = held.get(f"{wood}_planks", 0) + 4 * held.get(f"{wood}_log", 0)
            if planks >= _ENOUGH_PLANKS:
                return -planks
            log = f"{wood}_log"
            presence = self.blocks.get(log)
            unseen = (presence.search_s or 60.0) + 60.0 if presence else 1000.0
            trip = near[log] / WALK_SPEED if log in near else unseen
            return trip * max(0.0, 1 - planks / 16)

        return min(WOODS, key=seconds)

    # ---------------------------------------------------------------------------- mining

    def _block_effort(self, block: str) -> float:
        presence = self.blocks.get(block)
        if presence is None:
            return math.inf
        deep = presence.tunnel * 1.2 / presence.vein if presence.dig_y is not None else math.inf
        seen = presence.search_s / 8 if presence.search_s is not None else math.inf
        return min(deep, seen) + _STEP_S + self.knowledge.dig_seconds(block, self._quickest(block))

    def _quickest(self, block: str) -> str | None:
        """An ordinary tool for the estimate: stone, unless the block wants more."""
        harvest = self.knowledge.blocks[block].harvest
        for material in ("stone", "iron", "diamond"):
            for tool in harvest:
                if tool.startswith(material):
                    return tool
        return None

    def _search(self, block: str, here: Situation) -> float:
        """Time to walk to a first block of the kind [s]."""
        if block in here.near:
            return here.near[block] / WALK_SPEED
        presence = self.blocks[block]
        return presence.search_s if presence.search_s is not None else math.inf

    def _mine(self, item: str, amount: int, here: Situation) -> list[Method]:
        methods: list[Method] = []
        sources = [one for one in self.knowledge.sources.get(item, ()) if self._diggable(one, here)]
        deepslate = {one.block for one in sources if one.block.startswith("deepslate_")}
        sources = [one for one in sources if one.block not in deepslate or one.block in here.near] or sources
        sources.sort(key=lambda one: (self._source_cost(one, amount, here), one.block))
        for source in sources[:_MAX_SOURCES]:
            for tool in self._tools(source, here):
                methods += self._dig(item, amount, source, tool, here)
        return methods

    def _diggable(self, source: Source, here: Situation) -> bool:
        return source.block in self.blocks or source.block in here.near

    def _source_cost(self, source: Source, amount: int, here: Situation) -> float:
        digs = amount / source.expected
        if source.block in here.near:
            return here.near[source.block] / WALK_SPEED + digs * _STEP_S
        return self._block_effort(source.block) * digs

    def _tools(self, source: Source, here: Situation) -> list[str]:
        """The tools worth planning with: any that is held, else the cheapest few; "" for bare hands."""
        if not source.tools:
            return [""]
        usable = [tool for tool in source.tools if tool in self.reach or tool in here.held]
        usable.sort(key=lambda tool: (here.uses.get(tool, 0) <= 0, self.reach.of(tool), tool))
        return [tool for tool in usable if not tool.startswith("golden_")][:_MAX_TOOLS]

    def _dig(self, item: str, amount: int, source: Source, tool: str, here: Situation) -> Iterable[Method]:
        block = source.block
        digs = math.ceil(amount / source.expected)
        dig_s = self.knowledge.dig_seconds(block, tool or _best_held(self.knowledge, block, here))
        needs = (_at_least(tool, 1),) if tool else ()
        wears = bool(tool and self.knowledge.blocks[block].hardness)
        note = f"needs {with_article(tool.replace('_', ' '))}" if tool else ""
        presence = self.blocks.get(block)
        if block in here.near or (presence and presence.search_s is not None):
            yield Method(
                skill="mine-block",
                arguments={"block": block, "item": item, "count": amount},
                needs=needs,
                consumes={("uses", tool): digs} if wears else {},
                adds={("inventory", item): amount},
                cost=self._search(block, here) + digs * (dig_s + _STEP_S) + self._again(block, digs, here),
                note=note,
            )
        if presence and presence.dig_y is not None:
            way_down = abs(here.height - presence.dig_y)
            tunnel = min(_MOST_WEAR, math.ceil(presence.tunnelled(digs) * _LUCK + way_down * _STAIR_DIGS))
            outfit = needs if tool.endswith("_pickaxe") else (*needs, _at_least("stone_pickaxe", 1))
            yield Method(
                skill="branch-mine",
                arguments={"block": block, "item": item, "count": amount, "y": presence.dig_y},
                needs=(*outfit, *_SPARES) if way_down > _FAR_DOWN else outfit,
                consumes=self._tunnel_wear(tool, digs if wears else 0, tunnel, here),
                adds={("inventory", item): amount},
                cost=20.0 + way_down * STAIR_S + digs * (dig_s + _STEP_S) + presence.tunnelled(digs) * 1.2,
                note=f"tunnels at height {presence.dig_y}" + (f"; {note}" if note else ""),
            )

    def _again(self, block: str, digs: int, here: Situation) -> float:
        """Searching further when one patch is not enough: a patch is taken to hold 8 blocks."""
        presence = self.blocks.get(block)
        return (digs - 1) // 8 * (presence.search_s or 20.0) / 2 if presence else 0.0

    def _tunnel_wear(self, tool: str, digs: int, tunnel: int, here: Situation) -> dict[FactRef, float]:
        """The ore's own pickaxe digs the tunnel too, but for its last uses; then stone pickaxes do."""
        if tool == "stone_pickaxe":
            return {("uses", tool): digs + tunnel}
        life = here.uses.get(tool, 0) or self.knowledge.uses_per_tool(tool)
        own = max(0.0, min(tunnel, life - digs - _SPARED)) if tool.endswith("_pickaxe") else 0.0
        wear: dict[FactRef, float] = {("uses", tool): digs + own} if tool and digs + own else {}
        return {**wear, ("uses", "stone_pickaxe"): tunnel - own} if own < tunnel else wear

    # ---------------------------------------------------------------------------- crafting

    def _craft(self, item: str, amount: int, here: Situation) -> Iterable[Method]:
        for recipe in self._recipes(item, amount, here):
            crafts = math.ceil(amount / recipe.count)
            made = crafts * recipe.count
            main = max(recipe.ingredients, key=lambda part: (kind_of(part[0]) != "", part[1]))[0]
            yield Method(
                skill="craft-item",
                arguments={"item": item, "count": made, "using": main},
                needs=(TABLE_NEEDED,) if recipe.needs_table else (),
                consumes={("inventory", part): count * crafts for part, count in recipe.ingredients},
                adds=self._gained(item, made),
                cost=1.0 + 0.4 * crafts + (2.0 if recipe.needs_table else 0.0),
                note=" + ".join(f"{count * crafts} {part}" for part, count in recipe.ingredients),
            )

    def _gained(self, item: str, made: int) -> dict[FactRef, float]:
        uses = self.knowledge.uses_per_tool(item)
        adds: dict[FactRef, float] = {("inventory", item): made}
        if uses:
            adds[("uses", item)] = made * uses
        return adds

    def _recipes(self, item: str, amount: int, here: Situation) -> list[Recipe]:
        """At most a few recipes: of those that differ only in wood or colour, one or two."""
        shapes: dict[tuple[str, ...], list[Recipe]] = {}
        for recipe in self.knowledge.recipes.get(item, ()):
            if self.knowledge.unpacks(recipe) and recipe.ingredients[0][0] not in here.held:
                continue
            if all(part in self.reach or part in here.held for part, _ in recipe.ingredients):
                shapes.setdefault(_shape(recipe), []).append(recipe)
        chosen: list[tuple[float, Recipe]] = []
        for recipes in shapes.values():
            ranked = sorted(recipes, key=lambda recipe: self._recipe_cost(recipe, amount, here))
            chosen.append((self._recipe_cost(ranked[0], amount, here), ranked[0]))
            alike = next((r for r in ranked if self._uses_wood(r, here)), None)
            if alike and alike is not ranked[0]:
                chosen.append((self._recipe_cost(alike, amount, here), alike))
        chosen.sort(key=lambda pair: pair[0])
        return [recipe for _, recipe in chosen[:_MAX_RECIPES]]

    def _uses_wood(self, recipe: Recipe, here: Situation) -> bool:
        return any(kind_of(part) == here.wood for part, _ in recipe.ingredients)

    def _recipe_cost(self, recipe: Recipe, amount: int, here: Situation) -> float:
        crafts = math.ceil(amount / recipe.count)
        total = 0.0
        for part, count in recipe.ingredients:
            missing = max(0.0, count * crafts - here.held.get(part, 0))
            if missing:
                total += self._ease(part, here)[0] * missing
        return total

    # ---------------------------------------------------------------------------- smelting

    def _smelt(self, item: str, amount: int, here: Situation) -> Iterable[Method]:
        inputs = self.knowledge.smelting.get(item, ())
        usable = [name for name in inputs if name in self.reach or name in here.held]
        usable.sort(key=lambda name: (here.held.get(name, 0) < amount, *self._ease(name, here)))
        for source in usable[:2]:
            for fuel in self._fuels(source, item, amount, here):
                pieces = math.ceil(amount / self.knowledge.smelts_per_piece(fuel))
                consumes: dict[FactRef, float] = {("inventory", source): amount}
                consumes[("inventory", fuel)] = consumes.get(("inventory", fuel), 0) + pieces
                yield Method(
                    skill="smelt-item",
                    arguments={"item": source, "output": item, "count": amount, "fuel": fuel},
                    needs=(FURNACE_NEEDED,),
                    consumes=consumes,
                    adds={("inventory", item): amount},
                    cost=5.0 + 10.0 * amount,
                    note=f"{amount} {source}, with {pieces} {fuel} as fuel",
                )

    def _fuels(self, source: str, item: str, amount: int, here: Situation) -> list[str]:
        fuels = ["coal", "charcoal", f"{here.wood}_planks", f"{here.wood}_log"]
        held = [fuel for fuel in here.held if fuel in self.knowledge.fuels and fuel not in fuels]
        held = [fuel for fuel in held if kind_of(fuel) in _STEMS and fuel.endswith(("_planks", "_log"))]
        usable = [
            fuel for fuel in (*fuels, *held) if fuel != item and (fuel in self.reach or fuel in here.held)
        ]

        def cost(fuel: str) -> float:
            pieces = math.ceil(amount / self.knowledge.smelts_per_piece(fuel))
            return max(0.0, pieces - here.held.get(fuel, 0)) * self._ease(fuel, here)[0]

        return sorted(usable, key=lambda fuel: (cost(fuel), fuel))[:_MAX_FUELS]


# -------------------------------------------------------------------------------- small parts


def _amounts(observation: Observation, family: str) -> dict[str, float]:
    return {
        keys[0]: float(value)
        for keys, value in observation.items(family)
        if isinstance(value, (int, float)) and value > 0
    }


@lru_cache(maxsize=512)
def _at_least(item: str, amount: int) -> Condition:
    return parse(f"inventory[{item}] >= {amount}")


@lru_cache(maxsize=4096)
def kind_of(item: str) -> str:
    """The wood or colour of an item ("oak" of oak_planks), or the empty string."""
    found = _KIND.match(item)
    return found.group("kind") if found else ""


@lru_cache(maxsize=4096)
def _anonymous(item: str) -> str:
    """An item with its wood or colour left out: what recipes that differ only in that share."""
    found = _KIND.match(item)
    if not found:
        return item
    rest = "log" if _WOODY.match(found.group("rest")) else found.group("rest")
    return f"?_{rest}"


@cache
def _shape(recipe: Recipe) -> tuple[str, ...]:
    return tuple(sorted(f"{count} {_anonymous(part)}" for part, count in recipe.ingredients))


def matching(pattern: str, items: Reach) -> list[str]:
    return [item for item in items.effort if fnmatchcase(item, pattern)]


def _best_held(knowledge: Knowledge, block: str, here: Situation) -> str | None:
    speeds = knowledge.tool_speeds.get(knowledge.blocks[block].material, {})
    held = [tool for tool in speeds if here.held.get(tool, 0) > 0]
    return max(held, key=lambda tool: speeds[tool]) if held else None


@cache
def default_methods(version: str = "1.20.4") -> MinecraftMethods:
    """The methods of the shipped knowledge and the world's blocks."""
    return MinecraftMethods(load(version), world_blocks())
