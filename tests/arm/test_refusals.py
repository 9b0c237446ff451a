"""What is refused before anything moves, and what the refusal says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from embodied.errors import BadInput
from tests.arm.conftest import Make, cube

ZERO = {"x": 0.5, "y": 0.0, "z": 0.2}


@pytest.mark.parametrize("name", ["x", "y", "z", "yaw"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e9])
def test_targets_that_are_no_places_are_refused(make: Make, name: str, value: float) -> None:
    arm = make()
    with pytest.raises(BadInput, match=rf"move_to\(\): argument \['{name}'\]"):
        arm.call("move_to", **{**ZERO, name: value})
    assert not arm.driver.sent


def test_a_point_of_a_trajectory_that_is_not_finite_is_refused(make: Make) -> None:
    arm = make()
    with pytest.raises(BadInput, match="finite"):
        arm.call("follow", points=[ZERO, {**ZERO, "z": math.nan}])
    assert not arm.driver.sent


@pytest.mark.parametrize("speed", [0.0, 1e-6, 1e-300])
def test_a_motion_that_would_take_hours_is_refused(make: Make, speed: float) -> None:
    arm = make()
    with pytest.raises(BadInput, match=r"minimum of 0\.01"):
        arm.call("move_to", **ZERO, speed=speed)
    assert not arm.driver.sent


def refused(arm: Any, **arguments: float) -> Any:
    """The refusal of a target, after which nothing was sent, and `reach_check` says the same."""
    result = arm.call("move_to", **arguments)
    assert not result.ok
    assert not arm.driver.sent
    check = arm.call("reach_check", **arguments).value
    assert (check["reachable"], check["reason"]) == (False, result.error)
    assert not arm.driver.sent
    return result


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ((0.85, 0.1, 0.05), "unreachable"),
        ((0.05, 0.0, 0.1), "unreachable"),
        ((0.7, 0.5, 0.03), "unreachable"),
    ],
)
def test_out_of_reach_names_a_near_point_that_is_not(
    make: Make, place: tuple[float, float, float], code: str
) -> None:
    arm = make()
    x, y, z = place
    result = refused(arm, x=x, y=y, z=z)
    assert result.error == code
    near = result.value["nearest"]
    assert f"{near['x']:.2f}" in result.message
    assert np.linalg.norm(np.array(list(near.values())) - np.array(place)) < 0.3
    assert arm.call("move_to", **near).ok


@pytest.mark.parametrize("place", [(0.5, 0.0, -0.05), (1.5, 0.0, 0.2), (0.4, -2.0, 0.1), (0.3, 0.0, 4.0)])
def test_outside_the_workspace_names_a_near_point_inside(
    make: Make, place: tuple[float, float, float]
) -> None:
    arm = make()
    x, y, z = place
    result = refused(arm, x=x, y=y, z=z)
    assert result.error == "outside_workspace"
    assert arm.call("move_to", **result.value["nearest"]).ok


def test_a_collision_names_the_thing_and_the_part(make: Make) -> None:
    arm = make(cube("red_cube", 0.5, 0.1))
    result = refused(arm, x=0.5, y=0.14, z=0.02, yaw=0.0)
    assert (result.error, result.value["object"]) == ("collision", "red_cube")
    assert "finger would hit red_cube" in result.message
    assert arm.call("move_to", **result.value["nearest"], yaw=0.0).ok


def test_the_table_is_never_hit(make: Make) -> None:
    result = refused(make(), x=0.5, y=0.0, z=0.001)
    assert (result.error, result.value["object"]) == ("collision", "table")


def test_joints_beyond_their_limits_are_refused(make: Make) -> None:
    arm = make()
    result = arm.call("move_joints", positions=[0, 0, 0, 0.5, 0, 1.5, 0])
    assert result.error == "limit"
    assert "joint 4 may be from -3.022 to -0.172 rad, not 0.500" in result.message
    assert not arm.driver.sent


def test_the_wrong_number_of_joints_is_refused(make: Make) -> None:
    arm = make()
    assert arm.call("move_joints", positions=[0.0] * 6).error == "wrong_joints"
    assert not arm.driver.sent


def test_joints_that_would_hit_the_arm_itself_are_refused(make: Make) -> None:
    arm = make()
    result = arm.call("move_joints", positions=[0, 1.7, 0, -3.0, 0, 0.6, 0])
    assert result.error in ("collision", "outside_workspace")
    assert not arm.driver.sent


def test_a_stretched_arm_is_refused_as_singular(make: Make) -> None:
    # straight above the shoulder's reach with the tool down the arm is nearly stretched out
    arm = make()
    refusals = {arm.call("move_to", x=x, y=0.0, z=0.6).error for x in (0.62, 0.64, 0.66, 0.68, 0.70)}
    assert refusals & {"limit", "unreachable"}


def test_reach_check_of_a_good_place(make: Make) -> None:
    arm = make()
    value = arm.call("reach_check", x=0.5, y=0.1, z=0.2).value
    assert value["reachable"]
    assert (value["x"], value["y"], value["z"]) == pytest.approx((0.5, 0.1, 0.2))
    assert not arm.driver.sent
