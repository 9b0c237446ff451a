"""From a demonstration to a lesson: segments, what they came to, and what names stand for.

A segment ends where the hand grips or lets go. One that came to what a skill of the library achieves becomes
a use of that skill, which is surer than the motions; the others keep their motions, relative to the things
that were named. What the whole came to is the difference of the facts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from embodied.condition import evaluate, parse
from embodied.errors import BadInput, EmbodiedError
from embodied.facts import Observation
from embodied.library.scenes import method_of
from embodied.methods import WorldSpec
from embodied.sandbox.stubs import HOST_FUNCTIONS
from embodied.skills import Skill, SkillLibrary
from embodied.skills.skill import PLACEHOLDER
from embodied.teaching.demonstration import Shown
from embodied.teaching.lesson import Lesson, Part, used_names
from embodied.teaching.performing import held

INCIDENTAL = frozenset({"clear", "free", "upright", "alive", "moving", "gripper_holds", "hand_empty"})
"""Facts that come with others; they are what was meant only where nothing else was brought about."""


def lesson_of(
    steps: Sequence[Shown], spec: WorldSpec, library: SkillLibrary, *, exactly: bool = False
) -> Lesson:
    """What a demonstration teaches.

    Args:
        exactly: keep the motions, also where the library has a skill for what they came to.

    Raises:
        BadInput: nothing was shown, or it changed no fact.
    """
    if not steps:
        raise BadInput("Nothing was shown.", remedy="Say, for instance: move above the red cube.")
    before, after = steps[0].before, steps[-1].after
    parts = _parts(steps, spec, library, exactly=exactly)
    return finished(Lesson(parts), before, after, spec, library)


def finished(
    lesson: Lesson, before: Observation, after: Observation, spec: WorldSpec, library: SkillLibrary
) -> Lesson:
    """The lesson with its effect, its needs and the names of its parameters."""
    things = frozenset(thing.name for thing in spec.vocabulary.things)
    touched = tuple(used_names(lesson.parts, things))
    effect = _effect(lesson.parts, before, after, set(touched), spec, library)
    return replace(
        lesson,
        achieves=effect,
        needs=_needs(lesson.parts, before, spec, library),
        names=parameter_names(touched, effect, spec, library),
    )


def gained(before: Observation, after: Observation) -> list[str]:
    """The boolean facts that became true: "in[red_cube, bowl]"."""
    found = []
    for family in after.families.values():
        if family.kind != "bool":
            continue
        for keys, value in after.items(family.name):
            if value is True and before.get(family.name, *keys) is not True:
                found.append(f"{family.name}[{', '.join(keys)}]" if keys else family.name)
    return found


def parameter_names(
    things: Iterable[str], effect: Sequence[str], spec: WorldSpec, library: SkillLibrary
) -> dict[str, str]:
    """A parameter for each thing, called after its kind: it then stands for things of that kind.

    What no wish may be about otherwise (the table) keeps its name.
    """
    kinds = {thing.name: thing.kind for thing in spec.vocabulary.things}
    words = {word for one in effect for word in re.findall(r"\w+", one)}
    taken = {skill.python_name for skill in library} | HOST_FUNCTIONS
    names: dict[str, str] = {}
    for thing in things:
        kind = kinds.get(thing, "")
        if kind in spec.vocabulary.kinds and not spec.vocabulary.kinds[kind].plural:
            continue  # there can be no other: the table
        if effect and thing not in words:
            continue  # a parameter that the effect does not name could not be proven with other things
        alike = sum(name == kind or name.endswith(f"_{kind}") for name in names.values())
        if not alike and kind in taken:
            names[thing] = f"the_{kind}"  # the code calls something of that name
            continue
        names[thing] = (
            kind if not alike else ("other", "third", "fourth", "fifth")[min(alike, 4) - 1] + f"_{kind}"
        )
    return names


# -- segments ----------------------------------------------------------------------------------------


def _parts(
    steps: Sequence[Shown], spec: WorldSpec, library: SkillLibrary, *, exactly: bool
) -> tuple[Part, ...]:
    found: list[Part] = []
    at = 0
    while at < len(steps):
        if steps[at].part.kind == "use":
            found.append(steps[at].part)
            at += 1
            continue
        ends: list[int] = [] if exactly else _ends(steps, at)
        for end in ends:  # the shortest that is what a skill does: a person grips and lets go for a reason
            use = _recognised(steps[at].before, steps[end - 1].after, steps, spec, library)
            if use is not None:
                found.append(use)
                at = end
                break
        else:
            end = _ends(steps, at)[0]
            found += _relative(steps[at:end])
            at = end
    first = next((part for part in found if part.kind in ("close", "open", "use")), None)
    if first is not None and first.kind == "close" and first.thing:
        found.insert(0, Part("open"))  # the hand may be half shut where it is used
    return tuple(found)


def _ends(steps: Sequence[Shown], at: int) -> list[int]:
    """Where segments that begin at `at` can end: after a grip with the rising that follows, or at the end."""
    ends: list[int] = []
    for number in range(at, len(steps)):
        if steps[number].part.kind == "use":
            return [*ends, number] if not ends or ends[-1] != number else ends
        if steps[number].part.kind in ("close", "open") and held(steps[number].before) != held(
            steps[number].after
        ):
            end = number + 1
            while end < len(steps) and _rises(steps[end].part):
                end += 1
            ends.append(end)
    return ends if ends and ends[-1] == len(steps) else [*ends, len(steps)]


def _rises(part: Part) -> bool:
    return part.kind == "home" or (part.kind == "by" and part.offset[2] > 0 and part.offset[:2] == (0.0, 0.0))


def _recognised(
    before: Observation, after: Observation, steps: Sequence[Shown], spec: WorldSpec, library: SkillLibrary
) -> Part | None:
    """The use of a library's skill that comes to what a segment came to."""
    facts = [one for one in gained(before, after) if not _is_aside(one, spec)]
    whole = set(gained(steps[0].before, steps[-1].after))
    best: tuple[tuple[int, int, int], Part] | None = None
    for skill in library:
        arguments = matched(skill, facts)
        if arguments is None or not _known_use(skill, arguments, before, spec):
            continue
        reached = [str(one) for one in skill.achieved(arguments)]
        score = (sum(one in whole for one in reached), len(arguments), -len(skill.calls))
        if best is None or score > best[0]:
            best = (score, Part("use", skill=skill.name, arguments=arguments))
    return best[1] if best else None


def matched(skill: Skill, facts: Sequence[str]) -> dict[str, str] | None:
    """The arguments with which a skill achieves some of these facts, if they tell all of them."""
    bound: dict[str, str] = {}
    for template in skill.achieves:
        if template.startswith("{") or not PLACEHOLDER.search(template):
            return None
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>\\w+)", re.escape(template))
        found = next((match for fact in facts if (match := re.fullmatch(pattern, fact))), None)
        if found is None or any(bound.get(key, value) != value for key, value in found.groupdict().items()):
            return None
        bound |= found.groupdict()
    names = {parameter.name for parameter in skill.parameters}
    return bound if bound and bound.keys() == names else None


def _known_use(skill: Skill, arguments: dict[str, str], before: Observation, spec: WorldSpec) -> bool:
    """Whether its needs held, and the world knows nothing against it."""
    try:
        if any(evaluate(need, before) is not True for need in skill.needed(arguments)):
            return False
        facts = [str(one) for one in skill.achieved(arguments)]
    except EmbodiedError:
        return False
    for fact in facts:
        family, _, keys = fact.rstrip("]").partition("[")
        named = tuple(key.strip() for key in keys.split(",") if key.strip())
        ways = [method.skill for method in spec.methods((family, *named), 1, before)]
        if skill.name not in ways:
            return False
    return True


def _relative(steps: Sequence[Shown]) -> list[Part]:
    """Motions with no thing named before them, relative to the nearest thing."""
    lead = 0
    while lead < len(steps) and steps[lead].part.kind in ("by", "turn") and not steps[lead].part.thing:
        lead += 1
    after = steps[lead - 1].after if lead else steps[0].before
    hand, holds = after.get("hand"), held(after)
    poses = {keys[0]: value for keys, value in after.items("pose") if isinstance(value, tuple)}
    poses.pop(holds, None)  # what is in the hand is always the nearest
    if not lead or not isinstance(hand, tuple) or not poses:
        return _about_the_last([step.part for step in steps], "")
    near = min(poses, key=lambda name: math.hypot(poses[name][0] - hand[0], poses[name][1] - hand[1]))
    spot = poses[near]
    aside, height = (hand[0] - spot[0], hand[1] - spot[1]), 0.0 if holds else hand[2] - spot[2]
    way = [Part("above", near, (*aside, 0.0)), Part("at", near, (*aside, height))]
    return way + _about_the_last([step.part for step in steps[lead:]], near)


def _about_the_last(parts: Sequence[Part], named: str) -> list[Part]:
    """Motions that name no thing are about the one that was named last."""
    found = []
    for part in parts:
        named = part.thing or named
        found.append(replace(part, thing=named) if part.kind in ("by", "turn") else part)
    return found


# -- what it came to, and what it needs ----------------------------------------------------------------


def _effect(
    parts: Sequence[Part],
    before: Observation,
    after: Observation,
    touched: set[str],
    spec: WorldSpec,
    library: SkillLibrary,
) -> tuple[str, ...]:
    kinds = spec.vocabulary.kinds
    tables = {one.name for one in spec.vocabulary.things if one.kind in kinds and not kinds[one.kind].plural}
    facts = [one for one in gained(before, after) if set(_keys(one)) <= touched | tables]
    plain = [one for one in facts if not _is_aside(one, spec)]
    told = [str(one) for part in parts if part.kind == "use" for one in _achieved(part, library)]
    families = {_family(one) for one in told}
    chosen = [one for one in facts if one in told or (_family(one) in families and one in plain)]
    chosen = chosen or [one for one in plain if _family(one) not in INCIDENTAL]
    chosen = [one for one in chosen if _family(one) not in INCIDENTAL] or chosen
    return tuple(chosen)


def _needs(
    parts: Sequence[Part], before: Observation, spec: WorldSpec, library: SkillLibrary
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    reached: set[str] = set()
    for part in parts:
        wanted: list[str] = []
        if part.kind == "use" and part.skill in library:
            skill = library.get(part.skill)
            method = method_of(skill, part.arguments, spec)
            needs = [*skill.needed(part.arguments), *(method.needs if method is not None else ())]
            wanted = [str(need) for need in needs]
        elif part.kind == "close":
            wanted = ["hand_empty", *([f"clear[{part.thing}]"] if part.thing else [])]
        for need in wanted:
            if need not in reached and evaluate(parse(need), before) is True:
                found[need] = None
        reached |= {str(one) for one in _achieved(part, library)}
    return tuple(found)


def _achieved(part: Part, library: SkillLibrary) -> list[object]:
    if part.kind != "use" or part.skill not in library:
        return []
    return list(library.get(part.skill).achieved(part.arguments))


def _is_aside(fact: str, spec: WorldSpec) -> bool:
    """Whether the world says that a fact, or a thing in it, is seldom of use."""
    patterns = getattr(spec, "aside", ())
    return any(fnmatchcase(word, one) for word in (_family(fact), *_keys(fact)) for one in patterns)


def _family(fact: str) -> str:
    return fact.partition("[")[0]


def _keys(fact: str) -> list[str]:
    return [key.strip() for key in fact.rstrip("]").partition("[")[2].split(",") if key.strip()]
