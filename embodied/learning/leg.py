"""A leg of a candidate's training: from where it stands to some step.

Told in plain data, so that a process of its own, here or on another machine, can do it. What comes of it are
checkpoints, and files in the candidate's folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from embodied.learning.candidates import rank
from embodied.learning.errors import writing
from embodied.learning.examining import Successes
from embodied.learning.ground import Ground
from embodied.learning.shown import Beside, Kept
from embodied.learning.trainer import Choice, TrainingJob
from embodied.rewards.checking import check
from embodied.rewards.client import Limits, RewardWorker
from embodied.rewards.training import Checkpoint

SUCCESSES: Final = "successes"
SHOWN: Final = "shown"


@dataclass(frozen=True)
class Leg:
    """What is to be trained.

    Attributes:
        number: of the candidate.
        source: its reward's code.
        trainer, guide: by name; "" for no guide.
        numbers: the guide's parameters.
        start: steps it has; above 0 its folder holds the state of that step.
        until: steps it shall have.
        every: steps from one checkpoint to the next.
        episodes: to measure a checkpoint with.
        best: its best checkpoint so far.
        reward_seconds: processor time that its reward may take in all [s].
        paced: after each checkpoint it waits to be told whether to go on.
        held: it waits so before it begins, too.
        beside: processes that may show episodes beside it: what no other leg needs.
    """

    number: int
    source: str
    trainer: str
    start: int
    until: int
    every: int
    episodes: int
    seed: int
    guide: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    best: Checkpoint | None = None
    reward_seconds: float = 3600.0
    paced: bool = False
    held: bool = False
    beside: int = 0

    def after(self, found: Checkpoint) -> Leg:
        """What is left to do once that was measured."""
        better = self.best is None or rank(found) > rank(self.best)
        return replace(self, start=found.step, best=found if better else self.best)


def train_leg(
    leg: Leg,
    ground: Ground,
    choice: Choice,
    home: Path,
    stop: Callable[[], bool] = lambda: False,
    leave: Callable[[], bool] = lambda: False,
    beside: Beside | None = None,
) -> Iterator[Checkpoint]:
    """Train, measure, write: when a checkpoint is given, its state is there, and its policy if it is best.

    Args:
        choice: the trainer and the guide that the leg names.
        home: the candidate's folder.
        stop: asked at each step of training, which then ends without another checkpoint.
        leave: asked while measuring, too.
        beside: see `TrainingJob`.

    Raises:
        RewardError: the reward gave something wrong.
        Unwritable: the state or the policy cannot be written.
    """
    examiner = ground.examiner
    successes = Successes(home / SUCCESSES)
    code = check(leg.source, examiner.observation, examiner.action)
    limits = Limits(cpu_seconds=leg.reward_seconds)
    with RewardWorker(code, examiner.observation, examiner.action, limits=limits) as reward:
        job = TrainingJob(
            ground.make,
            reward,
            ground.features,
            ground.task.steps,
            seed=leg.seed,
            until=leg.until,
            every=leg.every,
            experience=examiner.experience,
            guide=choice.guide,
            state=state_folder(home, leg.start) if leg.start else None,
            stop=stop,
            beside=beside if leg.start else Kept(home / SHOWN, beside),
        )
        for snapshot in choice.trainer.train(job):
            found = examiner.measure(
                snapshot.step, snapshot.act, reward, leg.episodes, leave, keep=successes.add
            )
            if found is None:
                return
            before, leg = leg, leg.after(found)
            with writing(home):
                if leg.best is not before.best:
                    snapshot.export(policy_file(home, found.step), step_seconds=ground.task.step_seconds)
                snapshot.save(state_folder(home, found.step))
                successes.write()
                shutil.rmtree(home / SHOWN, ignore_errors=True)  # from here on its state is gone on from
            yield found


def candidate_folder(run: Path, number: int) -> Path:
    return run / "candidates" / f"{number:02d}"


def policy_file(home: Path, step: int) -> Path:
    """Of a candidate in its folder, as it was at that step; it is there for the best checkpoint."""
    return home / f"policy-{step}.onnx"


def state_folder(home: Path, step: int) -> Path:
    return home / f"state-{step}"


def tidy(home: Path, last: int, best: int) -> None:
    """Remove what is older than the checkpoint recorded last; newer files may be being written."""
    for path in (*home.glob("state-*"), *home.glob("policy-*.onnx")):
        step = int(path.stem.rpartition("-")[2])
        if path.is_dir() and step < last:
            shutil.rmtree(path)
        elif path.is_file() and step < last and step != best:
            path.unlink()
