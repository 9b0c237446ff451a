"""What commands to an arm may ask for: the arm's own limits, tightened by a launch file.

They are in force in the bridge's process (`embodied_arm.gate`), out of reach of skills, policies and agents.
This is software, not a rated safety function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from embodied.arms import ArmDescription
from embodied.errors import BadInput, did_you_mean
from embodied_arm.model import Array
from embodied_arm.tool import Tool
from embodied_arm.zones import Zone, read_zones

DEFAULT_BOX: Final = ((-0.9, -0.9, 0.0), (0.9, 0.9, 1.2))
"""Where the grasp point may be, [m, world frame]: nowhere below the table's top."""
MODEL_HAND_SPEED: Final = 1.0
"""The most that a launch file may allow the hand [m/s]."""
DEFAULT_HAND_SPEED: Final = 0.25
SIMULATED_HAND_SPEED: Final = 0.8
"""Unless a launch file says otherwise: people stand beside real arms only [m/s]."""
BOX_TOLERANCE: Final = 0.002
"""How far outside the workspace counts as inside [m]: planned motions end on its faces."""
PACE: Final = 0.95
"""Share of the allowed speeds that plans use: sampling, and the braking behind it, need the rest."""
PRESS_M: Final = 0.01
"""How far the finger tips' targets may be below the table's top [m]: a hand that feels for it needs some."""
SINGULAR_SLOW: Final = 17.0
SINGULAR_STOP: Final = 30.0
"""Condition numbers of the Jacobian, as of MoveIt Servo."""
EXTERNAL_FORCE: Final = 50.0
EXTERNAL_TORQUE: Final = 30.0
LEAST_FORCE: Final = 5.0
"""With less than this left above the tool's weight, a force limit would act on noise [N]."""

JOINT_WISE: Final = {
    "joint_lower": "rad",
    "joint_upper": "rad",
    "joint_velocity": "rad/s",
    "joint_acceleration": "rad/s^2",
    "joint_jerk": "rad/s^3",
}
KNOWN: Final = (
    "joint_margin",
    "velocity_share",
    "acceleration_share",
    "jerk_share",
    *JOINT_WISE,
    "hand_speed",
    "hand_acceleration",
    "workspace_low",
    "workspace_high",
    "keep_out",
    "table_press",
    "singular_slow",
    "singular_stop",
    "gripper_force",
    "external_force",
    "external_torque",
    "step",
)
NEVER_WIDER: Final = "Limits may be tighter than the arm's own, never wider."


@dataclass(frozen=True)
class Limits:
    """What a command may ask for. Vectors have shape (n,), base to hand.

    Attributes:
        lower, upper: joint positions [rad], a margin inside the arm's own.
        velocity, acceleration, jerk: of the joints [rad/s], [rad/s^2], [rad/s^3].
        hand_speed, hand_acceleration: of the grasp point [m/s], [m/s^2].
        workspace_low, workspace_high: box for the grasp point [m, world frame], shape (3,).
        zones: where no part of the arm may be.
        table_press: how far below the table's top the fingers' targets may be [m].
        singular_slow, singular_stop: condition numbers at which a streamed motion slows and stops.
        gripper_width: how far the fingers may open [m]; never below 0.
        gripper_force: [N]; never below 0.
        external_force, external_torque: of what the arm takes to come from outside [N], [Nm]; more stops it.
        step: how far a joint target may be from where the joint was measured [rad].
    """

    lower: Array
    upper: Array
    velocity: Array
    acceleration: Array
    jerk: Array
    hand_speed: float
    hand_acceleration: float
    workspace_low: Array
    workspace_high: Array
    zones: tuple[Zone, ...]
    table_press: float
    singular_slow: float
    singular_stop: float
    gripper_width: float
    gripper_force: float
    external_force: float
    external_torque: float
    step: float

    @classmethod
    def of(
        cls,
        arm: ArmDescription,
        wanted: Mapping[str, Any],
        *,
        tool: Tool = Tool(),  # noqa: B008 (frozen)
        model_range: tuple[Array, Array] | None = None,
    ) -> Limits:
        """The arm's own limits, tightened by a launch file's [limits] and by what the hand carries.

        `wanted` may have: joint_margin [rad] (0.02 or more), velocity_share (at most 0.95, 0.8 unless said),
        acceleration_share and jerk_share (at most 1) of the arm's; joint_lower, joint_upper, joint_velocity,
        joint_acceleration, joint_jerk: lists of length n, each within the arm's; hand_speed [m/s] (0.25
        unless said, 0.8 for a simulated arm, at most 1), hand_acceleration [m/s^2] (2 unless said),
        workspace_low and workspace_high [x, y, z] (inside the default box), keep_out (see `read_zones`),
        table_press [m] (0.01 or less), singular_slow and singular_stop (17 and 30, or less),
        gripper_force [N], external_force [N] and external_torque [Nm] (50 and 30, or less), and
        step [rad] (0.4 or less).

        Args:
            model_range: the lower and upper ends of the joints in the arm's model file [rad].

        Raises:
            BadInput: a setting that there is not, or one wider than the arm's own.
        """
        _refuse_unknown(wanted)
        number, joints = _Numbers(wanted), _Joints(wanted, arm)
        margin = number.within("joint_margin", 0.02, 0.02, 0.5)
        lower, upper = joints.range(margin, model_range)
        low, high = number.box()
        slow, stop = number.singular()
        speed = SIMULATED_HAND_SPEED if "simulated" in arm.capabilities else DEFAULT_HAND_SPEED
        left = tool.share(arm)
        return cls(
            lower=lower,
            upper=upper,
            velocity=joints.most("velocity", number.within("velocity_share", 0.8, 0.01, 0.95)),
            acceleration=left
            * joints.most("acceleration", number.within("acceleration_share", 1.0, 0.01, 1.0)),
            jerk=joints.most("jerk", number.within("jerk_share", 1.0, 0.01, 1.0)),
            hand_speed=number.within("hand_speed", speed, 0.01, MODEL_HAND_SPEED),
            hand_acceleration=left * number.within("hand_acceleration", 2.0, 0.1, 10.0),
            workspace_low=low,
            workspace_high=high,
            zones=read_zones(wanted.get("keep_out", ())),
            table_press=number.within("table_press", PRESS_M, 0.0, PRESS_M),
            singular_slow=slow,
            singular_stop=stop,
            gripper_width=arm.gripper_width_max,
            gripper_force=number.within("gripper_force", arm.gripper_force_max, 0.0, arm.gripper_force_max),
            external_force=_left(number.within("external_force", EXTERNAL_FORCE, 1.0, EXTERNAL_FORCE), tool),
            external_torque=number.within("external_torque", EXTERNAL_TORQUE, 0.5, EXTERNAL_TORQUE),
            step=number.within("step", 0.4, 0.01, 0.4),
        )

    def words(self) -> Mapping[str, Any]:
        """The limits for a reader, plain values."""
        return {
            "hand_speed_m_s": self.hand_speed,
            "hand_acceleration_m_s2": self.hand_acceleration,
            "workspace_low_m": self.workspace_low.tolist(),
            "workspace_high_m": self.workspace_high.tolist(),
            "keep_out": [asdict(zone) for zone in self.zones],
            "table_press_m": self.table_press,
            "joint_lower_rad": self.lower.tolist(),
            "joint_upper_rad": self.upper.tolist(),
            "joint_velocity_rad_s": self.velocity.tolist(),
            "joint_acceleration_rad_s2": self.acceleration.tolist(),
            "joint_jerk_rad_s3": self.jerk.tolist(),
            "singular_slow": self.singular_slow,
            "singular_stop": self.singular_stop,
            "gripper_force_n": self.gripper_force,
            "external_force_n": self.external_force,
            "external_torque_nm": self.external_torque,
            "step_rad": self.step,
        }


def _refuse_unknown(wanted: Mapping[str, Any]) -> None:
    for name in wanted:
        if name not in KNOWN:
            raise BadInput(
                f"[limits] has no setting {name!r}.",
                remedy=f"{did_you_mean(name, KNOWN)} It has: {', '.join(KNOWN)}.".strip(),
            )


def _left(force: float, tool: Tool) -> float:
    """What is left of a limit of force above the weight that the arm takes for one [N]."""
    left = force - tool.weight
    if left < LEAST_FORCE:
        raise BadInput(
            f"[limits] external_force = {force:g} N leaves {left:.1f} N above the weight of {tool.load:g} kg "
            f"that [tool] says; {LEAST_FORCE:g} N are needed to tell a push from noise.",
            remedy="Tell the arm's own controller of the tool, and leave its mass out here.",
        )
    return left


@dataclass(frozen=True)
class _Joints:
    """The settings that have a value for every joint, checked as they are read."""

    table: Mapping[str, Any]
    arm: ArmDescription

    def most(self, quantity: str, share: float) -> Array:
        """`share` of the arm's own, or what the table says, whichever is less."""
        own = np.array(getattr(self.arm, quantity), dtype=float)
        listed = self._listed(f"joint_{quantity}", np.zeros_like(own) + 1e-3, own)
        return np.minimum(own * share, own if listed is None else listed)

    def range(self, margin: float, model: tuple[Array, Array] | None) -> tuple[Array, Array]:
        """Lower and upper ends, `margin` inside the arm's own and those of its model."""
        low, high = np.array(self.arm.lower, dtype=float), np.array(self.arm.upper, dtype=float)
        if model is not None:
            low, high = np.maximum(low, model[0]), np.minimum(high, model[1])
        lower, upper = self._listed("joint_lower", low, high), self._listed("joint_upper", low, high)
        inside = low + margin if lower is None else np.maximum(low + margin, lower)
        until = high - margin if upper is None else np.minimum(high - margin, upper)
        if not (inside < until).all():
            raise BadInput("[limits] leave a joint nowhere to be: joint_lower must be below joint_upper.")
        return inside, until

    def _listed(self, name: str, low: Array, high: Array) -> Array | None:
        if name not in self.table:
            return None
        value, joints, unit = self.table[name], self.arm.joint_names, JOINT_WISE[name]
        if not isinstance(value, (list, tuple)) or len(value) != len(joints):
            raise BadInput(
                f"[limits] {name} = {value!r} is not a list of {len(joints)} numbers ({unit}).",
                remedy=f"In this order: {', '.join(joints)}.",
            )
        for joint, part, least, most in zip(joints, value, low, high, strict=True):
            good = isinstance(part, (int, float)) and not isinstance(part, bool)
            if not good or not least <= part <= most:
                raise BadInput(
                    f"[limits] {name} of {joint} = {part!r} {unit}: the arm's own goes from {least:g} to "
                    f"{most:g}.",
                    remedy=NEVER_WIDER,
                )
        return np.array(value, dtype=float)


@dataclass(frozen=True)
class _Numbers:
    """The settings of a table, checked as they are read."""

    table: Mapping[str, Any]

    def within(self, name: str, default: float, low: float, high: float) -> float:
        value = self.table.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise BadInput(
                f"[limits] {name} = {value!r} is not a number from {low:g} to {high:g}.",
                remedy=NEVER_WIDER,
            )
        return float(value)

    def point(self, name: str, default: tuple[float, float, float]) -> Array:
        value = self.table.get(name, list(default))
        good = isinstance(value, (list, tuple)) and len(value) == 3
        if good:
            good = all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in value)
        if not good or not all(
            low <= part <= high for low, part, high in zip(DEFAULT_BOX[0], value, DEFAULT_BOX[1], strict=True)
        ):
            raise BadInput(
                f"[limits] {name} = {value!r} is not a point [x, y, z] within {DEFAULT_BOX[0]} and "
                f"{DEFAULT_BOX[1]} (metres).",
                remedy=NEVER_WIDER,
            )
        return np.array(value, dtype=float)

    def box(self) -> tuple[Array, Array]:
        """The lowest and the highest corner of the workspace [m]."""
        low = self.point("workspace_low", DEFAULT_BOX[0])
        high = self.point("workspace_high", DEFAULT_BOX[1])
        if not (low < high).all():
            raise BadInput("[limits] workspace_low must be below workspace_high in x, y and z.")
        return low, high

    def singular(self) -> tuple[float, float]:
        """The condition numbers at which a streamed motion slows, and stops."""
        slow = self.within("singular_slow", SINGULAR_SLOW, 1.0, SINGULAR_SLOW)
        stop = self.within("singular_stop", SINGULAR_STOP, 1.0, SINGULAR_STOP)
        if slow >= stop:
            raise BadInput(f"[limits] singular_slow = {slow:g} must be below singular_stop = {stop:g}.")
        return slow, stop
