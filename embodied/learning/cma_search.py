"""Searches the declared numbers of a skill by CMA-ES (Hansen 2016). Needs the package cma, and no torch.

What is searched for is success, and on the way there how far an episode came at its best: a reward summed
over an episode stays flat until something works.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embodied.learning.environment import Environment, EnvironmentFactory
from embodied.learning.episodes import TRAINING_SEEDS, Episode, run_episode
from embodied.learning.errors import NoGuide
from embodied.learning.guides import Guide, Tunable
from embodied.rewards.calling import total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.spec import ActionSpec, Array, ObservationSpec

SOONER: Final = 0.3
"""What a success at once is worth beside one at the last step, where success is worth 1."""


@dataclass(frozen=True)
class SearchSettings:
    """What worked on the tabletop.

    Attributes:
        rivals: sets of numbers that are tried in a generation, on the same `episodes` each.
        spread: deviation to begin with, as a share of how far a number may go.
        proof: episodes, always the same, that the middle of each generation is judged by.
        enough: share of them that ends the search; so do `patience` generations without a better middle.
        most: generations.
    """

    rivals: int = 8
    episodes: int = 5
    spread: float = 0.15
    proof: int = 30
    enough: float = 0.97
    patience: int = 5
    most: int = 12


def require_tunable(guide: Guide | None) -> Tunable:
    """The guide, if it has numbers that can be searched; else raise `NoGuide`, which says what to do."""
    if guide is None:
        raise NoGuide(
            "There is no skill whose numbers could be searched.",
            remedy="Train with --trainer sac, or with mpc where the world is simulated by MuJoCo.",
        )
    if not isinstance(guide, Tunable) or not guide.parameters:
        raise NoGuide(
            f"The skill {guide.name!r} declares no numbers that could be searched.",
            remedy="Train with --trainer guided, which begins with what it does.",
        )
    return guide


def worth(
    episode: Episode, reward: RewardFunction, observation: ObservationSpec, action: ActionSpec
) -> tuple[float, float]:
    """What an episode is worth: (success, and how soon; how far it came at its best, in the reward's terms).

    How far a state has come is what the reward would pay, had it been reached from the first state in one
    step, by no effort. It is so for rewards that pay levels and for those that pay progress.
    """
    states = observation.split(episode.observations.astype(float))
    now = {name: values[1:] for name, values in states.items()}
    first = {name: np.repeat(values[:1], episode.steps, axis=0) for name, values in states.items()}
    idle = action.split(np.zeros((episode.steps, action.size)))
    came = float(np.max(total(reward(now, idle, first))))
    achieved = 0.0
    if episode.succeeded:
        achieved = 1.0 + SOONER * (1.0 - np.count_nonzero(~episode.success) / len(episode.success))
    return achieved, came


class NumberSearch:
    """One search; `guide` is the best found so far.

    What it was told is all of its state: from that and the seed it is built again (`told`, `tell_again`).

    Args:
        stop: asked before each episode.
    """

    def __init__(
        self,
        guide: Tunable,
        environment: Environment,
        reward: RewardFunction,
        horizon: int,
        seed: int,
        settings: SearchSettings | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings = settings or SearchSettings()
        self.guide = guide
        self.steps = 0
        self.proof: tuple[Episode, ...] = ()
        """The episodes that `guide` was judged by, empty after `tell_again`."""
        self._start, self._environment, self._reward, self._horizon = guide, environment, reward, horizon
        self._seed, self._stop = seed, stop
        self._asked: list[Array] = []
        self._worth: list[Array] = []
        self._proofs: list[tuple[float, float]] = []
        self._scale = 0.0
        self._strategy = _strategy(guide, seed, self.settings)

    @property
    def generations(self) -> int:
        return len(self._asked)

    @property
    def successes(self) -> int:
        """Of `guide`, in `settings.proof` episodes."""
        return int(max(self._proofs)[0]) if self._proofs else 0

    @property
    def over(self) -> bool:
        """Whether there is nothing more to be hoped for."""
        if not self._proofs:
            return False
        chosen, best = self.settings, self._proofs.index(max(self._proofs))
        return (
            self.successes >= chosen.enough * chosen.proof
            or len(self._proofs) - 1 - best >= chosen.patience
            or self.generations >= chosen.most
        )

    def generation(self) -> bool:
        """Try one generation, or at first the guide as it is. False if `stop` said so meanwhile."""
        if not self._proofs:
            return self._prove(self._start)
        asked = np.array(self._strategy.ask())
        draws = np.random.default_rng((self._seed, self.generations))
        seeds = draws.integers(TRAINING_SEEDS, size=self.settings.episodes).tolist()
        achieved, came = np.zeros((2, len(asked)))
        for number, values in enumerate(asked):
            episodes = self._run(self._with(values), seeds)
            if episodes is None:
                return False
            specs = self._environment.observation_spec, self._environment.action_spec
            judged = np.array([worth(episode, self._reward, *specs) for episode in episodes])
            achieved[number], came[number] = judged.mean(axis=0)
        self._scale = self._scale or float(np.max(np.abs(came))) or 1.0
        self._tell(asked, achieved + came / self._scale)
        return self._prove(self._with(self._middle()))

    def told(self) -> dict[str, NDArray[np.float64]]:
        """All that it was told, as arrays."""
        numbers = np.array([one.value for one in self.guide.parameters])
        shape = (0, self.settings.rivals)
        return {
            "asked": np.array(self._asked) if self._asked else np.zeros((*shape, len(_box(self._start)[0]))),
            "worth": np.array(self._worth) if self._worth else np.zeros(shape),
            "proofs": np.array(self._proofs, dtype=float).reshape(-1, 2),
            "numbers": numbers,
            "scale": np.array([self._scale]),
            "steps": np.array([float(self.steps)]),
        }

    def tell_again(self, told: dict[str, NDArray[np.float64]]) -> None:
        """Be where another search was that gave this. Raises ValueError if it was another's."""
        for asked, worth_ in zip(told["asked"], told["worth"], strict=True):
            if not np.allclose(np.array(self._strategy.ask()), asked):
                raise ValueError("it is of a search from elsewhere, or of another seed")
            self._tell(asked, worth_)
        self._proofs = [(float(one), float(other)) for one, other in told["proofs"]]
        self._scale, self.steps = float(told["scale"][0]), int(told["steps"][0])
        names = [one.name for one in self._start.parameters]
        self.guide = self._start.with_values(dict(zip(names, told["numbers"].tolist(), strict=True)))

    def _tell(self, asked: Array, worth_: Array) -> None:
        self._asked.append(asked)
        self._worth.append(worth_)
        self._strategy.tell(list(asked), (-worth_).tolist())

    def _middle(self) -> Array:
        """Of the distribution, within bounds."""
        middle: Array = np.asarray(self._strategy.result.xfavorite)
        return middle

    def _prove(self, guide: Tunable) -> bool:
        """Judge a guide by the episodes that all are judged by; keep it if it is the best."""
        draws = np.random.default_rng((self._seed, 10**6))
        episodes = self._run(guide, draws.integers(TRAINING_SEEDS, size=self.settings.proof).tolist())
        if episodes is None:
            return False
        length = float(np.mean([episode.steps for episode in episodes]))
        found = float(sum(episode.succeeded for episode in episodes)), -length
        if not self._proofs or found > max(self._proofs):
            self.guide, self.proof = guide, tuple(episodes)
        self._proofs.append(found)
        return True

    def _run(self, guide: Tunable, seeds: Sequence[int]) -> list[Episode] | None:
        episodes = []
        for seed in seeds:
            if self._stop():
                return None
            episodes.append(run_episode(self._environment, guide.act, seed, self._horizon, begin=guide.begin))
            self.steps += episodes[-1].steps
        return episodes

    def _with(self, values: Array) -> Tunable:
        """The guide with numbers of the strategy, which are shares of how far each may go."""
        low, high = _box(self._start)
        numbers = (low + values * (high - low)).tolist()
        names = [one.name for one in self._start.parameters]
        return self._start.with_values(dict(zip(names, numbers, strict=False)))


def _box(guide: Tunable) -> tuple[Array, Array]:
    """Bounds of the numbers; a lone number gets a companion that does nothing, since CMA-ES needs two."""
    low = [one.low for one in guide.parameters]
    high = [one.high for one in guide.parameters]
    more = [0.0] * max(2 - len(low), 0)
    return np.array(low + more), np.array(high + [1.0 for _ in more])


def _strategy(guide: Tunable, seed: int, settings: SearchSettings) -> Any:
    with warnings.catch_warnings():  # that nothing can be plotted
        warnings.simplefilter("ignore")
        import cma
    low, high = _box(guide)
    now = np.array([one.value for one in guide.parameters] + [0.5] * (len(low) - len(guide.parameters)))
    draws = np.random.default_rng(seed)
    options = {
        "bounds": [0.0, 1.0],
        "popsize": settings.rivals,
        "randn": lambda *shape: draws.standard_normal(shape),
        "seed": np.nan,  # it would be numpy's for all
        "verbose": -9,
    }
    return cma.CMAEvolutionStrategy((now - low) / (high - low), settings.spread, options)


@dataclass(frozen=True)
class Lifted:
    """A skill with better numbers: `successes` in `episodes` of training seeds, found in so many `steps`."""

    guide: Tunable
    successes: int
    episodes: int
    steps: int


def lift(
    guide: Tunable,
    make: EnvironmentFactory,
    reward: RewardFunction,
    horizon: int,
    *,
    seed: int,
    steps: int,
    stop: Callable[[], bool] = lambda: False,
) -> Lifted:
    """Search better numbers for a skill that hardly ever succeeds, before a training begins with it.

    Args:
        steps: about how many environment steps it may take; a generation is finished.
        stop: asked before each episode; what was found by then is given.
    """
    environment = make()
    try:
        search = NumberSearch(guide, environment, reward, horizon, seed, stop=stop)
        while not search.over and search.steps < steps and search.generation():
            pass
        return Lifted(search.guide, search.successes, search.settings.proof, search.steps)
    finally:
        environment.close()
