"""What the mini world knows about itself: wood makes planks and sticks, those a pickaxe, which mines ore."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from embodied.condition import Condition, parse
from embodied.facts import FactFamily, Observation
from embodied.methods import FactRef, Group, Method, Noun, Reflex, Vocabulary

if TYPE_CHECKING:
    from embodied.rules.foresight import Foresight

USES = 3
RECIPES: Mapping[str, tuple[int, Mapping[str, int]]] = {
    "plank": (4, {"wood": 1}),
    "stick": (4, {"plank": 2}),
    "pickaxe": (1, {"plank": 3, "stick": 2}),
}
"""item: (how many come out, what goes in)"""

DROPS: Mapping[str, str] = {"tree": "wood", "rock": "ore"}
ITEMS = ("wood", "plank", "stick", "pickaxe", "ore")

FAMILIES: Mapping[str, FactFamily] = {
    family.name: family
    for family in (
        FactFamily("inventory", ("item",), "int", "How many of an item are held.", closed=True, default=0),
        FactFamily("uses", ("item",), "int", "Remaining uses of held tools.", closed=True, default=0),
        FactFamily("position", (), "vector", "Where the body stands [cells, x to the east, y to the north]."),
        FactFamily("near", ("thing",), "float", "Walking distance to the nearest thing in view [cells]."),
        FactFamily("alive", (), "bool", "Always true: nothing here can hurt."),
    )
}


def _noun(name: str, *words: str) -> Noun:
    verbs = {"get", "craft"} if name in RECIPES else {"get", "mine"}
    return Noun(name, (name, f"{name}s", *words), f"inventory[{name}] >= {{count}}", frozenset(verbs))


VOCABULARY = Vocabulary(
    nouns=(
        _noun("wood", "log", "logs"),
        _noun("plank"),
        _noun("stick"),
        _noun("pickaxe", "pickaxes"),
        _noun("ore"),
    ),
    groups=(Group("tools", ("tools", "set of tools"), ("pickaxe",)),),
    verbs={
        "get": ("get", "obtain", "find", "bring", "have", "collect", "gather"),
        "craft": ("craft", "make", "build", "create"),
        "mine": ("mine", "dig", "chop", "cut"),
    },
    examples=("get 2 ore", "craft a pickaxe", "make 4 sticks"),
)


class MiniSpec:
    """The mini world's `WorldSpec`."""

    name = "mini"
    families = FAMILIES
    vocabulary = VOCABULARY
    reflexes: tuple[Reflex, ...] = ()
    interrupts: frozenset[str] = frozenset()
    ready: Condition | None = None

    @cached_property
    def foresight(self) -> Foresight:
        """What its calls would do, for rules."""
        from embodied.mini.foreseeing import MiniForesight

        return MiniForesight()

    def goal_pool(self) -> Sequence[str]:
        return sorted(noun.name for noun in VOCABULARY.nouns)

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        if fact[0] not in ("inventory", "uses") or len(fact) != 2:
            return
        item = fact[1]
        if fact[0] == "uses" and item != "pickaxe":
            return
        if item in RECIPES:
            makes, uses = RECIPES[item]
            gain = USES if fact[0] == "uses" else 1
            times = max(1, -(-int(amount) // (makes * gain)))
            adds: dict[FactRef, float] = {("inventory", item): makes * times}
            if item == "pickaxe":
                adds["uses", item] = USES * times
            yield Method(
                skill="craft-item",
                arguments={"item": item, "count": makes * times},
                consumes={("inventory", part): count * times for part, count in uses.items()},
                adds=adds,
                cost=times,
            )
        for thing, drop in DROPS.items():
            if drop == item:
                count = max(1, int(amount))
                tool = thing == "rock"
                yield Method(
                    skill="gather-thing",
                    arguments={"thing": thing, "item": item, "count": count},
                    needs=(parse("uses[pickaxe] >= 1"),) if tool else (),
                    consumes={("uses", "pickaxe"): count} if tool else {},
                    adds={("inventory", item): count},
                    cost=5.0 * count,
                    note="needs a pickaxe" if tool else "",
                )

    def unreachable(self, fact: FactRef) -> str:
        if fact[0] == "inventory" and not any(fnmatchcase(item, fact[-1]) for item in ITEMS):
            return f"nothing in the mini world yields {fact[-1]}"
        return ""
