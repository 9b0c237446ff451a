"""A weak skill for where the hand itself shall be: straight to there, more slowly the nearer it is.

What the thing to be moved is to `embodied.learning.guides.Sketch`, the hand is here: there is nothing to take
and nothing to go behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from embodied.learning.environment import Environment, Flat
from embodied.rewards.spec import ActionSpec, Array, ObservationSpec
from embodied.rewards.stages import Parameter

PARAMETERS: Final = (Parameter("speed", 0.2, 0.05, 1.0, "share of the way that is done in a step"),)
"""An arm that speeds up and brakes as its limits let it overshoots where more is asked of it."""


class Straight:
    """Implements `embodied.learning.guides.Tunable`. Holds no state.

    Args:
        hand, moves: the entries of the observation and of the action, shape (3,).
        toward: where the hand shall be, of a named observation, shape (3,) [m].
        reach_m: how far the hand moves in a step at an action of 1 [m].
    """

    name = "sketch"

    def __init__(
        self,
        hand: str,
        moves: str,
        toward: Callable[[dict[str, Array]], Array],
        reach_m: float,
        observation: ObservationSpec,
        action: ActionSpec,
        parameters: tuple[Parameter, ...] = PARAMETERS,
    ) -> None:
        self._hand, self._moves, self._toward, self._reach_m = hand, moves, toward, reach_m
        self._observation, self._action = observation, action
        self.parameters = parameters

    def with_values(self, values: Mapping[str, float]) -> Straight:
        """See `Tunable.with_values`."""
        changed = tuple(
            replace(one, value=float(min(max(values.get(one.name, one.value), one.low), one.high)))
            for one in self.parameters
        )
        return Straight(
            self._hand, self._moves, self._toward, self._reach_m, self._observation, self._action, changed
        )

    def begin(self, environment: Environment) -> None:
        """Nothing to remember."""

    def act(self, observation: Flat) -> Flat:
        """See `Guide.act`. Fingers, where there are any, stay open."""
        named = self._observation.split(observation[None].astype(float))
        way = self._toward(named) - named[self._hand][0]
        action = {
            entry.name: np.ones((1,)) if entry.shape == () else np.zeros((1, *entry.shape))
            for entry in self._action.entries
        }
        speed = self.parameters[0].value
        action[self._moves][0] = np.clip(way * speed / self._reach_m, -1.0, 1.0)
        flat: Flat = self._action.flatten(action)[0].astype(np.float32)
        return flat
