"""An environment whose reward is a candidate's, for a learner. Needs gymnasium."""

from __future__ import annotations

from typing import Any, Final

import gymnasium
import numpy as np

from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import TRAINING_SEEDS, Episode, Held
from embodied.rewards.calling import total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.spec import Array

REWARD_SCALE: Final = 0.1
"""A step of a composed reward pays about 1, and critics learn more steadily from less."""


class RewardedEnvironment(gymnasium.Env[Flat, Flat]):
    """The learner's view: observations, actions, the reward's sum. Success only ends an episode, as cut off:
    what comes after it is still worth something, and the learner counts it so."""

    def __init__(self, environment: Environment, reward: RewardFunction, horizon: int, seed: int) -> None:
        self._environment = environment
        self._observation, self._action = environment.observation_spec, environment.action_spec
        self._reward = reward
        self._horizon = horizon
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (self._observation.size,), np.float32)
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (self._action.size,), np.float32)
        self.draw_anew(seed)

    @property
    def action_size(self) -> int:
        return self._action.size

    def draw_anew(self, seed: int) -> None:
        """Episodes from here on are drawn from `seed`."""
        self._draws = np.random.default_rng(seed)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Flat, dict[str, Any]]:
        self._last, _ = self._environment.reset(seed=int(self._draws.integers(TRAINING_SEEDS)))
        self._steps, self._held = 0, Held()
        return self._last, {}

    def step(self, action: Any) -> tuple[Flat, float, bool, bool, dict[str, Any]]:
        now, _, _, truncated, info = self._environment.step(action)
        paid = self._paid(now[None], np.asarray(action)[None], self._last[None])
        self._last = now
        self._steps += 1
        held = self._held.after(bool(info["is_success"]))
        over = held or truncated or self._steps >= self._horizon
        return now, float(paid[0]), False, over, {}

    def close(self) -> None:
        self._environment.close()

    def paid(self, episode: Episode) -> Array:
        """What each step of an episode from elsewhere would have paid the learner, shape (T,)."""
        return self._paid(episode.observations[1:], episode.actions, episode.observations[:-1])

    def _paid(self, now: Flat, action: Flat, before: Flat) -> Array:
        """Flat arrays, shape (batch, size)."""
        terms = self._reward(
            self._observation.split(now.astype(float)),
            self._action.split(action.astype(float)),
            self._observation.split(before.astype(float)),
        )
        return REWARD_SCALE * total(terms)
