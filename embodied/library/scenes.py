"""Making a skill's needs hold in a fresh world: what is given, and what must be reached by acting."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from embodied.condition import (
    And,
    Comparison,
    Condition,
    Fact,
    Literal,
    Or,
    Requirement,
    facts_in,
    requirement,
)
from embodied.errors import BadInput, BadLibrary
from embodied.facts import Observation
from embodied.methods import FactRef, Method, WorldSpec
from embodied.planning import OfflinePlanner
from embodied.planning.search import NoPlan
from embodied.planning.uses import fact_of, uses_of, world_uses
from embodied.skills import Skill
from embodied.skills.skill import REQUIRED

PLANNED: Final = 30
"""So many of the simplest uses of a skill are planned, to find the one that is nearest to nothing."""

EXAMPLES: Final = 6
"""So many uses with different things are tried in turn."""


def needs_of(skill: Skill, arguments: Mapping[str, Any], spec: WorldSpec) -> tuple[Condition, ...]:
    """What must hold before: what the skill says, and what the world's own knowledge says of its use."""
    found = list(skill.needed(arguments))
    method = method_of(skill, arguments, spec)
    if method is not None:
        found += method.needs
        found += [_at_least(fact, amount) for fact, amount in method.consumes.items()]
        found += [_true(fact) for fact in method.undoes if _is_of_booleans(fact, spec)]  # or it shows nothing
    return tuple(dict.fromkeys(found))


def _steps_to(fact: FactRef, spec: WorldSpec, empty: Observation) -> int:
    """How long the way to a fact from nothing is; 0 if there is none."""
    try:
        return len(OfflinePlanner(spec).outline(_at_least(fact, 1), empty).steps)
    except NoPlan:
        return 0


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


def examples_of(skill: Skill, spec: WorldSpec) -> list[dict[str, Any]]:
    """Arguments to try a skill with, from what the world knows of its uses, or from its defaults.

    In a world of single things several, with different things; else one.

    Raises:
        BadLibrary: neither gives any.
    """
    found = _of_amounts(skill, spec) or _of_things(skill, spec)
    if found:
        return found
    if any(parameter.default is REQUIRED for parameter in skill.parameters):
        raise BadLibrary(
            f"It is not known with which arguments to try {skill.signature()}.",
            remedy=f"Give them: --arguments '{_shape(skill)}'.",
        )
    return [skill.bind()]


def _of_amounts(skill: Skill, spec: WorldSpec) -> list[dict[str, Any]]:
    """The use that is nearest to nothing of those that yield an item; at most one."""
    empty = Observation(spec.families, {})
    family = next((name for name in ("inventory", *spec.families) if name in spec.families), "")
    uses = [
        ((family, name), method)
        for name in spec.goal_pool()
        for method in spec.methods((family, name), 1, empty)
        if method.skill == skill.name
    ]
    uses.sort(key=lambda use: (len(use[1].needs) + len(use[1].consumes), use[1].cost))
    planned = [(steps, use) for use in uses[:PLANNED] if (steps := _steps_to(use[0], spec, empty))]
    return [dict(min(planned, key=lambda one: one[0])[1][1].arguments)] if planned else []


def _of_things(skill: Skill, spec: WorldSpec) -> list[dict[str, Any]]:
    """Uses that make facts about single things true: with ever other things, the simplest first."""
    known = world_uses(spec)
    own = [method for _, method in known if method.skill == skill.name]
    own.sort(key=lambda method: (len(method.needs), method.cost))
    candidates = [dict(method.arguments) for method in own]
    candidates = candidates or [dict(use.arguments) for use in uses_of(skill, spec, known)]
    fit = [one for one in candidates if _can_be_bound(skill, one)]
    chosen: list[dict[str, Any]] = []
    while fit and len(chosen) < EXAMPLES:
        tried = {(key, value) for one in chosen for key, value in one.items()}
        best = max(fit, key=lambda one: sum((key, value) not in tried for key, value in one.items()))
        chosen.append(best)
        fit = [one for one in fit if one != best]
    return chosen


def _can_be_bound(skill: Skill, arguments: Mapping[str, Any]) -> bool:
    try:
        skill.bind(**arguments)
    except BadInput:
        return False
    return True


def _shape(skill: Skill) -> str:
    """The arguments that must be given, as JSON with dots where the values go."""
    required = [one.name for one in skill.parameters if one.default is REQUIRED]
    return json.dumps(dict.fromkeys(required, "..."))


def scene_for(needs: Sequence[Condition], spec: WorldSpec) -> dict[str, Any]:
    """The scene in which the needs hold, as far as the world itself says; {} if it says nothing.

    A world whose simulation sets up more than what is held offers `scene_for(needs)`.
    """
    offered = getattr(spec, "scene_for", None)
    return dict(offered(needs)) if offered is not None else {}


def scene_of(
    needs: Sequence[Condition],
    spec: WorldSpec,
    *,
    per_tool: float = math.inf,
    held: Mapping[str, int] = {},
    expects: Condition | None = None,
) -> dict[str, Any]:
    """The scene that makes the needs hold, as far as giving things can: {"inventory": {item: count}} or {}.

    Args:
        per_tool: uses that one tool has, where a need is over uses.
        held: what is given in any case.
        expects: what the skill is to bring about: where a need leaves a choice, this is not what is given,
            since a skill proves nothing where its end is there from the beginning.
    """
    given: dict[str, int] = {}
    spared = {fact.keys[-1] for fact in facts_in(expects) if fact.keys} if expects else set()
    for need in needs:
        for wanted, item in _giveable(need, spec, spared):
            if wanted.is_sum and _held_of(wanted.fact[-1], held) >= wanted.amount:
                continue
            if wanted.fact[0] == "inventory":
                given[item] = given.get(item, 0) + math.ceil(wanted.amount)
            else:
                given[item] = max(given.get(item, 0), math.ceil(wanted.amount / per_tool), 1)
    given = {item: max(given.get(item, 0), held.get(item, 0)) for item in {**held, **given}}
    return {"inventory": given} if given else {}


def _giveable(need: Condition, spec: WorldSpec, spared: Collection[str]) -> list[tuple[Requirement, str]]:
    """The parts of a need that giving items makes true; of alternatives, the first that can be given,
    and rather one with none of the items that are spared."""
    if isinstance(need, And):
        return [one for part in need.parts for one in _giveable(part, spec, spared)]
    if isinstance(need, Or):
        ways = [found for part in need.parts if (found := _giveable(part, spec, spared))]
        return next(
            (way for way in ways if not any(item in spared for _, item in way)), ways[0] if ways else []
        )
    wanted = requirement(need)
    if wanted is None or len(wanted.fact) != 2 or wanted.fact[0] not in ("inventory", "uses"):
        return []
    item = _item(wanted, spec)
    return [(wanted, item)] if item else []


def uses_per_tool(needs: Sequence[Condition], given: Mapping[str, int], observation: Observation) -> float:
    """The least number of uses that one of the given tools has; infinite if no need is over uses."""
    least = math.inf
    for need in needs:
        for part in need.parts if isinstance(need, And) else (need,):
            wanted = requirement(part)
            if wanted and wanted.fact[0] == "uses" and given.get(wanted.fact[-1]):
                least = min(least, observation.number(*wanted.fact) / given[wanted.fact[-1]])
    return least if least >= 1 else math.inf


def method_of(skill: Skill, arguments: Mapping[str, Any], spec: WorldSpec) -> Method | None:
    """The world's own method that is this use of this skill; None if it knows of none.

    An argument that was left at its default leaves the choice to the world.
    """
    bound = skill.bind(**arguments)
    defaults = {parameter.name: parameter.default for parameter in skill.parameters}
    empty = Observation(spec.families, {})
    for condition in skill.achieved(arguments):
        fact, amount = fact_of(condition), 1.0
        if fact is None:
            wanted = requirement(condition)
            if wanted is None or wanted.is_sum:
                continue
            fact, amount = wanted.fact, wanted.amount
        methods = [m for m in spec.methods(fact, amount, empty) if m.skill == skill.name]
        for method in methods:
            given = {key: value for key, value in method.arguments.items() if key != "count"}
            if all(bound.get(key) in (value, defaults.get(key)) for key, value in given.items()):
                return method
    return None


def _is_of_booleans(fact: FactRef, spec: WorldSpec) -> bool:
    family = spec.families.get(fact[0])
    return family is not None and family.kind == "bool" and "*" not in fact


def _true(fact: FactRef) -> Condition:
    return Comparison(Fact(fact[0], tuple(fact[1:])), "==", Literal(True))


def _item(wanted: Requirement, spec: WorldSpec) -> str:
    if not wanted.is_sum:
        return wanted.fact[-1]
    names = (noun.name for noun in spec.vocabulary.nouns if "*" not in noun.name)
    return next((name for name in names if fnmatchcase(name, wanted.fact[-1])), "")


def _held_of(pattern: str, held: Mapping[str, int]) -> int:
    return sum(count for item, count in held.items() if fnmatchcase(item, pattern))


def _at_least(fact: tuple[str, ...], amount: float) -> Condition:
    number = int(amount) if amount == int(amount) else amount
    return Comparison(Fact(fact[0], tuple(fact[1:])), ">=", Literal(number))
