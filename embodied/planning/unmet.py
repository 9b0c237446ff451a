"""Which parts of a goal do not hold now, and what the facts that they speak of are, for a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from embodied.condition import And, Condition, Fact, Quantifier, evaluate, facts_in
from embodied.facts import UNKNOWN, Observation
from embodied.render import render_value

MOST_PARTS: Final = 8
MOST_KEYS: Final = 4
MOST_FACTS: Final = 4


def unmet(goal: Condition, observation: Observation) -> str:
    """One line for each part of an `and` that is false or unknown, with its facts; "" if all hold.

    Of an `all(...)`, the first keys for which it does not hold are named.
    """
    lines = list(_unmet(goal, observation))
    rest = len(lines) - MOST_PARTS
    return "\n".join([*lines[:MOST_PARTS], *([f"- and {rest} more parts"] if rest > 0 else [])])


def _unmet(condition: Condition, observation: Observation) -> Iterator[str]:
    if isinstance(condition, And):
        for part in condition.parts:
            yield from _unmet(part, observation)
        return
    truth = evaluate(condition, observation)
    if truth is not True:
        reasons = _reasons(condition, observation)
        state = "UNKNOWN" if truth is UNKNOWN else "false"
        yield f"- `{condition}` is {state}" + (f": {reasons}" if reasons else "")


def _reasons(condition: Condition, observation: Observation) -> str:
    if isinstance(condition, Quantifier):
        return _of_quantifier(condition, observation)
    named = dict.fromkeys(fact for fact in facts_in(condition) if str(fact) != str(condition))
    said = [_said(fact, observation) for fact in named]
    return "; ".join([*said[:MOST_FACTS], *(["…"] if len(said) > MOST_FACTS else [])])


def _of_quantifier(condition: Quantifier, observation: Observation) -> str:
    """For which keys it does not hold (of `all`), and whether there may be more than what is seen."""
    keys = list(dict.fromkeys(key[0] for key, _ in observation.items(condition.family) if key))
    denied = [key for key in keys if _holds_for(condition, key, observation) is not True]
    if condition.kind == "any":
        return f"for none of the {len(keys)} keys of {condition.family} that are known"
    if denied:
        shown = ", ".join(denied[:MOST_KEYS]) + (" …" if len(denied) > MOST_KEYS else "")
        return f"it does not hold for {condition.name} = {shown}"
    return f"it holds for all that is seen of {condition.family}, and there may be more"


def _holds_for(condition: Quantifier, key: str, observation: Observation) -> object:
    bound: Mapping[str, str] = {condition.name: key}
    return evaluate(condition.part, observation, bound)


def _said(fact: Fact, observation: Observation) -> str:
    if any(mark in key for key in fact.keys for mark in "*?"):
        present = [
            (key, value)
            for key, value in observation.items(fact.family)
            if len(key) == len(fact.keys) and all(map(fnmatchcase, key, fact.keys))
        ]
        shown = ", ".join(f"{'/'.join(key)} {render_value(value)}" for key, value in present[:MOST_KEYS])
        return f"{fact}: {shown or 'nothing'}" + (" …" if len(present) > MOST_KEYS else "")
    value = observation.get(fact.family, *fact.keys)
    return f"{fact} is {'not known' if value is UNKNOWN else render_value(value)}"
