"""What skills can be used for in a world of single things, where facts are true or false.

A world's own methods say it of the skills that it knows. Of others, a `put-away` that somebody wrote, what
they say that they achieve and which skills they call tells with which things they can be used, and what is no
longer so afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from embodied.condition import And, Comparison, Condition, Fact, Literal
from embodied.errors import BadInput, BadSkill
from embodied.facts import Observation
from embodied.methods import FactRef, Method, WorldSpec
from embodied.phrases import Exclusion
from embodied.skills import Skill
from embodied.skills.skill import PLACEHOLDER, REQUIRED

MOST_USES: Final = 5000
"""A skill over so many things that there are more ways to name them is not gone through."""

_MOST_KEYS: Final = 2
_PATTERN_NAME: Final = 1
"""In exclusions, names of one letter stand for any."""


@dataclass(frozen=True)
class Use:
    """A skill with the things that it is used with, and the facts that are true after."""

    arguments: Mapping[str, Any]
    achieved: tuple[FactRef, ...]

    @property
    def names(self) -> frozenset[str]:
        """All things that this use speaks of."""
        named = {value for value in self.arguments.values() if isinstance(value, str)}
        return frozenset(named | {key for fact in self.achieved for key in fact[1:]})


def world_uses(world: WorldSpec) -> list[tuple[FactRef, Method]]:
    """Every fact about the world's single things with each method that makes it true."""
    names = [thing.name for thing in world.vocabulary.things]
    empty = Observation(world.families, {})
    if not names:
        return []
    return [
        ((family.name, *keys), method)
        for family in world.families.values()
        if family.kind == "bool" and len(family.keys) <= _MOST_KEYS
        for keys in product(names, repeat=len(family.keys))
        for method in world.methods((family.name, *keys), 1, empty)
    ]


def uses_of(skill: Skill, world: WorldSpec, known: Sequence[tuple[FactRef, Method]]) -> list[Use]:
    """The uses of a skill that the world's methods do not name, by what it says that it achieves.

    Rather those for which each skill that it calls has a use, too: what opens a drawer is used with one.

    Args:
        known: the world's own uses.
    """
    places = {name for template in skill.achieves for name in PLACEHOLDER.findall(template)}
    free = [one.name for one in skill.parameters if one.name in places and one.type == "str"]
    open_ones = [one.name for one in skill.parameters if one.default is REQUIRED and one.name not in free]
    if open_ones or not skill.achieves:
        return []
    choices = [_things_for(name, world) for name in free]
    if math.prod(map(len, choices)) > MOST_USES:
        return []
    found = [
        use
        for names in product(*choices)
        if len(set(names)) == len(names)
        and (use := _use(skill, dict(zip(free, names, strict=True)), world)) is not None
    ]
    fit = [use for use in found if _callees_fit(skill, use, known)]
    return fit or found


def undone_by(
    skill: Skill, use: Use, known: Sequence[tuple[FactRef, Method]], exclusions: Iterable[Exclusion]
) -> tuple[FactRef, ...]:
    """What a use makes false: what the skills that it calls do with these things and do not bring about
    again, and what cannot be so beside what it achieves."""
    undone: dict[FactRef, None] = {}
    again: set[FactRef] = set()
    for _, method in known:
        if method.skill in skill.calls and _names_of(method) <= use.names:
            undone.update(dict.fromkeys(method.undoes))
            again |= method.adds.keys()
    lost = {fact: None for fact in undone if fact not in again}
    for exclusion in exclusions:
        for first, second in ((exclusion.first, exclusion.second), (exclusion.second, exclusion.first)):
            for fact in use.achieved:
                other = _excluded(_pattern(first), _pattern(second), fact)
                if other is not None and not (set(other[1:]) & set(exclusion.but)):
                    lost[other] = None
    return tuple(fact for fact in lost if fact not in use.achieved)


def fact_of(condition: Condition) -> FactRef | None:
    """The fact that a condition says is true; None if it says something else."""
    match condition:
        case Comparison(Fact(family, keys), "==", Literal(value)) if value is True:
            return (family, *keys)
    return None


def _things_for(parameter: str, world: WorldSpec) -> list[str]:
    """A parameter that is called like a kind of things takes those."""
    kind = parameter.rsplit("_", 1)[-1]
    things = world.vocabulary.things
    alike = [thing.name for thing in things if thing.kind == kind]
    return alike or [thing.name for thing in things]


def _use(skill: Skill, arguments: Mapping[str, Any], world: WorldSpec) -> Use | None:
    """The use, if the world knows nothing against what it achieves and needs."""
    try:
        achieved = list(_facts(skill.achieved(arguments)))
        needed = list(_facts(skill.needed(arguments)))
    except (BadInput, BadSkill):
        return None
    if not achieved or None in achieved:
        return None
    facts = [fact for fact in achieved if fact is not None]
    for fact in (*facts, *needed):
        if fact is None:
            continue
        family = world.families.get(fact[0])
        if family is None or family.kind != "bool" or world.unreachable(fact):
            return None
    return Use(arguments, tuple(facts))


def _facts(conditions: Iterable[Condition]) -> Iterator[FactRef | None]:
    for condition in conditions:
        for part in condition.parts if isinstance(condition, And) else (condition,):
            yield fact_of(part)


def _callees_fit(skill: Skill, use: Use, known: Sequence[tuple[FactRef, Method]]) -> bool:
    called = [name for name in skill.calls if any(method.skill == name for _, method in known)]
    return all(
        any(method.skill == name and _names_of(method) <= use.names for _, method in known) for name in called
    )


def _names_of(method: Method) -> set[str]:
    return {value for value in method.arguments.values() if isinstance(value, str)}


def _pattern(text: str) -> FactRef:
    family, _, keys = text.rstrip("]").partition("[")
    return (family, *(key.strip() for key in keys.split(",") if key.strip()))


def _excluded(first: FactRef, second: FactRef, fact: FactRef) -> FactRef | None:
    """What the second pattern stands for where the first is this fact; "*" for any name."""
    if (first[0], len(first)) != (fact[0], len(fact)):
        return None
    bound: dict[str, str] = {}
    for key, name in zip(first[1:], fact[1:], strict=True):
        if (key != name and len(key) > _PATTERN_NAME) or bound.setdefault(key, name) != name:
            return None
    return (second[0], *(bound.get(key, "*" if len(key) == _PATTERN_NAME else key) for key in second[1:]))
