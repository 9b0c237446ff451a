"""From a policy's action, within [-1, 1], to joint targets: `joint_delta` or `end_effector_delta`."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, sin
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from embodied.errors import BadInput, did_you_mean
from embodied.rewards.spec import ActionSpec, Entry
from embodied_tabletop.engine import GRIPPER_WIDTH_MAX_M, BodyState, Engine
from embodied_tabletop.geometry import rotation
from embodied_tabletop.scene import Vector3

Floats = NDArray[np.float64]

LOWER: Final = np.array((-2.7437, -1.7837, -2.9007, -3.0421, -2.8065, 0.5445, -3.0159))
UPPER: Final = np.array((2.7437, 1.7837, 2.9007, -0.1518, 2.8065, 4.5169, 3.0159))
"""Of the FR3's joints [rad]."""

READY: Final = (0.0, 0.03206, 0.0, -2.56526, 0.0, 2.59731, 0.785398)
"""Where episodes begin [rad]: tool down, the grasp point at (0.45, 0, 0.15) m."""

HAND_SPEED_M_S: Final = 0.5
TURN_SPEED_RAD_S: Final = 1.5
JOINT_SPEED_RAD_S: Final = 1.0
"""Along each axis, at an action of 1."""

WORKSPACE_LOW: Final = np.array((0.25, -0.45, 0.012))
WORKSPACE_HIGH: Final = np.array((0.75, 0.45, 0.50))
"""Of the grasp point's target [m]; finger tips are 8.5 mm below it."""

HAND_LEASH_M: Final = 0.005
JOINT_LEASH_RAD: Final = 0.03
"""How far a target may be from where the arm is when the next action comes: what presses on something
builds up no longer way than that."""

DAMPING: Final = 1e-3
POSTURE_GAIN: Final = 0.02
"""How much of the way back to the posture of `READY` is made good in each step, without moving the hand."""


class Control(Protocol):
    """How actions move the arm. `action` of the spec is without the gripper's entry."""

    entries: tuple[Entry, ...]
    scale: tuple[float, ...]
    """What an action of 1 means in each element [m, rad, for each step]."""

    def begin(self, joints: Floats) -> None:
        """An episode begins, the arm at rest there."""
        ...

    def targets(self, action: Floats) -> Floats:
        """Joint targets for the end of this step [rad], shape (7,)."""
        ...


class JointDelta:
    """Each joint's target moves by up to 1 rad/s."""

    def __init__(self, engine: Engine, step_s: float) -> None:
        self._engine = engine
        self._step = JOINT_SPEED_RAD_S * step_s
        doc = (
            f"Change of the joints' targets, base to hand: 1 is {self._step:g} rad in a step of {step_s:g} s."
        )
        self.entries: tuple[Entry, ...] = (Entry("move", (7,), "1", "", -1.0, 1.0, doc),)
        self.scale: tuple[float, ...] = (self._step,) * 7
        self._target = np.zeros(7)

    def begin(self, joints: Floats) -> None:
        self._target = joints.copy()

    def targets(self, action: Floats) -> Floats:
        now = np.array(self._engine.joints())
        near = within(self._target, now - JOINT_LEASH_RAD, now + JOINT_LEASH_RAD)
        self._target = within(near + self._step * action[:7], LOWER, UPPER)
        return self._target


class EndEffectorDelta:
    """The grasp point's target moves by up to 0.5 m/s along each axis, tool down; where `turns`, the yaw too.

    Joint changes are damped least squares (Nakamura and Hanafusa 1986, Wampler 1986) on the engine's
    Jacobian, once a step, with the rest of the freedom drawn to the posture of `READY`.
    """

    def __init__(self, engine: Engine, step_s: float, *, turns: bool = False) -> None:
        self._engine = engine
        self._step, self._turn = HAND_SPEED_M_S * step_s, TURN_SPEED_RAD_S * step_s
        doc = f"Change of the grasp point's target: 1 is {self._step:g} m in a step of {step_s:g} s."
        entries = [Entry("move", (3,), "1", "world", -1.0, 1.0, doc)]
        scale = [self._step] * 3
        if turns:
            doc = f"Change of the target yaw: 1 is {self._turn:g} rad in a step of {step_s:g} s."
            entries.append(Entry("turn", (), "1", "world", -1.0, 1.0, doc))
            scale.append(self._turn)
        self.entries: tuple[Entry, ...] = tuple(entries)
        self.scale: tuple[float, ...] = tuple(scale)
        self._turns = turns
        self._joints = np.array(READY)
        self._hand = np.zeros(3)
        self._yaw = 0.0

    def begin(self, joints: Floats) -> None:
        self._joints = joints.copy()
        self._hand = np.array(self._engine.hand().position)
        self._yaw = 0.0

    def targets(self, action: Floats) -> Floats:
        hand = self._engine.hand()
        at = np.array(hand.position)
        near = within(self._hand, at - HAND_LEASH_M, at + HAND_LEASH_M)
        self._hand = within(near + self._step * action[:3], WORKSPACE_LOW, WORKSPACE_HIGH)
        if self._turns:
            self._yaw = min(max(self._yaw + self._turn * float(action[3]), -1.5), 1.5)
        error = np.empty(6)
        error[:3] = self._hand - at
        error[3:] = down_error(hand, self._yaw)
        jacobian = self._engine.jacobian()
        now = np.array(self._engine.joints())
        pull = POSTURE_GAIN * (_POSTURE - now)
        square = jacobian @ jacobian.T
        square.flat[::7] += DAMPING
        change = pull + jacobian.T @ np.linalg.solve(square, error - jacobian @ pull)
        self._joints = within(now + change, LOWER, UPPER)
        return self._joints


_POSTURE = np.array(READY)
CONTROLS: Mapping[str, str] = {
    "end_effector_delta": "the grasp point's target moves, tool down",
    "joint_delta": "the joints' targets move",
}


def make_control(name: str, engine: Engine, step_s: float, *, turns: bool) -> Control:
    """Raises BadInput for a control that there is not."""
    if name == "end_effector_delta":
        return EndEffectorDelta(engine, step_s, turns=turns)
    if name != "joint_delta":
        hint = did_you_mean(name, CONTROLS)
        raise BadInput(
            f"There is no control {name!r}.", remedy=f"{hint} There are: {', '.join(CONTROLS)}.".strip()
        )
    if turns:
        raise BadInput("joint_delta turns the hand anyway.", remedy="Leave turns out.")
    return JointDelta(engine, step_s)


def action_spec(control: Control, *, gripper: bool) -> ActionSpec:
    """What the policy does, with its meaning in metres and radians."""
    if not gripper:
        return ActionSpec(control.entries)
    doc = f"Where the fingers shall go: -1 is shut, 1 is {GRIPPER_WIDTH_MAX_M:g} m open; at most 0.1 m/s."
    return ActionSpec((*control.entries, Entry("gripper", (), "1", "", -1.0, 1.0, doc)))


def within(values: Floats, low: Floats, high: Floats) -> Floats:
    """`np.clip`, for small arrays several times faster."""
    held: Floats = np.minimum(np.maximum(values, low), high)
    return held


def down_error(hand: BodyState, yaw: float) -> Vector3:
    """The small rotation vector [rad, world frame] that turns the hand to tool down with that yaw."""
    (xx, yx, zx), (xy, yy, zy), (xz, yz, _) = rotation(hand.quaternion)
    c, s = cos(yaw), sin(yaw)
    # Half the sum of each axis' cross product with where it shall be: (c, s, 0), (s, -c, 0), (0, 0, -1).
    return (
        0.5 * (-xz * s + yz * c - zy),
        0.5 * (xz * c + yz * s + zx),
        0.5 * (xx * s - xy * c - yx * c - yy * s),
    )
