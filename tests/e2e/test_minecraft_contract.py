"""The contract of worlds, over Minecraft: one embedded world, made anew only where a test closes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from embodied_minecraft import WORLD

from embodied.errors import BridgeLost
from embodied.world import Simulation, World
from tests.world_contract import WorldContract


def minecraft(folder: Path) -> Simulation:
    return WORLD.simulation({"fast": True, "view_distance": 3}, folder)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulation]:
    simulation = minecraft(tmp_path_factory.mktemp("contract"))
    yield simulation
    simulation.close()


@pytest.mark.node
class TestMinecraft(WorldContract):
    good = ("wait", {"seconds": 0})
    bad_arguments = ("look_at", {"x": "far", "y": 2, "z": 1})
    failing = ("craft", {"item": "diamond_pickaxe"})
    failing_code = "missing_ingredients"
    long = ("wait", {"seconds": 30})
    same_for_seed = ("inventory", "biome", "dimension", "position", "health")
    shared: World | None = None

    def make_simulation(self, folder: Path) -> Simulation:
        return minecraft(folder)

    @pytest.fixture
    def simulation(self, running: Simulation) -> Simulation:  # type: ignore[override]
        return running

    @pytest.fixture
    def world(self, simulation: Simulation) -> World:
        cls = type(self)
        try:
            if cls.shared is not None:
                cls.shared.observe()
        except BridgeLost:  # an earlier test has closed it
            cls.shared = None
        cls.shared = cls.shared or simulation.reset(3)
        return cls.shared
