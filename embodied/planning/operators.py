"""Methods over boolean facts, as operators on sets of facts that are held in the bits of an integer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from embodied.facts import Observation
from embodied.methods import FactRef, Method, Methods
from embodied.planning.grounding import Wanted, is_negated, is_true, negated, ways_to_hold
from embodied.planning.search import Penalty


class NotOfBooleans(Exception):
    """A method uses amounts up: what is asked for is no matter of true and false."""


@dataclass(frozen=True)
class Operator:
    """A method that can be used in a state; states, and all masks here, have one bit a fact.

    Attributes:
        needs: facts that must be true.
        adds, undoes: facts that become true, and false.
        adds_if, undoes_if: (was true, becomes true or false) for single facts.
        opposites: (a fact, that which says that it is false), of all facts that are wanted false.
    """

    method: Method
    needs: int
    adds: int
    undoes: int
    adds_if: tuple[tuple[int, int], ...]
    undoes_if: tuple[tuple[int, int], ...]
    opposites: tuple[tuple[int, int], ...]
    cost: float

    def after(self, state: int) -> int:
        """The state that this operator leads to."""
        gained, lost = self.adds, self.undoes
        for was, becomes in self.adds_if:
            if state & was:
                gained |= becomes
        for was, becomes in self.undoes_if:
            if state & was:
                lost |= becomes
        after = (state & ~lost) | gained
        for fact, denial in self.opposites:
            if after & fact:
                after &= ~denial
            elif state & fact:
                after |= denial
        return after


@dataclass
class Domain:
    """The facts that a goal can depend on, and the operators that change them.

    Attributes:
        bits: the number of each fact's bit.
        operators: in the order in which they were found.
        start: the state of the observation.
    """

    bits: dict[FactRef, int] = field(default_factory=dict)
    operators: list[Operator] = field(default_factory=list)
    start: int = 0

    def mask(self, facts: Iterable[FactRef]) -> int:
        """The set of these facts; new ones are given a bit."""
        whole = 0
        for fact in facts:
            whole |= 1 << self.bits.setdefault(fact, len(self.bits))
            if is_negated(fact):
                self.bits.setdefault(negated(fact), len(self.bits))
        return whole

    @property
    def opposites(self) -> tuple[tuple[int, int], ...]:
        """The masks of each fact that is wanted false, and of its denial."""
        return tuple(
            (1 << self.bits[negated(one)], 1 << bit) for one, bit in self.bits.items() if is_negated(one)
        )

    def numbers(self, facts: Iterable[FactRef]) -> tuple[int, ...]:
        """The numbers of these facts' bits, in order."""
        return tuple(sorted(self.bits[fact] for fact in facts))


def domain_of(world: Methods, observation: Observation, goals: Iterable[Wanted], penalty: Penalty) -> Domain:
    """All methods that can matter for the goals, found backwards from them.

    Raises:
        NotOfBooleans: a method among them consumes amounts.
    """
    methods = _relevant_methods(world, observation, goals)
    domain = Domain()
    for goal in goals:
        domain.mask(goal)
    for method, ways in methods:
        for way in ways:
            domain.mask(way)
        domain.mask(method.adds)
        for pair in (*method.adds_if.items(), *method.undoes_if.items()):
            domain.mask(pair)
    for fact, bit in domain.bits.items():
        if is_true(fact, observation):
            domain.start |= 1 << bit
    for method, ways in methods:
        cost = method.cost + penalty(method)
        if cost < math.inf:
            domain.operators += [_operator(domain, method, way, cost) for way in ways]
    return domain


def _relevant_methods(
    world: Methods, observation: Observation, goals: Iterable[Wanted]
) -> list[tuple[Method, list[Wanted]]]:
    """Each method with the sets of facts that meet its needs.

    A world that is asked for one fact may leave out what else a method brings about here: told of the same
    method for two facts, it is taken to bring about both.
    """
    found: dict[tuple[str, str], tuple[Method, list[Wanted]]] = {}
    frontier = [fact for goal in goals for fact in sorted(goal)]
    seen: set[FactRef] = set()
    while frontier:
        fact = frontier.pop()
        if fact in seen:
            continue
        seen.add(fact)
        if is_negated(fact):
            frontier += _rivals(fact, observation)
            continue
        for method in world.methods(fact, 1, observation):
            if method.consumes:
                raise NotOfBooleans(method.skill)
            key = (method.skill, str(sorted(method.arguments.items())))
            if key in found:
                same, ways = found[key]
                if not method.adds.keys() <= same.adds.keys():
                    found[key] = (replace(same, adds={**same.adds, **method.adds}), ways)
                continue
            ways = [frozenset[FactRef]()]
            for need in method.needs:
                choices = ways_to_hold(need, observation, lambda fact: True)
                ways = [way | choice for way in ways for choice in choices]
            found[key] = (method, ways)
            frontier.extend(need for way in ways for need in sorted(way))
    return list(found.values())


def _rivals(denial: FactRef, observation: Observation) -> list[FactRef]:
    """What might take the place of a fact that is to be false: other boolean facts of the same thing."""
    keys = negated(denial)[1:]
    if is_true(denial, observation):
        return []
    return [
        (name, *others)
        for name, spec in observation.families.items()
        if spec.kind == "bool"
        for others, _ in observation.items(name)
        if not keys or others[:1] == keys[:1]
    ]


def _operator(domain: Domain, method: Method, way: Wanted, cost: float) -> Operator:
    undone = [
        fact
        for fact in domain.bits
        if not is_negated(fact) and any(_fits(fact, pattern) for pattern in method.undoes)
    ]
    return Operator(
        method,
        needs=domain.mask(way),
        adds=domain.mask(method.adds),
        undoes=domain.mask(undone),
        adds_if=_pairs(domain, method.adds_if),
        undoes_if=_pairs(domain, method.undoes_if),
        opposites=domain.opposites,
        cost=cost,
    )


def _pairs(domain: Domain, facts: Mapping[FactRef, FactRef]) -> tuple[tuple[int, int], ...]:
    return tuple((domain.mask((was,)), domain.mask((then,))) for was, then in facts.items())


def _fits(fact: FactRef, pattern: FactRef) -> bool:
    return len(fact) == len(pattern) and all(
        wanted in ("*", key) for wanted, key in zip(pattern, fact, strict=True)
    )
