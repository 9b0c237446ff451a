"""What a planner says, and what it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from embodied.condition import Condition
from embodied.facts import Observation
from embodied.outcome import Judgement


@dataclass(frozen=True)
class PlanNode:
    """A goal within a plan, for a reader: what, how, and what it takes first.

    Attributes:
        text: the condition, or the step.
        status: "done", "todo", "doing" or "failed".
        children: what has to be so before, in order.
    """

    text: str
    status: str = "todo"
    children: tuple[PlanNode, ...] = ()

    def to_wire(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "status": self.status,
            "children": [child.to_wire() for child in self.children],
        }


@dataclass(frozen=True)
class Step:
    """One use of a skill.

    Attributes:
        skill: the skill's name.
        arguments: its arguments.
        expects: what must hold afterwards, judged by the referee from facts.
        why: the reason in a few words.
        tree: the whole plan that this step begins.
        upcoming: the steps that the plan has after this one.
    """

    skill: str
    arguments: Mapping[str, Any]
    expects: Condition
    why: str
    tree: PlanNode = field(default_factory=lambda: PlanNode(""))
    upcoming: tuple[Step, ...] = ()

    @property
    def signature(self) -> str:
        """What makes two steps the same attempt: the skill and all arguments but the amount."""
        fixed = sorted((key, str(value)) for key, value in self.arguments.items() if key != "count")
        return f"{self.skill}({', '.join(f'{key}={value}' for key, value in fixed)})"


@dataclass(frozen=True)
class Ask:
    """The planner needs an answer from the user."""

    question: str


@dataclass(frozen=True)
class Stop:
    """The planner has nothing more to try."""

    reason: str


Decision = Step | Ask | Stop


@dataclass(frozen=True)
class Attempt:
    """A step that was tried, and how it was judged.

    Attributes:
        progress: True if the facts that the step works on came nearer to what it expects.
        error: the error code or first words of the failure, to tell whether two failures are the same.
    """

    step: Step
    judgement: Judgement
    error: str = ""
    progress: bool = False


class Planner(Protocol):
    """Decides the next step. It is asked again after every step, with fresh facts."""

    name: str

    def next(self, goal: Condition, observation: Observation, history: Sequence[Attempt]) -> Decision: ...
