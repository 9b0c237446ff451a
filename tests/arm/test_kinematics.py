"""Inverse kinematics from many places, and timing of any path."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("mujoco")
pytest.importorskip("mink")

from embodied_arm.kinematics import Kinematics, Target, half_turn, nearest_yaw
from embodied_arm.limits import Limits
from embodied_arm.model import TABLE, Array, PlanningModel
from embodied_arm.timing import Path, grid, trajectory

from embodied.arms import Obstacle
from tests.arm.kinematic import FR3

LIMITS = Limits.of(FR3, {"hand_speed": 0.6})


@pytest.fixture(scope="module")
def model() -> PlanningModel:
    return PlanningModel(FR3)


def test_every_place_over_the_table_is_found_from_home_and_from_anywhere(model: PlanningModel) -> None:
    kinematics = Kinematics(model, FR3, LIMITS.lower, LIMITS.upper)
    chance = np.random.default_rng(5)
    q = np.array(FR3.home)
    for number in range(60):
        place = (chance.uniform(0.3, 0.65), chance.uniform(-0.35, 0.35), chance.uniform(0.02, 0.35))
        target = Target(place, chance.uniform(-1.5, 1.5))
        found = kinematics.solve(target, np.array(FR3.home) if number % 2 else q)
        assert found is not None, target
        assert (found >= LIMITS.lower - 1e-9).all()
        assert (found <= LIMITS.upper + 1e-9).all()
        model.place(found)
        position, rotation = model.pose()
        assert position == pytest.approx(place, abs=1e-3)
        assert rotation == pytest.approx(target.rotation(), abs=5e-3)
        q = found


def test_what_is_out_of_reach_is_not_found(model: PlanningModel) -> None:
    kinematics = Kinematics(model, FR3, LIMITS.lower, LIMITS.upper)
    assert kinematics.solve(Target((1.2, 0.0, 0.1), 0.0), np.array(FR3.home)) is None


@pytest.mark.parametrize("seed", range(8))
def test_any_path_is_timed_within_all_limits(model: PlanningModel, seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(2, 9))
    q = np.array(FR3.home) + np.cumsum(chance.normal(0, 0.15, (count, 7)), axis=0)
    path = Path(np.concatenate(([0.0], np.cumsum(chance.uniform(0.05, 0.5, count - 1)))), q)
    hand = np.array([model.position(row) for row in path.at(grid(path))])
    period = 0.01
    joints: Array = trajectory(path, hand, LIMITS, 1.0, period)
    assert joints[-1] == pytest.approx(q[-1])
    still = np.repeat(q[-1:], 3, axis=0)
    velocity = np.diff(np.concatenate([np.repeat(q[:1], 3, axis=0), joints, still]), axis=0) / period
    assert (np.abs(velocity) <= np.array(FR3.velocity)).all()
    assert (np.abs(np.diff(velocity, axis=0)) / period <= np.array(FR3.acceleration)).all()
    assert (np.abs(np.diff(velocity, 2, axis=0)) / period**2 <= np.array(FR3.jerk)).all()


def test_yaw_counts_modulo_half_a_turn() -> None:
    assert half_turn(math.pi) == pytest.approx(0.0)
    assert half_turn(-math.pi / 2) == pytest.approx(math.pi / 2)
    assert nearest_yaw(3.0, 0.0) == pytest.approx(3.0 - math.pi)


def test_what_comes_near_while_the_arm_stands_still_is_seen() -> None:
    far = Obstacle("box", "box", (0.1, 0.1, 0.1), (2.0, 0.0, 0.5))
    model, q = PlanningModel(FR3, [TABLE, far]), np.array(FR3.home)
    assert not model.contacts(q)
    x, y, z = model.point()
    for position, seen in (((x, y, z), True), ((2.0, 0.0, 0.5), False), ((x, y, z), True)):
        model.set_obstacles([TABLE, Obstacle("box", "box", (0.1, 0.1, 0.1), position)])
        assert ("box" in {contact.thing for contact in model.contacts(q)}) == seen
