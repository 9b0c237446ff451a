"""What is to be done one after the other: where it stands, and what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from embodied.condition import Condition
from embodied.goals.goal import Stage


@dataclass(frozen=True)
class Course:
    """Stages in their order; the next is planned once the one before holds. A goal without any is one stage.

    Attributes:
        at: the stage that is pursued now, from 0.
    """

    stages: tuple[Stage, ...]
    at: int = 0

    @classmethod
    def of(cls, condition: Condition, stages: Sequence[Stage], reached: int = 0) -> Self:
        """The way to `condition` over `stages`, of which so many were reached before."""
        return cls(tuple(stages) or (Stage(condition, condition),), min(reached, max(0, len(stages) - 1)))

    @property
    def now(self) -> Stage:
        return self.stages[self.at]

    @property
    def left(self) -> tuple[Stage, ...]:
        """This stage, and those that come after it."""
        return self.stages[self.at :]

    @property
    def is_last(self) -> bool:
        return self.at == len(self.stages) - 1

    @property
    def next(self) -> Self:
        return replace(self, at=self.at + 1)
