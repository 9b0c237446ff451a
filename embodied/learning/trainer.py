"""What trains: one verb. It gives snapshots; whoever asked measures them, and stops when it has enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from embodied.errors import did_you_mean
from embodied.learning.environment import EnvironmentFactory
from embodied.learning.episodes import Act, Episode
from embodied.learning.errors import NoTrainer, need
from embodied.learning.features import Features
from embodied.rewards.compiling import RewardFunction


@dataclass(frozen=True, eq=False)
class TrainingJob:
    """What to train, and for how long.

    Attributes:
        make: the environment; success is in its info, and the trainer looks at it only to end episodes.
        reward: what is maximised: its terms, summed.
        features: how observations are normalised.
        horizon: steps of an episode.
        seed: of everything that is drawn at random: the same job, the same snapshots.
        until: environment steps in all, those before `state` counted too.
        every: steps from one snapshot to the next.
        experience: episodes from elsewhere that may be learned from as well.
        state: a folder that `Snapshot.save` wrote, to go on from there; None to begin.
        stop: asked at each step; once it says True, training ends without another snapshot.
    """

    make: EnvironmentFactory
    reward: RewardFunction
    features: Features
    horizon: int
    seed: int
    until: int
    every: int
    experience: tuple[Episode, ...] = ()
    state: Path | None = None
    stop: Callable[[], bool] = lambda: False


class Snapshot(Protocol):
    """A training at one of its steps. Good until the next is asked for."""

    @property
    def step(self) -> int: ...

    @property
    def act(self) -> Act:
        """The policy, without exploration."""
        ...

    def save(self, folder: Path) -> None:
        """All that is needed to go on, as numbers in files: no pickle."""
        ...

    def export(self, path: Path, *, step_seconds: float) -> None:
        """The policy as an ONNX file, its specs inside."""
        ...


class Trainer(Protocol):
    """A way to train. `name` is what `--trainer` takes."""

    @property
    def name(self) -> str: ...

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        """A snapshot each `job.every` steps, until `job.until`. Close the iterator to end early.

        Raises:
            RewardError: the reward gave something wrong in a state that was reached.
        """
        ...


def _sac() -> Trainer:
    need(("torch", "stable_baselines3", "onnx", "onnxruntime", "safetensors"), "Training with SAC")
    from embodied.learning.sac import SacTrainer

    return SacTrainer()


_TRAINERS: Final[Mapping[str, Callable[[], Trainer]]] = {"sac": _sac}
_LATER: Final = {"cma": "parameters of a skill", "mpc": "planning with the simulator"}
TRAINERS: Final = ("auto", *_TRAINERS)
"""What works. `auto` has one to choose from as yet."""


def load_trainer(name: str) -> Trainer:
    """The trainer called `name`; "auto" chooses.

    Raises:
        NoTrainer: there is none of that name, or a package that it needs is not installed.
    """
    if name == "auto":
        return _sac()
    if name in _TRAINERS:
        return _TRAINERS[name]()
    offered = f"There are: {', '.join(TRAINERS)}."
    if name in _LATER:
        raise NoTrainer(f"The trainer {name!r} ({_LATER[name]}) is not built yet.", remedy=offered)
    raise NoTrainer(
        f"There is no trainer {name!r}.", remedy=f"{did_you_mean(name, TRAINERS)} {offered}".strip()
    )
