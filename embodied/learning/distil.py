"""A network that learns to do what a teacher does, by looking over its shoulder. Needs torch.

Dataset aggregation (DAgger, Ross et al. 2011): the pupil acts, the teacher says at each step what it would
have done, and the pupil learns that from all steps so far. So it sees the states that its own mistakes lead
to, which a recording of the teacher's episodes would not show.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from embodied.learning.bearings import Bearings
from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import TRAINING_SEEDS, Act, Episode, run_episode
from embodied.learning.export import export
from embodied.learning.features import LIMIT, Features
from embodied.learning.guides import Guide, remembers
from embodied.learning.shown import Shown, show
from embodied.learning.tensors import BROKEN, into_optimizer, of_optimizer, read, under, unreadable, write
from embodied.learning.trainer import TrainingJob
from embodied.rewards.spec import ObservationSpec


@dataclass(frozen=True)
class PupilSettings:
    """What worked on the tabletop, on one core.

    Attributes:
        width: of both hidden layers.
        updates: for each step of an episode that was looked at.
        averaging: how fast the network that acts, and is kept, follows the one that learns.
        most: states that are remembered; the oldest are forgotten.
    """

    width: int = 128
    learning_rate: float = 1e-3
    batch: int = 256
    updates: float = 2.0
    averaging: float = 0.005
    most: int = 60_000


class _Network(nn.Module):
    """Observation to action, (batch, n) to (batch, m), with its normalisation inside."""

    def __init__(self, features: Features, observation: ObservationSpec, actions: int, width: int) -> None:
        super().__init__()
        self.bearings = Bearings(observation)
        for name in ("matrix", "mean", "deviation"):
            self.register_buffer(name, torch.as_tensor(getattr(features, name)))
        self.layers = nn.Sequential(
            nn.Linear(features.size + self.bearings.size, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, actions),
            nn.Tanh(),
        )

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return self.layers(self.told(observations))

    def told(self, observations: torch.Tensor) -> torch.Tensor:
        """What the layers are given."""
        scaled = (observations @ self.matrix - self.mean) / self.deviation
        return torch.cat((torch.clamp(scaled, -LIMIT, LIMIT), self.bearings(observations)), -1)


class Pupil:
    """The network, what it has seen, and how it learns.

    Attributes:
        looked: at so many states by now, whatever it has forgotten.
    """

    def __init__(
        self,
        features: Features,
        observation: ObservationSpec,
        actions: int,
        settings: PupilSettings,
        seed: int,
    ) -> None:
        torch.manual_seed(seed)
        self.settings = settings
        self._learning = _Network(features, observation, actions, settings.width)
        self.network = deepcopy(self._learning)
        self._optimizer = torch.optim.Adam(
            self._learning.layers.parameters(), settings.learning_rate, fused=True
        )
        self.looked = 0
        self._seen: Flat = np.zeros((0, features.matrix.shape[0]), np.float32)
        self._said: Flat = np.zeros((0, actions), np.float32)

    @property
    def known(self) -> int:
        """States that it remembers."""
        return len(self._seen)

    def act(self, observation: Flat) -> Flat:
        """What it would do now."""
        with torch.no_grad():
            action: Flat = self.network(torch.as_tensor(observation[None])).numpy()[0]
        return action

    def look(self, seen: Flat, said: Flat) -> None:
        """Remember states, shape (k, n), and what the teacher said there, shape (k, m)."""
        self.looked += len(seen)
        most = self.settings.most
        self._seen = np.concatenate([self._seen, seen])[-most:]
        self._said = np.concatenate([self._said, said])[-most:]

    def forget(self) -> None:
        """The teacher has changed: what was said before is of no use."""
        self._seen, self._said = self._seen[:0], self._said[:0]

    def learn(self, steps: int, draws: np.random.Generator) -> None:
        """As many updates as belong to so many steps. Nothing, where nothing was seen."""
        if not self.known:
            return
        kept, learned = list(self.network.parameters()), list(self._learning.parameters())
        with torch.no_grad():
            told, said = self._learning.told(torch.as_tensor(self._seen)), torch.as_tensor(self._said)
        for _ in range(round(self.settings.updates * steps)):
            chosen = torch.as_tensor(draws.integers(self.known, size=self.settings.batch))
            done = self._learning.layers(told[chosen])
            loss = nn.functional.smooth_l1_loss(done, said[chosen], beta=0.1)
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self._optimizer.step()
            with torch.no_grad():
                torch._foreach_lerp_(kept, learned, self.settings.averaging)

    # -- state -------------------------------------------------------------------------------------

    def tensors(self) -> dict[str, torch.Tensor]:
        """All that it has learned and remembers."""
        found = {f"layers/{name}": value for name, value in self._learning.layers.state_dict().items()}
        found |= {f"kept/{name}": value for name, value in self.network.layers.state_dict().items()}
        found |= of_optimizer("adam", self._optimizer)
        return found | {"seen": torch.as_tensor(self._seen), "said": torch.as_tensor(self._said)}

    def load(self, tensors: dict[str, torch.Tensor]) -> None:
        """The inverse of `tensors`."""
        self._learning.layers.load_state_dict(under("layers/", tensors))
        self.network.layers.load_state_dict(under("kept/", tensors))
        into_optimizer(self._optimizer, under("adam/", tensors))
        self._seen, self._said = tensors["seen"].numpy(), tensors["said"].numpy()


def lesson(
    environment: Environment, teacher: Guide, pupil: Act, seed: int, horizon: int, *, alone: int
) -> tuple[Episode, Flat]:
    """An episode, and what the teacher said at each of its steps, shape (T, m).

    Args:
        alone: so many steps the pupil acts; then the teacher takes over, and shows how it is put right.
    """
    said: list[Flat] = []

    def act(observation: Flat) -> Flat:
        said.append(teacher.act(observation))
        return pupil(observation) if len(said) <= alone else said[-1]

    episode = run_episode(environment, act, seed, horizon, begin=teacher.begin)
    return episode, np.stack(said)


class Schooling:
    """A pupil and its lessons: what trainers with a teacher share."""

    def __init__(self, job: TrainingJob, environment: Environment, settings: PupilSettings) -> None:
        torch.set_num_threads(1)
        self._job, self._environment = job, environment
        self.pupil = Pupil(
            job.features, environment.observation_spec, environment.action_spec.size, settings, job.seed
        )
        self.begin_anew(0)

    def begin_anew(self, step: int) -> None:
        """Draw from here on by where the training stands: going on is the same as never having stopped."""
        self.draws = self._draws_at(step)

    def _draws_at(self, step: int) -> np.random.Generator:
        return np.random.default_rng((self._job.seed, step))

    def expect(self, teacher: Guide, count: int, *, step: int | None = None) -> None:
        """So many episodes of the teacher's are wanted next: who is beside may show them already.

        Args:
            step: where the training will stand by then; None for here.
        """
        if self._job.beside is not None:
            draws = deepcopy(self.draws) if step is None else self._draws_at(step)
            self._job.beside.expect(teacher, [int(draws.integers(TRAINING_SEEDS)) for _ in range(count)])

    def shown(self, teacher: Guide) -> int:
        """An episode of the teacher's, see `show`; it is learned from if it succeeds. Gives its steps."""
        seed = int(self.draws.integers(TRAINING_SEEDS))

        def here(seed: int) -> Shown:
            return show(self._environment, teacher, seed, self._job.horizon)

        shown = here(seed) if self._job.beside is None else self._job.beside.take(teacher, seed, here)
        if shown.succeeded:
            self.pupil.look(shown.seen, shown.did)
        return shown.steps

    def lesson(self, teacher: Guide, *, taught: float) -> int:
        """One more episode to learn from; with the chance `taught` the teacher takes over at some step. One
        that remembers what it was doing shows once more instead: see `Remembering`. Gives its steps."""
        if remembers(teacher):
            return self.shown(teacher)
        horizon = self._job.horizon
        alone = int(self.draws.integers(horizon)) if self.draws.random() < taught else horizon
        seed = int(self.draws.integers(TRAINING_SEEDS))
        acts = self.pupil.act if self.pupil.known else teacher.act
        episode, said = lesson(self._environment, teacher, acts, seed, horizon, alone=alone)
        self.pupil.look(episode.observations[:-1], said)
        return episode.steps


class PupilSnapshot:
    """Implements `embodied.learning.trainer.Snapshot`: the pupil as it is now, which needs no teacher.

    Args:
        more: what the trainer needs to go on beside the pupil.
    """

    def __init__(
        self, step: int, school: Schooling, environment: Environment, more: Mapping[str, NDArray[Any]]
    ) -> None:
        self._step, self._pupil, self._more = step, school.pupil, more
        self._specs = environment.observation_spec, environment.action_spec

    @property
    def step(self) -> int:
        return self._step

    @property
    def act(self) -> Act:
        return self._pupil.act

    def save(self, folder: Path) -> None:
        more = {f"more/{name}": torch.as_tensor(value) for name, value in self._more.items()}
        write(folder, self._pupil.tensors() | more, {"step": self._step})

    def export(self, path: Path, *, step_seconds: float) -> None:
        export(self._pupil.network.eval(), path, *self._specs, step_seconds=step_seconds)


def go_on(folder: Path, pupil: Pupil) -> tuple[int, dict[str, NDArray[Any]]]:
    """Bring a pupil to where a snapshot was saved; gives its step and what else the trainer kept.

    Raises:
        BadInput: the state is not there, is cut off, or is another's.
    """
    try:
        tensors, numbers = read(folder)
        pupil.load(tensors)
        more = {name: value.numpy() for name, value in under("more/", tensors).items()}
        return numbers["step"], more
    except BROKEN as broken:
        raise unreadable(folder, broken) from broken
