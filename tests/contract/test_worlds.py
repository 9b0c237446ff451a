"""The contract of worlds, over every kind that is registered: the mini world in this process and behind a
bridge, the arm at the table in both engines, and Minecraft."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.plugins import load_world, world_kinds
from embodied.world import Simulation
from tests.contract.contract import WorldContract

TO_AND_FRO = [{"x": 0.5, "y": y, "z": 0.4} for y in (-0.1, 0.1)] * 10


class _Mini(WorldContract):
    kind = "mini"
    good = ("walk", {"x": 1, "y": 2})
    bad_arguments = ("walk", {"x": "far", "y": 2})
    failing = ("craft", {"item": "pickaxe"})
    failing_code = "missing"
    long = ("wait", {"seconds": 60})
    still = ("position", "inventory")


class TestMiniInProcess(_Mini):
    @classmethod
    def make_simulation(cls, folder: Path) -> Simulation:
        return load_world("mini").simulation({}, folder)


class TestMiniOverTheBridge(_Mini):
    @classmethod
    def make_simulation(cls, folder: Path) -> Simulation:
        return load_world("mini").simulation({"bridge": True}, folder)


class _Tabletop(WorldContract):
    kind = "tabletop"
    good = ("wait", {"seconds": 0})
    bad_arguments = ("move_to", {"x": "far", "y": 0, "z": 0.3})
    failing = ("move_to", {"x": 2.0, "y": 0.0, "z": 0.3})
    failing_code = "outside_workspace"
    long = ("follow", {"points": TO_AND_FRO, "speed": 0.01})
    still = ("joint", "hand", "pose", "gripper_width")
    rest = "not moving"
    engine = ""

    @classmethod
    def make_simulation(cls, folder: Path) -> Simulation:
        pytest.importorskip(cls.engine)
        return load_world("tabletop").simulation({"engine": cls.engine}, folder)


class TestTabletopInMujoco(_Tabletop):
    engine = "mujoco"


class TestTabletopInPybullet(_Tabletop):
    engine = "pybullet"


@pytest.mark.node
class TestMinecraft(WorldContract):
    kind = "minecraft"
    good = ("wait", {"seconds": 0})
    bad_arguments = ("look_at", {"x": "far", "y": 2, "z": 1})
    failing = ("craft", {"item": "diamond_pickaxe"})
    failing_code = "missing_ingredients"
    long = ("wait", {"seconds": 30})
    same_for_seed = ("inventory", "biome", "dimension", "position", "health")
    still = ("position", "inventory")
    truth = ("inventory",)

    @classmethod
    def make_simulation(cls, folder: Path) -> Simulation:
        return load_world("minecraft").simulation({"fast": True, "view_distance": 3}, folder)


def test_every_registered_world_is_held_to_the_contract() -> None:
    held = {cls.kind for cls in (_Mini, _Tabletop, TestMinecraft)}
    learned_in = {"metaworld"}  # which has no body to act with
    cannot_be_made_anew = {"arm"}  # held to tests/tabletop/test_arm_at_table.py and tests/deploying
    assert set(world_kinds()) - learned_in - cannot_be_made_anew == held
