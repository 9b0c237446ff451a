"""Forward search over predicted facts, where what is wanted is a matter of true and false.

Putting one thing right may spoil another: a tower is built from below, what lies on a cube is taken away
first, two things change places by way of a third. So whole states are searched, from the facts as they are,
best first: cost so far plus an estimate of what is left. The estimate is the cost of a plan that forgets what
each method undoes (Hoffmann and Nebel, "The FF Planning System", 2001; supporters chosen by summed costs).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

from embodied.condition import Condition
from embodied.facts import Observation
from embodied.methods import FactRef, Methods
from embodied.planning.grounding import Wanted, is_negated, negated, ways_to_hold
from embodied.planning.ledger import describe
from embodied.planning.operators import Domain, Operator, domain_of
from embodied.planning.plan import PlanNode
from embodied.planning.search import NoPlan, Penalty, Plan, PlannedStep

PASSES = ((1.0, 400), (3.0, 3000))
"""How much the estimate counts beside what was spent, and how many states are looked into: first for the
cheapest plan, then, where there are too many, for any."""

NEAREST_GOALS = 6
"""Of more ways to be content than this ("any three cubes"), those are searched for that seem the nearest."""


class ForwardSearch:
    """One search over one observation; the counterpart of `PlanSearch` for boolean facts."""

    def __init__(
        self, world: Methods, observation: Observation, penalty: Penalty = lambda method: 0.0
    ) -> None:
        self.world = world
        self.observation = observation
        self.penalty = penalty

    def plan(self, condition: Condition) -> Plan:
        """A plan after which `condition` should hold.

        Raises:
            NoPlan: there is none; the text names an obstacle.
            NotOfBooleans: its methods use amounts up.
        """
        goals = ways_to_hold(condition, self.observation, lambda fact: True)
        if not goals:
            raise NoPlan(f"no skill is known to bring about: {condition}")
        domain = domain_of(self.world, self.observation, goals, self.penalty)
        estimate = Estimate(domain, [domain.numbers(goal) for goal in goals])
        if math.isinf(estimate(domain.start)):
            raise NoPlan(self._obstacle(goals, estimate, domain))
        nearest = [goals[number] for number in estimate.nearest(domain.start)]
        for greed, limit in PASSES:
            plans = [plan for goal in nearest if (plan := self._plan_for(goal, greed, limit)) is not None]
            if plans:
                return min(plans, key=lambda plan: plan.cost)
        raise NoPlan(f"no order of steps was found that brings about: {condition}")

    def _plan_for(self, goal: Wanted, greed: float, limit: int) -> Plan | None:
        """One search, among the methods that matter for this goal alone."""
        domain = domain_of(self.world, self.observation, [goal], self.penalty)
        chosen = _search(domain, goal, greed, limit)
        if chosen is None:
            return None
        steps = [PlannedStep(operator.method, _main(operator, goal), 1.0) for operator in chosen]
        return Plan(steps, _tree(domain, chosen, steps), sum(operator.cost for operator in chosen))

    def _obstacle(self, goals: Sequence[Wanted], estimate: Estimate, domain: Domain) -> str:
        """Why nothing leads there: the first fact that no method yields, on the way to the goal that lacks
        least."""
        costs, _ = estimate.costs(domain.start)
        lacking = min(
            ([fact for fact in sorted(goal) if math.isinf(costs[domain.bits[fact]])] for goal in goals),
            key=len,
        )
        seen: set[FactRef] = set()
        while lacking:
            fact = lacking.pop(0)
            seen.add(fact)
            why = "" if is_negated(fact) else self.world.unreachable(fact)
            if why:
                return why
            bit = 1 << domain.bits[fact]
            ways = [one for one in domain.operators if one.adds & bit]
            if not ways:
                return f"nothing is known to bring about {_said(fact)}"
            lacking += [
                need
                for need, number in domain.bits.items()
                if any(one.needs >> number & 1 for one in ways)
                and math.isinf(costs[number])
                and need not in seen
            ]
        return f"no way to {' and '.join(_said(fact) for fact in sorted(seen))}"


@dataclass(frozen=True)
class _Effect:
    """One fact that an operator makes true, and what it takes; numbers of bits."""

    operator: int
    needs: tuple[int, ...]
    adds: int
    cost: float


class Estimate:
    """About what it costs to get from a state to the nearest goal; infinite if there is no way.

    Goals are the numbers of the bits that shall be set.
    """

    def __init__(self, domain: Domain, goals: Sequence[tuple[int, ...]]) -> None:
        self.size = len(domain.bits)
        self.goals = goals
        self.effects: list[_Effect] = []
        for number, one in enumerate(domain.operators):
            needs = _numbers(one.needs)
            for bit in _numbers(one.adds & ~one.needs):
                self.effects.append(_Effect(number, needs, bit, one.cost))
            for was, then in one.adds_if:
                with_condition = tuple(dict.fromkeys((*needs, *_numbers(was))))
                self.effects.append(_Effect(number, with_condition, then.bit_length() - 1, one.cost))
            for fact, denial in one.opposites:
                made_false = [0] if one.undoes & ~one.adds & fact else []
                made_false += [was for was, then in one.undoes_if if then == fact]
                for was in made_false:
                    under = tuple(dict.fromkeys((*needs, *_numbers(was))))
                    self.effects.append(_Effect(number, under, denial.bit_length() - 1, one.cost))
        self.price = [one.cost for one in domain.operators]
        self._known: dict[int, float] = {}

    def __call__(self, state: int) -> float:
        if state not in self._known:
            self._known[state] = self._relaxed_plan(state)
        return self._known[state]

    def nearest(self, state: int) -> list[int]:
        """The numbers of the few goals that seem to cost least from a state; ties as they come."""
        costs, best = self.costs(state)
        prices = {
            number: self._price_of(goal, best)
            for number, goal in enumerate(self.goals)
            if not math.isinf(sum(costs[bit] for bit in goal))
        }
        return sorted(prices, key=prices.__getitem__)[:NEAREST_GOALS]

    def costs(self, state: int) -> tuple[list[float], list[_Effect | None]]:
        """For each fact the summed cost of making it true, and the effect that does so most cheaply."""
        costs = [0.0 if state >> bit & 1 else math.inf for bit in range(self.size)]
        best: list[_Effect | None] = [None] * self.size
        changed = True
        while changed:
            changed = False
            for effect in self.effects:
                total = effect.cost
                for need in effect.needs:
                    total += costs[need]
                if total < costs[effect.adds] - 1e-9:
                    costs[effect.adds], best[effect.adds] = total, effect
                    changed = True
        return costs, best

    def _relaxed_plan(self, state: int) -> float:
        costs, best = self.costs(state)
        total, goal = min((sum(costs[bit] for bit in goal), goal) for goal in self.goals)
        return total if math.isinf(total) else self._price_of(goal, best)

    def _price_of(self, goal: tuple[int, ...], best: Sequence[_Effect | None]) -> float:
        """Of all operators that the goal needs when nothing is undone."""
        used: set[int] = set()
        open_bits, seen = list(goal), set(goal)
        while open_bits:
            effect = best[open_bits.pop()]
            if effect is None:
                continue
            used.add(effect.operator)
            fresh = [need for need in effect.needs if need not in seen]
            seen.update(fresh)
            open_bits += fresh
        return sum(self.price[number] for number in used)


def _search(domain: Domain, goal: Wanted, greed: float, limit: int) -> list[Operator] | None:
    """The operators from the start to a goal, or None; at most `limit` states are looked into."""
    estimate = Estimate(domain, [domain.numbers(goal)])
    target = domain.mask(goal)
    spent: dict[int, float] = {domain.start: 0.0}
    came: dict[int, tuple[int, Operator]] = {}
    queue = [(greed * estimate(domain.start), 0, domain.start)]
    done: set[int] = set()
    pushed = 0
    while queue and len(done) < limit:
        _, _, state = heapq.heappop(queue)
        if state in done:
            continue
        if state & target == target:
            return _path(state, came)
        done.add(state)
        for one in domain.operators:
            if state & one.needs != one.needs:
                continue
            after = one.after(state)
            cost = spent[state] + one.cost
            if after == state or cost >= spent.get(after, math.inf) - 1e-9:
                continue
            left = estimate(after)
            if math.isinf(left):
                continue
            spent[after], came[after] = cost, (state, one)
            done.discard(after)
            pushed += 1
            heapq.heappush(queue, (cost + greed * left, pushed, after))
    return None


def _path(state: int, came: dict[int, tuple[int, Operator]]) -> list[Operator]:
    path: list[Operator] = []
    while state in came:
        state, one = came[state]
        path.append(one)
    return path[::-1]


def _main(operator: Operator, goal: Wanted) -> FactRef:
    """What a step is for: a fact of the goal, or the first that it brings about."""
    adds = list(operator.method.adds)
    return next((fact for fact in adds if fact in goal), adds[0])


def _tree(domain: Domain, chosen: Sequence[Operator], steps: Sequence[PlannedStep]) -> list[PlanNode]:
    """Each step under the first later step that needs what it gives; what none needs stands at the top."""
    parent: dict[int, int] = {}
    state, giver = domain.start, dict[int, int]()
    for number, one in enumerate(chosen):
        for bit in _numbers(one.needs):
            if bit in giver:
                parent.setdefault(giver[bit], number)
        after = one.after(state)
        giver.update(dict.fromkeys(_numbers(after & ~state), number))
        state = after

    def node(number: int) -> PlanNode:
        step = steps[number]
        note = f" ({step.method.note})" if step.method.note else ""
        text = f"{describe(step.fact, 1)} · {step.method.skill}{note}"
        below = tuple(node(child) for child in range(number) if parent.get(child) == number)
        return PlanNode(text, "todo", below)

    return [node(number) for number in range(len(chosen)) if number not in parent]


def _said(fact: FactRef) -> str:
    return f"not {describe(negated(fact), 1)}" if is_negated(fact) else describe(fact, 1)


def _numbers(mask: int) -> tuple[int, ...]:
    numbers = []
    while mask:
        low = mask & -mask
        numbers.append(low.bit_length() - 1)
        mask ^= low
    return tuple(numbers)
