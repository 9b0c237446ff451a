"""How an arm that moves comes to rest: the way that is kept ready behind every command.

From joint velocities v and accelerations a, the acceleration first fades at the allowed jerk, then all joints
slow down together, v * (1 - 3 s^2 + 2 s^3) over n periods. So the joints stay on one straight line in joint
space while they brake, and what is passed on the way can be looked at before anything is sent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import truediv
from typing import Final

import numpy as np

from embodied_arm.model import Array

USED: Final = 0.95
"""Share of the allowed acceleration and jerk that a stop uses; the rest is for rounding to whole periods."""
STEEPEST: Final = 1.5
"""Greatest slope of 1 - 3 s^2 + 2 s^3."""
BENT: Final = 6.0
"""Its greatest second derivative."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the joints may do: acceleration [rad/s^2] and jerk [rad/s^3], shape (n,), and a period [s]."""

    acceleration: Array
    jerk: Array
    period: float


class Stop:
    """From one commanded posture to rest.

    Args:
        start: joint positions [rad], shape (n,).
        velocity, gain: of the targets there [rad/s], [rad/s^2].
    """

    __slots__ = ("_fades", "_gain", "_period", "_slows", "_turn", "_velocity", "cruise", "end", "start")

    def __init__(self, start: Array, velocity: Array, gain: Array, bounds: Bounds) -> None:
        period = bounds.period
        self.start = start
        self._velocity, self._gain, self._period = velocity, gain, period
        fades = math.ceil(_most_of(gain, bounds.jerk) / period - 1e-6)
        self._fades = fades
        self.cruise: Array = velocity + gain * (period * (fades - 1) / 2) if fades > 1 else velocity
        """Velocities when the acceleration has faded, shape (n,)."""
        by_push = STEEPEST / (USED * period) * _most_of(self.cruise, bounds.acceleration)
        by_jerk = math.sqrt(BENT / USED * _most_of(self.cruise, bounds.jerk)) / period
        self._slows = max(1, math.ceil(max(by_push, by_jerk) - 1e-6))
        self._turn: Array = start + self._faded(fades)
        self.end: Array = self._turn + self.cruise * (period * (self._slows - 1) / 2)
        """Where it comes to rest [rad], shape (n,)."""

    @property
    def periods(self) -> int:
        """How many it takes."""
        return self._fades + self._slows

    @property
    def fading(self) -> tuple[int, ...]:
        """When to look while the acceleration fades, its end included, where the arm may still gain speed."""
        fades = self._fades
        return (fades,) if fades < 3 else (fades, fades * 2 // 3, fades // 3)

    @property
    def turn(self) -> Array:
        """Where the acceleration has faded [rad], shape (n,)."""
        return self._turn

    def at(self, k: int) -> Array:
        """The posture k periods after the start [rad], shape (n,)."""
        if k >= self._fades + self._slows:
            return self.end
        if k == self._fades:
            return self._turn
        if k < self._fades:
            faded: Array = self.start + self._faded(k)
            return faded
        n, j = self._slows, k - self._fades
        total = j - j * (j + 1) * (2 * j + 1) / (2 * n * n) + (j * (j + 1)) ** 2 / (2 * n**3)
        slowed: Array = self._turn + self.cruise * (self._period * total)
        return slowed

    def velocity(self, k: int) -> Array:
        """The velocities k periods after the start [rad/s], shape (n,)."""
        if k <= self._fades:
            if not self._fades:
                return self._velocity
            return self._velocity + self._gain * (self._period * (k - k * (k + 1) / (2 * self._fades)))
        s = min((k - self._fades) / self._slows, 1.0)
        slower: Array = self.cruise * (1 - 3 * s * s + 2 * s**3)
        return slower

    def _faded(self, k: int) -> Array:
        if not k:
            return np.zeros_like(self.start)
        period = self._period
        share = k * (k + 1) / 2 - k * (k + 1) * (k + 2) / (6 * self._fades)
        return self._velocity * (k * period) + self._gain * (period * period * share)


def _most_of(values: Array, allowed: Array) -> float:
    """The greatest share of what is allowed that one of the joints has. Seven numbers are compared sooner one
    by one than by numpy."""
    most: float = max(map(truediv, map(abs, values.tolist()), allowed.tolist()))
    return most


def careful_speed(room: Array, bounds: Bounds) -> Array:
    """The speed from which joints come to rest within `room` [rad] with something to spare [rad/s], (n,)."""
    push, jerk, period = bounds.acceleration, bounds.jerk, bounds.period
    ahead = 1.1 * push * period
    by_push = np.sqrt(ahead * ahead + 1.1 * push * room) - ahead
    by_jerk = 0.8 * np.cbrt(room * room * jerk * (4 / BENT))
    speed: Array = np.minimum(by_push, by_jerk)
    return speed
