"""What a planner says, and what it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from embodied.condition import Condition
from embodied.facts import Observation
from embodied.outcome import Judgement

AGAINST: Final = "against the rules:"
"""How the error of an attempt begins that a rule of the user's ended."""


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


@dataclass(frozen=True)
class NewSkill:
    """A step whose skill does not exist yet: it is written, then tried as this step.

    Attributes:
        name_hint: what it should be called ("mine-block").
        task: what it should do, in words.
        expects: what must hold after the first use of it.
        why: the reason for the step in a few words.
        signature: its function as the plan calls it: "mine_block(block: str, count: int = 1)".
        arguments: of the first use.
        achieves: a template of what every use brings about, "inventory[{item}] >= {count}"; "" if unknown.
        uses: the other ways the plan means to use it, for the writer: "mine_block('stone', 11)".
        tree, upcoming: as of a Step.
    """

    name_hint: str
    task: str
    expects: Condition
    why: str
    signature: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    achieves: str = ""
    uses: tuple[str, ...] = ()
    tree: PlanNode = field(default_factory=lambda: PlanNode(""))
    upcoming: tuple[Step, ...] = ()

    @property
    def step(self) -> Step:
        """The step that the skill is for."""
        return Step(self.name_hint, self.arguments, self.expects, self.why, self.tree, self.upcoming)


Decision = Step | NewSkill | Ask | Stop


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
