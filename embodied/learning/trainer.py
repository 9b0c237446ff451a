"""What trains: one verb. It gives snapshots; whoever asked measures them, and stops when it has enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

from embodied.errors import did_you_mean
from embodied.learning.cma_search import require_tunable
from embodied.learning.environment import EnvironmentFactory
from embodied.learning.episodes import Act, Episode
from embodied.learning.errors import NoGuide, NoTrainer, need
from embodied.learning.features import Features
from embodied.learning.guides import Guide, Tunable, remembers
from embodied.learning.shown import Beside
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
        guide: a weak skill to begin with, None to begin with nothing.
        state: a folder that `Snapshot.save` wrote, to go on from there; None to begin.
        stop: asked at each step; once it says True, training ends without another snapshot.
        beside: others who can show episodes of the guide at the same time, None for nobody. It changes how
            fast things go, and nothing of what is learned.
    """

    make: EnvironmentFactory
    reward: RewardFunction
    features: Features
    horizon: int
    seed: int
    until: int
    every: int
    experience: tuple[Episode, ...] = ()
    guide: Guide | None = None
    state: Path | None = None
    stop: Callable[[], bool] = lambda: False
    beside: Beside | None = None


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
    from embodied.learning.sac import SacTrainer

    return SacTrainer()


def _guided() -> Trainer:
    from embodied.learning.guided import GuidedTrainer

    return GuidedTrainer()


def _residual() -> Trainer:
    from embodied.learning.residual import ResidualTrainer

    return ResidualTrainer()


def _cma() -> Trainer:
    from embodied.learning.cma import CmaTrainer

    return CmaTrainer()


def _imitate() -> Trainer:
    from embodied.learning.imitation import ImitationTrainer

    return ImitationTrainer()


def _mpc() -> Trainer:
    from embodied.learning.mpc import MpcTrainer

    return MpcTrainer()


_TRAINERS: Final[Mapping[str, Callable[[], Trainer]]] = {
    "sac": _sac,
    "imitate": _imitate,
    "guided": _guided,
    "residual": _residual,
    "cma": _cma,
    "mpc": _mpc,
}
_PACKAGES: Final = ("torch", "stable_baselines3", "onnx", "onnxruntime", "safetensors", "gymnasium")
_MORE: Final[Mapping[str, tuple[str, ...]]] = {"cma": ("cma",)}
AUTO: Final = "auto"
GROUP: Final = "embodied.trainers"
TRAINERS: Final = (AUTO, *_TRAINERS)
"""SAC from nothing, a pupil of a skill, SAC that begins with a weak one, a correction of one, a search of a
skill's numbers, a pupil of a planner in the simulator; and whichever fits."""

WORTH_FOLLOWING: Final = 0.2
"""A guide that succeeds more rarely is not begun with."""
WORTH_IMITATING: Final = 0.8
"""A guide that succeeds more rarely has to be bettered, not copied."""


def check_trainer(name: str) -> None:
    """Raise `NoTrainer` if there is none of that name, or a package that it needs is not installed."""
    offered = f"There are: {', '.join(TRAINERS)}."
    if name not in TRAINERS:
        hint = did_you_mean(name, TRAINERS)
        raise NoTrainer(f"There is no trainer {name!r}.", remedy=f"{hint} {offered}".strip())
    need((*_PACKAGES, *_MORE.get(name, ())), "Training")


def trainer_named(name: str) -> Trainer:
    """One of ours, or one that a package registers under the entry point group `embodied.trainers`.

    Raises:
        NoTrainer: there is none of that name.
    """
    if name in _TRAINERS:
        return _TRAINERS[name]()
    for point in entry_points(group=GROUP, name=name):
        made: Trainer = point.load()()
        return made
    raise NoTrainer(f"There is no trainer {name!r}.", remedy=f"There are: {', '.join(TRAINERS)}.")


@dataclass(frozen=True, eq=False)
class Choice:
    """A trainer, what it begins with, and why it was taken.

    Attributes:
        after: what to go on with if it stalls, "" for nothing.
    """

    trainer: Trainer
    guide: Guide | None
    why: str
    after: str = ""


DEAF: Final = ("imitate", "cma")
"""Trainers that a reward, and so a person's words, do not lead to another motion."""
_FROM_A_GUIDE: Final = ("imitate", "guided", "residual", "cma")


def choose_trainer(name: str, guide: Guide | None, successes: int, episodes: int) -> Choice:
    """The trainer called `name`, or for "auto" the one that fits what the guide can do.

    Args:
        successes: of the guide, in so many `episodes`.

    Raises:
        NoTrainer: see `check_trainer`.
        NoGuide: one that begins with a guide is asked for, and there is none, or none that fits.
    """
    check_trainer(name)
    if guide is None and name in _FROM_A_GUIDE:
        raise NoGuide(
            "Nothing is known to begin with: success is not about bringing a thing to a place.",
            remedy="Train with --trainer sac.",
        )
    named = guide.name if guide else ""
    known = "the sketch" if named == "sketch" else named
    said = f"{known} succeeds on {successes} of {episodes} episodes" if guide else ""
    if name == AUTO:
        return _fitting(guide, successes, successes / max(episodes, 1), said)
    if name == "cma":
        require_tunable(guide)
    why = {
        "sac": "from nothing, as asked for" if guide else "from nothing: no weak skill to begin with",
        "mpc": "a network learns from plans that are tried out in the simulator",
        "cma": f"searches the numbers of what is known: {said}",
        "imitate": f"learns to do what is known: {said}",
        "residual": f"corrects what is known: {said}",
        "guided": f"begins with what is known: {said}",
    }
    return Choice(trainer_named(name), None if name == "sac" else guide, why[name])


def _fitting(guide: Guide | None, successes: int, share: float, said: str) -> Choice:
    """What is good is copied soonest; numbers of a skill are searched; then what begins with one; else from
    nothing."""
    if guide is None:
        return Choice(_sac(), None, "from nothing: no weak skill to begin with", "mpc")
    if share >= WORTH_IMITATING:
        return Choice(_imitate(), guide, f"learns to do what is known: {said}", "guided")
    worth = share >= WORTH_FOLLOWING
    if successes and isinstance(guide, Tunable) and guide.parameters and all(map(find_spec, _MORE["cma"])):
        why = f"searches the numbers of what is known: {said}"
        return Choice(_cma(), guide, why, "guided" if worth else "sac")
    if worth and remembers(guide):
        return Choice(_imitate(), guide, f"learns what succeeds of what is known: {said}", "guided")
    if worth:
        return Choice(_guided(), guide, f"begins with what is known: {said}", "residual")
    return Choice(_sac(), None, f"from nothing: {said}, too few to begin with", "mpc")
