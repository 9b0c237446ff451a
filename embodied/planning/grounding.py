"""From a condition to the facts that would make it true, as alternatives.

A quantifier stands for one condition for each key that its family has in the observation. What no method can
change (of what kind a thing is) is looked up once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from embodied.condition import And, Comparison, Condition, Fact, Literal, Not, Or, Quantifier, evaluate
from embodied.facts import Observation
from embodied.methods import FactRef

MAX_ALTERNATIVES = 5000
"""More ways than this are not told apart; the first are taken."""

Wanted = frozenset[FactRef]
"""Boolean facts that are to be true together."""

_NOTHING: Wanted = frozenset()


def is_of_booleans(condition: Condition, observation: Observation) -> bool:
    """True if every part states a boolean fact, or something that is text (and so is what it is)."""
    match condition:
        case Comparison(Fact(family), "==" | "!=", Literal(value)):
            spec = observation.families.get(family)
            return spec is not None and (
                (spec.kind == "bool" and value is True) or (spec.kind == "str" and isinstance(value, str))
            )
        case And(parts) | Or(parts):
            return all(is_of_booleans(part, observation) for part in parts)
        case Not(part):
            return not any(True for _ in _wanted_facts(part, observation))
        case Quantifier(_, _, _, part):
            return is_of_booleans(part, observation)
    return False


def _wanted_facts(condition: Condition, observation: Observation) -> Iterator[str]:
    """The families of the boolean facts in a condition."""
    match condition:
        case Comparison(Fact(family), _, _):
            spec = observation.families.get(family)
            if spec is None or spec.kind != "str":
                yield family
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted_facts(part, observation)
        case Not(part) | Quantifier(_, _, _, part):
            yield from _wanted_facts(part, observation)
        case _:
            yield ""


def ways_to_hold(
    condition: Condition,
    observation: Observation,
    possible: Callable[[FactRef], bool],
    names: Mapping[str, str] | None = None,
) -> list[Wanted]:
    """Sets of boolean facts each of which makes the condition true; none if nothing can.

    Names of quantifiers one within another stand for different things: "any a on any b on any c" is a tower.

    Args:
        possible: whether a fact may be true in the plan; alternatives with others are left out.
        names: what the names of the quantifiers around it stand for.
    """
    bound = names or {}
    match condition:
        case Comparison(Fact(family, keys), "==", Literal(value)) if value is True:
            fact = (family, *(bound.get(key, key) for key in keys))
            return [frozenset((fact,))] if possible(fact) else []
        case And(parts):
            return _together(ways_to_hold(part, observation, possible, bound) for part in parts)
        case Or(parts):
            return _either(ways_to_hold(part, observation, possible, bound) for part in parts)
        case Quantifier(kind, name, family, part):
            each = (
                ways_to_hold(part, observation, possible, {**bound, name: keys[0]})
                for keys, _ in observation.items(family)
                if keys and not (kind == "any" and keys[0] in bound.values())
            )
            return _together(each) if kind == "all" else _either(each)
    return [_NOTHING] if evaluate(condition, observation, bound) is True else []


def _either(each: Iterator[list[Wanted]]) -> list[Wanted]:
    found: dict[Wanted, None] = {}
    for ways in each:
        found.update(dict.fromkeys(ways))
        if len(found) > MAX_ALTERNATIVES:
            break
    return [_NOTHING] if _NOTHING in found else list(found)[:MAX_ALTERNATIVES]


def _together(parts: Iterator[list[Wanted]]) -> list[Wanted]:
    combined = [_NOTHING]
    for ways in parts:
        if not ways:
            return []
        joined = dict.fromkeys(left | right for left in combined for right in ways)
        combined = list(joined)[:MAX_ALTERNATIVES]
    return combined
