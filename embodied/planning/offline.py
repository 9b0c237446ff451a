"""The planner that needs no model: search over methods, from fresh facts, after every step."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from embodied.condition import And, Comparison, Condition, Fact, Literal, evaluate, facts_in
from embodied.facts import Observation
from embodied.methods import FactRef, Method, Methods
from embodied.planning.exact import exact_method
from embodied.planning.forward import ForwardSearch
from embodied.planning.grounding import is_of_booleans
from embodied.planning.ledger import is_pattern
from embodied.planning.operators import NotOfBooleans
from embodied.planning.plan import AGAINST, Attempt, Decision, PlanNode, Step, Stop
from embodied.planning.search import NoPlan, Penalty, Plan, PlannedStep, PlanSearch

FORGIVEN = 12
"""So many attempts of one step that failed yet made progress are forgiven until it passes: not for ever."""

FORBIDDEN = 100
"""So many failures a step counts that is against the user's rules: it is not tried again."""

FAILURE_COST_S = 90.0
"""What one failure adds to a method's expected cost [s], so that near alternatives get their turn."""

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_TRUE: Final = Comparison(Literal(True), "==", Literal(True))


@dataclass
class OfflinePlanner:
    """Backward search over a world's methods.

    It keeps no state: everything follows from the goal, the facts and the history, so a resumed run plans
    as the first did.

    Attributes:
        step_retries: a step that failed this often in the same way, with no progress between, is not tried
            again; nor is one that failed twice as often in whatever ways.
    """

    world: Methods
    step_retries: int = 3
    name: str = "offline"

    def next(self, goal: Condition, observation: Observation, history: Sequence[Attempt]) -> Decision:
        failures = count_failures(history)
        try:
            plan = find_plan(self.world, goal, observation, lambda m: self._penalty(m, failures))
        except NoPlan as none:
            exact = self._exactly(goal, observation, failures)
            return exact or Stop(self._explain(str(none), failures, history) + _why_forbidden(history))
        if not plan.steps:
            unmet = " and ".join(str(part) for part in unmet_parts(goal, observation))
            return Stop(f"no skill is known to bring about: {unmet or goal}")
        tree = PlanNode(str(goal), "doing", tuple(plan.roots))
        steps = [to_step(planned, observation, tree) for planned in plan.steps]
        first = steps[0]
        return Step(first.skill, first.arguments, first.expects, first.why, tree, tuple(steps[1:]))

    def _exactly(self, goal: Condition, observation: Observation, failures: Counter[str]) -> Step | None:
        """A skill that achieves just what is wanted, or the first step to what it needs."""
        found = exact_method(self.world, goal, observation, lambda m: self._penalty(m, failures))
        if found is None:
            return None
        part, method = found
        needs = _unmet_needs(method, observation)
        if not needs:
            tree = PlanNode(str(goal), "doing")
            return Step(method.skill, method.arguments, part, method.note, tree)
        try:
            plan = find_plan(self.world, And(tuple(needs)), observation, lambda m: self._penalty(m, failures))
        except NoPlan:
            return None
        tree = PlanNode(str(goal), "doing", tuple(plan.roots))
        steps = [to_step(planned, observation, tree) for planned in plan.steps]
        return steps[0] if steps else None

    def outline(self, goal: Condition, observation: Observation) -> Plan:
        """The whole plan from here; raises `NoPlan`."""
        try:
            return find_plan(self.world, goal, observation, _free)
        except NoPlan:
            plan = self._part_by_part(goal, observation)
            if plan is None:
                raise
            return plan

    def _part_by_part(self, goal: Condition, observation: Observation) -> Plan | None:
        """As `next` does what no method speaks of; None if there is no way for one of the parts."""
        plan = Plan()
        for part in unmet_parts(goal, observation):
            found = exact_method(self.world, part, observation, _free)
            before = _unmet_needs(found[1], observation) if found else [part]
            if before:
                try:
                    plan.steps += find_plan(self.world, And(tuple(before)), observation, _free).steps
                except NoPlan:
                    return None
            if found:
                wanted = next(facts_in(part))
                plan.steps.append(PlannedStep(found[1], (wanted.family, *wanted.keys), 1.0))
        return plan

    def _penalty(self, method: Method, failures: Counter[str]) -> float:
        count = failures[Step(method.skill, method.arguments, _TRUE, "").signature]
        return math.inf if count >= self.step_retries else count * FAILURE_COST_S

    def _explain(self, why: str, failures: Counter[str], history: Sequence[Attempt]) -> str:
        last = {attempt.step.signature: f", at last: {attempt.error}" for attempt in history if attempt.error}
        exhausted = [
            f"{signature} failed {count} times{last.get(signature, '')}"
            if count < FORBIDDEN
            else f"{signature} is against the rules"
            for signature, count in failures.items()
            if count >= self.step_retries
        ]
        if not exhausted:
            return why
        return f"{why.replace('nothing is known', 'nothing else is known', 1)} ({'; '.join(exhausted)})"


def _free(method: Method) -> float:
    """Of a method that has not failed yet."""
    return 0.0


def _unmet_needs(method: Method, observation: Observation) -> list[Condition]:
    return [need for need in method.needs if evaluate(need, observation) is not True]


def _why_forbidden(history: Sequence[Attempt]) -> str:
    """What rules of the user's stood against, for a reader."""
    said = dict.fromkeys(attempt.error for attempt in history if attempt.error.startswith(AGAINST))
    return "".join(f" ({error.partition(';')[0]})" for error in said)


def find_plan(world: Methods, goal: Condition, observation: Observation, penalty: Penalty) -> Plan:
    """Forward over states where the goal is of true and false alone, else backward over amounts.

    Raises:
        NoPlan: there is none; the text names an obstacle.
    """
    if is_of_booleans(goal, observation):
        with suppress(NotOfBooleans):
            return ForwardSearch(world, observation, penalty).plan(goal)
    return PlanSearch(world, observation, penalty).plan(goal)


def count_failures(history: Sequence[Attempt]) -> Counter[str]:
    """How often each step failed in the same way since it last succeeded or made progress that is forgiven.

    Failures of several kinds count half. Errors are of one kind if they differ in numbers only.
    """
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    forgiven: Counter[str] = Counter()
    for attempt in history:
        signature, kind = attempt.step.signature, _NUMBER.sub("#", attempt.error)
        if attempt.judgement.passed:
            kinds[signature].clear()
            forgiven[signature] = 0
        elif attempt.error.startswith(AGAINST):
            kinds[signature][kind] += FORBIDDEN
        elif attempt.progress and forgiven[signature] < FORGIVEN:
            kinds[signature] = Counter({kind: 1} if kinds[signature] else {})
            forgiven[signature] += 1
        else:
            kinds[signature][kind] += 1
    return Counter({name: max(*found.values(), found.total() // 2, 0) for name, found in kinds.items()})


def to_step(planned: PlannedStep, observation: Observation, tree: PlanNode) -> Step:
    method = planned.method
    return Step(method.skill, method.arguments, expectation(planned, observation), method.note, tree)


def expectation(planned: PlannedStep, observation: Observation) -> Condition:
    """What must hold after the step, counted from the facts now."""
    adds = planned.method.adds
    facts = [fact for fact in adds if fact[0] == planned.fact[0]] or list(adds)
    main: FactRef = planned.fact if planned.fact in adds else facts[0]
    if is_pattern(main):
        main = facts[0]
    target = Fact(main[0], tuple(main[1:]))
    family = observation.families.get(main[0])
    if family is not None and family.kind == "bool":
        return Comparison(target, "==", Literal(True))
    amount = observation.number(*main) + max(1.0, math.floor(adds[main]))
    return Comparison(target, ">=", Literal(int(amount) if amount == int(amount) else amount))


def unmet_parts(goal: Condition, observation: Observation) -> list[Condition]:
    parts = goal.parts if isinstance(goal, And) else (goal,)
    return [part for part in parts if evaluate(part, observation) is not True]
