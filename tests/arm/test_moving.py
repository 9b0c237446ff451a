"""Where the hand goes when it is told, how straight and how fast."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from embodied.arms import Obstacle
from tests.arm.conftest import SPEED, Make, cube
from tests.arm.kinematic import FR3, Trouble

PERIOD = FR3.control_period_s


def test_move_to_is_a_straight_line_within_all_limits(make: Make) -> None:
    arm = make()
    assert arm.call("move_to", x=0.5, y=0.2, z=0.2, yaw=0.0).ok
    first = len(arm.driver.sent)
    result = arm.call("move_to", x=0.6, y=-0.2, z=0.1, yaw=0.8)
    assert result.ok
    assert result.value["off_m"] < 1e-3
    path = arm.hand_path()[first:]
    along = (path[-1] - path[0]) / np.linalg.norm(path[-1] - path[0])
    aside = (path - path[0]) - np.outer((path - path[0]) @ along, along)
    assert np.linalg.norm(aside, axis=1).max() < 1e-3
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).max() <= SPEED * PERIOD * 1.02
    velocity = np.diff(arm.sent(), axis=0) / PERIOD
    assert (np.abs(velocity) <= np.array(FR3.velocity)).all()
    assert (np.abs(np.diff(velocity, axis=0)) / PERIOD <= np.array(FR3.acceleration)).all()
    assert (np.abs(np.diff(velocity, 2, axis=0)) / PERIOD**2 <= np.array(FR3.jerk)).all()
    assert not arm.body._controller.gate.interventions


def test_a_share_of_the_speed_takes_longer(make: Make) -> None:
    arm = make()
    arm.call("move_to", x=0.5, y=0.2, z=0.2)
    before = arm.driver.ticks
    arm.call("move_to", x=0.5, y=-0.2, z=0.2)
    fast = arm.driver.ticks - before
    arm.call("move_to", x=0.5, y=0.2, z=0.2, speed=0.25)
    assert arm.driver.ticks - before - fast > 2.5 * fast


@pytest.mark.parametrize("yaw", [1.4, -1.4, 3.1, -3.0, 6.0])
def test_yaw_is_reached_modulo_half_a_turn(make: Make, yaw: float) -> None:
    arm = make()
    result = arm.call("move_to", x=0.5, y=0.1, z=0.2, yaw=yaw)
    assert result.ok, result.message
    assert abs(math.remainder(result.value["yaw"] - yaw, math.pi)) < 5e-3
    assert abs(arm.world.observe().get("hand_yaw") - result.value["yaw"]) < 1e-9


def test_yaw_left_out_stays(make: Make) -> None:
    arm = make()
    arm.call("move_to", x=0.5, y=0.1, z=0.2, yaw=0.7)
    assert arm.call("move_to", x=0.4, y=-0.1, z=0.3).value["yaw"] == pytest.approx(0.7, abs=2e-3)


def test_above_goes_over_what_the_line_would_hit(make: Make) -> None:
    wall = Obstacle("wall", "box", (0.2, 0.02, 0.2), (0.5, 0.0, 0.1))
    arm = make(walls=[wall])
    assert arm.call("move_to", x=0.5, y=0.15, z=0.05, via="above").ok
    refused = arm.call("move_to", x=0.5, y=-0.15, z=0.05)
    assert (refused.error, refused.value["object"]) == ("collision", "wall")
    assert arm.call("move_to", x=0.5, y=-0.15, z=0.05, via="above").ok
    over = arm.hand_path()
    assert over[np.abs(over[:, 1]).argmin()][2] > 0.2


def test_move_by_is_relative(make: Make) -> None:
    arm = make()
    arm.call("move_to", x=0.5, y=0.1, z=0.2, yaw=0.0)
    value = arm.call("move_by", dx=0.05, dy=-0.1, dz=0.03, dyaw=0.3).value
    assert (value["x"], value["y"], value["z"], value["yaw"]) == pytest.approx(
        (0.55, 0.0, 0.23, 0.3), abs=1e-3
    )


def test_follow_passes_through_its_points(make: Make) -> None:
    arm = make()
    points = [(0.45, 0.2, 0.3), (0.55, 0.0, 0.2), (0.45, -0.2, 0.3)]
    result = arm.call("follow", points=[{"x": x, "y": y, "z": z, "yaw": 0.2} for x, y, z in points])
    assert result.ok, result.message
    path = arm.hand_path()
    for point in points:
        assert np.linalg.norm(path - np.array(point), axis=1).min() < 0.006
    assert arm.hand() == pytest.approx(points[-1], abs=1e-3)


def test_move_joints_ends_where_it_is_told(make: Make) -> None:
    arm = make()
    goal = [0.3, -0.5, 0.1, -2.0, 0.2, 1.7, 0.5]
    assert arm.call("move_joints", positions=goal).ok
    assert arm.driver.read().position == pytest.approx(goal, abs=1e-3)


def test_home_rises_first_where_something_stands_in_the_way(make: Make) -> None:
    wall = Obstacle("wall", "box", (0.04, 0.6, 0.3), (0.47, 0.0, 0.15))
    arm = make(walls=[wall])
    assert arm.call("move_to", x=0.65, y=0.0, z=0.1, via="above").ok
    assert arm.call("home").ok
    assert arm.driver.read().position == pytest.approx(FR3.home, abs=1e-3)


def test_what_is_held_is_carried_clear_of_other_things(make: Make) -> None:
    arm = make(cube("red_cube", 0.5, 0.1), cube("blue_cube", 0.5, -0.1))
    arm.call("move_to", x=0.5, y=0.1, z=0.025, yaw=0.0)
    assert arm.call("close_gripper").value["object"] == "red_cube"
    assert arm.call("move_by", dz=0.1).ok
    # the fingers would pass over the blue cube, what they hold would not
    refused = arm.call("move_to", x=0.5, y=-0.1, z=0.06)
    assert refused.error == "collision"
    assert "blue_cube" in refused.message
    assert arm.call("move_to", x=0.5, y=-0.1, z=0.078).ok


def test_only_a_declared_touch_is_allowed(make: Make) -> None:
    arm = make(cube("red_cube", 0.5, 0.1))
    arm.call("close_gripper", must_hold=False)
    arm.call("move_to", x=0.5, y=0.2, z=0.03, yaw=0.0)
    assert arm.call("move_to", x=0.5, y=0.12, z=0.03).error == "collision"
    assert arm.call("move_to", x=0.5, y=0.12, z=0.03, touch="red_cube").ok


def test_until_contact_ends_at_resistance(make: Make) -> None:
    arm = make(trouble=Trouble(stuck_from=80))
    arm.call("move_to", x=0.5, y=0.0, z=0.3, yaw=0.0)
    arm.driver._trouble.stuck_from = arm.driver.ticks + 20
    result = arm.call("move_to", x=0.5, y=0.0, z=0.05, until_contact=True)
    assert result.ok
    assert result.value["contact"]
    assert result.value["z"] > 0.1


def test_a_picture_is_kept_beside_the_run(make: Make) -> None:
    arm = make()
    value = arm.call("look", camera="front", width=32, height=16).value
    data = Path(value["path"]).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert (value["width"], value["height"]) == (32, 16)
    assert arm.call("look").value["camera"] == "front"
    unknown = arm.call("look", camera="nose")
    assert (unknown.ok, unknown.error) == (False, "no_camera")
    assert "front" in unknown.message


def test_a_policy_is_not_there_yet(make: Make) -> None:
    assert make().call("run_policy", policy="0" * 64).error == "no_policy"


def test_waiting_advances_the_arms_own_clock(make: Make) -> None:
    arm = make()
    before = arm.driver.read().time_s
    arm.call("wait", seconds=2.0)
    assert arm.driver.read().time_s - before == pytest.approx(2.0, abs=0.05)


def test_turning_on_the_spot_and_points_that_are_one_take_no_longer_than_they_must(make: Make) -> None:
    arm = make()
    arm.call("move_to", x=0.45, y=0.02, z=0.2083, yaw=-math.pi / 2)
    before = arm.driver.ticks
    assert arm.call("move_to", x=0.45, y=0.02, z=0.10828, yaw=0.0, via="above").ok
    assert arm.call("move_to", x=0.45, y=0.02, z=0.10828, yaw=0.0).ok
    points = [{"x": 0.45, "y": 0.02, "z": z} for z in (0.108281, 0.10828, 0.15, 0.1500001, 0.15)]
    assert arm.call("follow", points=points).ok
    assert (arm.driver.ticks - before) * PERIOD < 5.0
