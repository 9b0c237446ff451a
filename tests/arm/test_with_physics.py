"""The same calls with friction and gravity, in both engines: pick, carry, stack, pull, press, push."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("pybullet")

from embodied_arm.body import ArmBody

from embodied.mini.inprocess import InProcessWorld
from embodied.plugins import load_driver

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Table:
    """A world in this process; `call` fails the test when the call does."""

    def __init__(self, engine: str, folder: Path, **settings: Any) -> None:
        driver = load_driver("tabletop").open({"engine": engine, "seed": 4, **settings}, folder)
        self.body = ArmBody(driver, {}, folder)
        self.world = InProcessWorld(self.body)

    def call(self, name: str, **arguments: Any) -> Any:
        result = self.world.call(name, arguments, timeout_s=120.0)
        assert result.ok, f"{name}: {result.error}: {result.message}"
        return result.value

    def thing(self, name: str) -> Any:
        return next(each for each in self.call("objects")["objects"] if each["name"] == name)

    def true(self, family: str, *keys: str) -> bool:
        return self.world.observe().get(family, *keys) is True

    def pick(self, name: str) -> None:
        it = self.thing(name)
        self.call("open_gripper")
        self.call("move_to", x=it["x"], y=it["y"], z=it["z"] + 0.08, yaw=it["yaw"], via="above")
        self.call("move_to", x=it["x"], y=it["y"], z=it["z"])
        self.call("close_gripper")
        self.call("move_by", dz=0.12)


@pytest.fixture(params=["mujoco", "pybullet"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Table]:
    table = Table(request.param, tmp_path)
    yield table
    table.world.close()
    table.body.close()


def test_a_cube_is_stacked_by_friction_alone(table: Table) -> None:
    table.pick("red_cube")
    assert table.call("grasp_check")["object"] == "red_cube"
    assert table.true("holding", "red_cube")
    below = table.thing("blue_cube")
    height = below["z"] + (below["size"][2] + table.thing("red_cube")["size"][2]) / 2
    table.call("move_to", x=below["x"], y=below["y"], z=height + 0.08, via="above")
    table.call("move_to", x=below["x"], y=below["y"], z=height)
    table.call("open_gripper")
    table.call("move_by", dz=0.1)
    table.call("home")
    assert table.true("on", "red_cube", "blue_cube")
    assert not table.body._controller.gate.interventions


def test_a_drawer_is_pulled_open_and_pushed_shut_with_a_cube_inside(table: Table) -> None:
    handle = table.thing("drawer_handle")
    over = {"x": handle["x"], "y": handle["y"], "yaw": 0.0}
    table.call("open_gripper")
    table.call("move_to", **over, z=handle["z"] + 0.1, via="above")
    table.call("move_to", **over, z=handle["z"], touch="drawer_handle")
    table.call("close_gripper")
    table.call("move_by", dx=-0.13, speed=0.5)
    assert table.true("is_open", "drawer")
    table.call("open_gripper")
    table.call("move_by", dz=0.1)
    table.pick("green_cube")
    drawer = table.thing("drawer")
    table.call("move_to", x=drawer["x"], y=drawer["y"], z=0.14, yaw=0.0, via="above")
    table.call("move_to", x=drawer["x"], y=drawer["y"], z=0.06)
    table.call("open_gripper")
    table.call("move_by", dz=0.12)
    table.call("close_gripper", must_hold=False)
    handle = table.thing("drawer_handle")
    table.call("move_to", x=handle["x"] - 0.08, y=handle["y"], z=handle["z"] + 0.1, yaw=0.0, via="above")
    table.call("move_to", x=handle["x"] - 0.08, y=handle["y"], z=handle["z"])
    table.call("move_by", dx=0.2, speed=0.4, touch="drawer", until_contact=True)
    table.call("move_by", dx=-0.05)
    assert table.true("is_closed", "drawer")
    assert table.true("in", "green_cube", "drawer")


def test_a_button_is_pressed_until_it_resists(table: Table) -> None:
    button = table.thing("button")
    table.call("close_gripper", must_hold=False)
    table.call("move_to", x=button["x"], y=button["y"], z=button["z"] + 0.08, via="above")
    pressed = table.call(
        "move_to", x=button["x"], y=button["y"], z=0.02, touch="button", until_contact=True, speed=0.5
    )
    assert pressed["contact"]
    assert table.true("pressed", "button")


def test_a_grasp_that_does_not_grip_is_noticed(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    table = Table("mujoco", tmp_path, failed_grasps=1.0)
    request.addfinalizer(table.body.close)
    it = table.thing("red_cube")
    table.call("move_to", x=it["x"], y=it["y"], z=it["z"], yaw=it["yaw"], via="above")
    closed = table.world.call("close_gripper", {}, timeout_s=60.0)
    lifted = table.world.call("move_by", {"dz": 0.15}, timeout_s=60.0) if closed.ok else closed
    assert lifted.error in ("no_grasp", "dropped", "slipped")
    assert not table.true("holding", "red_cube")
    assert table.call("grasp_check")["object"] == ""
