"""What a condition speaks of, and what it requires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from embodied.condition.nodes import (
    And,
    Arithmetic,
    Comparison,
    Component,
    Condition,
    Distance,
    Fact,
    Literal,
    Not,
    Or,
    Quantifier,
    Sum,
    Term,
)
from embodied.errors import BadCondition, did_you_mean
from embodied.facts import FactFamily


def check(condition: Condition, families: Mapping[str, FactFamily]) -> None:
    """Raise `BadCondition` where a family is unknown or has other keys than it should."""
    for name in _gone_over(condition):
        if name in families and not families[name].keys:
            raise BadCondition(
                f"{name} is one fact, and all(...) and any(...) go over a family with keys.",
                remedy=f"Compare it itself: {name} == ...",
            )
    for fact in facts_in(condition):
        family = families.get(fact.family)
        if family is None:
            raise BadCondition(
                f"There is no fact {fact.family!r}.",
                remedy=did_you_mean(fact.family, families) or f"Known facts: {', '.join(sorted(families))}.",
            )
        if len(fact.keys) != len(family.keys):
            wanted = f"{family.name}[{', '.join(family.keys)}]" if family.keys else family.name
            raise BadCondition(f"{fact} has {len(fact.keys)} keys.", remedy=f"Expected {wanted}.")


def unknowable(condition: Condition, families: Mapping[str, FactFamily]) -> Condition | None:
    """The first part that can never be known to hold, because it speaks of *all* of an open family, of
    which there may be more than what is seen; None if there is no such part."""
    return next(_unknowable(condition, families, "all"), None)


def _unknowable(condition: Condition, families: Mapping[str, FactFamily], kind: str) -> Iterator[Condition]:
    """`kind` of quantifier that means "all" here: "any" where it is denied."""
    match condition:
        case Not(part):
            yield from _unknowable(part, families, "any" if kind == "all" else "all")
        case And(parts) | Or(parts):
            for part in parts:
                yield from _unknowable(part, families, kind)
        case Quantifier(said, _, family, part):
            if said == kind and family in families and not families[family].closed:
                yield condition
            yield from _unknowable(part, families, kind)


def facts_in(condition: Condition) -> Iterator[Fact]:
    """Every fact that a condition reads; a sum counts as a fact with its pattern as key, and the name
    of an all(...) or any(...) as `*`: it stands for every key."""
    match condition:
        case Comparison(left, _, right):
            yield from _facts_of(left)
            yield from _facts_of(right)
        case Not(part):
            yield from facts_in(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from facts_in(part)
        case Quantifier(_, name, family, part):
            found = [
                Fact(fact.family, tuple("*" if key == name else key for key in fact.keys))
                for fact in facts_in(part)
            ]
            if all(fact.family != family for fact in found):
                yield Fact(family, ("*",))
            yield from found


def _gone_over(condition: Condition) -> Iterator[str]:
    """The families that quantifiers go over."""
    match condition:
        case Not(part):
            yield from _gone_over(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _gone_over(part)
        case Quantifier(_, _, family, part):
            yield family
            yield from _gone_over(part)


def _facts_of(term: Term) -> Iterator[Fact]:
    match term:
        case Fact():
            yield term
        case Component(fact):
            yield fact
        case Sum(family, pattern):
            yield Fact(family, (pattern,))
        case Distance(a, b):
            yield a
            yield b
        case Arithmetic(_, left, right):
            yield from _facts_of(left)
            yield from _facts_of(right)


@dataclass(frozen=True)
class Requirement:
    """`fact >= amount`: what a planner can work towards. A pattern in the last key means a sum."""

    fact: tuple[str, ...]
    amount: float = field(default=1.0)

    @property
    def is_sum(self) -> bool:
        return any(mark in self.fact[-1] for mark in "*?")


def requirement(condition: Condition) -> Requirement | None:
    """The requirement that a comparison states, or None if it states none (`<`, `!=`, ...)."""
    if not isinstance(condition, Comparison) or not isinstance(condition.right, Literal):
        return None
    left, value = condition.left, condition.right.value
    if isinstance(left, Sum):
        fact: tuple[str, ...] = (left.family, left.pattern)
    elif isinstance(left, Fact):
        fact = (left.family, *left.keys)
    else:
        return None
    if condition.operator in (">=", "==") and isinstance(value, (int, float)):
        return Requirement(fact, float(value))
    if condition.operator == ">" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return Requirement(fact, float(value) + 1)
    return None
