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
"""Boolean facts that are to be true together; one may say that another is false (`negated`)."""

_NOTHING: Wanted = frozenset()

_NOT = "not"


def negated(fact: FactRef) -> FactRef:
    """The boolean fact that holds where another is known to be false; twice, it is that fact again."""
    return fact[1:] if fact[0] == _NOT else (_NOT, *fact)


def is_negated(fact: FactRef) -> bool:
    """True if a fact says that another is false."""
    return fact[0] == _NOT


def is_true(fact: FactRef, observation: Observation) -> bool:
    """True if a fact, or one that says that another is false, is known to hold."""
    if is_negated(fact):
        return observation.get(*negated(fact)) is False
    return observation.get(*fact) is True


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
        case Not(part) | Quantifier(_, _, _, part):
            return is_of_booleans(part, observation)
    return False


def ways_to_hold(
    condition: Condition,
    observation: Observation,
    possible: Callable[[FactRef], bool],
    names: Mapping[str, str] | None = None,
    *,
    wanted: bool = True,
) -> list[Wanted]:
    """Sets of boolean facts each of which makes the condition true; none if nothing can.

    Names of quantifiers one within another stand for different things: "any a on any b on any c" is a tower.

    Args:
        possible: whether a fact may be true in the plan; alternatives with others are left out.
        names: what the names of the quantifiers around it stand for.
        wanted: False for what makes the condition false, by De Morgan's laws.
    """
    bound = names or {}

    def ways(part: Condition, more: Mapping[str, str] = bound) -> list[Wanted]:
        return ways_to_hold(part, observation, possible, more, wanted=wanted)

    match condition:
        case Comparison(Fact(family, keys), "==", Literal(value)) if value is True:
            fact = (family, *(bound.get(key, key) for key in keys))
            fact = fact if wanted else negated(fact)
            return [frozenset((fact,))] if possible(fact) else []
        case Not(part):
            return ways_to_hold(part, observation, possible, bound, wanted=not wanted)
        case And(parts):
            return (_together if wanted else _either)(ways(part) for part in parts)
        case Or(parts):
            return (_either if wanted else _together)(ways(part) for part in parts)
        case Quantifier(kind, name, family, part):
            each = (
                ways(part, {**bound, name: keys[0]})
                for keys, _ in observation.items(family)
                if keys and not (kind == "any" and keys[0] in bound.values())
            )
            return (_together if (kind == "all") is wanted else _either)(each)
    return [_NOTHING] if evaluate(condition, observation, bound) is wanted else []


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
