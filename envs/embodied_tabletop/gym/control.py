"""How a policy's actions move the arm of an engine. The maths are `embodied.arms.motion`: an arm's bridge
uses the same."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.arms import motion
from embodied.arms.easing import JointLimits
from embodied.arms.motion import Motion, within
from embodied.rewards.spec import ActionSpec
from embodied_tabletop.engine import CONTROL_PERIOD_S, GRIPPER_WIDTH_MAX_M, Engine
from embodied_tabletop.geometry import Matrix, rotation
from embodied_tabletop.scene import Vector3

__all__ = ["LIMITS", "READY", "Control", "action_spec", "make_control", "within"]

Floats = NDArray[np.float64]
Control = Motion

LIMITS: Final = JointLimits(
    lower=np.array((-2.7437, -1.7837, -2.9007, -3.0421, -2.8065, 0.5445, -3.0159)),
    upper=np.array((2.7437, 1.7837, 2.9007, -0.1518, 2.8065, 4.5169, 3.0159)),
    velocity=0.8 * np.array((2.62, 2.62, 2.62, 2.62, 5.26, 4.18, 5.26)),
    acceleration=np.full(7, 10.0),
    period_s=CONTROL_PERIOD_S,
)
"""Of the FR3's joints; what the arm's bridge lets through unless its launch file says otherwise."""

READY: Final = (0.0, 0.03206, 0.0, -2.56526, 0.0, 2.59731, 0.785398)
"""Where episodes begin [rad]: tool down, the grasp point at (0.45, 0, 0.15) m."""


class EngineArm:
    """An engine as an `ArmNow`."""

    def __init__(self, engine: Engine) -> None:
        self.joints = engine.joints
        self.jacobian = engine.jacobian
        self._hand = engine.hand

    def hand(self) -> tuple[Vector3, Matrix]:
        state = self._hand()
        return state.position, rotation(state.quaternion)


def make_control(name: str, engine: Engine, step_s: float, *, turns: bool) -> Control:
    """Raises BadInput for a control that there is not."""
    return motion.make_motion(name, EngineArm(engine), LIMITS, step_s, turns=turns)


def action_spec(control: Control, *, gripper: bool) -> ActionSpec:
    """What the policy does, with its meaning in metres and radians."""
    return motion.action_spec(control, GRIPPER_WIDTH_MAX_M if gripper else None)
