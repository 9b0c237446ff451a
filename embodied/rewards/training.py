"""What a training leaves behind for the analyst: numbers at checkpoints, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from embodied.rewards.errors import BadSpec
from embodied.rewards.spec import Array

CHECKPOINTS: Final = 10
"""How many the analyst looks at."""


@dataclass(frozen=True)
class TermStatistics:
    """One term (or the whole reward) over the steps of the episodes of a checkpoint.

    Attributes:
        mean, deviation, least, most: of the steps.
    """

    mean: float
    deviation: float
    least: float
    most: float


@dataclass(frozen=True)
class Checkpoint:
    """What was measured after some training, on episodes that training did not see.

    Attributes:
        step: environment steps trained so far.
        episodes: how many were run, and `successes` of them succeeded, by the independent condition.
        length: mean steps of an episode.
        returned: the whole reward of an episode, summed over its steps, mean over episodes.
        terms: by name.
        failures: how the others failed, in facts, and how many each: "dropped", "never touched",
            "overshot", "out of reach", or whatever else the environment tells.
    """

    step: int
    episodes: int
    successes: int
    length: float
    returned: float
    terms: Mapping[str, TermStatistics]
    failures: Mapping[str, int] = field(default_factory=dict)

    @property
    def success(self) -> float:
        """From 0 to 1."""
        return self.successes / self.episodes if self.episodes else 0.0


@dataclass(frozen=True)
class TrainingRecord:
    """One training with one reward.

    Attributes:
        reward: the digest or name of the reward code.
        horizon: the most steps of an episode.
        checkpoints: in order of their steps.
        stopped: why it stopped early, "" if it did not.
        success_pays: the return of an episode that succeeds under this reward (the critic knows one), None
            where there is none. A reward that rises up to it without success is learned by stages; one that
            rises beyond it is farmed.
    """

    reward: str
    horizon: int
    checkpoints: tuple[Checkpoint, ...]
    stopped: str = ""
    success_pays: float | None = None

    def at_ten(self) -> tuple[Checkpoint, ...]:
        """Ten checkpoints, evenly spread, the first and the last among them."""
        count = len(self.checkpoints)
        if count <= CHECKPOINTS:
            return self.checkpoints
        chosen = np.linspace(0, count - 1, CHECKPOINTS).round().astype(int)
        return tuple(self.checkpoints[index] for index in chosen)

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    @staticmethod
    def from_json(text: str) -> TrainingRecord:
        """The inverse of `to_json`. Raises `BadSpec`."""
        try:
            return msgspec.json.decode(text, type=TrainingRecord)
        except (msgspec.ValidationError, msgspec.DecodeError) as wrong:
            raise BadSpec(f"This is no training record: {wrong}.", remedy="Save it with to_json.") from None


def statistics(values: Array) -> TermStatistics:
    """Of a term's values over all steps of some episodes, shape (n,)."""
    return TermStatistics(
        float(np.mean(values)), float(np.std(values)), float(np.min(values)), float(np.max(values))
    )
