"""A judge who measures by himself what an arm was sent, or did; he never asks the gate.

Targets are held to the limits exactly, joints that drives move to stated tolerances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.arms import ArmDescription
from embodied_arm.limits import Limits
from embodied_arm.model import CLEARANCE_M, TABLE, Array, PlanningModel

ROUNDING: Final = 1e-6
STILL: Final = 0.01
"""Joint speed that counts as rest [rad/s]."""
REST_WINDOW_S: Final = 0.02
"""Speed for rest is the mean over so long: an encoder has steps [s]."""
WINDOW_S: Final = 0.05
"""Speeds and accelerations of joints that drives move are means over the control periods in so long [s]."""
JOINTS_RAD: Final = 0.02
"""How far beyond a limit in force a drive may swing: the least margin to the arm's own range [rad]."""
WORKSPACE_M: Final = 0.01
SPEED_SHARE: Final = 1.1
"""Of joints and hand: what is measured may be this much more than what is allowed."""
SPEED_MORE: Final = 0.02
"""And so much more: sensors have steps [rad/s], [m/s]."""
ACCELERATION_SHARE: Final = 1.25
ACCELERATION_MORE: Final = 1.0
"""[rad/s^2]"""


@dataclass
class Judge:
    """Attributes: worst: the most of each limit that was seen used, 1 being all of it; of what has no share,
    how far beyond [m], [rad]."""

    arm: ArmDescription
    limits: Limits
    worst: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        zones = [zone.obstacle(0.0) for zone in self.limits.zones]
        self._model = PlanningModel(self.arm, [TABLE, *zones])

    def targets(self, sent: Array) -> list[str]:
        """What is violated by targets (k, n) that begin at rest, one each period; they are exact."""
        if not np.isfinite(sent).all():
            return ["finite: a target is no number"]
        limits, period = self.limits, self.arm.control_period_s
        whole = np.concatenate([np.repeat(sent[:1], 3, axis=0), sent])
        velocity = np.diff(whole, axis=0) / period
        gain = np.diff(velocity, axis=0) / period
        jerk = np.diff(gain, axis=0) / period
        hand = self._hand(sent)
        speed = np.linalg.norm(np.diff(hand, axis=0), axis=1) / period
        shares = {
            "velocity": float((np.abs(velocity) / limits.velocity).max()),
            "acceleration": float((np.abs(gain) / limits.acceleration).max()),
            "jerk": float((np.abs(jerk) / limits.jerk).max()),
            "hand speed": float(speed.max(initial=0.0)) / limits.hand_speed,
        }
        lengths = {
            "position": self._out_of_range(sent),
            "workspace": self._out_of_box(hand, 0.002),
            "collision": self._deepest(sent),
        }
        return self._found(shares, lengths, {name: ROUNDING for name in lengths}, ROUNDING)

    def joints(self, moved: Array, period: float, accelerated: NDArray[np.bool_] | None = None) -> list[str]:
        """What is violated by joints (k, n), measured each `period` [s], within this module's tolerances.

        Args:
            accelerated: of which rows accelerations are measured, (k,) of bool; all unless said.
        """
        if not np.isfinite(moved).all():
            return ["finite: a joint is no number"]
        limits, own = self.limits, self.arm.control_period_s
        over = max(1, round(math.ceil(WINDOW_S / own) * own / period))  # whole periods: servos move in steps
        seconds = over * period
        velocity = (moved[over:] - moved[:-over]) / seconds
        hand = self._hand(moved[:: max(1, over // 5)])
        apart = max(1, over // max(1, over // 5))
        speed = np.linalg.norm(hand[apart:] - hand[:-apart], axis=1) / (apart * max(1, over // 5) * period)
        gain = (velocity[over:] - velocity[:-over]) / seconds
        if accelerated is not None:
            gain = gain[accelerated[2 * over :][: len(gain)]]
        shares = {
            "velocity": _share(velocity, limits.velocity, SPEED_SHARE, SPEED_MORE),
            "acceleration": _share(gain, limits.acceleration, ACCELERATION_SHARE, ACCELERATION_MORE),
            "hand speed": float(speed.max(initial=0.0)) / (SPEED_SHARE * limits.hand_speed + SPEED_MORE),
        }
        lengths = {"position": self._out_of_range(moved), "workspace": self._out_of_box(hand, 0.002)}
        return self._found(shares, lengths, {"position": JOINTS_RAD, "workspace": WORKSPACE_M}, ROUNDING)

    def _found(
        self, shares: dict[str, float], lengths: dict[str, float], most: dict[str, float], rounding: float
    ) -> list[str]:
        for name, value in (shares | lengths).items():
            self.worst[name] = round(max(value, self.worst.get(name, -math.inf)), 5)
        wrong = [
            f"{name}: {value:.4f} of what is allowed"
            for name, value in shares.items()
            if value > 1 + rounding
        ]
        return wrong + [
            f"{name}: {value:.4f} beyond" for name, value in lengths.items() if value > most[name]
        ]

    def _hand(self, postures: Array) -> Array:
        return np.array([self._model.position(q) for q in postures])

    def _out_of_range(self, q: Array) -> float:
        """Beyond the limits in force; an arm that begins beyond them may not go further out."""
        low, high = np.minimum(self.limits.lower, q[0]), np.maximum(self.limits.upper, q[0])
        return float(np.maximum(low - q, q - high).max())

    def _out_of_box(self, hand: Array, least: float) -> float:
        out = np.maximum(self.limits.workspace_low - hand, hand - self.limits.workspace_high).max(axis=1)
        return float((out - max(float(out[0]), least)).max())

    def _deepest(self, q: Array) -> float:
        """An arm that begins folded onto something may not go deeper."""
        allowed = max(0.0, self._depth(q[0]))
        return max(self._depth(posture) for posture in q[1:]) - allowed

    def _depth(self, q: Array) -> float:
        """How deep the arm is in a zone, itself (its model's shapes are larger than it) or the table [m]."""
        deepest = -math.inf
        for contact in self._model.contacts(q):
            depth = contact.depth_m - 0.001
            if contact.thing == TABLE.object or contact.thing.startswith("keep-out"):
                depth = contact.depth_m - CLEARANCE_M
            if contact.thing == TABLE.object and contact.part in self._model.hand_parts:
                depth -= self.limits.table_press
            deepest = max(deepest, depth)
        return deepest


def rest_after(moved: Array, period: float, fault: int, still_s: float = math.inf) -> float | None:
    """How long after the row `fault` the joints (k, n) came to rest [s]; None if they did not.

    Args:
        still_s: how long they must not move for it to be rest [s]; unless said, until the end of the record.
    """
    over = max(1, round(REST_WINDOW_S / period))
    speed = np.abs(moved[over:] - moved[:-over]).max(axis=1, initial=0.0) / (over * period)
    still, needed = 0, still_s / period
    moving = speed[fault:] > STILL
    if not math.isfinite(needed):
        last = np.flatnonzero(moving)
        if len(last) and last[-1] == len(moving) - 1:
            return None
        return round(float(last[-1] + 1 if len(last) else 0) * period, 4)
    for at, moves in enumerate(moving):
        still = 0 if moves else still + 1
        if still >= needed or (at == len(moving) - 1 and still):
            return round((at + 1 - still) * period, 4)
    return None


def step_of(times: Array) -> float:
    """The step of a peer's clock [s]."""
    return float(np.median(np.diff(times)))


def _share(values: Array, most: Array, share: float, more: float) -> float:
    return float((np.abs(values) / (share * most + more)).max(initial=0.0))
