"""Parts of a condition that hold whatever the facts are, and so say nothing.

Decided by a table over the values that matter: for each fact that a condition names, those beside every
number in it, and some far from all of them. A count (a closed family of whole numbers) is never below zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Final

from embodied.condition.evaluating import evaluate
from embodied.condition.inspecting import facts_in
from embodied.condition.nodes import (
    And,
    Arithmetic,
    Comparison,
    Component,
    Condition,
    Fact,
    Literal,
    Not,
    Or,
    Quantifier,
    Term,
)
from embodied.facts import FactFamily, Observation, Value

FAR: Final = 1e9
MOST_ROWS: Final = 20_000
"""A part with more combinations than this is taken to say something."""


def empty_parts(condition: Condition, families: Mapping[str, FactFamily]) -> tuple[Condition, ...]:
    """The parts of an `and` (or the whole, if it is none) that hold whatever the facts are."""
    if isinstance(condition, And):
        return tuple(empty for part in condition.parts for empty in empty_parts(part, families))
    return (condition,) if always_holds(condition, families) else ()


def always_holds(condition: Condition, families: Mapping[str, FactFamily]) -> bool:
    """Whether a condition that names known facts holds for all values that they can have.

    A part with a quantifier is taken to say something: what it ranges over is not known here.
    """
    if any(isinstance(part, Quantifier) for part in _parts(condition)):
        return False
    facts = sorted(set(facts_in(condition)), key=str)
    numbers = sorted(set(_numbers(condition)))
    words = sorted(set(_words(condition)))
    apart = any(isinstance(term, Component) for term in _terms(condition))
    columns = [_values(families[fact.family], numbers, words, apart) for fact in facts]
    if prod(map(len, columns)) > MOST_ROWS:
        return False
    return all(evaluate(condition, _observation(families, facts, row)) is True for row in product(*columns))


def _observation(
    families: Mapping[str, FactFamily], facts: list[Fact], row: tuple[Value, ...]
) -> Observation:
    found: dict[str, dict[tuple[str, ...], Value]] = {}
    for fact, value in zip(facts, row, strict=True):
        found.setdefault(fact.family, {})[fact.keys] = value
    return Observation(families, found)


def _values(family: FactFamily, numbers: list[float], words: list[str], apart: bool) -> list[Value]:
    """The values of a fact that can make a difference; `apart`: the numbers of a vector matter one by one."""
    match family.kind:
        case "bool":
            return [False, True]
        case "str":
            return [*words, "something else"]
        case "vector":
            if apart:
                near = {number + step for number in numbers for step in (-0.5, 0, 0.5)} | {0.0, FAR, -FAR}
                return list(product(sorted(near), repeat=3))
            return [(0.0, 0.0, 0.0), (FAR, 0.0, 0.0), *((number, 0.0, 0.0) for number in numbers)]
    beside = {number + step for number in numbers for step in (-1, -0.5, 0, 0.5, 1)} | {0, FAR, -FAR}
    if family.kind == "int":
        beside = {float(int(number)) for number in beside}
        if family.closed and family.default == 0:
            beside = {number for number in beside if number >= 0}
    return [int(number) if number == int(number) else number for number in sorted(beside)]


def _parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _parts(part)
        case Not(part):
            yield from _parts(part)


def _terms(condition: Condition) -> Iterator[Term]:
    for part in _parts(condition):
        if isinstance(part, Comparison):
            waiting: list[Term] = [part.left, part.right]
            while waiting:
                term = waiting.pop()
                yield term
                if isinstance(term, Arithmetic):
                    waiting += [term.left, term.right]


def _literals(condition: Condition) -> Iterator[Value]:
    return (term.value for term in _terms(condition) if isinstance(term, Literal))


def _numbers(condition: Condition) -> Iterator[float]:
    for value in _literals(condition):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield float(value)


def _words(condition: Condition) -> Iterator[str]:
    return (value for value in _literals(condition) if isinstance(value, str))
