"""The toy world, such that it can be tried out; and a weak skill of it that has numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embodied.learning.environment import Environment, Flat
from embodied.learning.planning_ahead import foreseen_by_stepping
from embodied.rewards.stages import Parameter
from tests.learning.toys import Point, straight


class ForeseeablePoint(Point):
    """Implements `embodied.learning.planning_ahead.Foreseeing`. Beyond `wall` its physics become unsteady."""

    def __init__(self, wall: float = 1.0) -> None:
        super().__init__()
        self._wall = wall
        self.tried = 0

    def step(self, action: Any) -> tuple[Flat, float, bool, bool, dict[str, Any]]:
        observation, paid, terminated, _, info = super().step(action)
        return observation, paid, terminated, bool(self._hand[0] > self._wall), info

    def save(self) -> Any:
        return self._hand.copy(), self._target.copy()

    def restore(self, moment: Any) -> None:
        self._hand, self._target = moment[0].copy(), moment[1].copy()

    def foresee(self, plans: Flat) -> Flat:
        self.tried += len(plans)
        return foreseen_by_stepping(self, plans)


@dataclass(frozen=True)
class Missing:
    """Implements `embodied.learning.guides.Tunable`: goes to a place beside the target, by its numbers."""

    x: float = 0.15
    y: float = -0.1
    name: str = "missing"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter("x", self.x, -0.2, 0.2, "how far beside the target [m]"),
            Parameter("y", self.y, -0.2, 0.2, "how far beside the target [m]"),
        )

    def with_values(self, values: Mapping[str, float]) -> Missing:
        within = {name: float(np.clip(value, -0.2, 0.2)) for name, value in values.items()}
        return replace(self, **within)

    def begin(self, environment: Environment) -> None:
        """Nothing to remember."""

    def act(self, observation: Flat) -> Flat:
        return straight(observation + np.array([0, 0, 0, self.x, self.y, 0], np.float32))
