"""Search over methods: from a requirement back to what can be done now.

Two passes. `relaxed_costs` estimates what one unit of every fact that matters costs, by value iteration
over the AND/OR graph of methods (what is already held is free). `PlanSearch` then expands the requirement
depth first with the cheapest method by that estimate, keeping a ledger of what is consumed, gained and
reserved, and backtracks to the next method where an expansion fails. Gathering steps of the same kind are
merged at the end, so that one trip does for several branches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from embodied.condition import And, Condition, Or, Requirement, evaluate, requirement
from embodied.facts import Observation
from embodied.methods import FactRef, Method, Methods
from embodied.planning.ledger import Ledger, describe, is_pattern
from embodied.planning.plan import PlanNode

Penalty = Callable[[Method], float]
"""Extra cost of a method that failed before; `math.inf` excludes it."""

MAX_DEPTH = 32
MAX_EXPANSIONS = 4000
MAX_ROUNDS = 8


class NoPlan(Exception):
    """No way to the requirement; the text names the deepest obstacle."""


@dataclass
class PlannedStep:
    """A method in a plan, with the requirement that it serves."""

    method: Method
    fact: FactRef
    amount: float


@dataclass
class Plan:
    steps: list[PlannedStep] = field(default_factory=list)
    roots: list[PlanNode] = field(default_factory=list)
    cost: float = 0.0


def alternatives(condition: Condition) -> list[list[Requirement]]:
    """Disjunctive normal form of the requirements in a condition; parts that state none are left out.

    An alternative in which any part states no requirement is dropped, because no method can bring it about.
    """
    match condition:
        case And(parts):
            combined: list[list[Requirement]] = [[]]
            for part in parts:
                combined = [left + right for left in combined for right in alternatives(part)]
            return combined
        case Or(parts):
            return [alternative for part in parts for alternative in alternatives(part)]
        case _:
            one = requirement(condition)
            return [[one]] if one else []


class PlanSearch:
    """One search over one observation."""

    def __init__(
        self, world: Methods, observation: Observation, penalty: Penalty = lambda method: 0.0
    ) -> None:
        self.world = world
        self.observation = observation
        self.penalty = penalty
        self.ledger = Ledger(observation)
        self.costs: dict[FactRef, float] = {}
        self.expansions = 0
        self.obstacle = ""

    def plan(self, condition: Condition) -> Plan:
        """A plan after which `condition` should hold; raises `NoPlan`."""
        best: Plan | None = None
        choices = alternatives(condition)
        if not choices:
            raise NoPlan(f"no skill is known to bring about: {condition}")
        for choice in choices:
            self.relax(requirement.fact for requirement in choice)
        choices.sort(key=lambda choice: sum(self.estimate(one.fact, one.amount) for one in choice))
        for choice in choices:
            self.ledger = Ledger(self.observation)
            steps: list[PlannedStep] = []
            try:
                roots = self._achieve_all([(one.fact, one.amount) for one in choice], steps, ())
            except NoPlan:
                continue
            best = Plan(merge(steps), roots, sum(step.method.cost for step in steps))
            break
        if best is None:
            raise NoPlan(self.obstacle or f"no way to {condition}")
        return best

    # ------------------------------------------------------------------------ estimates

    def methods(self, fact: FactRef, amount: float) -> list[Method]:
        return list(self.world.methods(fact, amount, self.observation))

    def relax(self, facts: Iterable[FactRef]) -> None:
        """Value iteration for the cost of one unit of each fact that the goal can depend on."""
        graph: dict[FactRef, list[Method]] = {}
        frontier = list(facts)
        while frontier:
            fact = frontier.pop()
            if fact in graph:
                continue
            graph[fact] = self.methods(fact, 1)
            for method in graph[fact]:
                frontier.extend(method.consumes)
                for need in method.needs:
                    frontier.extend(one.fact for choice in alternatives(need) for one in choice)
        costs = dict.fromkeys(graph, math.inf)
        for _ in range(MAX_DEPTH):
            changed = False
            for fact, methods in graph.items():
                for method in methods:
                    cost = self._unit_cost(method, fact, costs)
                    if cost < costs[fact] - 1e-9:
                        costs[fact], changed = cost, True
            if not changed:
                break
        self.costs.update(costs)

    def _unit_cost(self, method: Method, fact: FactRef, costs: dict[FactRef, float]) -> float:
        gained = max(gain_of(method, fact), 1e-9)
        total = method.cost + self.penalty(method)
        for need in method.needs:
            total += self._need_cost(need, costs)
        for used, amount in method.consumes.items():
            total += costs.get(used, math.inf) * amount if self.observation_amount(used) < amount else 0.0
        return total / gained

    def _need_cost(self, need: Condition, costs: dict[FactRef, float]) -> float:
        if evaluate(need, self.observation) is True:
            return 0.0
        return min(
            (
                sum(
                    costs.get(one.fact, math.inf) * max(0.0, one.amount - self.observation_amount(one.fact))
                    for one in choice
                )
                for choice in alternatives(need)
            ),
            default=math.inf,
        )

    def observation_amount(self, fact: FactRef) -> float:
        return Ledger(self.observation).amount(fact)

    def estimate(self, fact: FactRef, amount: float) -> float:
        missing = max(0.0, amount - self.ledger.free(fact))
        return 0.0 if missing == 0 else self.costs.get(fact, math.inf) * missing

    def _estimate_method(self, method: Method) -> float:
        total = method.cost + self.penalty(method)
        for need in method.needs:
            if evaluate(need, self.ledger) is not True:
                total += min(
                    (
                        sum(self.estimate(one.fact, one.amount) for one in choice)
                        for choice in alternatives(need)
                    ),
                    default=math.inf,
                )
        return total + sum(self.estimate(fact, amount) for fact, amount in method.consumes.items())

    # ------------------------------------------------------------------------ expansion

    def _achieve_all(
        self, wanted: list[tuple[FactRef, float]], steps: list[PlannedStep], path: tuple[FactRef, ...]
    ) -> list[PlanNode]:
        """Make all of `wanted` hold at once, by turns, until none is missing."""
        nodes: list[PlanNode] = []
        for _ in range(MAX_ROUNDS):
            missing = [(fact, amount) for fact, amount in wanted if self.ledger.amount(fact) < amount - 1e-9]
            if not missing:
                return nodes or [PlanNode(describe(fact, amount), "done") for fact, amount in wanted]
            for fact, amount in missing:
                others = {other: need for other, need in wanted if other != fact}
                self.ledger.reserve(others)
                try:
                    nodes.append(self._achieve(fact, amount, steps, path))
                finally:
                    self.ledger.reserve(others, -1.0)
        raise self._stuck(
            f"the parts of the plan use up each other's {', '.join(str(f[-1]) for f, _ in wanted)}"
        )

    def _achieve(
        self, fact: FactRef, amount: float, steps: list[PlannedStep], path: tuple[FactRef, ...]
    ) -> PlanNode:
        """Raise `fact` to `amount`, appending to `steps`."""
        if self.ledger.amount(fact) >= amount - 1e-9:
            return PlanNode(describe(fact, amount), "done")
        self.expansions += 1
        if len(path) > MAX_DEPTH or self.expansions > MAX_EXPANSIONS:
            raise self._stuck("the search grew too large")
        if fact in path:
            raise self._stuck(f"{fact[-1]} would need itself")
        lacking = amount - self.ledger.amount(fact)
        candidates = [(self._estimate_method(method), method) for method in self.methods(fact, lacking)]
        candidates = [pair for pair in candidates if pair[0] < math.inf]
        candidates.sort(key=lambda pair: pair[0])
        if not candidates:
            raise self._stuck(self.world.unreachable(fact) or f"nothing is known to yield {fact[-1]}")
        for _, method in candidates:
            before, length = self.ledger.snapshot(), len(steps)
            try:
                return self._use(method, fact, amount, steps, (*path, fact))
            except NoPlan:
                self.ledger.restore(before)
                del steps[length:]
        raise self._stuck(f"no way to {describe(fact, amount)}")

    def _use(
        self,
        method: Method,
        fact: FactRef,
        amount: float,
        steps: list[PlannedStep],
        path: tuple[FactRef, ...],
    ) -> PlanNode:
        children: list[PlanNode] = []
        for need in method.needs:
            if evaluate(need, self.ledger) is not True:
                children += self._satisfy(need, steps, path)
        children += self._gather(method, steps, path)
        for need in method.needs:  # gathering may have worn a tool out
            if evaluate(need, self.ledger) is not True:
                children += self._satisfy(need, steps, path)
        for used, quantity in method.consumes.items():
            self.ledger.add(used, -quantity)
        for gained, quantity in method.adds.items():
            self.ledger.add(gained, quantity)
        steps.append(PlannedStep(method, fact, amount))
        text = f"{describe(fact, amount)} · {method.skill}" + (f" ({method.note})" if method.note else "")
        return PlanNode(text, "todo", tuple(child for child in children if child.status != "done"))

    def _gather(self, method: Method, steps: list[PlannedStep], path: tuple[FactRef, ...]) -> list[PlanNode]:
        """Make what the method consumes available together, beyond what others have reserved."""
        children: list[PlanNode] = []
        wanted = dict(method.consumes)
        for _ in range(MAX_ROUNDS):
            missing = [fact for fact, quantity in wanted.items() if self.ledger.free(fact) < quantity - 1e-9]
            if not missing:
                return children
            for fact in missing:
                others = {other: quantity for other, quantity in wanted.items() if other != fact}
                self.ledger.reserve(others)
                try:
                    target = self.ledger.amount(fact) + wanted[fact] - self.ledger.free(fact)
                    children.append(self._achieve(fact, target, steps, path))
                finally:
                    self.ledger.reserve(others, -1.0)
        raise self._stuck(f"{method.skill} cannot have all that it uses up at once")

    def _satisfy(
        self, need: Condition, steps: list[PlannedStep], path: tuple[FactRef, ...]
    ) -> list[PlanNode]:
        choices = alternatives(need)
        choices.sort(key=lambda choice: sum(self.estimate(one.fact, one.amount) for one in choice))
        for choice in choices:
            before, length = self.ledger.snapshot(), len(steps)
            try:
                return self._achieve_all([(one.fact, one.amount) for one in choice], steps, path)
            except NoPlan:
                self.ledger.restore(before)
                del steps[length:]
        raise self._stuck(f"no way to: {need}")

    def _stuck(self, why: str) -> NoPlan:
        self.obstacle = self.obstacle or why
        return NoPlan(why)


def gain_of(method: Method, fact: FactRef) -> float:
    """How much of `fact` a method adds; a pattern counts all that match."""
    if fact in method.adds:
        return method.adds[fact]
    if is_pattern(fact):
        return sum(
            amount
            for ref, amount in method.adds.items()
            if ref[0] == fact[0] and len(ref) == len(fact) and fnmatchcase(ref[-1], fact[-1])
        )
    return 0.0


def merge(steps: list[PlannedStep]) -> list[PlannedStep]:
    """Join gathering steps of the same kind (they consume nothing but wear), at the first place."""
    merged: list[PlannedStep] = []
    place: dict[tuple[str, str], int] = {}
    for step in steps:
        method = step.method
        gathers = "count" in method.arguments and all(fact[0] == "uses" for fact in method.consumes)
        fixed = sorted((key, str(value)) for key, value in method.arguments.items() if key != "count")
        key = (method.skill, str(fixed))
        if not gathers or key not in place:
            place.setdefault(key, len(merged))
            merged.append(step)
            continue
        first = merged[place[key]]
        merged[place[key]] = PlannedStep(
            _joined(first.method, method), first.fact, max(first.amount, step.amount)
        )
    return merged


def _joined(a: Method, b: Method) -> Method:
    return replace(
        a,
        arguments={**a.arguments, "count": a.arguments["count"] + b.arguments["count"]},
        consumes={
            fact: a.consumes.get(fact, 0) + b.consumes.get(fact, 0) for fact in {**a.consumes, **b.consumes}
        },
        adds={fact: a.adds.get(fact, 0) + b.adds.get(fact, 0) for fact in {**a.adds, **b.adds}},
        cost=a.cost + b.cost,
    )
