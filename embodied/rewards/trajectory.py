"""Recorded episodes, and what a reward would have paid for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.rewards.calling import total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.errors import BadSpec
from embodied.rewards.spec import ActionSpec, Array, Arrays, ObservationSpec

KINDS: Final[Mapping[str, str]] = {
    "random": "actions drawn at random",
    "idle": "no motion at all",
    "scripted": "a skill or script that is meant to succeed",
    "failing": "goes wrong on purpose: drops, overshoots, knocks away",
    "oscillating": "goes back and forth where something might be counted twice",
    "adversarial": "made by the critic out of the states of another",
}


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One episode of T steps.

    Attributes:
        name: as a reader shall see it ("scripted 3").
        kind: one of `KINDS`.
        observations: by name, shape (T + 1, *shape): before the first step, and after each.
        actions: by name, shape (T, *shape).
        success: whether the success condition held in each state, shape (T + 1,); from the world's facts.
        start: trajectories with the same start began in the same state, and are compared with one another.
    """

    name: str
    kind: str
    observations: Arrays
    actions: Arrays
    success: NDArray[np.bool_]
    start: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadSpec(
                f"There is no kind of trajectory {self.kind!r}.", remedy=f"Kinds: {', '.join(KINDS)}."
            )

    @property
    def steps(self) -> int:
        return len(self.success) - 1

    @property
    def finished(self) -> int | None:
        """The first state in which success held."""
        return int(np.argmax(self.success)) if bool(np.any(self.success)) else None

    def check(self, observation: ObservationSpec, action: ActionSpec) -> None:
        """Raises `BadSpec` where arrays do not fit the specs or one another."""
        states, steps = observation.check(self.observations), action.check(self.actions)
        if not states == steps + 1 == len(self.success) or steps < 1:
            raise BadSpec(
                f"{self.name}: {states} observations, {steps} actions, {len(self.success)} flags of success.",
                remedy="Expected T + 1, T and T + 1.",
            )

    def state(self, indices: NDArray[np.int_]) -> dict[str, Array]:
        """Observations at these states."""
        return {name: np.asarray(values, dtype=float)[indices] for name, values in self.observations.items()}

    def act(self, indices: NDArray[np.int_]) -> dict[str, Array]:
        """Actions of these steps; -1 is no action: zeros."""
        chosen = {}
        for name, values in self.actions.items():
            taken = np.asarray(values, dtype=float)[indices]
            taken[indices < 0] = 0.0
            chosen[name] = taken
        return chosen


@dataclass(frozen=True)
class Counting:
    """How a learner adds up an episode.

    Attributes:
        horizon: steps of an episode; None for the longest trajectory's.
        discount: of the next step's reward against this one's.
        ends_on_success: the episode is over when success holds, and nothing is earned after it. Where a
            learner goes on (or bootstraps as if it did), it is False.
    """

    horizon: int | None = None
    discount: float = 1.0
    ends_on_success: bool = False

    def weights(self, steps: int) -> Array:
        """Shape (steps,)."""
        return np.asarray(self.discount ** np.arange(steps), dtype=np.float64)

    def succeeds(self, trajectory: Trajectory) -> bool:
        """Whether it counts as a success: at any time if that ends it, in the end otherwise."""
        if self.ends_on_success:
            return trajectory.finished is not None
        return bool(trajectory.success[-1])


def returns(
    reward: RewardFunction, trajectory: Trajectory, counting: Counting, horizon: int
) -> Mapping[str, float]:
    """What each term pays for an episode of `horizon` steps, discounted.

    An episode that ends on success is cut there; one that is shorter than the horizon and goes on stays as it
    is in its last state.
    """
    steps = trajectory.steps
    if counting.ends_on_success and trajectory.finished is not None:
        steps = max(trajectory.finished, 1)
    steps = min(steps, horizon)
    now = np.arange(1, steps + 1)
    before, acted = now - 1, now - 1
    if not (counting.ends_on_success and trajectory.finished is not None):
        rest = np.full(horizon - steps, steps)
        now, before = np.concatenate((now, rest)), np.concatenate((before, rest))
        acted = np.concatenate((acted, np.full(len(rest), -1)))
    return term_sums(reward, trajectory, now, before, acted, counting)


def term_sums(
    reward: RewardFunction,
    trajectory: Trajectory,
    now: NDArray[np.int_],
    before: NDArray[np.int_],
    acted: NDArray[np.int_],
    counting: Counting,
) -> Mapping[str, float]:
    """The discounted sum of each term over transitions between states of a trajectory."""
    terms = reward(trajectory.state(now), trajectory.act(acted), trajectory.state(before))
    weights = counting.weights(len(now))
    return {name: float(np.sum(weights * values)) for name, values in terms.items()}


def rewards(
    reward: RewardFunction,
    trajectory: Trajectory,
    now: NDArray[np.int_],
    before: NDArray[np.int_],
    acted: NDArray[np.int_],
) -> Array:
    """The reward of each transition, shape (n,)."""
    return total(reward(trajectory.state(now), trajectory.act(acted), trajectory.state(before)))
