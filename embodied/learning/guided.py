"""SAC that begins with what a weak skill can do, and does better in the end. Needs torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import TRAINING_SEEDS, Act, Episode, run_episode
from embodied.learning.errors import NoGuide
from embodied.learning.export import export
from embodied.learning.features import LIMIT, Features
from embodied.learning.guided_networks import Actor, Batch, GuidedSettings, Learner
from embodied.learning.rewarded import RewardedEnvironment
from embodied.learning.tensors import BROKEN, read, under, unreadable, write
from embodied.learning.trainer import Snapshot, TrainingJob

FAILED: Final = 100
"""Seeds of episodes that failed, to be tried again; the oldest are forgotten."""
_PRIME: Final = 7919
_FIELDS: Final = ("now", "action", "paid", "later", "discount", "guide_now", "guide_later")


class GuidedTrainer:
    """Implements `embodied.learning.trainer.Trainer`; `job.guide` says how it begins.

    What it gives is the actor alone: it needs no guide to run.
    """

    name = "guided"
    learner: type[Learner] = Learner

    def __init__(self, settings: GuidedSettings | None = None) -> None:
        self.settings = settings or GuidedSettings()

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        """See `Trainer.train`. Raises `NoGuide` if the guide hardly ever succeeds."""
        torch.set_num_threads(1)
        environment = job.make()
        try:
            training = _Training(job, environment, self.settings, self.learner)
            if job.state is not None:
                training.load(job.state)
            else:
                training.demonstrate()
            while training.step < job.until:
                training.begin_anew()
                wanted = min(job.until, (training.step // job.every + 1) * job.every)
                while training.step < wanted:
                    if job.stop():
                        return
                    training.run_episode()
                yield GuidedSnapshot(training, job.features, environment)
        finally:
            environment.close()


class _Training:
    """One training: its networks, its memories, its random draws."""

    def __init__(
        self, job: TrainingJob, environment: Environment, settings: GuidedSettings, learner: type[Learner]
    ) -> None:
        if job.guide is None:
            raise NoGuide("There is nothing to begin with.", remedy="Train with --trainer sac.")
        torch.manual_seed(job.seed)
        self.settings, self._job, self._guide = settings, job, job.guide
        self._environment = environment
        self._rewarded = RewardedEnvironment(environment, job.reward, job.horizon, job.seed)
        actions = environment.action_spec.size
        self.learner = learner(job.features.size, actions, settings)
        self._online = _Memory(settings.replay, job.features.size, actions)
        self._successes = _Memory(settings.replay // 2, job.features.size, actions)
        self._failed: list[int] = []
        self.step = 0
        self._draws = np.random.default_rng(job.seed)

    def begin_anew(self) -> None:
        """Draw from here on by where the training stands: going on is the same as never having stopped."""
        seed = (self._job.seed * _PRIME + self.step) % 2**31
        torch.manual_seed(seed)
        self._draws = np.random.default_rng(seed)

    def demonstrate(self) -> None:
        """Successes of the guide, with noise: what a batch is half made of."""
        found = 0
        for attempt in range(self.settings.attempts):
            found += self._play(self._noisy, attempt).succeeded
            if found >= self.settings.demonstrations or self._job.stop():
                return
        if found < 3:
            raise NoGuide(
                f"The guide {self._guide.name!r} succeeds on {found} of {self.settings.attempts} episodes.",
                remedy="Train with --trainer sac.",
            )

    def run_episode(self) -> None:
        """One episode, learning at each step."""
        seed = int(self._draws.integers(TRAINING_SEEDS))
        if self._failed and self._draws.random() < self.settings.again:
            seed = self._failed.pop(int(self._draws.integers(len(self._failed))))
        alone = self.step >= self.settings.follow and self._draws.random() < self.settings.alone
        episode = self._play(self._alone if alone else self._together, seed)
        if not episode.succeeded:
            self._failed = [*self._failed[1 - FAILED :], seed]

    def _play(self, choose: Callable[[Flat, Flat], Flat], seed: int) -> Episode:
        """An episode, remembered with what the guide would have done; `choose` gets that too."""
        guides: list[Flat] = []

        def act(observation: Flat) -> Flat:
            guides.append(self._guide.act(observation))
            return choose(observation, guides[-1])

        episode = run_episode(self._environment, act, seed, self._job.horizon, begin=self._guide.begin)
        guides.append(self._guide.act(episode.observations[-1]))
        self._remember(episode, np.stack(guides))
        return episode

    def _together(self, observation: Flat, guide: Flat) -> Flat:
        self._improve()
        if self.step <= self.settings.follow:
            return self._noisy(observation, guide)
        action: Flat = self.learner.acting(self._seen(observation), torch.as_tensor(guide[None])).numpy()[0]
        return action

    def _alone(self, observation: Flat, guide: Flat) -> Flat:
        self._improve()
        action: Flat = self.learner.alone(self._seen(observation)).numpy()[0]
        return action

    def _improve(self) -> None:
        self.step += 1
        for update in range(self.settings.updates):
            self.learner.improve(self._batch(), actor_too=update + 1 == self.settings.updates)

    def _seen(self, observation: Flat) -> torch.Tensor:
        return torch.as_tensor(self._job.features(observation[None].astype(float)).astype(np.float32))

    def _noisy(self, observation: Flat, guide: Flat) -> Flat:
        action = guide.astype(float)
        if self._draws.random() < self.settings.noisy_share:
            action = action + self.settings.noise * self._draws.standard_normal(len(action))
        noisy: Flat = np.clip(action, -1.0, 1.0).astype(np.float32)
        return noisy

    def _batch(self) -> Batch:
        half = self.settings.batch // 2
        parts = [self._online.drawn(half, self._draws), self._successes.drawn(half, self._draws)]
        return Batch(*(torch.as_tensor(np.concatenate(pair)) for pair in zip(*parts, strict=True)))

    def _remember(self, episode: Episode, guides: Flat) -> None:
        features = self._job.features(episode.observations.astype(float)).astype(np.float32)
        rows = list(_transitions(episode, features, guides, self._rewarded.paid(episode), self.settings))
        self._online.add(rows)
        if episode.succeeded:
            self._successes.add(rows)

    def save(self, folder: Path) -> None:
        """See `Snapshot.save`."""
        tensors = self.learner.tensors() | {"failed": torch.tensor(self._failed, dtype=torch.int64)}
        for name, memory in (("online", self._online), ("successes", self._successes)):
            tensors |= {f"{name}/{key}": torch.as_tensor(value) for key, value in memory.filled().items()}
        write(
            folder, tensors, {"step": self.step, "online": self._online.at, "successes": self._successes.at}
        )

    def load(self, folder: Path) -> None:
        """Go on from what was saved. Raises BadInput."""
        try:
            tensors, numbers = read(folder)
            self.learner.load(tensors)
            for name, memory in (("online", self._online), ("successes", self._successes)):
                stored = {key: value.numpy() for key, value in under(f"{name}/", tensors).items()}
                memory.fill(stored, numbers[name])
            self._failed = tensors["failed"].tolist()
            self.step = numbers["step"]
        except BROKEN as broken:
            raise unreadable(folder, broken) from broken


class _Memory:
    """Transitions, the oldest overwritten when it is full."""

    def __init__(self, room: int, features: int, actions: int) -> None:
        shapes = {"now": (features,), "later": (features,), "paid": (), "discount": ()}
        self._arrays: dict[str, NDArray[np.float32]] = {
            name: np.zeros((room, *shapes.get(name, (actions,))), np.float32) for name in _FIELDS
        }
        self._room = room
        self.at = self._size = 0

    def add(self, rows: list[dict[str, NDArray[np.float32]]]) -> None:
        for row in rows:
            for name, value in row.items():
                self._arrays[name][self.at] = value
            self.at = (self.at + 1) % self._room
            self._size = min(self._size + 1, self._room)

    def drawn(self, count: int, draws: np.random.Generator) -> list[NDArray[np.float32]]:
        chosen = draws.integers(self._size, size=count)
        return [self._arrays[name][chosen] for name in _FIELDS]

    def filled(self) -> dict[str, NDArray[np.float32]]:
        return {name: array[: self._size] for name, array in self._arrays.items()}

    def fill(self, stored: dict[str, NDArray[np.float32]], at: int) -> None:
        for name in _FIELDS:
            self._size = len(stored[name])
            self._arrays[name][: self._size] = stored[name]
        self.at = at


def _transitions(
    episode: Episode,
    features: NDArray[np.float32],
    guides: NDArray[np.float32],
    paid: NDArray[np.float64],
    settings: GuidedSettings,
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """Each step with the rewards of the next few, and where that leads. An episode that ends goes on."""
    for step in range(episode.steps):
        last = min(step + settings.lookahead, episode.steps)
        weights = settings.discount ** np.arange(last - step)
        yield {
            "now": features[step],
            "action": episode.actions[step],
            "paid": np.array(weights @ paid[step:last], np.float32),
            "later": features[last],
            "discount": np.array(settings.discount ** (last - step), np.float32),
            "guide_now": guides[step],
            "guide_later": guides[last],
        }


class _Exported(torch.nn.Module):
    """The actor with its normalisation: observation to action, (batch, n) to (batch, m)."""

    def __init__(self, actor: Actor, features: Features) -> None:
        super().__init__()
        self.actor = actor
        for name in ("matrix", "mean", "deviation"):
            self.register_buffer(name, torch.as_tensor(getattr(features, name)))

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        scaled = (observations @ self.matrix - self.mean) / self.deviation
        mean, _ = self.actor(torch.clamp(scaled, -LIMIT, LIMIT))
        return torch.tanh(mean)


class GuidedSnapshot:
    """Implements `embodied.learning.trainer.Snapshot`."""

    def __init__(self, training: _Training, features: Features, environment: Environment) -> None:
        self._training = training
        self._specs = environment.observation_spec, environment.action_spec
        self._network = _Exported(training.learner.policy, features).eval()

    @property
    def step(self) -> int:
        return self._training.step

    @property
    def act(self) -> Act:
        def act(observation: Flat) -> Flat:
            with torch.no_grad():
                action: Flat = self._network(torch.as_tensor(observation[None])).numpy()[0]
            return action

        return act

    def save(self, folder: Path) -> None:
        self._training.save(folder)

    def export(self, path: Path, *, step_seconds: float) -> None:
        export(self._network, path, *self._specs, step_seconds=step_seconds)
