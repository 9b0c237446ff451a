"""What a sequence of steps needs that it does not itself bring about.

The steps are walked over facts that begin empty: whatever a step needs or uses up and is not there by then
has to be there before the first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from embodied.condition import And, Comparison, Condition, Fact, Literal, Sum, evaluate, requirement
from embodied.facts import Observation, Value
from embodied.library.scenes import method_of
from embodied.methods import FactRef, WorldSpec
from embodied.skills import Skill


@dataclass(frozen=True)
class Use:
    """One step. Attributes: general: some argument stands for others of its kind, not for itself."""

    skill: Skill
    arguments: Mapping[str, Any]
    general: bool = False


def needs_of_sequence(uses: Iterable[Use], spec: WorldSpec) -> tuple[Condition, ...]:
    """Conditions that must hold before the first of `uses`, so that all of them can be done."""
    walk = _Walk(spec)
    for use in uses:
        walk.step(use)
    return walk.needs


@dataclass
class _Walk:
    """Attributes: have: amounts so far; given: those that had to be there; others: needs over no amount."""

    spec: WorldSpec
    have: dict[FactRef, float] = field(default_factory=dict)
    given: dict[FactRef, float] = field(default_factory=dict)
    others: dict[Condition, None] = field(default_factory=dict)

    @property
    def needs(self) -> tuple[Condition, ...]:
        amounts = [self._at_least(fact, amount) for fact, amount in self.given.items()]
        return (*amounts, *self.others)

    def step(self, use: Use) -> None:
        """What the world itself knows of a use holds for its very arguments only."""
        skill, arguments = use.skill, use.arguments
        method = None if use.general else method_of(skill, arguments, self.spec)
        needed = [*skill.needed(arguments), *(method.needs if method else ())]
        for condition in needed:
            self._need(condition)
        for fact, amount in (method.consumes if method else {}).items():
            self._ensure(fact, amount)
            self._take(fact, amount)
        for fact, amount in (method.adds if method else {}).items():
            self.have[fact] = self.have.get(fact, 0.0) + amount
        for condition in skill.achieved(arguments):
            wanted = requirement(condition)
            if wanted is not None:
                short = max(0.0, wanted.amount - self._amount(wanted.fact))
                self.have[wanted.fact] = self.have.get(wanted.fact, 0.0) + short

    def _need(self, condition: Condition) -> None:
        if isinstance(condition, And):
            for part in condition.parts:
                self._need(part)
            return
        wanted = requirement(condition)
        if wanted is not None:
            self._ensure(wanted.fact, wanted.amount)
        elif evaluate(condition, self._facts()) is not True:
            self.others[condition] = None

    def _ensure(self, fact: FactRef, amount: float) -> None:
        short = amount - self._amount(fact)
        if short > 0:
            self.given[fact] = self.given.get(fact, 0.0) + short
            self.have[fact] = self.have.get(fact, 0.0) + short

    def _take(self, fact: FactRef, amount: float) -> None:
        for known in [one for one in self.have if _matches(one, fact)]:
            taken = min(amount, self.have[known])
            self.have[known] -= taken
            amount -= taken

    def _amount(self, fact: FactRef) -> float:
        return sum(amount for known, amount in self.have.items() if _matches(known, fact))

    def _at_least(self, fact: FactRef, amount: float) -> Condition:
        number = Literal(int(amount) if amount == int(amount) else amount)
        if "*" in fact[-1]:
            return Comparison(Sum(fact[0], fact[-1]), ">=", number)
        one = Fact(fact[0], tuple(fact[1:]))
        if self.spec.families[fact[0]].kind == "bool":
            return Comparison(one, "==", Literal(True))
        return Comparison(one, ">=", number)

    def _facts(self) -> Observation:
        facts: dict[str, dict[tuple[str, ...], Value]] = {}
        for fact, amount in self.have.items():
            facts.setdefault(fact[0], {})[fact[1:]] = amount
        return Observation(self.spec.families, facts)


def _matches(known: FactRef, wanted: FactRef) -> bool:
    return len(known) == len(wanted) and all(map(fnmatchcase, known, wanted))
