"""The contract of worlds, over the mini world in this process and behind a bridge."""

from __future__ import annotations

from pathlib import Path

from embodied.mini.world import WORLD
from embodied.world import Simulation
from tests.world_contract import WorldContract


class _Mini(WorldContract):
    good = ("walk", {"x": 1, "y": 2})
    bad_arguments = ("walk", {"x": "far", "y": 2})
    failing = ("craft", {"item": "pickaxe"})
    failing_code = "missing"
    long = ("wait", {"seconds": 60})
    same_for_seed = ("inventory", "position", "near")


class TestMiniInProcess(_Mini):
    def make_simulation(self, folder: Path) -> Simulation:
        return WORLD.simulation({}, folder)


class TestMiniOverTheBridge(_Mini):
    def make_simulation(self, folder: Path) -> Simulation:
        return WORLD.simulation({"bridge": True}, folder)
