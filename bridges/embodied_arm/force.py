"""What the arm feels from outside, against what it may."""

from __future__ import annotations

import math
from typing import Final

from embodied.arms import ArmState
from embodied_arm.limits import Limits

SAMPLES: Final = 2
"""So many measurements in a row, since one may be noise."""


class Force:
    """Where the arm tells of forces from outside; else it never says anything."""

    def __init__(self, limits: Limits) -> None:
        self._force, self._torque = limits.external_force, limits.external_torque
        self._beyond = 0

    def felt(self, state: ArmState) -> str:
        """What is beyond the limits, in words; "" if nothing is."""
        words = ""
        if state.external_force:
            force = math.hypot(*state.external_force)
            if force > self._force:
                words = f"the hand felt {force:.0f} N from outside; {self._force:g} N are allowed"
        if state.external_torque and not words:
            torque = max(state.external_torque, key=abs)
            if abs(torque) > self._torque:
                joint = state.external_torque.index(torque) + 1
                words = (
                    f"joint {joint} felt {abs(torque):.0f} Nm from outside; {self._torque:g} Nm are allowed"
                )
        self._beyond = self._beyond + 1 if words else 0
        return words if self._beyond >= SAMPLES else ""
