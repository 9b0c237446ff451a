"""Making a skill's needs hold in a fresh world: what is given, and what must be reached by acting."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from embodied.condition import And, Comparison, Condition, Fact, Literal, Requirement, requirement
from embodied.errors import BadLibrary
from embodied.facts import Observation
from embodied.methods import Method, WorldSpec
from embodied.skills import Skill
from embodied.skills.skill import REQUIRED


def needs_of(skill: Skill, arguments: Mapping[str, Any], spec: WorldSpec) -> tuple[Condition, ...]:
    """What must hold before: what the skill says, and what the world's own knowledge says of its use."""
    found = list(skill.needed(arguments))
    method = _method_of(skill, arguments, spec)
    if method is not None:
        found += method.needs
        found += [_at_least(fact, amount) for fact, amount in method.consumes.items()]
    return tuple(dict.fromkeys(found))


def expected(skill: Skill, arguments: Mapping[str, Any], otherwise: Condition | None) -> Condition:
    """What must hold after; raises `BadLibrary` if nothing says so, as no one could judge the skill then."""
    achieved = skill.achieved(arguments)
    if achieved:
        return achieved[0] if len(achieved) == 1 else And(achieved)
    if otherwise is None:
        raise BadLibrary(
            f"{skill.name} does not say what it achieves, so nothing can prove it.",
            remedy="Write embodied-achieves into its SKILL.md, or give --expects CONDITION.",
        )
    return otherwise


def example_of(skill: Skill, spec: WorldSpec) -> dict[str, Any]:
    """Arguments to try a skill with, from what the world knows of its uses, or from its defaults.

    Raises:
        BadLibrary: neither gives any.
    """
    empty = Observation(spec.families, {})
    family = next((name for name in ("inventory", *spec.families) if name in spec.families), "")
    for name in spec.goal_pool():
        for method in spec.methods((family, name), 1, empty):
            if method.skill == skill.name:
                return dict(method.arguments)
    if any(parameter.default is REQUIRED for parameter in skill.parameters):
        raise BadLibrary(
            f"It is not known with which arguments to try {skill.signature()}.",
            remedy="""Give them: --arguments '{"item": "stick", "count": 2}'.""",
        )
    return skill.bind()


def scene_of(needs: Sequence[Condition], spec: WorldSpec, *, per_tool: float = math.inf) -> dict[str, Any]:
    """The scene that makes the needs hold, as far as giving things can: {"inventory": {item: count}} or {}.

    Args:
        per_tool: uses that one tool has, where a need is over uses.
    """
    given: dict[str, int] = {}
    for need in needs:
        for part in need.parts if isinstance(need, And) else (need,):
            wanted = requirement(part)
            if wanted is None or len(wanted.fact) != 2 or wanted.fact[0] not in ("inventory", "uses"):
                continue
            item = _item(wanted, spec)
            if not item:
                continue
            if wanted.fact[0] == "inventory":
                given[item] = given.get(item, 0) + math.ceil(wanted.amount)
            else:
                given[item] = max(given.get(item, 0), math.ceil(wanted.amount / per_tool), 1)
    return {"inventory": given} if given else {}


def uses_per_tool(needs: Sequence[Condition], given: Mapping[str, int], observation: Observation) -> float:
    """The least number of uses that one of the given tools has; infinite if no need is over uses."""
    least = math.inf
    for need in needs:
        for part in need.parts if isinstance(need, And) else (need,):
            wanted = requirement(part)
            if wanted and wanted.fact[0] == "uses" and given.get(wanted.fact[-1]):
                least = min(least, observation.number(*wanted.fact) / given[wanted.fact[-1]])
    return least if least >= 1 else math.inf


def _method_of(skill: Skill, arguments: Mapping[str, Any], spec: WorldSpec) -> Method | None:
    """The world's own method that is this use of this skill; None if it knows of none."""
    bound = skill.bind(**arguments)
    empty = Observation(spec.families, {})
    for condition in skill.achieved(arguments):
        wanted = requirement(condition)
        if wanted is None or wanted.is_sum:
            continue
        methods = [m for m in spec.methods(wanted.fact, wanted.amount, empty) if m.skill == skill.name]
        for method in methods:
            given = {key: value for key, value in method.arguments.items() if key != "count"}
            if all(bound.get(key) == value for key, value in given.items()):
                return method
    return None


def _item(wanted: Requirement, spec: WorldSpec) -> str:
    if not wanted.is_sum:
        return wanted.fact[-1]
    names = (noun.name for noun in spec.vocabulary.nouns)
    return next((name for name in names if fnmatchcase(name, wanted.fact[-1])), "")


def _at_least(fact: tuple[str, ...], amount: float) -> Condition:
    number = int(amount) if amount == int(amount) else amount
    return Comparison(Fact(fact[0], tuple(fact[1:])), ">=", Literal(number))
