"""What to try next: the nearest thing that was never held, spread over kinds, failures later.

Novelty as in automatic curricula (Wang et al. 2023, Voyager), but over the world's own item graph: no model
is asked. The curriculum that asks one (`embodied.exploring.model_curriculum`) implements the same protocol.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from embodied.condition import Condition, parse, requirement
from embodied.exploring.progress import STOCK, Progress
from embodied.exploring.steps import signature_of
from embodied.facts import Observation
from embodied.methods import FactRef, Method, WorldSpec
from embodied.planning.search import NoPlan, Plan, PlanSearch

MOST_ATTEMPTS = 3
"""A goal that failed this often is given up for this exploration."""
WAIT = 12
"""A goal that failed waits for so many iterations, and twice as many after each further failure."""
STEP_FAILED_S = 120.0
"""What a recent failure of one of its steps adds to a plan [s]."""
KIND_S = 4.0
"""What each recent goal of the same kind adds to another [s]: not ten sorts of stairs in a row."""
RECENT_KINDS = 8
PLANS = 24
"""So many of the candidates that look cheapest are planned for in full."""
SHARED = 3
"""Where so many of those plans gather the same thing, enough is gathered for all of them in one go."""
MOST_STOCK = 16


@dataclass(frozen=True)
class Proposal:
    """The next goal.

    Attributes:
        goal: the thing ("torch").
        condition: what holds when it is reached.
        cost: of the plan [s], without what novelty adds.
        steps: of the plan.
        why: for a reader.
    """

    goal: str
    condition: Condition
    cost: float
    steps: int
    why: str


class Curriculum(Protocol):
    """Chooses goals. It is asked after every iteration; None ends the exploration."""

    def propose(self, observation: Observation, progress: Progress) -> Proposal | None: ...


@dataclass(frozen=True)
class Target:
    """A thing that could be a goal, and the fact that it raises."""

    name: str
    condition: Condition
    fact: FactRef


def targets(world: WorldSpec) -> list[Target]:
    """All things of a world's goal pool as goals for one of each; those that state no amount are left out."""
    goals: dict[str, str] = {}
    for noun in world.vocabulary.nouns:
        goals.setdefault(noun.name, noun.goal)
    found = []
    for name in world.goal_pool():
        if name not in goals:
            continue
        condition = parse(goals[name].replace("{count}", "1"))
        required = requirement(condition)
        if required is not None and not world.unreachable(required.fact):
            found.append(Target(name, condition, required.fact))
    return found


def kind_of(name: str) -> str:
    """The kind of a thing: its last word ("stairs" of "oak_stairs")."""
    return name.rsplit("_", 1)[-1]


class NoveltyCurriculum:
    """See the module's docstring."""

    def __init__(self, world: WorldSpec) -> None:
        self.world = world
        self.targets = targets(world)

    def propose(self, observation: Observation, progress: Progress) -> Proposal | None:
        fresh = [t for t in self.targets if t.fact[-1] not in progress.found]
        hoped = [t for t in fresh if progress.failures(t.name)[0] < MOST_ATTEMPTS]
        ready = [t for t in hoped if not waits(progress, t.name)]
        later = [t for t in hoped if waits(progress, t.name)]
        return self._cheapest(ready, observation, progress) or self._cheapest(later, observation, progress)

    def nearest(self, observation: Observation, progress: Progress, most: int) -> list[str]:
        """The things never held that look cheapest from here, by name; those without a way are left out."""
        fresh = [t for t in self.targets if t.fact[-1] not in progress.found]
        estimate = PlanSearch(self.world, observation)
        estimate.relax(target.fact for target in fresh)
        reachable = [t for t in fresh if estimate.costs[t.fact] < math.inf]
        return [t.name for t in sorted(reachable, key=lambda t: (estimate.costs[t.fact], t.name))[:most]]

    def _cheapest(
        self, candidates: Sequence[Target], observation: Observation, progress: Progress
    ) -> Proposal | None:
        """The best of those that look cheapest, by plans in full; more are tried while none has a plan."""

        def search() -> PlanSearch:
            return PlanSearch(self.world, observation, penalty=lambda method: penalty(method, progress))

        estimate = search()
        estimate.relax(target.fact for target in candidates)
        kinds = Counter(kind_of(one.goal) for one in progress.ended[-RECENT_KINDS:])
        novelty = {t.name: KIND_S * kinds[kind_of(t.name)] for t in candidates}
        candidates = [t for t in candidates if estimate.costs[t.fact] < math.inf]
        ranked = sorted(candidates, key=lambda t: (estimate.costs[t.fact] + novelty[t.name], t.name))
        for start in range(0, len(ranked), PLANS):
            plans: dict[Target, Plan] = {}
            for target in ranked[start : start + PLANS]:
                with suppress(NoPlan):
                    plans[target] = search().plan(target.condition)
            scores = {
                target: plan.cost + novelty[target.name] + burden(plan, progress)
                for target, plan in plans.items()
                if plan.steps
            }
            if scores:
                best = min(scores, key=lambda target: (scores[target], target.name))
                stock = _stock(plans[best], list(plans.values()), observation, progress)
                return stock or _proposal(best, plans[best], progress)
        return None


def waits(progress: Progress, goal: str) -> bool:
    """Whether a goal that failed is not yet to be tried again."""
    count, last = progress.failures(goal)
    return count > 0 and progress.iterations - last < WAIT * 2 ** (count - 1)


def penalty(method: Method, progress: Progress) -> float:
    """What recent failures of a method's step add to its cost [s]."""
    return STEP_FAILED_S * progress.recent_failures(signature_of(method.skill, method.arguments))


def burden(plan: Plan, progress: Progress) -> float:
    """What recent failures of its steps add to a plan [s]."""
    return sum(penalty(step.method, progress) for step in plan.steps)


def _stock(
    plan: Plan, plans: Sequence[Plan], observation: Observation, progress: Progress
) -> Proposal | None:
    """Gathering for several goals at once, where this plan and others gather the same; or None."""
    for fact, amount in _gathered(plan).items():
        shares = [gathered[fact] for gathered in map(_gathered, plans) if fact in gathered]
        goal = f"{STOCK}{fact[-1]}"
        if len(shares) < SHARED or progress.failures(goal)[0]:
            continue
        more = min(MOST_STOCK, int(sum(shares)))
        if more > amount:
            total = int(observation.number(*fact)) + more
            condition = parse(f"{fact[0]}[{', '.join(fact[1:])}] >= {total}")
            why = f"{len(shares)} goals near at hand use {fact[-1]}"
            return Proposal(goal, condition, plan.cost + 2.0 * more, len(plan.steps), why)
    return None


def _gathered(plan: Plan) -> dict[FactRef, float]:
    """What a plan gathers by steps that take an amount and use up nothing but wear."""
    found: dict[FactRef, float] = {}
    for step in plan.steps:
        method = step.method
        if "count" in method.arguments and all(fact[0] == "uses" for fact in method.consumes):
            for fact, amount in method.adds.items():
                found[fact] = found.get(fact, 0.0) + amount
    return found


def _proposal(target: Target, plan: Plan, progress: Progress) -> Proposal:
    count, _ = progress.failures(target.name)
    why = f"never held, about {plan.cost:.0f} s in {len(plan.steps)} steps"
    if count:
        why += f", failed {count} times before"
    return Proposal(target.name, target.condition, plan.cost, len(plan.steps), why)
