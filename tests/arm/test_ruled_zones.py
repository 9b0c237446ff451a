"""Zones of a person's rules: no part of the arm enters them, they come and go, and only ever tighten."""

from __future__ import annotations

import numpy as np
import pytest
from embodied_arm.model import PlanningModel
from embodied_arm.zones import Zone

from tests.arm.conftest import Bench, Make
from tests.arm.kinematic import FR3

LEFT = {"name": "keep out of the left half", "position": [0.0, 1.075, 1.0], "size": [4.0, 1.85, 4.0]}
"""Links keep 15 cm beyond the middle, where the arm stands."""
ELBOW_LEFT = [-0.81, -0.97, 0.31, -2.4, 0.48, 2.02, 1.26]
"""The hand is on the right, and the elbow in the left half."""


def parts_in(arm: Bench, zone: dict[str, object]) -> set[str]:
    """Which parts were sent into a zone, at any tick."""
    box = Zone("here", "box", tuple(zone["position"]), tuple(zone["size"]))  # type: ignore[arg-type]
    model = PlanningModel(FR3, [box.obstacle(0.0)])
    return {
        contact.part
        for q in arm.sent()
        for contact in model.contacts(np.array(q))
        if "here" in contact.thing and contact.depth_m > 0.001
    }


def test_not_the_hand_only_but_the_elbow_too_keeps_out(make: Make) -> None:
    free = make()
    assert free.call("move_joints", positions=ELBOW_LEFT).ok
    assert "hand" not in parts_in(free, LEFT)
    assert parts_in(free, LEFT)
    arm = make()
    assert arm.call("take_rules", keep_out=[LEFT]).ok
    refused = arm.call("move_joints", positions=ELBOW_LEFT)
    assert not refused.ok
    assert "keep out of the left half" in refused.message
    assert not len(arm.driver.sent) or not parts_in(arm, LEFT)


def test_a_plan_does_not_lead_there_and_other_ways_are_free(make: Make) -> None:
    arm = make()
    assert arm.call("take_rules", keep_out=[LEFT]).ok
    assert not arm.call("move_to", x=0.45, y=0.3, z=0.3).ok
    assert arm.call("move_to", x=0.45, y=-0.2, z=0.3).ok
    assert not parts_in(arm, LEFT)


def test_what_is_not_handed_over_again_is_lifted_and_ceilings_hold_beside(make: Make) -> None:
    arm = make()
    assert arm.call("take_rules", keep_out=[LEFT], ceiling=0.5).ok
    assert arm.call("move_to", x=0.45, y=0.0, z=0.6).error == "outside_workspace"
    assert arm.call("take_rules", ceiling=0.5).ok
    assert arm.call("move_to", x=0.45, y=0.3, z=0.3).ok
    assert arm.call("move_to", x=0.45, y=0.0, z=0.6).error == "outside_workspace"
    assert arm.call("take_rules").ok
    assert arm.call("move_to", x=0.45, y=0.0, z=0.6).ok


def test_an_arm_that_is_within_may_leave(make: Make) -> None:
    arm = make()
    assert arm.call("move_to", x=0.45, y=0.3, z=0.3).ok
    assert arm.call("take_rules", keep_out=[LEFT]).ok
    assert not arm.call("move_to", x=0.45, y=0.4, z=0.3).ok
    assert arm.call("move_to", x=0.45, y=-0.1, z=0.3).ok
    assert not arm.call("move_to", x=0.45, y=0.3, z=0.3).ok


@pytest.mark.parametrize("size", [[0.0, 1.0, 1.0], [1e9, 1.0, 1.0]])
def test_a_box_that_is_none_is_refused_and_nothing_changes(make: Make, size: list[float]) -> None:
    arm = make()
    assert arm.call("take_rules", keep_out=[LEFT]).ok
    assert arm.call("take_rules", keep_out=[{**LEFT, "size": size}]).error == "bad_rules"
    assert not arm.call("move_to", x=0.45, y=0.3, z=0.3).ok
