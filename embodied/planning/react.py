"""The plain baseline: a model is asked at every step, after ReAct (Yao et al., 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from embodied.condition import Condition
from embodied.facts import Observation
from embodied.models import ModelClient
from embodied.planning.asking import ask_for_plans, longest_answer
from embodied.planning.briefing import Briefing, aside_of, primitives_named, primitives_text
from embodied.planning.memory import steps_so_far
from embodied.planning.plan import Attempt, Decision, PlanNode, Step, Stop
from embodied.planning.proposal import STEP_SCHEMA, Judge
from embodied.planning.tree import wanted_skill
from embodied.planning.unmet import unmet
from embodied.render import render_changes
from embodied.skills import Skill

FRUITLESS_STEPS = 6
"""Steps in a row that were not done, after which it stops."""


@dataclass
class ReActPlanner:
    """Thought, step, facts; and again."""

    client: ModelClient
    briefing: Briefing
    goal_text: str = ""
    name: str = "react"
    outlines: dict[str, Skill] = field(default_factory=dict)
    questions: int = 0
    _before: Observation | None = None
    _changed: dict[int, str] = field(default_factory=dict)

    def next(self, goal: Condition, observation: Observation, history: Sequence[Attempt]) -> Decision:
        self._compare(observation, len(history))
        tail = history[-FRUITLESS_STEPS:]
        if len(tail) == FRUITLESS_STEPS and not any(attempt.judgement.passed for attempt in tail):
            return Stop(f"{FRUITLESS_STEPS} steps in a row came to nothing; the last: {tail[-1].error}")
        library = self.briefing.library()
        known = {name: skill for name, skill in self.outlines.items() if name not in library}
        spec = self.briefing.spec
        judge = Judge(spec.name, library, self.briefing.primitives, spec.families, known)
        messages = self.briefing.messages(
            "react",
            goal_text=self.goal_text or str(goal),
            goal=goal,
            observation=observation,
            history=steps_so_far(history, self._missing(goal, observation, history), self._changed),
            primitives=self._primitives(),
            answer_tokens=str(longest_answer(self.client, "planner")),
        )
        self.questions += 1
        proposal = ask_for_plans(self.client, messages, STEP_SCHEMA, judge.step)
        if proposal.impossible and not proposal.plans:
            return Stop(f"the model holds the goal for impossible: {proposal.impossible}")
        if not proposal.plans:
            return Stop("the model gave no step that could be used: " + "; ".join(proposal.refused)[:500])
        move = proposal.plans[0][0]
        self.outlines = dict(proposal.outlines)
        tree = PlanNode(str(goal), "doing", (PlanNode(f"{move.text} → {move.expects}", "doing"),))
        if move.skill in library:
            return Step(move.skill, move.arguments, move.expects, move.why, tree)
        return wanted_skill(move, self.outlines[move.skill], (move.text,), tree, ())

    def _compare(self, observation: Observation, steps: int) -> None:
        """Keep what the last step changed; it is told in the list of steps."""
        if steps == 0:
            self._changed = {}
        elif self._before is not None:
            changes = render_changes(self._before, observation, aside=aside_of(self.briefing.spec))
            self._changed[steps] = changes.replace("\n", "; ")
        self._before = observation

    @staticmethod
    def _missing(goal: Condition, observation: Observation, history: Sequence[Attempt]) -> str:
        parts = unmet(goal, observation) if history else ""
        return f"What the goal lacks now:\n{parts}" if parts else ""

    def _primitives(self) -> str:
        """A step calls skills: primitives matter only as far as a new skill may have to be defined."""
        primitives = self.briefing.primitives
        if len(self.briefing.library()):
            return f"The code of a new skill can use the body's primitives: {primitives_named(primitives)}."
        head = "The primitives of the body, which only the code of skills calls:"
        return f"{head}\n\n{primitives_text(primitives)}"
