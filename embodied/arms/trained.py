"""The arm that a policy was trained with, as its card tells: what an arm that is there is compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from embodied.errors import BadInput

TWIN: Final = "a twin of "
_CLOSE: Final = 1e-6


@dataclass(frozen=True)
class TrainedArm:
    """Vectors are base to hand, length n.

    Attributes:
        kind: what `kind_of` gives of its description's name: "FR3".
        joints: their names, in the order of every vector.
        home: its home posture [rad].
        lower, upper, velocity, acceleration: what targets were kept within [rad, rad/s, rad/s^2].
        control_period_s: how often it got a target [s].
        hand_speed_m_s: the fastest that an action asks of the grasp point along an axis; 0 where actions move
            joints.
        gripper_width_max: of the open fingers [m].
        engine: what simulated it: "mujoco 3.3.0".
        late_ms: how far it ran behind its targets, least and most of all episodes [ms].
    """

    kind: str
    joints: tuple[str, ...]
    home: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    velocity: tuple[float, ...]
    acceleration: tuple[float, ...]
    control_period_s: float
    hand_speed_m_s: float
    gripper_width_max: float
    engine: str = ""
    late_ms: tuple[float, float] = (0.0, 0.0)

    @staticmethod
    def read(told: Mapping[str, Any]) -> TrainedArm:
        """What a card has under "arm". Raises BadInput if it is something else."""
        try:
            arm = msgspec.convert(dict(told), TrainedArm)
        except msgspec.ValidationError as wrong:
            raise BadInput(
                f"The policy's card does not tell its arm rightly: {wrong}.", remedy="Train it anew."
            ) from wrong
        vectors = (arm.home, arm.lower, arm.upper, arm.velocity, arm.acceleration)
        if any(len(vector) != len(arm.joints) for vector in vectors):
            raise BadInput(
                f"The policy's card has other lengths than its {len(arm.joints)} joints.",
                remedy="Train it anew.",
            )
        return arm

    def refuse_other(self, described: Mapping[str, Any]) -> None:
        """Raise BadInput for another kind of arm, another number of joints, or another order of them.

        Args:
            described: the arm that is there, as `embodied.arms.describing.plain` tells it.
        """
        kind, joints = kind_of(str(described["name"])), tuple(described["joint_names"])
        if kind != self.kind:
            raise BadInput(
                f"The policy was trained with an arm {self.kind}, and this is {kind}.",
                remedy="Train one for this arm, or use a coded skill.",
            )
        if len(joints) != len(self.joints):
            raise BadInput(
                f"The policy was trained with {len(self.joints)} joints, and this {kind} has {len(joints)}: "
                f"{', '.join(joints)}.",
                remedy="Train one for this arm.",
            )
        if joints != self.joints and set(joints) == set(self.joints):
            raise BadInput(
                f"The order of the joints differs: {', '.join(self.joints)} in training; here "
                f"{', '.join(joints)}.",
                remedy="Give the driver's joints base to hand, as the policy has them.",
            )

    def differences(self, described: Mapping[str, Any], limits: Mapping[str, Any]) -> tuple[str, ...]:
        """What differs and need not matter, a sentence each.

        Args:
            described: as above, of the same kind and with as many joints.
            limits: those in force, as the arm's bridge tells them ("joint_velocity_rad_s", ...).
        """
        joints = list(described["joint_names"])
        period, width = float(described["control_period_s"]), float(described["gripper_width_max"])
        told = []
        if tuple(joints) != self.joints:
            told.append(f"joints are called {', '.join(joints)}, in training {', '.join(self.joints)}")
        if abs(period - self.control_period_s) > _CLOSE:
            told.append(
                f"a control period is {1000 * period:g} ms, in training {1000 * self.control_period_s:g} ms"
            )
        if abs(width - self.gripper_width_max) > _CLOSE:
            told.append(
                f"the fingers open {1000 * width:g} mm, in training {1000 * self.gripper_width_max:g} mm"
            )
        far = max((abs(a - b) for a, b in zip(described["home"], self.home, strict=True)), default=0.0)
        if far > _CLOSE:
            told.append(f"home is elsewhere than in training, by up to {far:.2f} rad")
        told += self._slower(joints, described, limits)
        return tuple(told)

    def _slower(
        self, joints: Sequence[str], described: Mapping[str, Any], limits: Mapping[str, Any]
    ) -> list[str]:
        told = []
        for mine, name, unit, what in (
            (self.velocity, "joint_velocity_rad_s", "rad/s", "may move at"),
            (self.acceleration, "joint_acceleration_rad_s2", "rad/s^2", "may speed up by"),
        ):
            here = limits.get(name) or described[what_of(name)]
            tighter = [
                f"{joint} {now:g} (trained {trained:g})"
                for joint, now, trained in zip(joints, here, mine, strict=True)
                if now < trained - _CLOSE
            ]
            if tighter:
                told.append(f"joints {what} less than in training [{unit}]: {', '.join(tighter)}")
        speed = float(limits.get("hand_speed_m_s", math.inf))
        if speed < self.hand_speed_m_s - _CLOSE:
            told.append(
                f"the hand may move at {speed:g} m/s; in training actions asked for up to "
                f"{self.hand_speed_m_s:g} m/s along an axis"
            )
        return told


def what_of(limit: str) -> str:
    """The description's name for what a limit bounds: "velocity"."""
    return limit.removeprefix("joint_").partition("_rad")[0]


def kind_of(name: str) -> str:
    """ "FR3" of "FR3", "FR3 (MuJoCo)" and "a twin of FR3"."""
    return name.removeprefix(TWIN).partition(" (")[0].strip()
