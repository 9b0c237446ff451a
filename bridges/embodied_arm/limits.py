"""The gate that every command passes on its way to the driver.

Skills, policies and agents cannot reach past it: it stands in the bridge's process, and it alone holds the
driver. What it changes it counts and explains. This is software, not a rated safety function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from embodied.arms import ArmCommand, ArmDescription, ArmState
from embodied.errors import BadInput, did_you_mean
from embodied_arm.model import Array

DEFAULT_BOX: Final = ((-0.9, -0.9, 0.0), (0.9, 0.9, 1.2))
"""Where the grasp point may be, [m, world frame]: nowhere below the table's top."""
MODEL_HAND_SPEED: Final = 1.0
"""The most that a launch file may allow the hand [m/s]."""
DEFAULT_HAND_SPEED: Final = 0.25
SIMULATED_HAND_SPEED: Final = 0.8
"""Unless a launch file says otherwise: people stand beside real arms only [m/s]."""
BRAKING: Final = 0.8
"""Share of the acceleration that is counted on for stopping before the end of a joint."""
BOX_TOLERANCE: Final = 0.01
SPEED_TOLERANCE: Final = 1.05
"""Commands are planned up to the limits: rounding to control periods must not count as an intervention."""

KNOWN: Final = (
    "joint_margin",
    "velocity_share",
    "acceleration_share",
    "hand_speed",
    "hand_acceleration",
    "workspace_low",
    "workspace_high",
    "gripper_force",
    "step",
)


@dataclass(frozen=True)
class Limits:
    """What a command may ask for. Vectors have shape (n,), base to hand.

    Attributes:
        lower, upper: joint positions [rad], a margin inside the arm's own.
        velocity, acceleration: of the joints [rad/s], [rad/s^2].
        hand_speed, hand_acceleration: of the grasp point [m/s], [m/s^2].
        workspace_low, workspace_high: box for the grasp point [m, world frame], shape (3,).
        gripper_width: how far the fingers may open [m]; never below 0.
        gripper_force: [N]; never below 0.
        step: how far a joint target may be from where the joint was measured [rad].
    """

    lower: Array
    upper: Array
    velocity: Array
    acceleration: Array
    hand_speed: float
    hand_acceleration: float
    workspace_low: Array
    workspace_high: Array
    gripper_width: float
    gripper_force: float
    step: float

    @classmethod
    def of(cls, arm: ArmDescription, wanted: Mapping[str, Any]) -> Limits:
        """The arm's own limits, tightened by a launch file's [limits].

        `wanted` may have: joint_margin [rad] (0.02 or more), velocity_share (at most 0.95, 0.8 unless said)
        and acceleration_share (at most 1) of the arm's, hand_speed [m/s] (0.25 unless said, 0.8 for a
        simulated arm, at most 1), hand_acceleration [m/s^2] (2 unless said), workspace_low and
        workspace_high [x, y, z] (inside the default box), gripper_force [N] and step [rad] (0.4 or less).

        Raises:
            BadInput: a setting that there is not, or one wider than the arm's own.
        """
        for name in wanted:
            if name not in KNOWN:
                raise BadInput(
                    f"[limits] has no setting {name!r}.",
                    remedy=f"{did_you_mean(name, KNOWN)} It has: {', '.join(KNOWN)}.".strip(),
                )
        number = _Numbers(wanted)
        margin = number.within("joint_margin", 0.02, 0.02, 0.5)
        low = number.point("workspace_low", DEFAULT_BOX[0])
        high = number.point("workspace_high", DEFAULT_BOX[1])
        if not (low < high).all():
            raise BadInput("[limits] workspace_low must be below workspace_high in x, y and z.")
        speed = SIMULATED_HAND_SPEED if "simulated" in arm.capabilities else DEFAULT_HAND_SPEED
        return cls(
            lower=np.array(arm.lower) + margin,
            upper=np.array(arm.upper) - margin,
            velocity=np.array(arm.velocity) * number.within("velocity_share", 0.8, 0.01, 0.95),
            acceleration=np.array(arm.acceleration) * number.within("acceleration_share", 1.0, 0.01, 1.0),
            hand_speed=number.within("hand_speed", speed, 0.01, MODEL_HAND_SPEED),
            hand_acceleration=number.within("hand_acceleration", 2.0, 0.1, 10.0),
            workspace_low=low,
            workspace_high=high,
            gripper_width=arm.gripper_width_max,
            gripper_force=number.within("gripper_force", arm.gripper_force_max, 0.0, arm.gripper_force_max),
            step=number.within("step", 0.4, 0.01, 0.4),
        )

    def words(self) -> Mapping[str, Any]:
        """The limits for a reader, plain values."""
        return {
            "hand_speed_m_s": self.hand_speed,
            "hand_acceleration_m_s2": self.hand_acceleration,
            "workspace_low_m": self.workspace_low.tolist(),
            "workspace_high_m": self.workspace_high.tolist(),
            "joint_lower_rad": self.lower.tolist(),
            "joint_upper_rad": self.upper.tolist(),
            "joint_velocity_rad_s": self.velocity.tolist(),
            "joint_acceleration_rad_s2": self.acceleration.tolist(),
            "gripper_force_n": self.gripper_force,
        }


class Gate:
    """Makes every command fit the limits, from one to the next.

    Args:
        reach: where the grasp point is with the joints at q.
        first: the joint positions at the beginning.
    """

    def __init__(self, limits: Limits, period: float, reach: Callable[[Array], Array], first: Array) -> None:
        self.limits = limits
        self.interventions: Counter[str] = Counter()
        self._period = period
        self._reach = reach
        self._last = first.copy()
        self._velocity = np.zeros_like(first)
        self._hand = reach(first)
        self._most_change = limits.velocity * period * SPEED_TOLERANCE
        self._most_gain = limits.acceleration * period

    @property
    def last(self) -> Array:
        """The joint targets that were last let through [rad]."""
        return self._last

    @property
    def velocity(self) -> Array:
        """How fast they moved [rad/s]."""
        return self._velocity

    def rebase(self, q: Array) -> None:
        """Begin anew from q: after a reset, or a stop by the arm's own means."""
        self._last, self._velocity, self._hand = q.copy(), np.zeros_like(q), self._reach(q)

    def pass_on(self, command: ArmCommand, state: ArmState) -> ArmCommand:
        """The command that may go to the driver. Always finite; with position None it holds."""
        wanted = self._last if command.position is None else np.asarray(command.position, dtype=float)
        if wanted.shape != self._last.shape or not np.isfinite(wanted).all():
            self.interventions["not finite"] += 1
            wanted = self._last
        wanted = self._within_speed(self._within_range(wanted, np.asarray(state.position)))
        hand = self._reach(wanted)
        wanted, hand = self._within_box(wanted, hand)
        self._velocity = (wanted - self._last) / self._period
        self._last, self._hand = wanted, hand
        return replace(
            command,
            position=tuple(wanted.tolist()),
            gripper_width=self._between(command.gripper_width, self.limits.gripper_width, "gripper width"),
            gripper_force=self._between(command.gripper_force, self.limits.gripper_force, "gripper force"),
        )

    # -- parts -------------------------------------------------------------------------------------

    def _within_range(self, wanted: Array, measured: Array) -> Array:
        limits = self.limits
        inside = np.minimum(np.maximum(wanted, limits.lower), limits.upper)
        if (inside != wanted).any() and not (np.abs(inside - self._last) < 1e-12).all():
            self.interventions["joint position"] += 1
        near = np.minimum(np.maximum(inside, measured - limits.step), measured + limits.step)
        if (near != inside).any():
            self.interventions["step from measured"] += 1
        return near

    def _within_speed(self, wanted: Array) -> Array:
        change = wanted - self._last
        up, down = self._room(self.limits.upper - self._last), self._room(self._last - self.limits.lower)
        allowed = np.minimum(
            np.maximum(change, -np.minimum(self._most_change, down)), np.minimum(self._most_change, up)
        )
        if (allowed != change).any():
            self.interventions["joint velocity"] += 1
        eased = self._eased(allowed)
        if (eased != allowed).any():
            self.interventions["joint acceleration"] += 1
        return np.minimum(np.maximum(self._last + eased, self.limits.lower), self.limits.upper)

    def _room(self, left: Array) -> Array:
        """How far joints may move in one period so that they can still stop within `left` [rad]."""
        push, period = BRAKING * self.limits.acceleration, self._period
        speed: Array = push * (np.sqrt(period**2 + 2 * np.maximum(left, 0.0) / push) - period)
        return speed * period

    def _eased(self, change: Array) -> Array:
        """A change of one period, no more different from the last than the joints may be accelerated."""
        before, most = self._velocity * self._period, self._most_gain * self._period
        return np.minimum(np.maximum(change, before - most), before + most)

    def _within_box(self, wanted: Array, hand: Array) -> tuple[Array, Array]:
        limits = self.limits
        moved = float(np.linalg.norm(hand - self._hand))
        most = limits.hand_speed * self._period * SPEED_TOLERANCE
        if moved > most:
            self.interventions["hand speed"] += 1
            wanted = self._last + (wanted - self._last) * (most / moved)
            hand = self._reach(wanted)
        stops_in = float((np.abs(self._velocity) / limits.acceleration).max()) / self._period / 2
        out = _outside(hand + stops_in * (hand - self._hand), limits)
        if out > BOX_TOLERANCE and out > _outside(self._hand, limits):
            self.interventions["workspace"] += 1
            wanted = self._last + self._eased(np.zeros_like(wanted))
            hand = self._reach(wanted)
        return wanted, hand

    def _between(self, value: float | None, most: float, what: str) -> float | None:
        """From 0 to `most`; None, which leaves the last target, for what is no number."""
        if value is None or 0.0 <= value <= most:
            return value
        if not np.isfinite(value):
            self.interventions[f"{what} not finite"] += 1
            return None
        self.interventions[what] += 1
        return min(max(value, 0.0), most)


def _outside(hand: Array, limits: Limits) -> float:
    """How far a point is outside the workspace [m]."""
    return float(np.maximum(np.maximum(limits.workspace_low - hand, hand - limits.workspace_high), 0.0).max())


@dataclass(frozen=True)
class _Numbers:
    """The settings of a table, checked as they are read."""

    table: Mapping[str, Any]

    def within(self, name: str, default: float, low: float, high: float) -> float:
        value = self.table.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise BadInput(
                f"[limits] {name} = {value!r} is not a number from {low:g} to {high:g}.",
                remedy="Limits may be tighter than the arm's own, never wider.",
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
                remedy="Limits may be tighter than the arm's own, never wider.",
            )
        return np.array(value, dtype=float)
