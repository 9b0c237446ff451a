"""A condition with its all(...) and any(...) written out over what there is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from embodied.condition.evaluating import evaluate
from embodied.condition.inspecting import facts_in
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
    Term,
)
from embodied.facts import FactSource

_TRUE: Final = Comparison(Literal(True), "==", Literal(True))
_FALSE: Final = Not(_TRUE)


def expanded(condition: Condition, source: FactSource, lasting: Collection[str]) -> Condition:
    """The same condition without quantifiers, and without what is decided for good.

    `any(c in kind: kind[c] == 'cube' and on[c, tray])` becomes `on[red_cube, tray] or on[blue_cube, tray]`.
    One that goes over a family that is not `lasting` stays as it is: its keys come and go.

    Args:
        source: the keys of the lasting families, and the values of those of them that are text.
        lasting: families whose keys stay the same; of these, facts that are text are decided.
    """
    match condition:
        case And(parts):
            return _joined(tuple(expanded(part, source, lasting) for part in parts), every=True)
        case Or(parts):
            return _joined(tuple(expanded(part, source, lasting) for part in parts), every=False)
        case Not(part):
            inner = expanded(part, source, lasting)
            return inner.part if isinstance(inner, Not) else Not(inner)
        case Quantifier(kind, name, family, part) if family in lasting:
            each = [named(part, name, keys[0]) for keys, _ in source.items(family) if keys]
            parts = tuple(expanded(one, source, lasting) for one in each)
            return _joined(parts, every=kind == "all")
        case Comparison() if _decided(condition, source, lasting):
            return _TRUE if evaluate(condition, source) is True else _FALSE
    return condition


def alternatives(condition: Condition, limit: int = 256) -> tuple[Condition, ...]:
    """The parts any of which makes it hold, each joined by `and` alone; at most `limit` of them."""
    match condition:
        case Or(parts):
            return tuple(one for part in parts for one in alternatives(part, limit))[:limit]
        case And(parts):
            together: tuple[tuple[Condition, ...], ...] = ((),)
            for part in parts:
                more = alternatives(part, limit)
                together = tuple((*one, other) for one in together for other in more)[:limit]
            return tuple(_joined(one, every=True) for one in together)
    return (condition,)


def _decided(comparison: Comparison, source: FactSource, lasting: Collection[str]) -> bool:
    facts = list(facts_in(comparison))
    return bool(facts) and all(
        fact.family in lasting and source.families[fact.family].kind == "str" for fact in facts
    )


def _joined(parts: tuple[Condition, ...], *, every: bool) -> Condition:
    """Their conjunction or disjunction, each said once, the decided ones left out."""
    absorbing, neutral = (_FALSE, _TRUE) if every else (_TRUE, _FALSE)
    if absorbing in parts:
        return absorbing
    kind = And if every else Or
    flat: list[Condition] = []
    for part in parts:
        inner = part.parts if isinstance(part, kind) else (part,)
        flat += [one for one in inner if one != neutral and one not in flat]
    if not flat:
        return neutral
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def named(condition: Condition, name: str, key: str) -> Condition:
    """The condition with a key in the place of a quantifier's name, or of another key."""
    match condition:
        case And(parts):
            return And(tuple(named(part, name, key) for part in parts))
        case Or(parts):
            return Or(tuple(named(part, name, key) for part in parts))
        case Not(part):
            return Not(named(part, name, key))
        case Quantifier(kind, other, family, part) if other != name:
            return Quantifier(kind, other, family, named(part, name, key))
        case Comparison(left, operator, right):
            return Comparison(_term(left, name, key), operator, _term(right, name, key))
    return condition


def _term(term: Term, name: str, key: str) -> Term:
    match term:
        case Fact(family, keys):
            return Fact(family, tuple(key if one == name else one for one in keys))
        case Component(vector, axis):
            place = _term(vector, name, key)
            assert isinstance(place, Fact)
            return Component(place, axis)
        case Distance(a, b):
            first, second = _term(a, name, key), _term(b, name, key)
            assert isinstance(first, Fact)
            assert isinstance(second, Fact)
            return Distance(first, second)
        case Arithmetic(operator, left, right):
            return Arithmetic(operator, _term(left, name, key), _term(right, name, key))
    return term
