"""The plain baseline: a model is asked at every step, after ReAct (Yao et al., 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from embodied.condition import Condition
from embodied.facts import Observation
from embodied.models import ModelClient
from embodied.planning.asking import ask_for_plans, longest_answer
from embodied.planning.briefing import Briefing
from embodied.planning.memory import steps_so_far
from embodied.planning.plan import Attempt, Decision, PlanNode, Step, Stop
from embodied.planning.proposal import STEP_SCHEMA, Judge
from embodied.planning.tree import wanted_skill
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

    def next(self, goal: Condition, observation: Observation, history: Sequence[Attempt]) -> Decision:
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
            history=steps_so_far(history),
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
