"""The planner that asks a model for a few plans at once, walks them against facts, and seldom asks again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from embodied.condition import Condition, evaluate
from embodied.errors import BadInput, BadSkill
from embodied.facts import Observation
from embodied.models import ModelClient
from embodied.planning.asking import ask_for_plans, longest_answer
from embodied.planning.briefing import Briefing
from embodied.planning.memory import remembered
from embodied.planning.plan import Attempt, Decision, NewSkill, PlanNode, Step, Stop
from embodied.planning.prefix import Node, PlanTree
from embodied.planning.proposal import PLANS_SCHEMA, Judge, Move, Proposal
from embodied.planning.recalling import PlanMemory
from embodied.planning.unmet import unmet
from embodied.skills import Skill

SAMPLES: Final = 3
"""Plans asked for at once."""

FRUITLESS_QUESTIONS: Final = 3
"""Questions in a row without a step done between, after which there is no point in asking again."""


@dataclass
class TreePlanner:
    """Tree-Planner's walk with Reason-for-Future's memory.

    Attributes:
        goal_text: the goal in the user's words.
        memory: plans that reached their goals in earlier runs; None remembers nothing.
        note: told in a line what is done without a question.
        retries: how often a step may fail and be repeated while it makes progress.
    """

    client: ModelClient
    briefing: Briefing
    goal_text: str = ""
    retries: int = 3
    memory: PlanMemory | None = None
    note: Callable[[str], None] = lambda text: None
    name: str = "llm"
    tree: PlanTree | None = None
    outlines: dict[str, Skill] = field(default_factory=dict)
    questions: int = 0
    _goal: Condition | None = None
    _seen: int = 0
    _fruitless: int = 0
    _current: Node | None = None

    def next(self, goal: Condition, observation: Observation, history: Sequence[Attempt]) -> Decision:
        if goal != self._goal:
            self._goal, self.tree, self._current = goal, None, None
            self._seen, self._fruitless = len(history), 0
        self._digest(history)
        if self.tree is None and not self._fruitless:
            self._recall(goal)
        while True:
            node = self._advance(observation)
            if node is not None and node.move is not None:
                self._current = node
                return self._decision(node.move, goal)
            if self._fruitless >= FRUITLESS_QUESTIONS:
                return Stop(self._gave_up(history))
            proposal = self._question(goal, observation, history)
            self._fruitless += 1
            if proposal.impossible and not proposal.plans:
                return Stop(f"the model holds the goal for impossible: {proposal.impossible}")
            if not proposal.plans:
                return Stop("the model gave no plan that could be used: " + "; ".join(proposal.refused)[:500])
            self.outlines = dict(proposal.outlines)
            self.tree = PlanTree(proposal.plans)

    def _recall(self, goal: Condition) -> None:
        """Begin with what reached this goal before; no model is asked."""
        plans = self.memory.recall(goal, self._judge({})) if self.memory else []
        if plans:
            self.note(f"trying what reached {goal} in earlier runs: no question yet")
            self.tree = PlanTree(plans)

    # ------------------------------------------------------------------- what came of the last step

    def _digest(self, history: Sequence[Attempt]) -> None:
        if len(history) < self._seen:  # a new pursuit of the same goal
            self.tree, self._seen, self._fruitless = None, 0, 0
        fresh, self._seen = history[self._seen :], len(history)
        node, self._current = self._current, None
        if not fresh or node is None or self.tree is None or node.move is None:
            return
        last = fresh[-1]
        if last.step.skill != node.move.skill:  # what was to be written was there under another name
            self.tree.rename(node.move.skill, last.step.skill)
        if last.judgement.passed:
            self._fruitless = 0
            self.tree.succeed()
            return
        node.tries += 1
        if node.move.skill not in self.briefing.library():  # it could not be written
            self.tree.fail()
            self.tree.give_up(node.move.skill)
        elif not (last.progress and node.tries < self.retries):
            self.tree.fail()

    def _advance(self, observation: Observation) -> Node | None:
        if self.tree is None:
            return None
        stuck = self.tree.at
        node = self.tree.advance(
            lambda move: evaluate(move.expects, observation) is True,
            lambda move: self._may_begin(move, observation),
        )
        if node is None and stuck.status == "failed" and stuck.tries == 1 and self._known(stuck.move):
            self.tree.reopen(stuck)  # no other way is left: once more costs less than a question
            stuck.status = "doing"
            return stuck
        return node

    def _known(self, move: Move | None) -> bool:
        return move is not None and move.skill in self.briefing.library()

    def _may_begin(self, move: Move, observation: Observation) -> bool:
        """False if the skill states a need that the facts deny."""
        if not self._known(move):
            return True
        try:
            needs = self.briefing.library().get(move.skill).needed(move.arguments)
        except (BadInput, BadSkill):
            return True
        return all(evaluate(need, observation) is not False for need in needs)

    # --------------------------------------------------------------------------------- asking

    def _question(self, goal: Condition, observation: Observation, history: Sequence[Attempt]) -> Proposal:
        self.questions += 1
        library = self.briefing.library()
        judge = self._judge({name: skill for name, skill in self.outlines.items() if name not in library})
        messages = self.briefing.messages(
            "planner",
            goal_text=self.goal_text or str(goal),
            goal=goal,
            observation=observation,
            history=remembered(history, self._remark(goal, observation)),
            samples=str(SAMPLES),
            answer_tokens=str(longest_answer(self.client, "planner")),
        )
        return ask_for_plans(self.client, messages, PLANS_SCHEMA, judge.plans)

    def _judge(self, known: Mapping[str, Skill]) -> Judge:
        spec = self.briefing.spec
        return Judge(spec.name, self.briefing.library(), self.briefing.primitives, spec.families, known)

    def _remark(self, goal: Condition, observation: Observation) -> str:
        """Why it is asked again, and what the goal lacks."""
        if self.tree is None:
            return ""
        failed = self.tree.at.move if self.tree.at.status == "failed" else None
        why = (
            f"The last plan is at its end: {failed.text} failed, and no branch is left."
            if failed is not None
            else "The last plan is at its end: all its steps are done, and the goal does not hold."
        )
        parts = unmet(goal, observation)
        return f"{why} What the goal lacks now:\n{parts}" if parts else why

    def _gave_up(self, history: Sequence[Attempt]) -> str:
        last = next((a for a in reversed(history) if not a.judgement.passed), None)
        why = f"; the last failure: {last.step.skill}: {last.error or last.judgement.reason}" if last else ""
        return f"{FRUITLESS_QUESTIONS} plans in a row brought no step forward{why}"

    # -------------------------------------------------------------------------------- answering

    def _decision(self, move: Move, goal: Condition) -> Decision:
        assert self.tree is not None
        drawn = self.tree.drawn(str(goal))
        upcoming = tuple(
            Step(later.skill, later.arguments, later.expects, later.why)
            for later in self.tree.open_path()[1:]
        )
        if self._known(move):
            return Step(move.skill, move.arguments, move.expects, move.why, drawn, upcoming)
        uses = tuple(each.text for each in self.tree.moves_of(move.skill))
        return wanted_skill(move, self.outlines[move.skill], uses, drawn, upcoming)


def wanted_skill(
    move: Move, outline: Skill, uses: tuple[str, ...], tree: PlanNode, upcoming: tuple[Step, ...]
) -> NewSkill:
    """A move whose skill is not there yet, as a decision."""
    return NewSkill(
        name_hint=move.skill,
        task=outline.description,
        expects=move.expects,
        why=move.why,
        signature=outline.signature().removesuffix(" -> SkillResult"),
        arguments=move.arguments,
        achieves="; ".join(outline.achieves),
        uses=uses,
        tree=tree,
        upcoming=upcoming,
    )
