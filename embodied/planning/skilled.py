"""A world whose methods include what the library's skills say they achieve.

A skill whose `embodied-achieves` names one thing, `inventory[ladder] >= {count}`, is a way to that thing;
what it needs is planned for first. Skills that achieve whatever they are asked for (mine any block) are the
business of the world's own methods: recipes, drops and tool tiers know when they apply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.methods import FactRef, Method, WorldSpec
from embodied.skills import Skill, SkillLibrary
from embodied.skills.skill import REQUIRED

EXPECTED_S: Final = 1.0
"""What a skill is taken to cost beyond its needs [s]: little, for it was put there to be used."""

_CONCRETE = re.compile(r"^\s*(\w+)\[([^\]{}]+)\]\s*>=\s*(?:\{(\w+)\}|(\d+))\s*$")


@dataclass(frozen=True)
class _Way:
    skill: Skill
    parameter: str  # which takes the amount; "" if the amount is fixed
    amount: float


class SkilledMethods:
    """What the planner asks of a world, answered by the world and by the library."""

    def __init__(self, world: WorldSpec, library: Callable[[], SkillLibrary]) -> None:
        self.world = world
        self._library = library

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        library = self._library()
        for method in self.world.methods(fact, amount, observation):
            if _can_be_called(method, library):
                yield method
        for way in ways(library).get(fact, ()):
            total = observation.number(*fact) + amount
            arguments = {way.parameter: int(total)} if way.parameter else {}
            if not way.parameter and observation.number(*fact) + 1e-9 >= way.amount:
                continue
            gained = amount if way.parameter else way.amount - observation.number(*fact)
            yield Method(
                skill=way.skill.name,
                arguments=arguments,
                needs=way.skill.needed(arguments),
                adds={fact: gained},
                cost=EXPECTED_S,
                note="a skill of the library",
            )

    def unreachable(self, fact: FactRef) -> str:
        return self.world.unreachable(fact)


def _can_be_called(method: Method, library: SkillLibrary) -> bool:
    """The world names its ways by the seed skills; a library without them may have others of the name."""
    if method.skill not in library:
        return False
    try:
        library.get(method.skill).bind(**method.arguments)
    except BadInput:
        return False
    return True


def ways(library: SkillLibrary) -> Mapping[FactRef, list[_Way]]:
    """The skills that achieve one named thing, by that thing."""
    found: dict[FactRef, list[_Way]] = {}
    for skill in library:
        for template in skill.achieves:
            match = _CONCRETE.match(template)
            if match is None:
                continue
            family, key, parameter, amount = match.groups()
            others = [p for p in skill.parameters if p.name != parameter]
            if any(p.default is REQUIRED for p in others):
                continue
            way = _Way(skill, parameter or "", float(amount or 0))
            found.setdefault((family, key.strip()), []).append(way)
    return found
