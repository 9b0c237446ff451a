"""Skills whose whole effect is a condition that no method of the world speaks of."""

from __future__ import annotations

import pytest

from embodied.condition import parse
from embodied.planning.exact import implies

WANTED = "distance(hand, pose[target]) < 0.02"


@pytest.mark.parametrize(
    ("achieved", "wanted", "does"),
    [
        (WANTED, WANTED, True),
        ("distance(hand, pose[target]) < 0.006", WANTED, True),
        ("distance(hand, pose[target]) < 0.03", WANTED, False),
        ("distance(hand, pose[cube]) < 0.006", WANTED, False),
        ("distance(hand, pose[target]) > 0.006", WANTED, False),
        ("opening[drawer] > 0.1", "opening[drawer] > 0.05", True),
        ("opening[drawer] > 0.01", "opening[drawer] > 0.05", False),
        ("is_open[drawer]", "is_open[drawer]", True),
        ("not is_open[drawer]", "is_open[drawer]", False),
        ("gripper_width == 0.01", "gripper_width == 0.02", False),
    ],
)
def test_what_is_nearer_or_more_is_that_too(achieved: str, wanted: str, does: bool) -> None:
    assert implies(parse(achieved), parse(wanted)) is does
