"""What embodied knows of Minecraft with no game running."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property

from embodied.condition import Condition, parse
from embodied.deeds import Kin
from embodied.facts import FactFamily, Observation
from embodied.methods import FactRef, Method, Reflex, Vocabulary
from embodied_minecraft.data_files import FOLDER
from embodied_minecraft.facts import FAMILIES
from embodied_minecraft.foresight import MinecraftForesight
from embodied_minecraft.knowledge import DEFAULT_VERSION, load
from embodied_minecraft.methods import WOODS, default_methods, kind_of
from embodied_minecraft.reachability import overworld_reach
from embodied_minecraft.reasons import Reasons
from embodied_minecraft.vocabulary import vocabulary

_HUNGRY = 14
"""Below this food level health no longer comes back quickly [0-20]."""
_KEPT = frozenset({"golden_apple", "golden_carrot", "enchanted_golden_apple"})


class MinecraftSpec:
    """The `WorldSpec` of Minecraft. Tables are read at first use, so that making one costs nothing."""

    name: str = "minecraft"
    families: Mapping[str, FactFamily] = FAMILIES

    interrupts: frozenset[str] = frozenset({"died", "drowning"})
    ready: Condition | None = parse("alive")

    aside: tuple[str, ...] = ("*_leaves", "short_grass", "tall_grass")

    @cached_property
    def reflexes(self) -> tuple[Reflex, ...]:
        """Out of the water when short of breath; eating when hungry and something to eat is held."""
        breathless = Reflex(
            when=parse("in_water and oxygen < 12"), skill="to-shore", arguments={}, why="short of breath"
        )
        foods = sorted(name for name in load().foods if name in default_methods().reach and name not in _KEPT)
        held = " or ".join(f"inventory[{name}] >= 1" for name in foods)
        if not held:
            return (breathless,)
        hungry = parse(f"food < {_HUNGRY} and ({held})")
        return (breathless, Reflex(when=hungry, skill="eat-food", arguments={}, why="hungry"))

    @cached_property
    def foresight(self) -> MinecraftForesight:
        """What its calls would do, for rules."""
        return MinecraftForesight()

    @cached_property
    def notes(self) -> str:
        """The game's rules and this body's pitfalls, for models: knowledge, no solutions."""
        return (FOLDER / "notes.md").read_text(encoding="utf-8")

    @cached_property
    def functions(self) -> Mapping[str, str]:
        """What skills that were taught may use beside the library, by name; see `embodied.deeds.TellsKin`."""
        text = (FOLDER / "taught.py.txt").read_text(encoding="utf-8")
        parts = [f"def {part.strip()}\n" for part in text.split("def ") if part.strip()]
        return {part[len("def ") : part.index("(")]: part for part in parts}

    def kin(self, name: str) -> Kin | None:
        """What differs only in its wood stands for each other; what differs in use (tools) does not."""
        wood = kind_of(name)
        if wood not in WOODS or not name.startswith(f"{wood}_") or name not in load().items:
            return None
        rest = name[len(wood) + 1 :]
        reach = default_methods().reach
        members = tuple(f"{one}_{rest}" for one in WOODS if f"{one}_{rest}" in reach)
        return Kin(f"*_{rest}", wood, rest, members) if len(members) > 1 else None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words for items, classes and sets."""
        return vocabulary(load())

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        """The ways to gain `amount` more of `fact`; none if there is no way."""
        return default_methods()(fact, amount, observation)

    def unreachable(self, fact: FactRef) -> str:
        """Why nothing yields this fact, for a user; empty if something does."""
        return _reasons().unreachable(fact)

    def goal_pool(self) -> Sequence[str]:
        """All that vanilla's overworld would give; what this world leaves out counts as missed."""
        return sorted(overworld_items())


def reachable_items() -> frozenset[str]:
    """Every item that the embedded world yields by mining, crafting and smelting."""
    return frozenset(default_methods().reach.effort)


def overworld_items() -> frozenset[str]:
    """Every item that vanilla's overworld, structures left out, would yield in the same ways.

    The closure over minecraft-data's loot and recipes and the smelting table, from the blocks in
    `data/overworld_natural_blocks.json`, tool tiers heeded; no Silk Touch, mobs, trading or farming.
    """
    return frozenset(overworld_reach(DEFAULT_VERSION).effort)


@cache
def _reasons() -> Reasons:
    methods = default_methods()
    return Reasons(methods.knowledge, methods.blocks, methods.reach, overworld_reach(DEFAULT_VERSION))
