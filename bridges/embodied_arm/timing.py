"""When to be where on a path: as fast as the limits allow, at rest at both ends.

Velocity along the path is limited pointwise by joint velocity, joint acceleration and the hand's speed, and
integrated forwards and backwards at the greatest acceleration (the phase-plane method of Bobrow, Dubowsky
and Gibson 1985, with a constant split of the acceleration between along and across). The samples are then
averaged over a short window, which bounds the jerk and leaves all other bounds as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from embodied_arm.limits import PACE, Limits
from embodied_arm.model import Array

PLANNED: Final = 0.6
"""Share of the joint accelerations that plans use: braking on the way needs the rest."""
ALONG: Final = 0.65
"""Share of the planned acceleration along the path; what is left bends it."""
SMOOTHING_S: Final = 0.08
GRID: Final = 120


@dataclass(frozen=True)
class Path:
    """Postures to pass through, in order.

    Attributes:
        s: growing path parameter of each posture, shape (m,), s[0] = 0.
        q: joint positions [rad], shape (m, n).
    """

    s: Array
    q: Array

    def at(self, s: Array) -> Array:
        """Joint positions at parameters s (k,), by cubic Hermite interpolation; shape (k, n)."""
        if len(self.s) == 2:
            share = (s / self.s[-1])[:, None]
            straight: Array = self.q[0] * (1 - share) + self.q[1] * share
            return straight
        slope = np.gradient(self.q, self.s, axis=0)
        i = np.clip(np.searchsorted(self.s, s, side="right") - 1, 0, len(self.s) - 2)
        h = (self.s[i + 1] - self.s[i])[:, None]
        t = (s - self.s[i])[:, None] / h
        curve: Array = (
            (1 + 2 * t) * (1 - t) ** 2 * self.q[i]
            + t * (1 - t) ** 2 * h * slope[i]
            + t * t * (3 - 2 * t) * self.q[i + 1]
            + t * t * (t - 1) * h * slope[i + 1]
        )
        return curve


def grid(path: Path) -> Array:
    """Parameters at which a path is looked at, shape (k,)."""
    return np.linspace(0.0, float(path.s[-1]), GRID + 1)


def trajectory(path: Path, hand: Array, limits: Limits, share: float, period: float) -> Array:
    """Joint targets for every control period, shape (t, n) [rad].

    Args:
        hand: position of the grasp point at `grid(path)`, shape (k, 3) [m].
        share: of the allowed velocities, in (0, 1].
        period: control period [s].
    """
    s = grid(path)
    step = s[1]
    first = np.gradient(path.at(s), step, axis=0)
    second = np.abs(np.gradient(first, step, axis=0))
    first = np.abs(first)
    reach = np.linalg.norm(np.gradient(hand, step, axis=0), axis=1)
    tiny = 1e-9
    most = np.minimum(
        (share * PACE * limits.velocity / (first + tiny)).min(axis=1),
        share * PACE * limits.hand_speed / (reach + tiny),
    )
    bend = ((1 - ALONG) * PLANNED * limits.acceleration / (second + tiny)).min(axis=1)
    push = np.minimum(
        (ALONG * PLANNED * limits.acceleration / (first + tiny)).min(axis=1),
        limits.hand_acceleration / (reach + tiny),
    )
    square = np.minimum(most**2, bend).tolist()
    gain = (2 * step * push).tolist()
    square[0] = square[-1] = 0.0
    for i in range(1, len(square)):
        square[i] = min(square[i], square[i - 1] + gain[i - 1])
    for i in range(len(square) - 2, -1, -1):
        square[i] = min(square[i], square[i + 1] + gain[i])
    lasts = max(SMOOTHING_S, 2 * PLANNED * float((limits.acceleration / limits.jerk).max()))
    return _smooth(path.at(_sampled(s, np.sqrt(square), period)), period, lasts)


def _sampled(s: Array, speed: Array, period: float) -> Array:
    """The parameter at every control period, at constant acceleration between grid points."""
    lasts = 2 * (s[1:] - s[:-1]) / np.maximum(speed[1:] + speed[:-1], 1e-9)
    when = np.concatenate(([0.0], np.cumsum(lasts)))
    t = np.arange(1, math.ceil(when[-1] / period) + 1) * period
    t = np.minimum(t, when[-1])
    i = np.clip(np.searchsorted(when, t, side="right") - 1, 0, len(lasts) - 1)
    gained = (speed[i + 1] - speed[i]) / lasts[i]
    since = t - when[i]
    sampled: Array = np.clip(s[i] + speed[i] * since + 0.5 * gained * since**2, 0.0, s[-1])
    return sampled


def _smooth(q: Array, period: float, lasts: float) -> Array:
    """Average over a window that `lasts` so long [s]; longer by the window, and the same at both ends."""
    window = max(1, math.ceil(lasts / period - 1e-6))
    if window == 1:
        return q
    padded = np.concatenate([np.repeat(q[:1], window, axis=0), q, np.repeat(q[-1:], window - 1, axis=0)])
    total = np.cumsum(padded, axis=0)
    averaged: Array = (total[window:] - total[:-window]) / window
    averaged[-1] = q[-1]
    return averaged
