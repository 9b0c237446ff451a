"""Opening, closing, and whether something is held: by the fingers' distance and force."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from embodied.arms import ArmCommand, ArmDescription, ArmState
from embodied.bridge.body import PrimitiveFailed
from embodied_arm.control import Controller, Watch

EMPTY_M: Final = 0.003
"""Fingers closer than this hold nothing [m]."""
THERE_M: Final = 0.002
RESTS_S: Final = 0.1
RESTS_M: Final = 0.0003
"""Fingers that move less than this in `RESTS_S` have come to rest."""
BEGINS_S: Final = 0.2
OPENS_S: Final = 0.6
"""Fingers that pressed hard take a while to let go."""
LONGEST_S: Final = 3.0
FORCE_SHARE: Final = 0.2
"""Less than this share of the force that was asked for is no grasp, where force is measured."""


class Gripper:
    """The fingers of one arm. Widths [m], forces [N]."""

    def __init__(self, controller: Controller, description: ArmDescription, strongest: float) -> None:
        self._controller = controller
        self._period = description.control_period_s
        self._widest = description.gripper_width_max
        self.strongest = strongest
        self._feels = "force" in description.capabilities
        self._asked = 0.0
        """The force of the last `close`; 0 after `open`."""

    def holds(self, state: ArmState) -> bool:
        """Whether the fingers are closed on something."""
        if not self._asked or state.gripper_width < EMPTY_M:
            return False
        return not self._feels or state.gripper_force >= FORCE_SHARE * self._asked

    def open(self, width: float | None, watch: Watch) -> ArmState:
        """Move the fingers to a distance. Raises `PrimitiveFailed` ("blocked") if they do not get there."""
        wanted = self._widest if width is None else min(width, self._widest)
        self._asked = 0.0
        state = self._move(ArmCommand(gripper_width=wanted, gripper_force=self.strongest), wanted, watch)
        if abs(state.gripper_width - wanted) > 2 * THERE_M:
            raise PrimitiveFailed(
                "blocked", f"the fingers stand at {state.gripper_width:.4f} m, not at {wanted:.4f} m"
            )
        return state

    def close(self, force: float, must_hold: bool, watch: Watch) -> ArmState:
        """Close until the fingers rest, and keep pressing. Raises `PrimitiveFailed` ("no_grasp")."""
        pressed = min(force, self.strongest)
        self._asked = pressed
        state = self._move(ArmCommand(gripper_width=0.0, gripper_force=pressed), None, watch)
        if must_hold and not self.holds(state):
            raise PrimitiveFailed(
                "no_grasp",
                f"the fingers closed to {state.gripper_width:.4f} m with {state.gripper_force:.1f} N: "
                "nothing is between them",
            )
        return state

    def told(self, width: float, force: float) -> None:
        """Somebody else moves the fingers to `width`, pressing with at most `force`: what they close on by it
        is held."""
        self._asked = force if width < self._controller.state.gripper_width - THERE_M else 0.0

    def _move(self, command: ArmCommand, until: float | None, watch: Watch) -> ArmState:
        widths: deque[float] = deque(maxlen=max(2, round(RESTS_S / self._period) + 1))
        soonest = math.ceil((BEGINS_S if until is None else OPENS_S) / self._period)
        for tick in range(math.ceil(LONGEST_S / self._period)):
            state = self._controller.tick(command, watch)
            if until is not None and abs(state.gripper_width - until) < THERE_M:
                return state
            widths.append(state.gripper_width)
            if tick >= soonest and len(widths) == widths.maxlen and max(widths) - min(widths) < RESTS_M:
                return state
        return state
