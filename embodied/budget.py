"""What a run may spend, and what it has spent."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from embodied.errors import BudgetSpent
from embodied.launchfile import Limits
from embodied.models.settings import Model
from embodied.models.usage import Usage
from embodied.runs import PastRun


@dataclass
class Budget:
    """Counts against limits. `check` and `check_call` raise before anything is overspent.

    Attributes:
        spent_before_s: seconds that earlier parts of a resumed run took.
        model: the limits of asking models.
        used: what asking models has cost, earlier parts included.
    """

    limits: Limits
    spent_before_s: float = 0.0
    steps: int = 0
    primitive_calls: int = 0
    model: Model = field(default_factory=Model)
    used: Usage = field(default_factory=Usage)
    started: float = field(default_factory=time.monotonic)

    @staticmethod
    def after(limits: Limits, model: Model, past: PastRun | None) -> Budget:
        """A new run's budget, or what `past` has left of it."""
        if past is None:
            return Budget(limits, model=model)
        return Budget(limits, past.seconds, past.steps, past.primitive_calls, model, past.used)

    @property
    def model_calls(self) -> int:
        return self.used.calls

    @property
    def seconds(self) -> float:
        """Wall clock of the whole run so far [s]."""
        return self.spent_before_s + time.monotonic() - self.started

    @property
    def seconds_left(self) -> float:
        return self.limits.minutes * 60 - self.seconds

    @property
    def asking_seconds_left(self) -> float:
        """How long the next question may take: what is left of the run and of waiting for models [s]."""
        return min(self.seconds_left, self.model.minutes * 60 - self.used.seconds)

    def renew(self, limits: Limits, rested_s: float) -> None:
        """Something else is asked: the limits count from now, and waiting for it was not spent [s]."""
        self.started += rested_s
        self.limits = replace(
            limits,
            minutes=self.seconds / 60 + limits.minutes,
            steps=self.steps + limits.steps,
            primitive_calls=self.primitive_calls + limits.primitive_calls,
        )

    def check(self) -> None:
        for name, spent, limit in (
            ("minutes", self.seconds / 60, self.limits.minutes),
            ("steps", self.steps, self.limits.steps),
            ("primitive_calls", self.primitive_calls, self.limits.primitive_calls),
        ):
            if spent >= limit:
                raise _spent("limits", name, name, spent, limit, spent)

    def check_primitive(self) -> None:
        """Is there budget for one more call of a primitive?"""
        limit = self.limits.primitive_calls
        if self.primitive_calls >= limit:
            words = "primitive_calls"
            raise _spent("limits", words, words, self.primitive_calls, limit, self.primitive_calls)

    def check_call(self, tokens: int = 0, cost: float = 0.0) -> None:
        """Is there budget for one more question, which may take up to `tokens` and `cost`?"""
        if self.seconds_left <= 0:
            raise _spent("limits", "minutes", "minutes", self.seconds / 60, self.limits.minutes, 0.0)
        used, model = self.used, self.model
        for name, words, spent, next_one, limit in (
            ("calls", "calls of models", used.calls, 1, model.calls),
            ("tokens", "tokens", used.tokens, tokens, model.tokens),
            ("money", "money for models", used.cost, cost, model.money),
            ("minutes", "minutes of waiting for models", used.seconds / 60, 0.0, model.minutes),
        ):
            if spent + next_one > limit or (next_one == 0 and spent >= limit and limit > 0):
                raise _spent("model", name, words, spent, limit, spent + next_one)

    def count(self, record: Mapping[str, Any]) -> None:
        """Add what a `model_call` or `model_tried` record says."""
        self.used = self.used.plus(record)


def _spent(table: str, key: str, words: str, spent: float, limit: float, wanted: float) -> BudgetSpent:
    message = f"The budget is spent: {spent:.6g} of {limit:g} {words}"
    message += "." if spent >= limit else f", and the next question may take {wanted - spent:.4g}."
    enough = max(limit * 2, wanted * 2)
    more = f"--set {table}.{key}={enough:.0f}" if enough >= 2 else f"--set {table}.{key}={enough:.2g}"
    return BudgetSpent(message, remedy=f"Go on with more: --resume RUN {more}", more=more)
