"""Searches for a reward that a policy can be trained with: screens candidates briefly, goes on with the best.

Successive halving (Jamieson and Talwalkar 2016) over the success rate on seeds that training does not see.
Everything that was decided is a function of the journal, so a run that is resumed goes the way it went.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from embodied.learning.budget import Clock, Schedule
from embodied.learning.candidates import Candidate, Designer, Proposal, rank
from embodied.learning.environment import EnvironmentFactory, TrainingTask
from embodied.learning.examining import LOOKS, Examiner
from embodied.learning.features import Features
from embodied.learning.progress import Progress
from embodied.learning.trainer import Choice, Snapshot, TrainingJob
from embodied.rewards.analyst import analyse
from embodied.rewards.checking import check
from embodied.rewards.client import Limits, RewardWorker
from embodied.rewards.errors import RewardError
from embodied.rewards.training import Checkpoint

ENOUGH: Final = 0.95
"""In all looks at a checkpoint: training ends."""
STALLED: Final = 16
"""Checkpoints without a better one: a finalist is left."""
POLICY: Final = "policy.onnx"
OUT: Final = ("refused", "broken")


class Teller(Protocol):
    """A journal, as far as the search needs one."""

    def write(self, type_: str, /, **fields: Any) -> int: ...


@dataclass(frozen=True, eq=False)
class Search:
    """One search. `progress` hears every record that `journal` writes.

    Attributes:
        folder: of the run; candidates have folders in it.
    """

    task: TrainingTask
    make: EnvironmentFactory
    designer: Designer
    choice: Choice
    examiner: Examiner
    features: Features
    schedule: Schedule
    clock: Clock
    journal: Teller
    progress: Progress
    folder: Path
    seed: int

    def run(self) -> None:
        """Until a policy is good enough, time is up, somebody stops it, or nothing is left to try."""
        for round_ in range(1, self.schedule.rounds + 1):
            rivals = self._rivals(round_)
            finalist = self._screen(rivals)
            if finalist is not None:
                self._finish(finalist)
            self._analyse(round_)
            best = self.progress.best
            if self.clock.over() or (best and self._enough(best)):
                return
            if not rivals and not self._anything_new():
                return

    # -- designing ---------------------------------------------------------------------------------

    def _rivals(self, round_: int) -> list[Candidate]:
        """The candidates of a round that the critic accepts; designed now, unless they were before."""
        if round_ not in self.progress.proposals:
            self._phase("designing rewards")
            earlier = [one for _, one in sorted(self.progress.candidates.items())]
            proposed = self.designer.propose(earlier, 2 * self.schedule.rivals)
            self.journal.write("proposals", round=round_, proposals=msgspec.to_builtins(proposed))
        judged = {one.proposal.source: one for one in self.progress.of_round(round_)}
        rivals: list[Candidate] = []
        for proposal in self.progress.proposals[round_]:
            if len(rivals) == self.schedule.rivals or self.clock.over():
                break
            candidate = judged.get(proposal.source) or self._judged(proposal, round_)
            if candidate.state != "refused" or candidate.checkpoints:
                rivals.append(candidate)
        return rivals

    def _judged(self, proposal: Proposal, round_: int) -> Candidate:
        number = len(self.progress.candidates) + 1
        candidate = Candidate(number, proposal)
        home = self._home(candidate)
        home.mkdir(parents=True, exist_ok=True)
        (home / "reward.py").write_text(proposal.source, encoding="utf-8")
        try:
            with self._worker(candidate) as reward:
                found = self.examiner.judge(reward)
            state, said = ("accepted" if found.accepted else "refused"), found.text
        except RewardError as wrong:
            state, said = "refused", str(wrong)
        candidate = replace(candidate, state=state, critique=said)
        self._tell(candidate, round_)
        return candidate

    def _anything_new(self) -> bool:
        earlier = [one for _, one in sorted(self.progress.candidates.items())]
        return bool(self.designer.propose(earlier, 1))

    # -- screening ---------------------------------------------------------------------------------

    def _screen(self, rivals: Sequence[Candidate]) -> Candidate | None:
        """Train all a little, then the better half, until one is left; None if none can be trained."""
        left, until = [one for one in rivals if one.state not in OUT], self.schedule.screening
        while left:
            for candidate in left:
                if len(left) > 1 or candidate.steps < until:
                    self._train(candidate.number, until, f"screening, {len(left)} left")
                if self.clock.over():
                    return None
            left = [one for one in map(self._now, left) if one.state not in OUT and one.checkpoints]
            left = self._judged_again(left)
            if len(left) <= 1 or any(self._enough(one) for one in left):
                break
            left.sort(key=lambda one: (rank(_best(one)), -one.number), reverse=True)
            for loser in left[(len(left) + 1) // 2 :]:
                self._tell(replace(self._now(loser), state="dropped"))
            left, until = left[: (len(left) + 1) // 2], 2 * until
        return max(left, key=lambda one: (rank(_best(one)), -one.number), default=None)

    def _judged_again(self, left: Sequence[Candidate]) -> list[Candidate]:
        """The critic looks once more when it knows what success is like."""
        if not self.examiner.successes:
            return list(left)
        kept = []
        for candidate in left:
            if "no_success" not in candidate.critique:
                kept.append(candidate)
                continue
            with self._worker(candidate) as reward:
                found = self.examiner.judge(reward)
            state = candidate.state if found.accepted else "refused"
            candidate = replace(candidate, state=state, critique=found.text)
            self._tell(candidate)
            if found.accepted:
                kept.append(candidate)
        return kept

    def _finish(self, finalist: Candidate) -> None:
        """Train one on until it is good enough, or has not become better for long."""
        self._tell(replace(self._now(finalist), state="kept"))
        while not self.clock.over():
            now = self._now(finalist)
            if now.state == "broken" or now.steps >= self.schedule.most or self._enough(now):
                return
            if now.best and sum(one.step > now.best.step for one in now.checkpoints) >= STALLED:
                return
            self._train(now.number, now.steps + self.schedule.every, "training on")

    # -- training ----------------------------------------------------------------------------------

    def _train(self, number: int, until: int, doing: str) -> None:
        """Bring a candidate to `until` steps, with a checkpoint at each snapshot."""
        candidate = self.progress.candidates[number]
        if candidate.steps >= until or self.clock.over():
            return
        self._phase(doing, candidate=number)
        home = self._home(candidate)
        state = home / f"state-{candidate.steps}"
        try:
            with self._worker(candidate) as reward:
                job = TrainingJob(
                    self.make,
                    reward,
                    self.features,
                    self.task.steps,
                    seed=self.seed,
                    until=until,
                    every=self.schedule.every,
                    experience=self.examiner.experience,
                    guide=self.choice.guide,
                    state=state if candidate.steps else None,
                    stop=self.clock.over,
                )
                for snapshot in self.choice.trainer.train(job):
                    if not self._checkpoint(number, snapshot, reward):
                        return
        except RewardError as wrong:
            broken = replace(self._now(candidate), state="broken", critique=str(wrong))
            self._tell(broken)

    def _checkpoint(self, number: int, snapshot: Snapshot, reward: RewardWorker) -> bool:
        found = self.examiner.measure(
            snapshot.step, snapshot.act, reward, self.schedule.episodes, self.clock.stop.is_set
        )
        if found is None:
            return False
        candidate = self.progress.candidates[number]
        home = self._home(candidate)
        if candidate.best is None or rank(found) > rank(candidate.best):
            snapshot.export(home / POLICY, step_seconds=self.task.step_seconds)
        snapshot.save(home / f"state-{snapshot.step}")
        self.journal.write("checkpoint", candidate=number, checkpoint=msgspec.to_builtins(found))
        for old in home.glob("state-*"):  # a state is good only for the checkpoint that was recorded with it
            if old.name != f"state-{snapshot.step}":
                shutil.rmtree(old)
        return not self.clock.over()

    # -- analysis ----------------------------------------------------------------------------------

    def _analyse(self, round_: int) -> None:
        for candidate in self.progress.of_round(round_):
            if candidate.checkpoints:
                said = analyse(candidate.record(self.task.steps)).text
                if said != candidate.analysis:
                    self._tell(replace(candidate, analysis=said))

    def _enough(self, candidate: Candidate) -> bool:
        return candidate.best is not None and enough(candidate.best, self.schedule)

    # -- records -----------------------------------------------------------------------------------

    def _now(self, candidate: Candidate) -> Candidate:
        return self.progress.candidates[candidate.number]

    def _home(self, candidate: Candidate) -> Path:
        return candidate_folder(self.folder, candidate.number)

    def _tell(self, candidate: Candidate, round_: int | None = None) -> None:
        plain = replace(candidate, checkpoints=()).to_plain()
        self.journal.write(
            "candidate", candidate=plain, round=round_ or self.progress.rounds[candidate.number]
        )

    def _phase(self, doing: str, **more: Any) -> None:
        self.journal.write("phase", doing=doing, **more)

    @contextmanager
    def _worker(self, candidate: Candidate) -> Iterator[RewardWorker]:
        """Its reward in a limited process, for as long as training may last."""
        observation, action = self.examiner.observation, self.examiner.action
        code = check(candidate.proposal.source, observation, action)
        limits = Limits(cpu_seconds=max(3600.0, 120.0 * self.schedule.minutes))
        with RewardWorker(code, observation, action, limits=limits) as worker:
            yield worker


def enough(checkpoint: Checkpoint, schedule: Schedule) -> bool:
    """Whether a policy is good enough to end training."""
    return checkpoint.episodes >= LOOKS[-1][1] * schedule.episodes and checkpoint.success >= ENOUGH


def candidate_folder(run: Path, number: int) -> Path:
    return run / "candidates" / f"{number:02d}"


def _best(candidate: Candidate) -> Checkpoint:
    assert candidate.best is not None
    return candidate.best
