"""What a run has come to: its tally while it goes on, its report at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from embodied.budget import Budget
from embodied.condition import Condition
from embodied.errors import BudgetSpent
from embodied.goals import Goal
from embodied.launchfile import LaunchFile
from embodied.models.usage import Usage
from embodied.outcome import Judgement, Verdict
from embodied.runs import PastRun
from embodied.saydo import Claims

INTERRUPTED: Final = 130
"""The exit code of a run that its user stopped."""


@dataclass(frozen=True)
class RunReport:
    """How a run ended.

    Attributes:
        seconds: wall clock over all parts of the run [s].
        assistance: what the world gave for free, name to count.
        journal: the path of its journal.
        model_use: what asking models has cost over all parts of the run.
        claims: what skills said of themselves beside what the facts said.
        unproven: the skills that it wrote and that the gate has not proven; they are on trial.
        more: with a spent budget, the option that lets it go on: "--set model.calls=200".
        exit_code: 0 PASSED, 1 FAILED or UNKNOWN, 3 budget spent, 130 stopped by the user.
    """

    run: str
    goal: str
    verdict: Verdict
    reason: str
    seconds: float
    steps: int
    primitive_calls: int
    model_calls: int
    assistance: Mapping[str, int]
    journal: Path
    exit_code: int
    model_use: Usage = field(default_factory=Usage)
    more: str = ""
    claims: Claims = field(default_factory=Claims)
    unproven: tuple[str, ...] = ()


def refuse_spent(launch: LaunchFile, past: PastRun | None) -> None:
    """Raise `BudgetSpent` if `past` ended on its budget and `launch` gives no more."""
    if past is None or past.ended is None or past.ended.get("exit_code") != BudgetSpent.exit_code:
        return
    table, before = launch.to_table(), past.launch
    more = str(past.ended.get("more") or f"--minutes {launch.limits.minutes * 2:g}")
    reason = str(past.ended.get("reason", "")).split("\n")[0]
    if any(table[name] != before.get(name) for name in ("limits", "model")):
        try:
            Budget.after(launch.limits, launch.model, past).check()
            return
        except BudgetSpent as spent:
            more, reason = spent.more, spent.message
    raise BudgetSpent(
        f"Run {past.name} cannot go on. {reason}",
        remedy=f"Go on with more:  --resume {past.name} {more}",
        more=more,
    )


@dataclass
class Tally:
    """What a run has spent, been given and claimed so far, over all its parts; its goal, if that changed.

    `wording` is the goal's condition and what a reader is told in its place; ("", "") where it is plain.
    """

    budget: Budget
    assistance: Counter[str] = field(default_factory=Counter)
    claims: Claims = field(default_factory=Claims)
    goal: str = ""
    wording: tuple[str, str] = ("", "")

    def pursues(self, goal: Goal, condition: Condition) -> None:
        """From now on: `condition` is what `goal` comes to."""
        self.wording = (str(condition), goal.in_words) if goal.in_words else ("", "")

    def told(self, text: str) -> str:
        """A text for a reader, with the goal in words where its condition is hard to read."""
        condition, words = self.wording
        return text.replace(condition, words) if condition else text

    @staticmethod
    def after(launch: LaunchFile, past: PastRun | None) -> Tally:
        """A new run's, or what `past` came to."""
        budget = Budget.after(launch.limits, launch.model, past)
        return Tally(budget, Counter(past.assistance), past.claims) if past else Tally(budget)

    def report(
        self, goal: str, journal: Path, judgement: Judgement, exit_code: int, *, more: str = ""
    ) -> RunReport:
        return RunReport(
            run=journal.parent.name,
            goal=goal,
            verdict=judgement.verdict,
            reason=self.told(judgement.reason),
            seconds=round(self.budget.seconds, 2),
            steps=self.budget.steps,
            primitive_calls=self.budget.primitive_calls,
            model_calls=self.budget.model_calls,
            assistance=dict(self.assistance),
            journal=journal,
            exit_code=exit_code,
            model_use=self.budget.used,
            more=more,
            claims=self.claims,
        )
