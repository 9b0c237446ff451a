"""What every driver of an arm does, as its peer measures it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mujoco")

from embodied.arms import ArmCommand, ArmDescription, Driver
from embodied.errors import BadInput, WorldError
from tests.arm.drivers.arms import ARMS, Arm

STEP_RAD = 0.35
SLACK = 1.05
"""Of the peer's reading: its own response to set points is not the driver's."""
SETTLES_TICKS = 1500


class Bench:
    """One arm, its driver open."""

    def __init__(self, arm: Arm) -> None:
        self.arm = arm
        self.driver: Driver = arm.open()

    @property
    def description(self) -> ArmDescription:
        return self.driver.description

    def measured(self) -> dict[str, Any]:
        """Where the arm is and how fast it was, by the peer; by the engine itself for a simulator."""
        if self.arm.peer is not None:
            return self.arm.peer.measure()
        state = self.driver.read()
        return {
            "position": list(state.position),
            "top_speed": [abs(v) for v in state.velocity],
            "commands": 0,
        }

    def target(self) -> tuple[float, ...]:
        """Somewhere near, in range, where all joints have moved."""
        arm = self.description
        here = self.driver.read().position
        middle = [(low + high) / 2 for low, high in zip(arm.lower, arm.upper, strict=True)]
        return tuple(q + math.copysign(STEP_RAD, mid - q) for q, mid in zip(here, middle, strict=True))

    def go_on(self) -> None:
        """Tick and read for a while."""
        for _ in range(SETTLES_TICKS):
            self.driver.tick()
            self.driver.read()

    def reach(self, target: tuple[float, ...]) -> float:
        """Tick until the joints are at the target; how far the worst is at the end [rad]."""
        for _ in range(SETTLES_TICKS):
            self.driver.command(ArmCommand(position=target))
            self.driver.tick()
            state = self.driver.read()
            far = max(abs(a - b) for a, b in zip(state.position, target, strict=True))
            if far < 0.01 and max(map(abs, state.velocity)) < 0.02:
                break
        return far


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.slow) if name == "franka" else name for name in ARMS
    ]  # franka: its simulated loop runs at 1 kHz, and needs a core of its own
)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    make, needed = ARMS[request.param]
    for module in needed:
        pytest.importorskip(module)
    arm = make(tmp_path)
    try:
        bench = Bench(arm)
        try:
            yield bench
        finally:
            if arm.peer is not None:
                arm.peer.kill()  # nothing is lowered slowly: the tests that look at closing close
            bench.driver.close()
    finally:
        if arm.peer is not None:
            arm.peer.close()


@pytest.fixture
def peered(bench: Bench) -> Bench:
    if bench.arm.peer is None:
        pytest.skip("a simulator in this process has no peer")
    return bench


def test_reading_gives_finite_states_of_the_right_shapes_and_a_clock_that_goes_on(bench: Bench) -> None:
    n = len(bench.description.joint_names)
    first = bench.driver.read()
    for vector in (first.position, first.velocity, first.torque):
        assert len(vector) == n
        assert np.isfinite(vector).all()
    assert math.isfinite(first.gripper_width)
    for _ in range(5):
        bench.driver.tick()
    assert bench.driver.read().time_s > first.time_s


def test_a_description_is_whole_and_its_model_has_its_joints(bench: Bench) -> None:
    from embodied_arm.model import PlanningModel

    arm = bench.description
    n = len(arm.joint_names)
    for vector in (arm.lower, arm.upper, arm.velocity, arm.acceleration, arm.jerk, arm.home):
        assert len(vector) == n
    assert all(low < q < high for low, q, high in zip(arm.lower, arm.home, arm.upper, strict=True))
    model = PlanningModel(arm)
    hand = model.position(np.array(arm.home))
    assert hand[2] > 0.0
    assert np.allclose(model.pose()[1][:, 2], [0.0, 0.0, -1.0], atol=0.1)  # the tool points down
    assert model.contacts(np.array(arm.home)) == []


def test_before_a_command_nothing_moves(peered: Bench) -> None:
    before = peered.measured()["position"]
    for _ in range(20):
        peered.driver.tick()
    assert np.allclose(peered.measured()["position"], before, atol=5e-3)


def test_a_far_target_is_reached_within_the_limits_of_the_arm(bench: Bench) -> None:
    target = bench.target()
    assert bench.reach(target) < 0.015
    seen = bench.measured()
    assert np.allclose(seen["position"], target, atol=0.015)
    assert (np.array(seen["top_speed"]) <= SLACK * np.array(bench.description.velocity)).all()


def test_a_target_out_of_range_is_held_within_it_and_that_is_told(bench: Bench) -> None:
    far = tuple(100.0 for _ in bench.description.joint_names)
    assert bench.driver.command(ArmCommand(position=far)).position == bench.description.upper
    bench.driver.stop("not to go there")


def test_a_stop_brings_the_arm_to_rest_in_the_time_it_states_and_holds(peered: Bench) -> None:
    target = peered.target()
    peer = peered.arm.peer
    assert peer is not None
    while max(map(abs, peer.measure()["speed"])) < 0.2:
        peered.driver.command(ArmCommand(position=target))
        peered.driver.tick()
    before = peer.measure()
    peered.driver.stop("the test says so")
    peered.driver.stop("twice")
    rested = peer.rested()
    assert rested["moved_until"] - before["now"] <= peered.arm.rests_within_s
    for _ in range(20):
        peered.driver.command(ArmCommand(position=target))  # the target of before does not undo a stop
        peered.driver.tick()
    assert np.allclose(peer.measure()["position"], rested["position"], atol=5e-3)
    assert not np.allclose(rested["position"], target, atol=0.05)
    assert peered.reach(tuple(q + 0.01 for q in peered.driver.read().position)) < 0.015


def test_what_is_not_finite_never_reaches_the_arm(bench: Bench) -> None:
    before = bench.measured()["position"]
    for wrong in (math.nan, math.inf, -math.inf):
        joints = list(bench.driver.read().position)
        joints[2] = wrong
        with pytest.raises(BadInput, match=r"not a number to move to[\s\S]*Nothing was sent"):
            bench.driver.command(ArmCommand(position=tuple(joints)))
        with pytest.raises(BadInput, match="gripper's width"):
            bench.driver.command(ArmCommand(gripper_width=wrong))
    with pytest.raises(BadInput, match="joints"):
        bench.driver.command(ArmCommand(position=(0.0,)))
    for _ in range(10):
        bench.driver.tick()
    assert np.allclose(bench.measured()["position"], before, atol=5e-3)


def test_closing_leaves_the_arm_at_rest_and_may_be_repeated(bench: Bench) -> None:
    for _ in range(3):
        bench.driver.tick()
    bench.driver.close()
    bench.driver.close()
    if bench.arm.peer is not None:
        rested = bench.arm.peer.rested()
        assert (np.array(rested["top_speed"]) <= SLACK * np.array(bench.description.velocity)).all()


def test_a_peer_that_dies_is_a_named_error_with_a_remedy_and_nothing_hangs(peered: Bench) -> None:
    peer = peered.arm.peer
    assert peer is not None
    peered.driver.command(ArmCommand(position=peered.target()))
    for _ in range(10):
        peered.driver.tick()
    peer.kill()
    with pytest.raises(WorldError) as told:
        peered.go_on()
    assert told.value.remedy
    peered.driver.stop("it is gone")
    peered.driver.close()
    with pytest.raises(WorldError) as refused:
        peered.arm.open()
    assert refused.value.remedy


def test_an_arm_that_falls_silent_is_a_named_error(peered: Bench) -> None:
    peer = peered.arm.peer
    assert peer is not None
    peer.ask("fall silent")
    with pytest.raises(WorldError) as told:
        peered.go_on()
    assert told.value.remedy
