"""The facts of an arm itself, which its bridge knows: the same in every world with an arm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from embodied.facts import FactFamily

FAMILIES: Final[Mapping[str, FactFamily]] = {
    family.name: family
    for family in (
        FactFamily("hand", (), "vector", "The grasp point, between the finger tips [m, world frame]."),
        FactFamily(
            "hand_yaw",
            (),
            "float",
            "Turn of the hand about z, modulo pi: at 0 the fingers close along y [rad].",
        ),
        FactFamily("gripper_width", (), "float", "Distance of the fingers [m]."),
        FactFamily(
            "gripper_force", (), "float", "What the fingers press with [N]; 0 where it is not measured."
        ),
        FactFamily("gripper_holds", (), "bool", "The fingers are closed on something, by width and force."),
        FactFamily("joint", ("joint",), "float", "Joint positions [rad]."),
        FactFamily("moving", (), "bool", "The arm moves."),
        FactFamily("alive", (), "bool", "The arm answers and its measurements are numbers."),
    )
}
