"""Whether a condition holds: true, false or UNKNOWN."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

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
from embodied.facts import UNKNOWN, FactSource, Unknown, Value

Truth = bool | Unknown
Bindings = Mapping[str, str]


_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}


def evaluate(condition: Condition, observation: FactSource, bindings: Bindings | None = None) -> Truth:
    """True, False or UNKNOWN."""
    names = bindings or {}
    match condition:
        case Comparison(left, operator, right):
            return _compare(_term(left, observation, names), operator, _term(right, observation, names))
        case Not(part):
            value = evaluate(part, observation, names)
            return value if value is UNKNOWN else not value
        case And(parts):
            return _kleene((evaluate(part, observation, names) for part in parts), absorbing=False)
        case Or(parts):
            return _kleene((evaluate(part, observation, names) for part in parts), absorbing=True)
        case Quantifier(kind, name, family, part):
            spec = observation.families.get(family)
            values = [
                evaluate(part, observation, {**names, name: keys[0]})
                for keys, _ in observation.items(family)
                if keys
            ]
            if spec is None or not spec.closed:
                values.append(UNKNOWN)  # there may be more than what was seen
            return _kleene(values, absorbing=kind == "any")


def amounts(
    comparison: Comparison, observation: FactSource, bindings: Bindings | None = None
) -> tuple[float, float] | None:
    """The two sides of a comparison; None where one is no number, or is UNKNOWN."""
    names = bindings or {}
    left, right = _term(comparison.left, observation, names), _term(comparison.right, observation, names)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return float(left), float(right)
    return None


def _kleene(values: Iterator[Truth] | list[Truth], *, absorbing: bool) -> Truth:
    result: Truth = not absorbing
    for value in values:
        if value is absorbing:
            return absorbing
        if value is UNKNOWN:
            result = UNKNOWN
    return result


def _term(term: Term, observation: FactSource, names: Bindings) -> Value | Unknown:
    match term:
        case Literal(value):
            return value
        case Fact(family, keys):
            return observation.get(family, *(names.get(key, key) for key in keys))
        case Component(vector, axis):
            return _component(_term(vector, observation, names), axis)
        case Sum(family, pattern):
            return _sum(family, pattern, observation)
        case Distance(a, b):
            return _distance(_term(a, observation, names), _term(b, observation, names))
        case Arithmetic(operator, left, right):
            x, y = _term(left, observation, names), _term(right, observation, names)
            if not isinstance(x, (int, float)) or not isinstance(y, (int, float)):
                return UNKNOWN
            return x + y if operator == "+" else x - y


def _sum(family: str, pattern: str, observation: FactSource) -> Value | Unknown:
    spec = observation.families.get(family)
    if spec is None or not spec.closed:
        return UNKNOWN
    return sum(
        value
        for keys, value in observation.items(family)
        if isinstance(value, (int, float)) and keys and fnmatchcase(keys[0], pattern)
    )


def _component(vector: Value | Unknown, axis: str) -> Value | Unknown:
    place = "xyz".index(axis)
    return vector[place] if isinstance(vector, tuple) and place < len(vector) else UNKNOWN


def _distance(a: Value | Unknown, b: Value | Unknown) -> Value | Unknown:
    if not isinstance(a, tuple) or not isinstance(b, tuple) or len(a) != len(b):
        return UNKNOWN
    return math.dist(a, b)


def _compare(left: Value | Unknown, operator: str, right: Value | Unknown) -> Truth:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _COMPARE[operator](left, right)
    return UNKNOWN
