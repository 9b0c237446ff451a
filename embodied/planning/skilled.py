"""A world whose methods include what the library's skills say they achieve.

A skill whose `embodied-achieves` names one thing, `inventory[ladder] >= {count}`, is a way to that thing;
what it needs is planned for first. Skills that achieve whatever amount they are asked for (mine any block)
are the business of the world's own methods: recipes, drops and tool tiers know when they apply. In a world of
single things a skill that makes facts true, `in[{object}, {container}]`, is a way to those of all things that
it can be used with, unless the world's own methods know it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from embodied.condition import Condition
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.methods import FactRef, Method, WorldSpec
from embodied.planning.exact import implies
from embodied.planning.uses import Use, undone_by, uses_of, world_uses
from embodied.skills import Skill, SkillLibrary
from embodied.skills.skill import REQUIRED

EXPECTED_S: Final = 1.0
"""What a skill is taken to cost beyond its needs [s]: little, for it was put there to be used."""

BEHIND_S: Final = 30.0
"""What it costs beyond the world's own way where that is known to succeed more surely [s]."""

NOTE: Final = "a skill of the library"

_CONCRETE = re.compile(r"^\s*(\w+)\[([^\]{}]+)\]\s*>=\s*(?:\{(\w+)\}|(\d+))\s*$")


@dataclass(frozen=True)
class _Way:
    skill: Skill
    parameter: str  # which takes the amount; "" if the amount is fixed
    amount: float


class SkilledMethods:
    """What the planner asks of a world, answered by the world and by the library.

    Args:
        success: the share of its uses in which a skill succeeds at least, as far as is known; 0 for nothing.
    """

    def __init__(
        self,
        world: WorldSpec,
        library: Callable[[], SkillLibrary],
        success: Callable[[str], float] = lambda name: 0.0,
    ) -> None:
        self.world = world
        self._library = library
        self._success = success
        self._uses: dict[str, list[Use]] = {}

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        library = self._library()
        known = [
            method
            for method in self.world.methods(fact, amount, observation)
            if _can_be_called(method, library)
        ]
        yield from known
        for method in (*self._counted(fact, amount, observation), *self._made_true(fact, library)):
            yield self._in_its_place(method, known, library)

    def _in_its_place(self, method: Method, known: Sequence[Method], library: SkillLibrary) -> Method:
        """A skill of the library comes before the world's own ways, unless one of those is known to succeed
        more surely; a policy only where it is known to succeed more surely than they are."""
        own = self._success(method.skill)
        best = max((self._success(other.skill) for other in known), default=-1.0)
        learned = library.get(method.skill).runtime == "policy"
        if own < best or (learned and own == best):
            return replace(method, cost=max(other.cost for other in known) + BEHIND_S)
        return replace(method, cost=self._cost(method.skill))

    def _cost(self, skill: str) -> float:
        """Of several that were put there, what succeeds more surely costs less."""
        return EXPECTED_S * (1 - self._success(skill) / 2)

    def _counted(self, fact: FactRef, amount: float, observation: Observation) -> Iterator[Method]:
        """The skills that achieve an amount of one named thing."""
        for way in ways(self._library()).get(fact, ()):
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
                note=NOTE,
            )

    def exactly(self, condition: Condition) -> Iterator[Method]:
        """See `embodied.planning.exact`: skills that need no arguments and say that they achieve this, or
        what implies it."""
        for skill in self._library():
            if any(parameter.default is REQUIRED for parameter in skill.parameters):
                continue
            if skill.achieves and any(implies(one, condition) for one in skill.achieved({})):
                yield Method(
                    skill=skill.name,
                    arguments={},
                    needs=skill.needed({}),
                    adds={},
                    cost=self._cost(skill.name),
                    note=NOTE,
                )

    def _made_true(self, fact: FactRef, library: SkillLibrary) -> Iterable[Method]:
        """The uses of skills that the world does not know that make this fact true."""
        family = self.world.families.get(fact[0])
        if family is None or family.kind != "bool" or not self.world.vocabulary.things:
            return
        known_names = {method.skill for _, method in self._known}
        for skill in library:
            if skill.name in known_names or not any(one.startswith(fact[0]) for one in skill.achieves):
                continue
            if skill.hash not in self._uses:
                self._uses[skill.hash] = uses_of(skill, self.world, self._known)
            for use in self._uses[skill.hash]:
                if fact in use.achieved:
                    yield Method(
                        skill=skill.name,
                        arguments=use.arguments,
                        needs=skill.needed(use.arguments),
                        adds=dict.fromkeys(use.achieved, 1),
                        undoes=undone_by(skill, use, self._known, self.world.vocabulary.exclusions),
                        cost=EXPECTED_S,
                        note=NOTE,
                    )

    @cached_property
    def _known(self) -> list[tuple[FactRef, Method]]:
        return world_uses(self.world)

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
