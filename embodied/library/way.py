"""How a skill came to be used the first time: what was held then, and the steps that led there.

A written skill seldom says all that it needs. The run in which it first worked knows: the gate gives what was
held, or walks the same steps from nothing, by the skills that the run had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from embodied.condition import Condition, evaluate, parse
from embodied.facts import Observation
from embodied.planning import Attempt, Decision, Step, Stop
from embodied.planning.offline import count_failures

HELD: Final = "inventory"
"""The family of facts that a scene can be given."""


@dataclass
class RecordedWay:
    """A planner that walks recorded steps in their order, each until its own condition holds.

    Attributes:
        retries: how often a step may fail in the same way.
    """

    steps: Sequence[Step]
    retries: int = 3
    name: str = "way"
    _at: int = 0

    def next(self, goal: Condition, observation: Observation, history: Sequence[Attempt]) -> Decision:
        """The next step; at the end of the way a `Stop` without a reason."""
        while self._at < len(self.steps) and evaluate(self.steps[self._at].expects, observation) is True:
            self._at += 1
        if self._at == len(self.steps):
            return Stop("")
        step = self.steps[self._at]
        failed = count_failures(history)[step.signature]
        return Stop(f"{step.signature} failed {failed} times") if failed >= self.retries else step


def first_use(
    arguments: Mapping[str, Any],
    expects: Condition,
    before: Observation,
    history: Iterable[Attempt],
    *,
    seed_skills: bool,
) -> dict[str, Any]:
    """The example of a written skill, as its library keeps it.

    Args:
        before: the facts right before it was first used.
        history: what had been tried until then.
        seed_skills: whether the run had them.
    """
    way = [
        {"skill": step.skill, "arguments": dict(step.arguments), "expects": str(step.expects)}
        for attempt in history
        if attempt.judgement.passed and (step := attempt.step)
    ]
    held = {keys[-1]: count for keys, count in before.items(HELD)} if HELD in before.families else {}
    return {
        "arguments": dict(arguments),
        "expects": str(expects),
        "held": {item: count for item, count in held.items() if isinstance(count, int) and count > 0},
        "way": way,
        "seed_skills": seed_skills,
    }


def way_of(example: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps that an example keeps."""
    return tuple(
        Step(one["skill"], one["arguments"], parse(one["expects"]), "on the way to its first use")
        for one in example.get("way", ())
    )
