"""An arm of any driver at a table: what stands there is believed, and goes with the hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from embodied_arm.body import ArmBody
from embodied_tabletop.real.driver import DRIVER
from embodied_tabletop.real.world import WORLD, Settings, bridge_config

from embodied.arms.describing import description_from, plain
from embodied.errors import BadInput
from embodied.mini.inprocess import InProcessWorld
from tests.arm.kinematic import FR3

TWIN = {"driver": "twin", "settings": {"like": plain(FR3)}}


def _open(tmp_path: Path, **more: Any) -> InProcessWorld:
    driver = DRIVER.open({"arm": TWIN, "scene": "arm", **more}, tmp_path)
    return InProcessWorld(ArmBody(driver, {"hand_speed": 0.8}, tmp_path))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[InProcessWorld]:
    world = _open(tmp_path)
    yield world
    world.close()


def _take(world: InProcessWorld, name: str) -> None:
    x, y, z = world.observe().get("pose", name)  # type: ignore[misc]
    assert world.call("move_to", {"x": x, "y": y, "z": z + 0.1, "yaw": 0.0, "via": "above"}).ok
    assert world.call("move_to", {"x": x, "y": y, "z": z, "yaw": 0.0}).ok
    assert world.call("close_gripper", {}).ok
    assert world.call("move_by", {"dz": 0.15}).ok


def test_what_the_fingers_close_on_goes_with_the_hand(world: InProcessWorld) -> None:
    _take(world, "red_cube")
    seen = world.observe()
    assert seen.get("holding", "red_cube") is True
    assert seen.get("on", "red_cube", "table") is not True
    pose, hand = seen.get("pose", "red_cube"), seen.get("hand")
    assert pose == pytest.approx(hand, abs=0.005)


def test_what_is_let_go_of_lies_on_what_is_below(world: InProcessWorld) -> None:
    _take(world, "red_cube")
    x, y, z = world.observe().get("pose", "blue_cube")  # type: ignore[misc]
    assert world.call("move_to", {"x": x, "y": y, "z": z + 0.047, "yaw": 0.0, "via": "above"}).ok
    assert world.call("open_gripper", {}).ok
    seen = world.observe()
    assert seen.get("holding", "red_cube") is False
    assert seen.get("on", "red_cube", "blue_cube") is True


def test_fingers_that_meet_nothing_hold_nothing(world: InProcessWorld) -> None:
    assert world.call("close_gripper", {"must_hold": False}).ok
    assert world.observe().get("hand_empty") is True


def test_a_drawer_cannot_be_followed_without_eyes(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="drawer"):
        _open(tmp_path, scene="drawer")


def test_a_source_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="simulated"):
        _open(tmp_path, objects="simulatd")


def test_a_description_survives_the_wire() -> None:
    assert description_from(plain(FR3)) == FR3
    with pytest.raises(BadInput, match="describes no arm"):
        description_from({"name": "FR3"})


def test_a_world_with_a_real_arm_waits_for_consent_and_cannot_be_made_anew(tmp_path: Path) -> None:
    settings = {"driver": "ur5e", "arm": "no-such-arm", "connection": {"host": "127.0.0.1"}}
    simulation = WORLD.simulation(settings, tmp_path)
    with pytest.raises(BadInput, match="consent"):
        simulation.launch()
    with pytest.raises(BadInput, match="cannot be put back"):
        simulation.reset(7)


def test_a_driver_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="ur5e"):
        WORLD.simulation({"driver": "ur5"}, tmp_path)


def test_a_launch_can_only_tell_the_bridge_what_it_takes() -> None:
    config = bridge_config(Settings.of({"driver": "ur5e", "limits": {"hand_speed": 0.1}}), {"host": "arm"})
    assert config["limits"] == {"hand_speed": 0.1}
    assert config["settings"]["arm"] == {"driver": "ur5e", "settings": {"host": "arm"}}
