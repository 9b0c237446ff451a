"""Set points that an arm can follow, whatever the distance to the target that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from embodied.arms import ArmDescription
from embodied_arm.model import Array

BRAKING: Final = 0.8
"""Share of the acceleration that is counted on for stopping at a target."""


class Following:
    """Goes after joint targets within velocity and acceleration, from one control period to the next.

    Targets that already keep to the limits, one a period, pass as they are: the bridge's gate sends such.
    A jump becomes a motion that speeds up, cruises and brakes.

    Args:
        arm: its velocities and accelerations are kept to.
        first: where the joints are, at rest [rad], length n.
    """

    def __init__(self, arm: ArmDescription, first: Sequence[float]) -> None:
        self._velocity_max = np.array(arm.velocity)
        self._acceleration_max = np.array(arm.acceleration)
        self._period = arm.control_period_s
        self._at: Array = np.array(first, dtype=float)
        self._velocity: Array = np.zeros(len(first))
        self._target: Array = self._at
        self._dead: Array | None = None

    @property
    def at(self) -> Array:
        """The present set point [rad], shape (n,)."""
        return self._at

    @property
    def velocity(self) -> Array:
        """How fast it moves [rad/s], shape (n,)."""
        return self._velocity

    @property
    def held(self) -> bool:
        """Whether a stop is in force: no new target has come since."""
        return self._dead is not None

    def aim(self, target: Sequence[float] | Array) -> None:
        """Set where to go [rad], length n. After a stop, the target of before does not count as a new one:
        whoever keeps repeating it does not undo the stop."""
        wanted: Array = np.asarray(target, dtype=float)
        if self._dead is not None and np.abs(wanted - self._dead).max() < 1e-9:
            return
        self._dead = None
        self._target = wanted

    def stop(self, here: Sequence[float] | Array) -> None:
        """Be at rest `here` [rad], until there is a new target."""
        if self._dead is None:
            self._dead = self._target
        self._at = np.array(here, dtype=float)
        self._target = self._at
        self._velocity = np.zeros_like(self._at)

    def brake(self) -> None:
        """Come to rest as soon as the acceleration allows, until there is a new target."""
        ahead = self._velocity * np.abs(self._velocity) / (2 * BRAKING * self._acceleration_max)
        if self._dead is None:
            self._dead = self._target
        self._target = self._at + ahead

    def step(self) -> Array:
        """The set point one control period later [rad], shape (n,)."""
        period = self._period
        gap = self._target - self._at
        wanted = gap / period
        most = self._acceleration_max * period
        direct = (np.abs(wanted) <= self._velocity_max) & (np.abs(wanted - self._velocity) <= most)
        push = BRAKING * self._acceleration_max
        speed = np.minimum(
            np.sqrt(2 * push * np.abs(gap) + (push * period / 2) ** 2) - push * period / 2, self._velocity_max
        )
        careful = np.clip(np.sign(gap) * speed, self._velocity - most, self._velocity + most)
        self._velocity = np.where(direct, wanted, careful)
        self._at = self._at + self._velocity * period
        return self._at
