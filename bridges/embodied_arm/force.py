"""What the arm feels from outside, against what it may."""

from __future__ import annotations

import math
from typing import Final

from embodied.arms import ArmState
from embodied_arm.ceilings import Limited

SAMPLES: Final = 2
"""So many measurements in a row, since one may be noise."""


class Force:
    """Where the arm tells of forces from outside; else it never says anything.

    Args:
        limited: whose limits hold now.
    """

    def __init__(self, limited: Limited) -> None:
        self._limited = limited
        self._beyond = 0

    def felt(self, state: ArmState) -> str:
        """What is beyond the limits, in words; "" if nothing is."""
        words, limits = "", self._limited.limits
        if state.external_force:
            force = math.hypot(*state.external_force)
            if force > limits.external_force:
                words = f"the hand felt {force:.0f} N from outside; {limits.external_force:g} N are allowed"
        if state.external_torque and not words:
            torque = max(state.external_torque, key=abs)
            if abs(torque) > limits.external_torque:
                joint = state.external_torque.index(torque) + 1
                words = (
                    f"joint {joint} felt {abs(torque):.0f} Nm from outside; "
                    f"{limits.external_torque:g} Nm are allowed"
                )
        self._beyond = self._beyond + 1 if words else 0
        return words if self._beyond >= SAMPLES else ""
