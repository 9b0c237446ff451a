"""What a run may spend, and what it has spent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from embodied.errors import BudgetSpent
from embodied.launchfile import Limits


@dataclass
class Budget:
    """Counts against limits. `check` raises before anything is overspent.

    Attributes:
        spent_before_s: seconds that earlier parts of a resumed run took.
    """

    limits: Limits
    spent_before_s: float = 0.0
    steps: int = 0
    primitive_calls: int = 0
    model_calls: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Wall clock of the whole run so far [s]."""
        return self.spent_before_s + time.monotonic() - self.started

    @property
    def seconds_left(self) -> float:
        return self.limits.minutes * 60 - self.seconds

    def check(self) -> None:
        for name, spent, limit in (
            ("minutes", self.seconds / 60, self.limits.minutes),
            ("steps", self.steps, self.limits.steps),
            ("primitive_calls", self.primitive_calls, self.limits.primitive_calls),
        ):
            if spent >= limit:
                raise BudgetSpent(
                    f"The budget is spent: {spent:.4g} of {limit:g} {name}.",
                    remedy=f"Go on with more: --resume RUN --set limits.{name}={_more(limit)}",
                )


def _more(limit: float) -> str:
    return f"{limit * 2:g}"
