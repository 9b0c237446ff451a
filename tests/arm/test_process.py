"""The bridge as a process of its own: starting, halting, real time, and being killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")

from embodied.bridge.client import BridgeClient
from embodied.errors import BadInput, BridgeLost, BridgeStalled, SetupError
from embodied.plugins import load_bridge, load_driver

ROOT = Path(__file__).parents[2]
CUBES = {"red_cube": [0.5, 0.1, 0.025]}
Start = Callable[..., BridgeClient]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver of these tests as a stranger's installed package, here and in child processes."""
    package = tmp_path / "site" / "kinematic_arm-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: kinematic-arm\nVersion: 1\n")
    (package / "entry_points.txt").write_text(
        "[embodied.drivers]\nkinematic = tests.arm.kinematic:DRIVER\nbroken = no_such_package:DRIVER\n"
    )
    monkeypatch.syspath_prepend(str(package.parent))
    paths = [str(package.parent), str(ROOT), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in paths if path))


@pytest.fixture
def start(installed: None, tmp_path: Path) -> Iterator[Start]:
    clients: list[BridgeClient] = []

    def begin(**config: Any) -> BridgeClient:
        whole = {"driver": "kinematic", "settings": {"cubes": CUBES}, "limits": {"hand_speed": 0.5}, **config}
        client = load_bridge("arm").start(whole, run_dir=tmp_path / "run")
        assert isinstance(client, BridgeClient)
        clients.append(client)
        return client

    yield begin
    for client in clients:
        client.close()


def test_a_pick_over_the_protocol(start: Start) -> None:
    world = start()
    assert world.spec.kind == "arm"
    assert world.spec.details["limits"]["hand_speed_m_s"] == 0.5
    assert world.call("move_to", {"x": 0.5, "y": 0.1, "z": 0.025, "yaw": 0.0}).ok
    assert world.call("close_gripper", {}).value["object"] == "red_cube"
    assert world.call("move_by", {"dz": 0.2}).ok
    seen = world.observe()
    assert seen.get("holding", "red_cube") is True
    pose = seen.get("pose", "red_cube")
    assert isinstance(pose, tuple)
    assert pose[2] == pytest.approx(0.225, abs=2e-3)


def test_a_refusal_carries_the_nearest_point_over_the_protocol(start: Start) -> None:
    result = start().call("move_to", {"x": 0.85, "y": 0.0, "z": 0.1})
    assert result.error == "unreachable"
    assert set(result.value["nearest"]) == {"x", "y", "z"}


def test_between_calls_time_stands_still_or_passes_as_asked(start: Start) -> None:
    still = start()
    before = still.observe().notes["time_s"]
    still.call("grasp_check", {})
    assert still.observe().notes["time_s"] == before
    still.close()
    passing = start(real_time=True)
    before = passing.observe().notes["time_s"]
    until = time.monotonic() + 10.0
    while passing.observe().notes["time_s"] <= before + 0.05:
        assert time.monotonic() < until
    began = time.monotonic()
    assert passing.call("wait", {"seconds": 0.5}).ok
    assert time.monotonic() - began > 0.45


def test_a_halt_of_a_motion_in_real_time_comes_to_rest(start: Start) -> None:
    world = start(real_time=True)
    halter = threading.Timer(0.5, world.halt, args=("the test says so",))
    halter.start()
    result = world.call("move_to", {"x": 0.5, "y": 0.4, "z": 0.2, "speed": 0.1})
    halter.join(5.0)
    assert (result.ok, result.error) == (False, "halted")
    until = time.monotonic() + 5.0
    while world.observe().get("moving"):
        assert time.monotonic() < until
    assert world.call("move_by", {"dz": 0.02}).ok


def grasp_and_wait(world: BridgeClient) -> None:
    world.call("close_gripper", {})
    world.call("wait", {"seconds": 30})


def test_a_bridge_killed_in_a_grasp_is_lost(start: Start) -> None:
    world = start(real_time=True)
    assert world.call("move_to", {"x": 0.5, "y": 0.1, "z": 0.025, "yaw": 0.0}).ok
    child = world._child
    assert child is not None
    killer = threading.Timer(0.2, os.kill, args=(child.pid, signal.SIGKILL))
    killer.start()
    with pytest.raises(BridgeLost, match=r"the arm's bridge: its process ended \(signal SIGKILL\)"):
        grasp_and_wait(world)
    killer.join(5.0)
    with pytest.raises(BridgeLost):
        world.observe()


def test_a_driver_that_hangs_is_stalled(start: Start) -> None:
    world = start(settings={"cubes": CUBES, "trouble": {"hang_at": 20}})
    with pytest.raises(BridgeStalled, match="does not answer"):
        world.call("move_to", {"x": 0.5, "y": 0.3, "z": 0.2})


def test_an_unknown_driver_is_named(start: Start) -> None:
    with pytest.raises(SetupError, match=r"There is no driver 'kinematik'.*\n.*Did you mean 'kinematic'"):
        start(driver="kinematik")


def test_a_driver_that_cannot_be_imported_names_the_extra(installed: None) -> None:
    with pytest.raises(SetupError, match=r"no_such_package.*\n.*embodied-agent\[arm\]"):
        load_driver("broken")


def test_limits_wider_than_the_arms_keep_the_bridge_from_starting(start: Start) -> None:
    with pytest.raises(SetupError, match=r"hand_speed = 9"):
        start(limits={"hand_speed": 9})


def test_an_unknown_setting_is_named(start: Start) -> None:
    with pytest.raises(BadInput, match="Did you mean 'real_time'"):
        start(realtime=True)
