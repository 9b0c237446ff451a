"""A policy that is kept: its file named by its hash, its card, and the reward it was trained with."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from embodied.bench.statistics import wilson
from embodied.learning.policy import Policy, load_policy

FOLDER = "policies"
SHORT = 16


@dataclass(frozen=True)
class Measured:
    """Success over episodes that neither training nor the choice of the policy saw.

    Attributes:
        low, high: the 95 % Wilson interval of the success rate.
        steps: mean length of an episode.
        seeds: of all of them, in order; none in the cards of earlier versions, which began at `first_seed`.
    """

    episodes: int
    successes: int
    low: float
    high: float
    first_seed: int
    steps: float
    seeds: Sequence[int] = ()

    @staticmethod
    def of(succeeded: Sequence[bool], seeds: Sequence[int], steps: float) -> Measured:
        successes, episodes = sum(succeeded), len(succeeded)
        low, high = wilson(successes, episodes)
        return Measured(
            episodes, successes, round(low, 4), round(high, 4), seeds[0], round(steps, 2), tuple(seeds)
        )

    @property
    def rate(self) -> float:
        return self.successes / self.episodes if self.episodes else 0.0

    @property
    def words(self) -> str:
        """ "97 of 100 (92 % to 99 %)"."""
        return f"{self.successes} of {self.episodes} ({100 * self.low:.0f} % to {100 * self.high:.0f} %)"


@dataclass(frozen=True)
class Artefact:
    """A kept policy. `file`, `card` and `reward` are its files."""

    digest: str
    file: Path
    card: Path
    reward: Path
    measured: Measured


def keep(source: Path, run: Path, measured: Measured, reward: str, told: Mapping[str, Any]) -> Artefact:
    """Copy a policy into the run's `policies` folder, under its hash, with its card.

    Args:
        source: a policy's file.
        reward: the code it was trained with.
        told: what else the card says: task, success, how it was trained.
    """
    policy = load_policy(source)
    folder = run / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    stem = policy.digest[:SHORT]
    artefact = Artefact(
        policy.digest,
        folder / f"{stem}.onnx",
        folder / f"{stem}.json",
        folder / f"{stem}.reward.py",
        measured,
    )
    shutil.copyfile(source, artefact.file)
    artefact.reward.write_text(reward, encoding="utf-8")
    artefact.card.write_text(json.dumps(_card(policy, measured, reward, told), indent=2) + "\n")
    return artefact


def _card(policy: Policy, measured: Measured, reward: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": 1,
        "policy": policy.digest,
        **told,
        "held_out": asdict(measured),
        "step_seconds": policy.step_seconds,
        "observation": json.loads(policy.observation.to_json()),
        "action": json.loads(policy.action.to_json()),
        "reward": hashlib.sha256(reward.encode()).hexdigest(),
    }
