"""The mini world can be won, is the same for the same seed, and fails on request."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.errors import BadInput
from embodied.goals import GoalParser
from embodied.mini.world import WORLD
from embodied.plugins import load_world, load_worlds
from embodied.world import World


def _fetch(world: World, thing: str) -> None:
    things = world.call("look", {}).value["things"]
    target = next(one for one in things if one["thing"] == thing)
    assert world.call("walk", {"x": target["x"], "y": target["y"]}).ok
    assert world.call("gather", {"thing": thing}).ok


@pytest.mark.parametrize("bridge", [False, True])
def test_it_can_be_won(tmp_path: Path, bridge: bool) -> None:
    simulation = WORLD.simulation({"seed": 4, "bridge": bridge}, tmp_path)
    try:
        world = simulation.launch()
        assert world.call("gather", {"thing": "rock"}).error in ("no_tool", "not_near")
        for _ in range(2):
            _fetch(world, "tree")
        for item in ("plank", "plank", "stick", "pickaxe"):
            assert world.call("craft", {"item": item}).ok
        assert world.observe().get("uses", "pickaxe") == 3
        for _ in range(3):
            _fetch(world, "rock")
        end = world.observe()
        assert (end.get("inventory", "ore"), end.get("inventory", "pickaxe"), end.get("uses", "pickaxe")) == (
            3,
            0,
            0,
        )
        assert [event["type"] for event in end.events[-2:]] == ["broke", "gathered"]
        assert world.observe().events == ()
    finally:
        simulation.close()


def test_other_seeds_are_other_worlds(tmp_path: Path) -> None:
    simulation = WORLD.simulation({}, tmp_path)
    places = {simulation.reset(seed).observe().get("position") for seed in range(8)}
    assert len(places) > 4


def test_a_call_fails_on_request(tmp_path: Path) -> None:
    world = WORLD.simulation({"fail_nth": 2}, tmp_path).launch()
    results = [world.call("walk", {"x": 1, "y": 1}).error for _ in range(3)]
    assert results == ["", "slipped", ""]


def test_goals_in_plain_words() -> None:
    spec = WORLD.spec()
    goal = GoalParser(spec.vocabulary, spec.families).parse("get 2 ore")
    assert str(goal.condition) == "inventory[ore] >= 2"
    assert spec.unreachable(("inventory", "gold"))
    assert not spec.unreachable(("inventory", "ore"))


def test_worlds_are_found_by_name() -> None:
    assert load_world("mini").name == "mini"
    assert load_worlds()["mini"] is WORLD
    with pytest.raises(BadInput, match="Did you mean 'mini'"):
        load_world("minni")
