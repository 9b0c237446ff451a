"""A round of designing: the designer proposes, the critic judges, what is refused goes back with the reasons.

Everything that was decided is a function of the journal. A wave is one record `proposals`; a round has as
many as it takes until there are enough rewards to train with, within bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from embodied.errors import BudgetSpent, ModelError, ModelInterrupted
from embodied.learning.budget import Clock, Schedule
from embodied.learning.candidates import Candidate, Designer, Proposal
from embodied.learning.errors import writing
from embodied.learning.examining import Examiner
from embodied.learning.leg import candidate_folder
from embodied.learning.progress import Progress
from embodied.rewards.checking import check
from embodied.rewards.client import Limits, RewardWorker
from embodied.rewards.critic import Critique
from embodied.rewards.errors import BY_CODE, RewardError

OUT: Final = ("refused", "broken")


class Teller(Protocol):
    """A journal, as far as a search needs one."""

    def write(self, type_: str, /, **fields: Any) -> int: ...


@dataclass(frozen=True, eq=False)
class Designing:
    """Brings the rivals of a round about. `progress` hears every record that `journal` writes."""

    designer: Designer
    examiner: Examiner
    schedule: Schedule
    clock: Clock
    journal: Teller
    progress: Progress
    folder: Path

    def rivals(self, round_: int) -> list[Candidate]:
        """The candidates of a round that may be trained; designed now, unless they were before.

        Raises:
            ModelError, BudgetSpent: the designer cannot be asked, and nothing was accepted so far.
        """
        closed = any(one.checkpoints for one in self.progress.of_round(round_))
        while True:
            rivals = self._judged(round_)
            enough = len(rivals) >= self.schedule.rivals
            waves = self.progress.waves.get(round_, 0)
            over = self.clock.over() or self.progress.exhausted or waves > self.schedule.repairs
            if enough or closed or over or not self._design(round_, self.schedule.rivals - len(rivals)):
                return rivals

    def _design(self, round_: int, wanted: int) -> bool:
        """One wave. False if the designer could not be asked."""
        again = "mending rewards" if self.progress.waves.get(round_) else "designing rewards"
        self.journal.write("phase", doing=again)
        earlier = [one for _, one in sorted(self.progress.candidates.items())]
        try:
            proposed = self.designer.propose(earlier, wanted, self.progress.feedback)
        except ModelInterrupted:
            return False
        except (ModelError, BudgetSpent) as fault:
            if self.clock.left < 1.0:  # it was not waited for any longer
                return False
            if all(one.state in OUT for one in earlier):
                raise
            self.journal.write("note", text=f"no more rewards are designed: {fault.message} {fault.remedy}")
            proposed = ()
        self.journal.write("proposals", round=round_, proposals=msgspec.to_builtins(proposed))
        return True

    def _judged(self, round_: int) -> list[Candidate]:
        """The proposals of a round, as far as they are accepted and wanted; each is judged once."""
        rivals: list[Candidate] = []
        for proposal in self.progress.proposals.get(round_, ()):
            if len(rivals) == self.schedule.rivals or self.clock.over():
                break
            ours = [one for one in self.progress.candidates.values() if not one.follows]
            known = {one.proposal.source: one for one in ours}
            candidate = known.get(proposal.source) or self._judge(proposal, round_)
            if self.progress.rounds[candidate.number] != round_:
                continue  # what was proposed before is no news
            if candidate.state != "refused" or candidate.checkpoints:
                rivals.append(candidate)
        return rivals

    def critique(self, proposal: Proposal) -> Critique:
        """What the critic says by what is known now. Raises RewardError: it is no reward."""
        observation, action = self.examiner.observation, self.examiner.action
        code = check(proposal.source, observation, action)
        limits = Limits(cpu_seconds=reward_seconds(self.schedule))
        with RewardWorker(code, observation, action, limits=limits) as reward:
            return self.examiner.judge(reward)

    def _judge(self, proposal: Proposal, round_: int) -> Candidate:
        candidate = Candidate(len(self.progress.candidates) + 1, proposal)
        home = candidate_folder(self.folder, candidate.number)
        with writing(self.folder):
            home.mkdir(parents=True, exist_ok=True)
            (home / "reward.py").write_text(proposal.source, encoding="utf-8")
        try:
            found = self.critique(proposal)
            state, said = ("accepted" if acceptable(found, self.schedule) else "refused"), found.text
            if state == "accepted" and not found.accepted:
                objections = "what the critic has against this reward keeps nothing from training here"
                self.journal.write("note", text=f"candidate {candidate.number}: {objections}")
        except RewardError as wrong:
            state, said = "refused", str(wrong)
        candidate = replace(candidate, state=state, critique=said)
        self.journal.write("candidate", candidate=candidate.to_plain(), round=round_)
        return candidate


def acceptable(found: Critique, schedule: Schedule) -> bool:
    """Whether to train with it. Where the schedule wants no critic, only what is no reward is refused."""
    if schedule.critic:
        return found.accepted
    return not any(finding.refused and finding.code in BY_CODE for finding in found.findings)


def reward_seconds(schedule: Schedule) -> float:
    """Processor time that a reward may take in all: for as long as training may last [s]."""
    return max(3600.0, 120.0 * schedule.minutes)
