"""Joint targets that an arm can follow: no faster, and no faster faster, than it may.

A policy's targets jump; an arm's limits do not let it. What lies between them is the same in training and
on the arm, or a policy that was good in training meets another arm: each joint goes towards its target as
fast as its speed and acceleration allow, and brakes in time to come to rest there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHARE: Final = 0.98
"""Of the limits: what goes up to them in another order of operations must not count as going beyond."""


@dataclass(frozen=True, eq=False)
class JointLimits:
    """What the joints' targets are kept within, vectors of shape (n,).

    Attributes:
        lower, upper: [rad].
        velocity: [rad/s].
        acceleration: [rad/s^2].
        period_s: of control: so often the arm gets a target [s].
    """

    lower: Floats
    upper: Floats
    velocity: Floats
    acceleration: Floats
    period_s: float

    @property
    def size(self) -> int:
        return len(self.lower)


class Easing:
    """From one control period to the next. Arrays are replaced, never changed in place."""

    def __init__(self, limits: JointLimits) -> None:
        self._most = SHARE * limits.velocity * limits.period_s
        self._gain = SHARE * limits.acceleration * limits.period_s**2
        self._last: Floats = np.zeros(limits.size)
        self._change: Floats = np.zeros(limits.size)

    def rest(self, joints: Floats) -> None:
        """The arm is at rest there [rad]."""
        self._last, self._change = joints.copy(), np.zeros_like(joints)

    def rebase(self, joints: Floats, change: Floats) -> None:
        """Other targets than the last were let through; `change` is how far they moved in that period."""
        self._last, self._change = joints.copy(), change.copy()

    def towards(self, targets: Floats) -> Floats:
        """What the arm is to be sent to in the next period [rad]."""
        way = targets - self._last
        far = np.abs(way)
        # A joint that moves by v in this period, and by g less in each one after, goes v(v + g) / 2g.
        stops = 0.5 * self._gain * (np.sqrt(1.0 + 8.0 * far / self._gain) - 1.0)
        most = np.minimum(np.minimum(self._most, stops), far)
        change = np.minimum(np.maximum(way, -most), most)
        change = np.minimum(np.maximum(change, self._change - self._gain), self._change + self._gain)
        self._last, self._change = self._last + change, change
        return self._last
