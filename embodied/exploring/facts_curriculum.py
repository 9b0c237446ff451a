"""What to try next in a world of single things: the nearest fact that was never so, spread over families.

Goals are the facts that the world's methods can make true of its things ("in[red_cube, bowl]"), and the
sentences of its goal pool ("build a tower of three"). What was so when the exploration began counts for
nothing, nor do the families that the world calls `aside`: they change with every step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from embodied.condition import Comparison, Condition, Fact, Literal
from embodied.errors import BadGoal
from embodied.exploring.curriculum import (
    KIND_S,
    MOST_ATTEMPTS,
    Proposal,
    burden,
    penalty,
    waits,
)
from embodied.exploring.progress import Progress
from embodied.facts import Observation
from embodied.goals import GoalParser
from embodied.methods import FactRef, WorldSpec
from embodied.planning.offline import find_plan
from embodied.planning.search import NoPlan, Plan
from embodied.planning.uses import world_uses

PLANS = 8
"""So many of the candidates that look cheapest are planned for in full."""
NEED_S = 6.0
"""What each need of a method is taken to cost [s], before there is a plan."""
SENTENCE_S = 40.0
"""What a goal of the pool is taken to cost [s], before there is a plan: single facts come first."""


@dataclass(frozen=True)
class Aim:
    """A goal by the text of its fact, or a sentence. Attributes: cost [s], a guess; kind: its family."""

    name: str
    condition: Condition
    cost: float
    kind: str


def aims(world: WorldSpec) -> list[Aim]:
    """All goals that a world of single things has; none where there are only amounts."""
    cheapest: dict[FactRef, float] = {}
    aside = set(getattr(world, "aside", ()))
    for fact, method in world_uses(world):
        if len(fact) > 1 and fact in method.adds and fact[0] not in aside:
            cost = method.cost + NEED_S * len(method.needs)
            cheapest[fact] = min(cost, cheapest.get(fact, cost))
    found = [
        Aim(text_of(fact), Comparison(Fact(fact[0], fact[1:]), "==", Literal(True)), cost, fact[0])
        for fact, cost in cheapest.items()
        if not world.unreachable(fact)
    ]
    parser = GoalParser(world.vocabulary, world.families)
    for sentence in world.goal_pool() if found else ():
        with suppress(BadGoal):
            found.append(Aim(sentence, parser.parse(sentence).condition, SENTENCE_S, "sentence"))
    return found


def watched(world: WorldSpec) -> frozenset[str]:
    """The facts whose first time is noted, as text."""
    return frozenset(aim.name for aim in aims(world) if aim.kind != "sentence")


def text_of(fact: Sequence[str]) -> str:
    """A fact as conditions spell it: "in[red_cube, bowl]"."""
    return f"{fact[0]}[{', '.join(fact[1:])}]" if len(fact) > 1 else fact[0]


class FactsCurriculum:
    """See the module's docstring."""

    def __init__(self, world: WorldSpec) -> None:
        self.world = world
        self.aims = aims(world)

    def propose(self, observation: Observation, progress: Progress) -> Proposal | None:
        """The next goal; None if nothing new is left that a plan leads to."""
        old = progress.found.keys() | progress.given
        fresh = [one for one in self.aims if one.name not in old]
        hoped = [one for one in fresh if progress.failures(one.name)[0] < MOST_ATTEMPTS]
        ready = [one for one in hoped if not waits(progress, one.name)]
        later = [one for one in hoped if waits(progress, one.name)]
        return self._cheapest(ready, observation, progress) or self._cheapest(later, observation, progress)

    def _cheapest(
        self, candidates: Sequence[Aim], observation: Observation, progress: Progress
    ) -> Proposal | None:
        kinds: Counter[str] = Counter()
        for ended in progress.ended:
            kinds[ended.goal.partition("[")[0]] += 1
        novelty = {one.name: KIND_S * kinds[one.name.partition("[")[0]] for one in candidates}
        ranked = sorted(candidates, key=lambda one: (one.cost + novelty[one.name], one.name))
        for start in range(0, len(ranked), PLANS):
            plans: dict[Aim, Plan] = {}
            for aim in ranked[start : start + PLANS]:
                with suppress(NoPlan):
                    plan = find_plan(
                        self.world, aim.condition, observation, lambda method: penalty(method, progress)
                    )
                    if plan.steps:
                        plans[aim] = plan
            if plans:
                scores = {
                    aim: plan.cost + novelty[aim.name] + burden(plan, progress) for aim, plan in plans.items()
                }
                best = min(scores, key=lambda aim: (scores[aim], aim.name))
                return _proposal(best, plans[best], progress)
        return None


def _proposal(aim: Aim, plan: Plan, progress: Progress) -> Proposal:
    count, _ = progress.failures(aim.name)
    why = f"never so before, about {plan.cost:.0f} s in {len(plan.steps)} steps"
    if count:
        why += f", failed {count} times before"
    return Proposal(aim.name, aim.condition, plan.cost, len(plan.steps), why)
