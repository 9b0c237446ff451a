"""What goes wrong in a real arm is named, with a remedy; and an SO-101 is lowered before it is released."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mujoco")

from embodied.arms import ArmCommand, Driver
from embodied.errors import BadInput, EmbodiedError, WorldError
from tests.arm.drivers import arms
from tests.arm.drivers.arms import ARMS, Arm
from tests.arm.peers.process import Peer, loopback_address

SOON_TICKS = 500


def made(name: str, folder: Path) -> Arm:
    make, needed = ARMS[name]
    for module in needed:
        pytest.importorskip(module)
    return make(folder)


@pytest.fixture
def so101(tmp_path: Path) -> Iterator[Arm]:
    arm = made("so101", tmp_path)
    yield arm
    assert arm.peer is not None
    arm.peer.close()


@pytest.fixture
def ur5e(tmp_path: Path) -> Iterator[Arm]:
    arm = made("ur5e", tmp_path)
    yield arm
    assert arm.peer is not None
    arm.peer.close()


def test_a_franka_whose_cable_is_cut_stops_itself_and_says_why(tmp_path: Path) -> None:
    for module in ("franky", "franky_sim"):
        pytest.importorskip(module)
    from embodied_arm.drivers.franka import DRIVER
    from embodied_arm.measuring.proxy import Proxy

    host, through = loopback_address(), loopback_address()
    peer = Peer("franka", host)
    proxy = Proxy("franka", through, host)
    driver = DRIVER.open({"host": through, "realtime": "ignore"}, tmp_path)
    try:
        first = driver.read().position
        driver.command(ArmCommand(position=(first[0] + 0.8, *first[1:])))
        while peer.measure()["top_speed"][0] < 0.5:
            driver.tick()
        proxy.cut()
        cut = peer.ask("reset")
        rest = peer.rested()
        assert rest["moved_until"] - cut["now"] < 0.3
        assert max(rest["top_speed"]) < 2.62  # it did not go on with its last torque
        driver.close()
        proxy.close()
        with pytest.raises(WorldError, match=r"Reflex, .*communication_constraints_violation"):
            DRIVER.open({"host": host, "realtime": "ignore"}, tmp_path)
    finally:
        driver.close()
        proxy.close()
        peer.close()


def go_on(driver: Driver) -> None:
    for _ in range(SOON_TICKS):
        driver.tick()
        driver.read()


@pytest.mark.parametrize("what", ["protective stop", "emergency stop"])
def test_a_ur_that_stops_itself_is_named_and_stays_at_rest(ur5e: Arm, what: str) -> None:
    assert ur5e.peer is not None
    driver = ur5e.open()
    driver.command(ArmCommand(position=tuple(q + 0.5 for q in driver.read().position)))
    for _ in range(30):
        driver.tick()
    ur5e.peer.ask(what)
    with pytest.raises(WorldError, match=f"stopped itself: an? {what}") as told:
        go_on(driver)
    assert "teach pendant" in told.value.remedy
    rested = ur5e.peer.rested()
    driver.close()
    assert ur5e.peer.measure()["position"] == rested["position"]
    with pytest.raises(WorldError, match=what):
        ur5e.open()


def test_closing_a_ur_ends_our_program_on_the_controller(ur5e: Arm) -> None:
    assert ur5e.peer is not None
    driver = ur5e.open()
    driver.tick()
    playing = ur5e.peer.measure()["runtime"]
    driver.close()
    assert ur5e.peer.measure()["runtime"] != playing


def test_a_hot_servo_is_named_with_its_joint(so101: Arm) -> None:
    assert so101.peer is not None
    driver = so101.open()
    so101.peer.ask("overheat")
    with pytest.raises(WorldError, match=r"elbow_flex \(servo 3\): temperature; 78 .C"):
        go_on(driver)
    driver.close()


def test_an_so101_is_lowered_slowly_and_released_only_where_it_lies(so101: Arm) -> None:
    assert so101.peer is not None
    driver = so101.open()
    up = (0.4, -0.8, 0.8, 0.9, 0.0)
    for _ in range(SOON_TICKS):
        driver.command(ArmCommand(position=up))
        driver.tick()
        if np.allclose(driver.read().position, up, atol=0.01):
            break
    so101.peer.ask("reset")
    driver.close()
    rested = so101.peer.rested()
    assert rested["torque"] == [0] * 6
    assert max(rested["top_speed"]) < 1.2  # it would fall with 3 rad/s and more
    assert np.allclose(rested["position"][1:3], [-1.7, 1.6], atol=0.07)


def test_a_calibration_of_another_arm_is_refused_before_anything_moves(so101: Arm, tmp_path: Path) -> None:
    from embodied_arm.drivers.so101 import DRIVER

    assert so101.peer is not None
    other = arms.calibration(tmp_path, homing_offset=999)
    with pytest.raises(BadInput, match="homing offset of 999") as told:
        DRIVER.open({"port": so101.peer.ready["port"], "calibration": str(other)}, tmp_path)
    assert "calibrate" in told.value.remedy
    assert so101.peer.measure()["torque"] == [0] * 6


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"prot": "/dev/ttyACM0"}, "no setting 'prot'"),
        ({}, "needs port"),
        ({"port": "/dev/none", "calibration": "/no/such.json"}, "calibration /no/such.json cannot be read"),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, str], words: str, tmp_path: Path) -> None:
    from embodied_arm.drivers.so101 import DRIVER

    with pytest.raises(EmbodiedError, match=words):
        DRIVER.open(settings, tmp_path)


def test_a_port_that_is_not_there_is_named(tmp_path: Path) -> None:
    pytest.importorskip("scservo_sdk")
    from embodied_arm.drivers.so101 import DRIVER

    settings = {"port": "/dev/no-such-arm", "calibration": str(arms.calibration(tmp_path))}
    with pytest.raises(WorldError, match="/dev/no-such-arm cannot be opened"):
        DRIVER.open(settings, tmp_path)


def test_a_kernel_without_real_time_is_not_the_robots_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    franky = pytest.importorskip("franky")

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("libfranka: Running kernel does not have realtime capabilities.")

    monkeypatch.setattr(franky, "Robot", refuse)
    from embodied_arm.drivers.franka import DRIVER as FRANKA

    with pytest.raises(WorldError, match="from this machine: libfranka: Running kernel") as refused:
        FRANKA.open({"host": "192.0.2.7"}, tmp_path)
    assert 'realtime = "ignore"' in refused.value.remedy
