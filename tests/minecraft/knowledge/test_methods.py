"""Drops, tools, and the ways to gain an item."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import embodied_minecraft
import pytest
from embodied_minecraft.knowledge import load
from embodied_minecraft.methods import MinecraftMethods, default_methods
from embodied_minecraft.spec import MinecraftSpec, overworld_items, reachable_items
from embodied_minecraft.terrain import Presence, world_blocks

from embodied.condition import check, evaluate, parse
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.methods import Method
from embodied.planning.search import PlanSearch

WORLD = MinecraftSpec()
DATA = Path(embodied_minecraft.__file__).parent / "data"
SKILLS = {
    "mine-block": {"block", "item", "count"},
    "branch-mine": {"block", "item", "count", "y"},
    "craft-item": {"item", "count", "using"},
    "smelt-item": {"item", "output", "count", "fuel"},
    "fill-bucket": {"item"},
}


def seen(
    held: dict[str, int] | None = None, near: dict[str, float] | None = None, **uses: int
) -> Observation:
    return Observation(
        WORLD.families,
        {
            "inventory": {(name,): count for name, count in (held or {}).items()},
            "nearby_block": {(name,): metres for name, metres in (near or {}).items()},
            "uses": {(name,): count for name, count in uses.items()},
        },
    )


def ways(item: str, amount: float, observation: Observation, skill: str = "") -> list[Method]:
    found = list(WORLD.methods(("inventory", item), amount, observation))
    return [method for method in found if not skill or method.skill == skill]


def test_an_unknown_version_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"1\.20\.4"):
        load("1.8")


@pytest.mark.parametrize(
    ("block", "item", "expected"),
    [
        ("stone", "cobblestone", 1.0),
        ("gravel", "flint", 0.1),
        ("gravel", "gravel", 0.9),
        ("oak_leaves", "oak_sapling", 0.05),
        ("redstone_ore", "redstone", 4.5),
        ("lapis_ore", "lapis_lazuli", 6.5),
        ("diamond_ore", "diamond", 1.0),
        ("clay", "clay_ball", 4.0),
        ("short_grass", "wheat_seeds", 0.125),
        ("oak_log", "oak_log", 1.0),
    ],
)
def test_drops_are_those_of_the_game(block: str, item: str, expected: float) -> None:
    drop = next(drop for drop in load().blocks[block].drops if drop.item == item)
    assert drop.expected == pytest.approx(expected)


def test_digging_times_are_those_of_the_game() -> None:
    knowledge = load()
    assert knowledge.dig_seconds("stone", "wooden_pickaxe") == pytest.approx(1.125)
    assert knowledge.dig_seconds("stone") == pytest.approx(7.5)
    assert knowledge.dig_seconds("oak_log") == pytest.approx(3.0)
    assert knowledge.dig_seconds("dirt", "stone_shovel") == pytest.approx(0.1875)
    assert math.isinf(knowledge.dig_seconds("bedrock", "diamond_pickaxe"))


def test_every_method_fits_its_skill_and_its_facts() -> None:
    here = seen({"coal": 2, "oak_log": 3}, {"stone": 3.0, "birch_log": 7.0})
    for item in reachable_items():
        methods = ways(item, 3, here)
        assert methods, item
        assert len(methods) <= 24, item
        for method in methods:
            assert set(method.arguments) == SKILLS[method.skill]
            assert method.adds[("inventory", item)] > 0
            assert 0 < method.cost < math.inf, (item, method)
            for need in method.needs:
                check(need, WORLD.families)


def test_iron_ore_wants_a_stone_pickaxe_or_better() -> None:
    tools = {str(method.needs[0]) for method in ways("raw_iron", 3, seen())}
    assert "inventory[stone_pickaxe] >= 1" in tools
    assert "inventory[wooden_pickaxe] >= 1" not in tools
    assert {str(m.needs[0]) for m in ways("diamond", 1, seen())} <= {
        f"inventory[{material}_pickaxe] >= 1" for material in ("iron", "diamond", "netherite")
    }


def test_digging_wears_the_tool_and_a_new_tool_gives_uses() -> None:
    (mined, *_) = ways("cobblestone", 10, seen(near={"stone": 4.0}), "mine-block")
    assert mined.consumes == {("uses", "wooden_pickaxe"): 10}
    (made, *_) = WORLD.methods(("uses", "stone_pickaxe"), 200, seen({"cobblestone": 9}))
    assert made.arguments["count"] == 2
    assert made.adds == {("inventory", "stone_pickaxe"): 2, ("uses", "stone_pickaxe"): 262}


def test_logs_come_from_the_nearest_trees() -> None:
    birches = seen(near={"birch_log": 5.0, "oak_log": 20.0})
    methods = list(WORLD.methods(("inventory", "*_log"), 4, birches))
    assert min(methods, key=lambda method: method.cost).arguments["block"] == "birch_log"
    assert ways("stick", 4, birches, "craft-item")[0].arguments["using"] == "birch_planks"


def test_what_is_held_is_used_first() -> None:
    here = seen({"birch_planks": 8, "charcoal": 1}, {"oak_log": 3.0})
    assert ways("crafting_table", 1, here)[0].consumes == {("inventory", "birch_planks"): 4}
    assert ways("torch", 4, here)[0].consumes[("inventory", "charcoal")] == 1


def test_big_recipes_want_a_table_at_hand_and_smelting_a_furnace() -> None:
    (pickaxe, *_) = ways("iron_pickaxe", 1, seen())
    assert evaluate(pickaxe.needs[0], seen({"crafting_table": 1})) is True
    assert evaluate(pickaxe.needs[0], seen(near={"crafting_table": 5.0})) is True
    assert evaluate(pickaxe.needs[0], seen()) is not True
    smelted = ways("iron_ingot", 10, seen({"coal": 5}), "smelt-item")[0]
    assert smelted.consumes == {("inventory", "raw_iron"): 10, ("inventory", "coal"): 2}
    assert evaluate(smelted.needs[0], seen({"furnace": 1})) is True


def test_a_chance_drop_wants_as_many_blocks_as_it_takes() -> None:
    (flint, *_) = ways("flint", 2, seen(near={"gravel": 5.0}), "mine-block")
    assert flint.arguments == {"block": "gravel", "item": "flint", "count": 2}
    assert flint.cost > ways("gravel", 2, seen(near={"gravel": 5.0}), "mine-block")[0].cost * 4


def test_deep_ores_are_tunnelled_for() -> None:
    assert {method.skill for method in ways("diamond", 1, seen())} == {"branch-mine"}
    in_sight = seen(near={"diamond_ore": 6.0})
    assert min(ways("diamond", 1, in_sight), key=lambda m: m.cost).skill == "mine-block"


def test_plans_for_the_tech_tree_start_with_wood() -> None:
    start = seen(near={"oak_log": 6.0, "stone": 9.0})
    for goal in ("iron_pickaxe", "diamond", "bucket", "compass", "flint_and_steel", "glass_pane"):
        plan = PlanSearch(WORLD, start).plan(parse(f"inventory[{goal}] >= 1"))
        skills = [step.method.skill for step in plan.steps]
        assert "mine-block" in skills[:2], goal
        assert plan.steps[-1].method.adds[("inventory", goal)] >= 1


def test_every_reachable_item_has_a_plan() -> None:
    start = seen(near={"oak_log": 6.0, "stone": 9.0})
    for item in sorted(reachable_items())[::3]:
        assert PlanSearch(WORLD, start).plan(parse(f"inventory[{item}] >= 1")).steps, item


def test_reachable_items_are_some_of_the_overworlds() -> None:
    reachable, overworld = reachable_items(), overworld_items()
    assert {"iron_pickaxe", "diamond", "torch", "bucket", "shield", "glass", "clock", "rail"} <= reachable
    assert {"iron_pickaxe", "spruce_boat", "spyglass", "green_terracotta"} <= overworld
    assert not {"nether_star", "book", "bed", "cake", "diamond_ore", "netherite_ingot"} & (
        reachable | overworld
    )
    assert len(reachable & overworld) >= 0.8 * len(overworld)


def test_a_world_with_fewer_blocks_yields_less() -> None:
    poor = MinecraftMethods(load(), {"oak_log": Presence(10.0), "dirt": Presence(1.0)})
    assert "wooden_pickaxe" in poor.reach
    assert "cobblestone" not in poor.reach
    assert "stone_pickaxe" not in poor.reach


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("nether_star", "Nether"),
        ("cake", "egg comes from mobs"),
        ("diamond_ore", "Silk Touch"),
        ("zombie_spawn_egg", "survival"),
        ("elytra", "End"),
        ("iron_pickax", "Did you mean 'iron_pickaxe'"),
        ("bread", "wheat"),
    ],
)
def test_what_cannot_be_had_is_explained(item: str, says: str) -> None:
    assert says in WORLD.unreachable(("inventory", item))


def test_the_reasons_agree_with_the_methods() -> None:
    for item in load().items:
        assert bool(WORLD.unreachable(("inventory", item))) == (item not in reachable_items()), item
        assert bool(ways(item, 1, seen())) == (item in reachable_items()), item
    assert WORLD.unreachable(("inventory", "*_log")) == ""
    assert "cannot be had" in WORLD.unreachable(("inventory", "*_shulker_box"))
    assert WORLD.unreachable(("health",)) == ""
    assert "does not wear" in WORLD.unreachable(("uses", "stick"))


def test_the_tables_name_only_what_exists() -> None:
    knowledge = load()
    natural = json.loads((DATA / "overworld_natural_blocks.json").read_text())["blocks"]
    named = {name for names in natural.values() for name in names} | set(world_blocks())
    assert not {name for name in named if name not in knowledge.blocks}
    assert set(knowledge.fuels) <= set(knowledge.items)


def test_methods_are_quick_once_asked() -> None:
    here = seen()
    methods = default_methods()
    methods(("inventory", "iron_ingot"), 3, here)
    begun = time.perf_counter()
    for _ in range(2000):
        methods(("inventory", "iron_ingot"), 3, here)
    assert (time.perf_counter() - begun) / 2000 < 50e-6


def test_no_more_pickaxes_are_taken_along_than_one_trip_can_want() -> None:
    [way] = ways("emerald", 9, seen({"iron_pickaxe": 1}, iron_pickaxe=250), "branch-mine")[:1]
    assert 0 < way.consumes.get(("uses", "stone_pickaxe"), 0) <= 3 * 131
