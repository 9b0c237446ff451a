"""The numbers of a coded skill that may be searched: those of its signature that have a default.

`def push(object: str, target: str, behind: float = 0.07)` declares `behind`: it may go from a third of its
default to three times that. What is 0 or whole by default, and what has none, is not searched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from embodied.learning.skill_use import SkillUse
from embodied.rewards.stages import Parameter
from embodied.skills import SkillLibrary

FARTHEST: Final = 3.0
"""A number may become so many times as large, or as small, as its default."""


def numbers_of(uses: Sequence[SkillUse], library: SkillLibrary) -> tuple[Parameter, ...]:
    """The numbers of skills that are used one after the other; "behind", or "behind#2" of the second use."""
    found = []
    for place, use in enumerate(uses, start=1):
        skill = library.get(use.skill)
        for one in skill.parameters:
            if one.type != "float" or not isinstance(one.default, float) or not one.default:
                continue
            now = float(use.arguments.get(one.name, one.default))
            low, high = sorted((one.default / FARTHEST, one.default * FARTHEST))
            doc = f"{one.name} of {skill.name}, as its code takes it"
            found.append(Parameter(_named(one.name, place), min(max(now, low), high), low, high, doc))
    return tuple(found)


def with_numbers(
    uses: Sequence[SkillUse], known: Sequence[Parameter], values: Mapping[str, float]
) -> tuple[SkillUse, ...]:
    """The same uses with other numbers, each kept within its bounds; those not named stay."""
    changed = {
        _bare(one.name): float(min(max(values[one.name], one.low), one.high))
        for one in known
        if one.name in values
    }
    made = []
    for place, use in enumerate(uses, start=1):
        own = {bare: number for (bare, at), number in changed.items() if at == place}
        made.append(replace(use, arguments={**use.arguments, **own}))
    return tuple(made)


def _named(name: str, place: int) -> str:
    return name if place == 1 else f"{name}#{place}"


def _bare(name: str) -> tuple[str, int]:
    """The inverse of `_named`."""
    bare, _, place = name.partition("#")
    return bare, int(place or 1)
