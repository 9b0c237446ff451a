"""Other ways to do a lesson, which corrections know: what is tried where it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from embodied.skills import SkillLibrary
from embodied.teaching.correcting import own_motions
from embodied.teaching.generalising import matched
from embodied.teaching.lesson import Lesson, Part

SLOWEST: Final = 0.3
DEEPER_M: Final = -0.006


@dataclass(frozen=True)
class Variant:
    """A lesson done otherwise.

    Attributes:
        words: as a person would ask for it: "check the grip".
    """

    words: str
    lesson: Lesson


def variants(lesson: Lesson, library: SkillLibrary) -> list[Variant]:
    """The ways that there are, each a single change; the surest first."""
    grips = any(part.kind == "close" and part.thing for part in lesson.parts) or _takes(lesson, library)
    moves = [part for part in lesson.parts if part.kind in ("above", "at", "by", "turn")]
    found: list[tuple[str, Lesson]] = []
    if grips and not lesson.checks:
        found.append(("check the grip", replace(lesson, checks=True)))
    parts, skills = with_skills(lesson, library)
    if skills:
        found.append((f"use {' and '.join(skills)} instead of the motions", replace(lesson, parts=parts)))
    if any(part.kind == "at" for part in moves) and not lesson.via_above:
        found.append(("come from above", replace(lesson, via_above=True)))
    if any(part.kind == "close" and part.thing for part in lesson.parts):
        found.append(("grip deeper", replace(lesson, parts=_deeper(lesson.parts))))
    if moves and lesson.speed > SLOWEST:
        found.append(("go slower", replace(lesson, speed=round(lesson.speed * 0.5, 3))))
    found += _other_skills(lesson, library)
    own = own_motions(lesson, library)
    if own.parts != lesson.parts:
        found.append(("use motions of its own", own))
    return [Variant(words, replace(one, why=words)) for words, one in found if one != lesson]


def with_skills(lesson: Lesson, library: SkillLibrary) -> tuple[tuple[Part, ...], list[str]]:
    """The lesson's parts with skills of the library in the place of motions that come to it, and which."""
    parts, found, used = list(lesson.parts), list[Part](), list[str]()
    holding, at = "", 0
    while at < len(parts):
        end = next((n for n in range(at, len(parts)) if parts[n].kind in ("close", "open", "use")), -1)
        if end < 0 or parts[end].kind == "use":
            found += parts[at : len(parts) if end < 0 else end + 1]
            at = len(parts) if end < 0 else end + 1
            continue
        after = end + 1
        while after < len(parts) and _rises(parts[after]):
            after += 1
        grips = parts[end].kind == "close"
        wanted = (
            [f"holding[{parts[end].thing}]"] if grips else [one for one in lesson.achieves if holding in one]
        )
        skill = (
            _doing(wanted, lesson, library, holding="" if grips else holding) if holding or grips else None
        )
        if skill is not None:
            if found and grips and found[-1].kind == "open":
                found.pop()
            found.append(skill)
            used.append(skill.skill)
        else:
            found += parts[at:after]
        holding = parts[end].thing if grips else ""
        at = after
    return tuple(found), used


def _doing(wanted: Sequence[str], lesson: Lesson, library: SkillLibrary, *, holding: str) -> Part | None:
    """A use of the library's shortest skill that brings about one of these facts, from what is held."""
    best: tuple[int, Part] | None = None
    for skill in library:
        if skill.name == lesson.name or lesson.name in skill.calls:
            continue
        for fact in wanted:
            arguments = matched(skill, [fact])
            if arguments is None:
                continue
            needed = [str(one) for one in skill.needed(arguments)]
            if (f"holding[{holding}]" in needed) == bool(holding) and (
                best is None or len(skill.calls) < best[0]
            ):
                best = (len(skill.calls), Part("use", skill=skill.name, arguments=arguments))
    return best[1] if best else None


def _takes(lesson: Lesson, library: SkillLibrary) -> bool:
    """Whether a skill that it calls takes something into the hand."""
    return any(
        template.startswith("holding[")
        for part in lesson.parts
        if part.kind == "use" and part.skill in library
        for template in library.get(part.skill).achieves
    )


def _other_skills(lesson: Lesson, library: SkillLibrary) -> list[tuple[str, Lesson]]:
    """For each skill that it calls, another one that brings about the same."""
    found: list[tuple[str, Lesson]] = []
    for number, part in enumerate(lesson.parts):
        if part.kind != "use" or part.skill not in library:
            continue
        now = library.get(part.skill)
        facts = [str(one) for one in now.achieved(part.arguments)]
        for skill in library:
            if (
                skill.name in (part.skill, lesson.name)
                or part.skill in skill.calls
                or lesson.name in skill.calls
            ):
                continue
            arguments = matched(skill, facts)
            if arguments is None or len(skill.achieves) != len(now.achieves):
                continue
            parts = list(lesson.parts)
            parts[number] = Part("use", skill=skill.name, arguments=arguments)
            found.append((f"use {skill.name} instead of {part.skill}", replace(lesson, parts=tuple(parts))))
    return found


def _deeper(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Grips a little lower: the last way down to a thing before the fingers close on it."""
    found = list(parts)
    for number, part in enumerate(parts):
        if part.kind != "close" or not part.thing:
            continue
        before = [n for n in range(number) if parts[n].kind == "at" and parts[n].thing == part.thing]
        if before:
            x, y, z = found[before[-1]].offset
            found[before[-1]] = replace(found[before[-1]], offset=(x, y, round(z + DEEPER_M, 4)))
    return tuple(found)


def _rises(part: Part) -> bool:
    return part.kind == "home" or (part.kind == "by" and part.offset[2] > 0 and part.offset[:2] == (0.0, 0.0))
