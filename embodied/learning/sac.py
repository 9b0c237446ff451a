"""Soft actor-critic (Haarnoja et al. 2018) by stable-baselines3, on normalised observations. Needs torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import gymnasium
import numpy as np
import torch
from stable_baselines3 import SAC
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import DummyVecEnv

from embodied.learning.environment import Flat
from embodied.learning.episodes import Act, Episode
from embodied.learning.export import export
from embodied.learning.features import LIMIT, Features
from embodied.learning.rewarded import RewardedEnvironment
from embodied.learning.sac_state import load_state, save_state
from embodied.learning.trainer import Snapshot, TrainingJob
from embodied.rewards.spec import ActionSpec, ObservationSpec

_PRIME: Final = 7919


@dataclass(frozen=True)
class SacSettings:
    """What worked on Meta-World and on the tabletop, on one core.

    Attributes:
        width: of both hidden layers of actor and critics.
        warm_up: steps before the first update, random actions; fewer where there is experience.
        entropy: coefficient to begin with; it is tuned from there.
        entropy_target: for each number of the action.
    """

    width: int = 128
    learning_rate: float = 7e-4
    batch: int = 256
    discount: float = 0.96
    target_rate: float = 0.01
    entropy: float = 0.05
    entropy_target: float = -0.5
    warm_up: int = 300
    replay: int = 200_000


class SacTrainer:
    """Implements `embodied.learning.trainer.Trainer`."""

    name = "sac"

    def __init__(self, settings: SacSettings | None = None) -> None:
        self.settings = settings or SacSettings()

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        """See `Trainer.train`."""
        torch.set_num_threads(1)  # candidates share the machine, and sums come out the same
        inner = job.make()
        environment = RewardedEnvironment(inner, job.reward, job.horizon, job.seed)
        try:
            model = self._model(environment, job)
            if job.state is not None:
                load_state(model, job.state)
            else:
                _remember(model, environment, job.experience)
            while model.num_timesteps < job.until:
                seed = (job.seed * _PRIME + model.num_timesteps) % 2**31
                set_random_seed(seed)  # so that going on from a snapshot is the same as never having stopped
                environment.draw_anew(seed)
                model._last_obs = None
                steps = min(job.every, job.until - model.num_timesteps)
                model.learn(steps, callback=_Stop(job), reset_num_timesteps=False)
                if job.stop():
                    return
                yield SacSnapshot(model, job.features, inner.observation_spec, inner.action_spec)
        finally:
            environment.close()

    def _model(self, environment: RewardedEnvironment, job: TrainingJob) -> SAC:
        chosen = self.settings
        known = sum(episode.steps for episode in job.experience)
        model = SAC(
            "MlpPolicy",
            DummyVecEnv([lambda: environment]),
            learning_rate=chosen.learning_rate,
            buffer_size=chosen.replay,
            learning_starts=max(chosen.warm_up - known, 0),
            batch_size=chosen.batch,
            gamma=chosen.discount,
            tau=chosen.target_rate,
            ent_coef=f"auto_{chosen.entropy:g}",
            target_entropy=chosen.entropy_target * environment.action_size,
            policy_kwargs={
                "net_arch": [chosen.width, chosen.width],
                "optimizer_kwargs": {"fused": True},
                "features_extractor_class": FeatureLayer,
                "features_extractor_kwargs": {"features": job.features},
            },
            seed=job.seed,
            device="cpu",
        )
        model.set_logger(Logger(folder=None, output_formats=[]))
        return model


class FeatureLayer(BaseFeaturesExtractor):
    """`Features` as a layer; it learns nothing."""

    def __init__(self, observation_space: gymnasium.spaces.Box, features: Features) -> None:
        super().__init__(observation_space, features.size)
        for name in ("matrix", "mean", "deviation"):
            self.register_buffer(name, torch.as_tensor(getattr(features, name)))

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        scaled = (observations @ self.matrix - self.mean) / self.deviation
        return torch.clamp(scaled, -LIMIT, LIMIT)


class _Actor(torch.nn.Module):
    """The policy without exploration: observation to action, both flat, shape (batch, n) and (batch, m)."""

    def __init__(self, model: SAC) -> None:
        super().__init__()
        actor = model.policy.actor
        self.layers = torch.nn.Sequential(
            actor.features_extractor, actor.latent_pi, actor.mu, torch.nn.Tanh()
        )

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return self.layers(observations)


class SacSnapshot:
    """Implements `embodied.learning.trainer.Snapshot`."""

    def __init__(
        self, model: SAC, features: Features, observation: ObservationSpec, action: ActionSpec
    ) -> None:
        self._model, self._observation, self._action = model, observation, action
        self._actor = _Actor(model).eval()

    @property
    def step(self) -> int:
        return int(self._model.num_timesteps)

    @property
    def act(self) -> Act:
        actor = self._actor

        def act(observation: Flat) -> Flat:
            with torch.no_grad():
                action: Flat = actor(torch.as_tensor(observation[None])).numpy()[0]
            return action

        return act

    def save(self, folder: Path) -> None:
        save_state(self._model, folder)

    def export(self, path: Path, *, step_seconds: float) -> None:
        export(self._actor, path, self._observation, self._action, step_seconds=step_seconds)


class _Stop(BaseCallback):
    def __init__(self, job: TrainingJob) -> None:
        super().__init__()
        self._job = job

    def _on_step(self) -> bool:
        return not self._job.stop()


def _remember(model: SAC, environment: RewardedEnvironment, episodes: tuple[Episode, ...]) -> None:
    """Put episodes from elsewhere into the replay memory, with what they would have paid."""
    memory: Any = model.replay_buffer
    for episode in episodes:
        paid = environment.paid(episode)
        for step in range(episode.steps):
            memory.add(
                episode.observations[step][None],
                episode.observations[step + 1][None],
                episode.actions[step][None],
                np.array([paid[step]], np.float32),
                np.array([False]),
                [{}],
            )
