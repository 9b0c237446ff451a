"""What is mounted on the hand and what it carries: it takes from the arm's strength."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from embodied.arms import ArmDescription
from embodied.errors import BadInput, did_you_mean

KNOWN: Final = ("mass", "payload")
GRAVITY: Final = 9.81
SLOWEST: Final = 0.5
"""Share of the joints' accelerations that is left under the greatest payload of the arm."""


@dataclass(frozen=True)
class Tool:
    """[world.tool] of a launch file.

    Attributes:
        mass: of what is mounted on the flange beyond the hand that the arm's model has [kg].
        payload: of the heaviest thing that it will lift [kg].
    """

    mass: float = 0.0
    payload: float = 0.0

    @property
    def load(self) -> float:
        """All that the flange carries [kg]."""
        return self.mass + self.payload

    @property
    def weight(self) -> float:
        """[N]; an arm that is not told of its tool takes this for a force from outside."""
        return self.load * GRAVITY

    def share(self, arm: ArmDescription) -> float:
        """Of the accelerations that is left: 1 without a load, a half under the arm's greatest."""
        return 1.0 - (1.0 - SLOWEST) * self.load / arm.payload_max if self.load else 1.0


def read_tool(table: Any, arm: ArmDescription) -> Tool:
    """The tool of a launch file: mass and payload [kg].

    Raises:
        BadInput: a setting that there is not, no number, or more than the arm may carry.
    """
    if not isinstance(table, Mapping):
        raise BadInput("[tool] is not a table.", remedy="Say mass and payload, in kg.")
    for name in table:
        if name not in KNOWN:
            hint = did_you_mean(name, KNOWN)
            raise BadInput(f"[tool] has no setting {name!r}.", remedy=f"{hint} It has: {', '.join(KNOWN)}.")
    tool = Tool(*(_mass(name, table.get(name, 0.0)) for name in KNOWN))
    if tool.load and not arm.payload_max:
        raise BadInput(
            f"[tool] says {tool.load:g} kg, and the driver of {arm.name} does not tell what it may carry.",
            remedy="Add payload_max to the driver's description, from the maker's data sheet.",
        )
    if tool.load > arm.payload_max:
        raise BadInput(
            f"[tool] mass and payload make {tool.load:g} kg; {arm.name} may carry {arm.payload_max:g} kg.",
            remedy="Limits may be tighter than the arm's own, never wider.",
        )
    return tool


def _mass(name: str, value: Any) -> float:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not 0.0 <= value <= 1000.0:
        raise BadInput(f"[tool] {name} = {value!r} is not a mass (kg).")
    return float(value)
