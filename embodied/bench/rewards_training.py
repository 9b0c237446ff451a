"""One training for one reward, measured by success alone: `python -m embodied.bench.rewards_training CASE`.

Whoever wrote the reward, everything else is the same: trainer, network, steps, episodes, seeds, and the rule
by which a checkpoint is kept.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from embodied.bench.rewards_authors import Author, Written, written
from embodied.errors import BadInput, EmbodiedError
from embodied.learning.candidates import rank
from embodied.learning.environment import Environment, TrainingTask, load_tasks
from embodied.learning.episodes import (
    HELD_OUT_SEEDS,
    SELECTION_SEEDS,
    Act,
    Episode,
    run_episode,
)
from embodied.learning.features import fitted
from embodied.learning.policy import load_policy
from embodied.learning.trainer import Snapshot, TrainingJob
from embodied.outcome import Verdict
from embodied.rewards.errors import RewardError
from embodied.rewards.training import Checkpoint

MODULE: Final = "embodied.bench.rewards_training"
SOLVED: Final = 0.9
EVERY: Final = 500
EPISODES: Final = 20
LOOKS: Final = ((SOLVED, 60), (0.95, 80))
"""Who does that well over all episodes so far is looked at again, over so many more."""


@dataclass(frozen=True)
class TrainingCase:
    """One training.

    Attributes:
        key: what identifies it in the results ("metaworld/drawer-open/expert/1").
        kind: of world; its tasks are registered under `embodied.tasks`.
        task: its name.
        author: who wrote the reward, one of `Author`.
        seed: of everything that is drawn at random.
        steps: of the environment, at most.
        held_out: episodes that the kept policy is measured on.
        first: the first of their seeds, from `HELD_OUT_SEEDS` on.
        minutes: of wall clock, after which it counts as a failure; no part of what is compared.
    """

    key: str
    kind: str
    task: str
    author: Author
    seed: int
    steps: int
    held_out: int = 100
    first: int = 0
    minutes: float = 60.0

    @property
    def module(self) -> str:
        return MODULE

    def to_wire(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> TrainingCase:
        return TrainingCase(**{**wire, "author": Author(wire["author"])})


@dataclass(frozen=True)
class Looked:
    """What checkpoint `step` did on the seeds that choose among checkpoints, as the designer's search looks:
    over a few episodes, and over more where it does well."""

    step: int
    episodes: int
    successes: int
    length: float

    @property
    def rate(self) -> float:
        return self.successes / self.episodes

    @property
    def rank(self) -> tuple[float, float]:
        return rank(Checkpoint(self.step, self.episodes, self.successes, self.length, 0.0, {}))

    @property
    def solved(self) -> bool:
        """90 %, also over the second look's episodes."""
        return self.episodes > EPISODES and self.rate >= SOLVED

    @property
    def enough(self) -> bool:
        """Training ends: 95 % over all looks."""
        return self.episodes >= EPISODES + sum(more for _, more in LOOKS) and self.rate >= LOOKS[-1][0]


def train(case: TrainingCase) -> dict[str, Any]:
    """The row of a case: success on held-out seeds, and when 90 % was reached."""
    began, began_cpu = time.monotonic(), time.process_time()
    try:
        row = _trained(case)
    except EmbodiedError as error:
        row = {"verdict": Verdict.UNKNOWN.value, "reason": str(error)[:300], "successes": 0, "reached": None}
    return {
        **case.to_wire(),
        **row,
        "seconds": round(time.monotonic() - began, 1),
        "cpu_s": round(time.process_time() - began_cpu, 1),
    }


def _trained(case: TrainingCase) -> dict[str, Any]:
    source = load_tasks(case.kind)
    task = next((one for one in source.tasks({}) if one.name == case.task), None)
    if task is None or task.condition is None:
        raise BadInput(
            f"There is no task {case.task!r} that can be judged.", remedy="See docs/benchmarks.md."
        )
    plain = source.make(task, {})
    try:
        reward = written(case.author, source, task, plain, case.seed)
        course: list[Looked] = []
        with tempfile.TemporaryDirectory(prefix="embodied-bench-") as folder:
            best = Path(folder) / "best.onnx"
            broke = _course(case, task, plain, reward, best, course)
            held = _held_out(case, task, plain, best) if best.is_file() else []
    finally:
        plain.close()
    return _row(case, reward, course, held, broke)


def _course(
    case: TrainingCase,
    task: TrainingTask,
    plain: Environment,
    reward: Written,
    best: Path,
    course: list[Looked],
) -> str:
    """Train, look at each checkpoint, keep the best; gives why it broke off, "" if it did not."""
    job = TrainingJob(
        reward.make,
        reward.function,
        fitted(plain.observation_spec, _seen(reward.experience)),
        task.steps,
        seed=case.seed,
        until=case.steps,
        every=EVERY,
        experience=reward.experience,
    )
    try:
        for snapshot in _snapshots(job):
            looked = _look(plain, snapshot.act, snapshot.step, task.steps)
            if not course or looked.rank > max(one.rank for one in course):
                snapshot.export(best, step_seconds=task.step_seconds)
            course.append(looked)
            if looked.enough:
                break
    except RewardError as wrong:
        return str(wrong)
    return ""


def _snapshots(job: TrainingJob) -> Iterator[Snapshot]:
    from embodied.learning.sac import SacTrainer

    return SacTrainer().train(job)


def _look(environment: Environment, act: Act, step: int, horizon: int) -> Looked:
    episodes = list(_episodes(environment, act, SELECTION_SEEDS, EPISODES, horizon))
    for share, more in LOOKS:
        if sum(one.succeeded for one in episodes) < share * len(episodes):
            break
        episodes += _episodes(environment, act, SELECTION_SEEDS + len(episodes), more, horizon)
    successes = sum(one.succeeded for one in episodes)
    return Looked(step, len(episodes), successes, float(np.mean([one.steps for one in episodes])))


def _episodes(environment: Environment, act: Act, first: int, count: int, horizon: int) -> Iterator[Episode]:
    for seed in range(first, first + count):
        yield run_episode(environment, act, seed, horizon)


def _held_out(case: TrainingCase, task: TrainingTask, plain: Environment, best: Path) -> list[Episode]:
    first = HELD_OUT_SEEDS + case.first
    return list(_episodes(plain, load_policy(best), first, case.held_out, task.steps))


def _row(
    case: TrainingCase, reward: Written, course: list[Looked], held: list[Episode], broke: str
) -> dict[str, Any]:
    successes = sum(one.succeeded for one in held)
    reached = next((one.step for one in course if one.solved), None)
    kept = max(course, key=lambda one: one.rank, default=None)
    good = bool(held) and successes >= SOLVED * len(held)
    return {
        "verdict": Verdict.PASSED.value if good else Verdict.FAILED.value,
        "reason": broke or f"{successes} of {len(held)} held-out episodes",
        "successes": successes,
        "episodes": len(held),
        "passed_through": sum(bool(np.any(one.success)) for one in held),
        "reached": reached,
        "kept_at": kept.step if kept else 0,
        "trained": course[-1].step if course else 0,
        "reward": reward.name,
        "reward_sha256": reward.digest,
        "course": [[one.step, one.successes, one.episodes] for one in course],
    }


def _seen(experience: tuple[Episode, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.concatenate([one.observations for one in experience]).astype(float)


def main(argument: str) -> int:
    """Train the case that `argument` is, as JSON; its row is the last line of standard output."""
    row = train(TrainingCase.from_wire(json.loads(argument)))
    print(json.dumps(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
