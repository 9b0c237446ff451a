"""From a policy's action, within [-1, 1], to joint targets: the same code in training and on an arm.

Two ways: `end_effector_delta` moves the grasp point's target, tool down; `joint_delta` moves the joints'.
Who trains and who runs a policy give their arm as an `ArmNow`; what is between it and the policy is here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, sin
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from embodied.arms.easing import Easing, JointLimits
from embodied.errors import BadInput, did_you_mean
from embodied.rewards.spec import ActionSpec, Entry

Floats = NDArray[np.float64]
Vector3 = tuple[float, float, float]
Rotation = Sequence[Sequence[float]]
"""Three rows: from the hand's frame to the world's."""

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
"""How much of the way back to the first posture is made good in each step, without moving the hand."""
YAW_MOST_RAD: Final = 1.5

GRIPPER: Final = "gripper"


class ArmNow(Protocol):
    """What is asked of an arm of n joints when an action comes; all of one instant."""

    def joints(self) -> Sequence[float]:
        """[rad], length n, base to hand."""
        ...

    def hand(self) -> tuple[Sequence[float], Rotation]:
        """The grasp point: position [m, world frame] and rotation."""
        ...

    def jacobian(self) -> Floats:
        """Of the grasp point, world frame, shape (6, n): linear [m/rad], then angular."""
        ...


class Motion(Protocol):
    """How actions move the arm. `entries` are those of the action spec without the gripper's."""

    entries: tuple[Entry, ...]
    scale: tuple[float, ...]
    """What an action of 1 means in each element [m, rad, for each step]."""

    def begin(self, joints: Floats) -> None:
        """An episode begins, the arm at rest there."""
        ...

    def targets(self, action: Floats) -> Floats:
        """Where the joints are to go from this step on [rad], shape (n,)."""
        ...

    def towards(self, targets: Floats) -> Floats:
        """What the arm is sent to in the next control period on its way there [rad]; see `Easing`."""
        ...

    def rebase(self, joints: Floats, change: Floats) -> None:
        """The arm's own limits let other targets through; see `Easing`."""
        ...


class JointDelta(Easing):
    """Each joint's target moves by up to 1 rad/s."""

    def __init__(self, arm: ArmNow, limits: JointLimits, step_s: float) -> None:
        super().__init__(limits)
        self._arm, self._limits = arm, limits
        self._step = JOINT_SPEED_RAD_S * step_s
        doc = (
            f"Change of the joints' targets, base to hand: 1 is {self._step:g} rad in a step of {step_s:g} s."
        )
        self.entries: tuple[Entry, ...] = (Entry("move", (limits.size,), "1", "", -1.0, 1.0, doc),)
        self.scale: tuple[float, ...] = (self._step,) * limits.size
        self._target = np.zeros(limits.size)

    def begin(self, joints: Floats) -> None:
        self.rest(joints)
        self._target = joints.copy()

    def targets(self, action: Floats) -> Floats:
        now = np.array(self._arm.joints())
        near = within(self._target, now - JOINT_LEASH_RAD, now + JOINT_LEASH_RAD)
        moved = near + self._step * action[: self._limits.size]
        self._target = within(moved, self._limits.lower, self._limits.upper)
        return self._target


class EndEffectorDelta(Easing):
    """The grasp point's target moves by up to 0.5 m/s along each axis, tool down; where `turns`, the yaw too.

    Joint changes are damped least squares (Nakamura and Hanafusa 1986, Wampler 1986) on the arm's Jacobian,
    once a step, with the rest of the freedom drawn to the posture that the episode began in.
    """

    def __init__(self, arm: ArmNow, limits: JointLimits, step_s: float, *, turns: bool = False) -> None:
        super().__init__(limits)
        self._arm, self._limits = arm, limits
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
        self._posture = np.zeros(limits.size)
        self._hand = np.zeros(3)
        self._yaw = 0.0

    def begin(self, joints: Floats) -> None:
        self.rest(joints)
        self._posture = joints.copy()
        self._hand = np.array(self._arm.hand()[0])
        self._yaw = 0.0

    def targets(self, action: Floats) -> Floats:
        place, rotation = self._arm.hand()
        at = np.array(place)
        near = within(self._hand, at - HAND_LEASH_M, at + HAND_LEASH_M)
        self._hand = within(near + self._step * action[:3], WORKSPACE_LOW, WORKSPACE_HIGH)
        if self._turns:
            turned = self._yaw + self._turn * float(action[3])
            self._yaw = min(max(turned, -YAW_MOST_RAD), YAW_MOST_RAD)
        error = np.empty(6)
        error[:3] = self._hand - at
        error[3:] = down_error(rotation, self._yaw)
        jacobian = self._arm.jacobian()
        now = np.array(self._arm.joints())
        pull = POSTURE_GAIN * (self._posture - now)
        square = jacobian @ jacobian.T
        square.flat[::7] += DAMPING
        change = pull + jacobian.T @ np.linalg.solve(square, error - jacobian @ pull)
        return within(now + change, self._limits.lower, self._limits.upper)


MOTIONS: Final[Mapping[str, str]] = {
    "end_effector_delta": "the grasp point's target moves, tool down",
    "joint_delta": "the joints' targets move",
}


def make_motion(name: str, arm: ArmNow, limits: JointLimits, step_s: float, *, turns: bool) -> Motion:
    """Raises BadInput for a control that there is not."""
    if name == "end_effector_delta":
        return EndEffectorDelta(arm, limits, step_s, turns=turns)
    if name != "joint_delta":
        hint = did_you_mean(name, MOTIONS)
        raise BadInput(
            f"There is no control {name!r}.", remedy=f"{hint} There are: {', '.join(MOTIONS)}.".strip()
        )
    if turns:
        raise BadInput("joint_delta turns the hand anyway.", remedy="Leave turns out.")
    return JointDelta(arm, limits, step_s)


def action_spec(motion: Motion, gripper_width_m: float | None) -> ActionSpec:
    """What the policy does, with its meaning in metres and radians; `gripper_width_m` is how far the fingers
    open, None where they are not the policy's."""
    if gripper_width_m is None:
        return ActionSpec(motion.entries)
    doc = f"Where the fingers shall go: -1 is shut, 1 is {gripper_width_m:g} m open; at most 0.1 m/s."
    return ActionSpec((*motion.entries, Entry(GRIPPER, (), "1", "", -1.0, 1.0, doc)))


def opening(action: float, gripper_width_m: float) -> float:
    """The distance of the fingers that the gripper's element of an action means [m]."""
    return (action + 1) / 2 * gripper_width_m


def motion_for(
    spec: ActionSpec, arm: ArmNow, limits: JointLimits, step_s: float, gripper_width_m: float
) -> Motion:
    """The motion whose actions are those of `spec`, to the last word of what they mean.

    Raises:
        BadInput: there is none on this arm; the message says what differs.
    """
    gripper = gripper_width_m if GRIPPER in spec else None
    joints = make_motion("joint_delta", arm, limits, step_s, turns=False)
    hand = make_motion("end_effector_delta", arm, limits, step_s, turns="turn" in spec)
    nearest = joints if "move" in spec and spec.entry("move").frame == "" else hand
    wanted = action_spec(nearest, gripper)
    said = [*spec.differences(wanted)]
    said += [
        f"{mine.name}: it was trained so: {mine.doc!r}; here it is: {theirs.doc!r}"
        for mine, theirs in zip(spec.entries, wanted.entries, strict=False)
        if not said and mine.doc != theirs.doc
    ]
    if said:
        raise BadInput("The policy's actions are none of this arm's.", remedy=" ".join(said))
    return nearest


def within(values: Floats, low: Floats, high: Floats) -> Floats:
    """`np.clip`, for small arrays several times faster."""
    held: Floats = np.minimum(np.maximum(values, low), high)
    return held


def down_error(rotation: Rotation, yaw: float) -> Vector3:
    """The small rotation vector [rad, world frame] that turns the hand to tool down with that yaw."""
    (xx, yx, zx), (xy, yy, zy), (xz, yz, _) = rotation
    c, s = cos(yaw), sin(yaw)
    # Half the sum of each axis' cross product with where it shall be: (c, s, 0), (s, -c, 0), (0, 0, -1).
    return (
        0.5 * (-xz * s + yz * c - zy),
        0.5 * (xz * c + yz * s + zx),
        0.5 * (xx * s - xy * c - yx * c - yy * s),
    )
