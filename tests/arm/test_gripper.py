"""Opening, closing, and what the fingers say of a grasp."""

from __future__ import annotations

import pytest

from tests.arm.conftest import Make, cube


def test_a_cube_between_the_fingers_is_held(make: Make) -> None:
    arm = make(cube("red_cube", 0.5, 0.1))
    arm.call("move_to", x=0.5, y=0.1, z=0.025, yaw=0.0)
    assert not arm.call("grasp_check").value["holds"]
    grasp = arm.call("close_gripper", force=20.0).value
    assert (grasp["holds"], grasp["object"]) == (True, "red_cube")
    assert (grasp["width"], grasp["force"]) == pytest.approx((0.05, 20.0))
    assert arm.call("grasp_check").value == grasp
    seen = arm.world.observe()
    assert seen.get("gripper_holds") is True
    assert arm.call("open_gripper").value["holds"] is False
    assert arm.world.observe().get("gripper_holds") is False


def test_closing_on_nothing_is_no_grasp(make: Make) -> None:
    arm = make()
    result = arm.call("close_gripper")
    assert (result.ok, result.error) == (False, "no_grasp")
    assert "0.0000 m" in result.message
    assert not arm.call("grasp_check").value["holds"]


def test_a_fist_may_be_made_of_nothing(make: Make) -> None:
    assert make().call("close_gripper", must_hold=False).ok


def test_the_force_is_limited_to_the_hands(make: Make) -> None:
    arm = make(cube("red_cube", 0.5, 0.1))
    arm.call("move_to", x=0.5, y=0.1, z=0.025, yaw=0.0)
    assert arm.call("close_gripper", force=900.0).value["force"] == pytest.approx(70.0)


@pytest.mark.parametrize(("asked", "reached"), [(0.03, 0.03), (None, 0.08), (0.5, 0.08)])
def test_open_to_a_width(make: Make, asked: float | None, reached: float) -> None:
    arm = make()
    arm.call("close_gripper", must_hold=False)
    assert arm.call("open_gripper", width=asked).value["width"] == pytest.approx(reached, abs=0.003)
