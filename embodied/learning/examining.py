"""Measures policies and rewards in an environment that training does not use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from embodied.condition import Condition
from embodied.learning.environment import Environment
from embodied.learning.episodes import (
    SELECTION_SEEDS,
    Act,
    Episode,
    Watch,
    idle_act,
    measured,
    random_act,
    run_episode,
)
from embodied.learning.errors import TORN
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.composing import Design
from embodied.rewards.critic import Critique, critique
from embodied.rewards.failures import count_failures
from embodied.rewards.training import Checkpoint
from embodied.rewards.trajectory import Counting, Trajectory

PROBES: Final = 4
"""Random and idle episodes that the critic looks at, from the same starts."""
EXPERIENCE: Final = 8
"""Random episodes that observations are normalised by, and that every candidate learns from."""
LOOKS: Final = ((0.9, 3), (0.95, 8))
"""Who does that well is looked at again, over so many times as many episodes: of many checkpoints some are
lucky, and training ends only on what is no luck."""
KEPT: Final = 3


class Examiner:
    """Runs episodes and judges them by success.

    Args:
        design: any design for the condition: it says what is to be brought where, to tell how episodes fail.
        folder: where the first successes are kept, for the critic; also those of an earlier part of the run.
    """

    def __init__(
        self,
        environment: Environment,
        condition: Condition,
        design: Design | None,
        horizon: int,
        discount: float,
        folder: Path,
    ) -> None:
        self.environment = environment
        self.observation, self.action = environment.observation_spec, environment.action_spec
        self._condition, self._design, self._horizon = condition, design, horizon
        self._counting = Counting(horizon, discount, ends_on_success=False)
        self._kept = Successes(folder)
        size = self.action.size
        self.experience = tuple(
            run_episode(environment, random_act(np.random.default_rng(seed), size), seed, horizon)
            for seed in range(EXPERIENCE)
        )
        self._idle = [run_episode(environment, idle_act(size), seed, horizon) for seed in range(PROBES)]

    def judge(self, reward: RewardFunction) -> Critique:
        """What the critic says, with what is known by now."""
        return critique(reward, self.observation, self.action, self._condition, self._shown(), self._counting)

    def measure(
        self,
        step: int,
        act: Act,
        reward: RewardFunction,
        episodes: int,
        stop: Callable[[], bool] = lambda: False,
        *,
        keep: Callable[[Sequence[Episode]], None] | None = None,
    ) -> Checkpoint | None:
        """A checkpoint on the seeds that choose among policies; None if `stop` said so meanwhile.

        Args:
            keep: gets the episodes; without, successes are kept for the critic right away.
        """
        done = self.run(act, _seeds(0, episodes), stop)
        for share, times in LOOKS:
            if done is None or _share(done) < share:
                break
            more = self.run(act, _seeds(len(done), times * episodes), stop)
            done = None if more is None else [*done, *more]
        if done is None:
            return None
        (keep or self.keep)(done)
        return measured(step, done, reward, self.observation, self.action, self._failed(done))

    def run(
        self,
        act: Act,
        seeds: Iterable[int],
        stop: Callable[[], bool] = lambda: False,
        *,
        begin: Watch | None = None,
    ) -> list[Episode] | None:
        """Episodes from these seeds, see `run_episode`; None if `stop` said so meanwhile."""
        done = []
        for seed in seeds:
            if stop():
                return None
            done.append(run_episode(self.environment, act, seed, self._horizon, begin=begin))
        return done

    def _failed(self, episodes: Sequence[Episode]) -> dict[str, int]:
        if self._design is None:
            return {}
        shown = [self._trajectory("random", episode) for episode in episodes if not episode.succeeded]
        return count_failures(shown, self._design, self.observation, self.action)

    def _shown(self) -> list[Trajectory]:
        shown = [self._trajectory("random", episode) for episode in self.experience[:PROBES]]
        shown += [self._trajectory("idle", episode) for episode in self._idle]
        return shown + [self._trajectory("scripted", episode) for episode in self.successes]

    def _trajectory(self, kind: str, episode: Episode) -> Trajectory:
        return episode.trajectory(kind, self.observation, self.action)

    @property
    def successes(self) -> Sequence[Episode]:
        """The first few that were seen, for the critic."""
        return self._kept.episodes

    def keep(self, episodes: Iterable[Episode]) -> None:
        """Remember the first few successes, for the critic."""
        self._kept.add(episodes)
        self._kept.write()


class Successes:
    """The first few episodes that succeeded, in a folder; also those of an earlier part of the run.

    Of those that come at once the quickest are kept: what wanders about before it succeeds, earns more on
    the way than it should, and the critic would send back every reward for it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.episodes = list(_load(folder))
        self._there = {episode.seed for episode in self.episodes}

    def add(self, episodes: Iterable[Episode]) -> None:
        """As many as are missing; which of them are kept depends on the order in which they are added."""
        for episode in sorted(episodes, key=lambda one: one.steps):
            new = episode.seed not in [known.seed for known in self.episodes]
            if new and episode.succeeded and not episode.success[0] and len(self.episodes) < KEPT:
                self.episodes.append(episode)
        self.episodes.sort(key=lambda one: one.seed)

    def write(self) -> None:
        """Put those into the folder that are not there yet, each whole or not at all."""
        for episode in self.episodes:
            if episode.seed in self._there:
                continue
            path = self._folder / f"{episode.seed}.npz"
            self._folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                np.savez_compressed(
                    file, observations=episode.observations, actions=episode.actions, success=episode.success
                )
            part.replace(path)
            self._there.add(episode.seed)


def _load(folder: Path) -> Iterable[Episode]:
    """Those that are whole: one that a lost machine left torn is written again when it is seen again."""
    for path in sorted(folder.glob("*.npz")):
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                kept = (stored[name] for name in ("observations", "actions", "success"))
                episode = Episode(int(path.stem), *kept)
        except TORN:
            continue
        yield episode


def _seeds(first: int, last: int) -> range:
    return range(SELECTION_SEEDS + first, SELECTION_SEEDS + last)


def _share(episodes: Sequence[Episode]) -> float:
    return sum(episode.succeeded for episode in episodes) / max(len(episodes), 1)
