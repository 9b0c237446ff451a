"""Episodes of a policy, recorded by name and judged by the success condition alone.

An episode ends when success has held for `HOLD` steps in a row, or when its steps are up; it succeeded if
the condition holds in its last state. What only flies past the goal did not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from embodied.learning.environment import Environment, Flat
from embodied.rewards.calling import total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.spec import ActionSpec, ObservationSpec
from embodied.rewards.training import Checkpoint, statistics
from embodied.rewards.trajectory import Trajectory

HOLD: Final = 5

TRAINING_SEEDS, SELECTION_SEEDS, HELD_OUT_SEEDS = 1_000_000, 2_000_000, 3_000_000
"""Where the seeds of episodes begin: what is trained on, what checkpoints are chosen by, and what fixed cases
of a benchmark are measured on never meet. What a refinement keeps is measured on seeds that nobody has seen
(`embodied.library.seeds`), a thousand times as high."""

Act = Callable[[Flat], Flat]
"""A policy: an observation, shape (n,), to an action within [-1, 1], shape (m,)."""
Watch = Callable[[Environment], None]


@dataclass(frozen=True, eq=False)
class Episode:
    """One of them. `observations` has shape (T + 1, n), `actions` (T, m), `success` (T + 1,)."""

    seed: int
    observations: Flat
    actions: Flat
    success: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def succeeded(self) -> bool:
        return bool(self.success[-1])

    @property
    def steps(self) -> int:
        return len(self.actions)

    def trajectory(self, kind: str, observation: ObservationSpec, action: ActionSpec) -> Trajectory:
        """As the critic and the analyst look at it."""
        return Trajectory(
            f"{kind} {self.seed}",
            kind,
            observation.split(self.observations.astype(float)),
            action.split(self.actions.astype(float)),
            self.success,
            start=str(self.seed),
        )


class Held:
    """Counts for how many steps in a row success has held."""

    def __init__(self) -> None:
        self._steps = 0

    def after(self, success: bool) -> bool:
        """True once it has held long enough."""
        self._steps = self._steps + 1 if success else 0
        return self._steps >= HOLD


def run_episode(
    environment: Environment,
    act: Act,
    seed: int,
    steps: int,
    watch: Watch | None = None,
    *,
    begin: Watch | None = None,
    told: Callable[[bool], None] | None = None,
) -> Episode:
    """One episode from `seed`; `begin` is called in the first state, `watch` in each, and `told`, before each
    action, with whether it is done there."""
    observation, info = environment.reset(seed=seed)
    if begin:
        begin(environment)
    observations, actions, success = [observation], [], [bool(info["is_success"])]
    held = Held()
    if watch:
        watch(environment)
    for _ in range(steps):
        if told:
            told(success[-1])
        action = act(observation)
        observation, _, terminated, truncated, info = environment.step(action)
        observations.append(observation)
        actions.append(action)
        success.append(bool(info["is_success"]))
        if watch:
            watch(environment)
        if held.after(success[-1]) or terminated or truncated:
            break
    return Episode(seed, np.stack(observations), np.stack(actions), np.array(success))


def random_act(rng: np.random.Generator, size: int) -> Act:
    """Smooth random motion: independent draws would hardly leave the spot."""
    last = np.zeros(size)

    def act(observation: Flat) -> Flat:
        nonlocal last
        last = np.clip(0.9 * last + 0.5 * rng.standard_normal(size), -1.0, 1.0)
        return last.astype(np.float32)

    return act


def idle_act(size: int) -> Act:
    return lambda observation: np.zeros(size, np.float32)


def measured(
    step: int,
    episodes: Iterable[Episode],
    reward: RewardFunction,
    observation: ObservationSpec,
    action: ActionSpec,
    failures: Mapping[str, int],
) -> Checkpoint:
    """What a checkpoint's episodes say: success by the condition, and what each term paid."""
    episodes = tuple(episodes)
    paid: dict[str, list[np.ndarray[tuple[int], np.dtype[np.float64]]]] = {}
    returned = []
    for episode in episodes:
        states = observation.split(episode.observations.astype(float))
        now = {name: values[1:] for name, values in states.items()}
        before = {name: values[:-1] for name, values in states.items()}
        terms = reward(now, action.split(episode.actions.astype(float)), before)
        returned.append(float(np.sum(total(terms))))
        for name, values in terms.items():
            paid.setdefault(name, []).append(values)
    return Checkpoint(
        step,
        len(episodes),
        sum(episode.succeeded for episode in episodes),
        float(np.mean([episode.steps for episode in episodes])),
        float(np.mean(returned)),
        {name: statistics(np.concatenate(values)) for name, values in paid.items()},
        failures,
    )
