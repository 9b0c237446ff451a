"""The gate in Minecraft: the server itself gives what a skill needs, and only the gate can ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from embodied_minecraft import WORLD

from embodied.errors import BadInput
from embodied.library import Grade, LibraryStore
from embodied.library.proving import make_gate
from embodied.skills import SkillLibrary, seed_folder

pytestmark = pytest.mark.node


@pytest.fixture
def seeds() -> SkillLibrary:
    folder = seed_folder("minecraft")
    assert folder is not None
    return SkillLibrary([folder])


def test_a_scene_is_held_from_the_beginning_and_body_and_server_agree(tmp_path: Path) -> None:
    simulation = WORLD.simulation({"fast": True}, tmp_path)
    try:
        world = simulation.reset(7, {"inventory": {"oak_planks": 70, "stone_pickaxe": 1}})
        observation = world.observe()
        assert observation.number("inventory", "oak_planks") == 70
        assert observation.number("uses", "stone_pickaxe") == 131
        truth = simulation.truth()
        assert truth is not None
        assert truth.number("inventory", "oak_planks") == 70
        with pytest.raises(BadInput, match="A scene cannot hold 'oak_plank'"):
            simulation.reset(7, {"inventory": {"oak_plank": 1}})
        bare = simulation.reset(7)
        assert bare.observe().number("inventory", "oak_planks") == 0
    finally:
        simulation.close()


@pytest.mark.slow
def test_crafting_is_verified_with_what_is_given_and_once_from_nothing(
    tmp_path: Path, seeds: SkillLibrary
) -> None:
    store = LibraryStore(tmp_path / "library", "minecraft", seeds=seeds)
    lines: list[str] = []
    gate = make_gate(store, tmp_path / "gate", on_progress=lines.append)
    evidence = gate.verify(seeds.get("craft-item"), arguments={"item": "wooden_pickaxe", "count": 1})
    assert evidence.passed, evidence.reason
    given = [result.set_up["given"] for result in evidence.results if not result.from_nothing]
    assert all(items["crafting_table"] == 1 for items in given)
    (bare,) = [result for result in evidence.results if result.from_nothing]
    assert any("mine-block" in step for step in bare.set_up["reached"])
    assert store.grade("craft-item") is Grade.VERIFIED
    assert evidence.ground.world == "minecraft fast"
