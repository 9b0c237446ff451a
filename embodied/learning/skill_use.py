"""Which skills of the library lead to a task's condition, and with which arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from embodied.condition import (
    And,
    Arithmetic,
    Comparison,
    Condition,
    Distance,
    Fact,
    Literal,
    Term,
    alternatives,
    evaluate,
    facts_in,
    parse,
)
from embodied.errors import BadInput, BadSkill, did_you_mean
from embodied.facts import Observation
from embodied.learning.errors import NoGuide
from embodied.methods import WorldSpec
from embodied.planning.offline import OfflinePlanner
from embodied.planning.plan import Step
from embodied.planning.skilled import SkilledMethods
from embodied.skills import Skill, SkillLibrary, load_skill
from embodied.skills.skill import PLACEHOLDER, REQUIRED

_CALL: Final = re.compile(r"\s*([^()]+?)\s*(?:\(([^()]*)\))?\s*\Z")
_HOLE: Final = "hole__"


@dataclass(frozen=True)
class SkillUse:
    """A skill with its arguments; `folder` where it is none of the library's."""

    skill: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    folder: str = ""

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.folder or self.skill}({given})"


def uses_named(text: str, library: SkillLibrary) -> tuple[tuple[SkillUse, ...], SkillLibrary]:
    """The inverse of joining `str` of uses by "; ", and the library with the skills that are none of it.
    Numbers are read as numbers.

    Raises:
        NoGuide: it is none.
        BadSkill, BadInput: there is no such skill, or the arguments do not fit.
    """
    uses = []
    for call in text.split(";"):
        match = _CALL.match(call)
        if match is None:
            raise NoGuide(f"{call!r} is no use of a skill.", remedy="Write  pick(object=red_cube).")
        given = dict(pair.split("=", 1) for pair in (match[2] or "").split(",") if "=" in pair)
        read = {name.strip(): _value(value.strip()) for name, value in given.items()}
        skill, library = found(match[1], library)
        uses.append(SkillUse(skill.name, skill.bind(**read), "" if skill.name == match[1] else match[1]))
    return tuple(uses), library


def found(wanted: str, library: SkillLibrary) -> tuple[Skill, SkillLibrary]:
    """A skill by its name, or by the path of its folder; and a library that has it. Raises `BadSkill` with
    the nearest names, or folders nearby."""
    folder = Path(wanted).expanduser()
    if (folder / "SKILL.md").is_file():
        skill = load_skill(folder)
        return skill, library.with_skill(skill)
    if "/" not in wanted:
        return library.get(wanted), library
    near = sorted(str(file.parent) for file in folder.parent.glob("*/SKILL.md"))
    raise BadSkill(
        f"there is no skill in the folder {wanted}",
        remedy=did_you_mean(str(folder), near) or "`embodied skills list` shows the library's, by name.",
    )


def refuse_missing(
    uses: Sequence[SkillUse], library: SkillLibrary, condition: Condition, facts: Observation
) -> None:
    """Raise `BadInput`, with the nearest name, where a skill is to be used with a thing that is not there:
    that neither the condition of the task names, nor any fact."""
    about = {key for fact in facts_in(condition) for key in fact.keys}
    known = about | {key for family in facts.families for keys, _ in facts.items(family) for key in keys}
    for use in uses:
        skill = library.get(use.skill)
        said = (*skill.achieved(use.arguments), *skill.needed(use.arguments))
        things = {key for one in said for fact in facts_in(one) for key in fact.keys}
        for name, value in use.arguments.items():
            if isinstance(value, str) and value in things - known:  # a list is no thing, and has no hash
                raise BadInput(
                    f"There is nothing called {value!r} in this task (--from, {name}={value}).",
                    remedy=did_you_mean(str(value), known) or f"It is about {', '.join(sorted(about))}.",
                )


def use_for(skill: Skill, condition: Condition) -> SkillUse | None:
    """The skill with the arguments for which it achieves a condition, or a part of it; None if it has none.

    A skill that does not say so is used with the things of the condition, in order, if it takes as many.
    """
    for way in alternatives(condition):
        for part in way.parts if isinstance(way, And) else (way,):
            for template in skill.achieves:
                bound = _matched(template, part)
                if bound is not None and _complete(skill, bound):
                    return SkillUse(skill.name, skill.bind(**bound))
    wanted = [one for one in skill.parameters if one.default is REQUIRED]
    things = list(dict.fromkeys(key for fact in facts_in(condition) for key in fact.keys))
    if wanted and len(wanted) == len(things) and all(one.type == "str" for one in wanted):
        given = {one.name: thing for one, thing in zip(wanted, things, strict=True)}
        return SkillUse(skill.name, skill.bind(**given))
    return None


def uses_from(
    skill: Skill,
    condition: Condition,
    spec: WorldSpec,
    library: SkillLibrary,
    facts: Observation,
    *,
    folder: str = "",
) -> tuple[SkillUse, ...]:
    """A skill for a condition, after what the planner would do for its needs.

    Raises:
        NoGuide: with which arguments it is to be used is not clear, or its needs cannot be met.
    """
    use = use_for(skill, condition)
    if use is None:
        raise NoGuide(
            f"{skill.name} does not say that it achieves {condition}, and takes other arguments than that "
            f"has things: {skill.signature()}.",
            remedy=f'Say with what it is to be called: --from "{skill.name}(...=..., ...=...)".',
        )
    use = replace(use, folder=folder)
    needs = [need for need in skill.needed(use.arguments) if evaluate(need, facts) is not True]
    if not needs:
        return (use,)
    before = planned(needs[0] if len(needs) == 1 else And(tuple(needs)), spec, library, facts)
    if not before:
        said = " and ".join(map(str, needs))
        raise NoGuide(
            f"{skill.name} needs {said}, which no skill brings about.", remedy="Begin with another skill."
        )
    return (*before, use)


def planned(
    condition: Condition, spec: WorldSpec, library: SkillLibrary, facts: Observation
) -> tuple[SkillUse, ...]:
    """What the offline planner would do for a condition; nothing where it knows no way."""
    decision = OfflinePlanner(SkilledMethods(spec, lambda: library)).next(condition, facts, ())
    if isinstance(decision, Step):
        steps = (decision, *decision.upcoming)
        return tuple(SkillUse(step.skill, dict(step.arguments)) for step in steps)
    return next(_achieving(condition, library, facts), ())


def _achieving(
    condition: Condition, library: SkillLibrary, facts: Observation
) -> Iterator[tuple[SkillUse, ...]]:
    """Skills that say that they achieve the whole condition, which the planner cannot plan for: numbers."""
    for skill in library:
        use = use_for(skill, condition) if skill.achieves else None
        if use is None:
            continue
        achieved = skill.achieved(use.arguments)
        whole = any(_all_in(way, achieved) for way in alternatives(condition))
        needs = skill.needed(use.arguments)
        if whole and all(evaluate(need, facts) is not False for need in needs):
            yield (use,)


def _all_in(way: Condition, achieved: Sequence[Condition]) -> bool:
    parts = way.parts if isinstance(way, And) else (way,)
    return all(any(_unified(one, part, {}) for one in achieved) for part in parts)


def _complete(skill: Skill, bound: Mapping[str, Any]) -> bool:
    return all(one.name in bound or one.default is not REQUIRED for one in skill.parameters)


def _matched(template: str, part: Condition) -> dict[str, Any] | None:
    """The values of the template's placeholders for which it says what `part` says, or more."""
    bound: dict[str, Any] = {}
    try:
        pattern = parse(PLACEHOLDER.sub(lambda hole: f"{_HOLE}{hole.group(1)}", template))
    except BadSkill:
        return None
    return bound if _unified(pattern, part, bound) else None


def _unified(pattern: Condition, part: Condition, bound: dict[str, Any]) -> bool:
    if isinstance(pattern, And):
        return any(_unified(one, part, bound) for one in pattern.parts)
    if not isinstance(pattern, Comparison) or not isinstance(part, Comparison):
        return pattern == part
    if pattern.operator != part.operator or not _same(pattern.left, part.left, bound):
        return False
    left, right = pattern.right, part.right
    if isinstance(left, Literal) and isinstance(right, Literal) and part.operator in ("<", "<=", ">", ">="):
        a, b = left.value, right.value
        if isinstance(a, (int, float)) and isinstance(b, (int, float)):
            return a <= b if part.operator in ("<", "<=") else a >= b
    return _same(left, right, bound)


def _same(pattern: Term, term: Term, bound: dict[str, Any]) -> bool:
    match pattern, term:
        case Fact(family, ()), Literal(value) if family.startswith(_HOLE):
            return bool(bound.setdefault(family.removeprefix(_HOLE), value) == value)
        case Fact(family, keys), Fact(other, others) if family == other and len(keys) == len(others):
            return all(_same_key(key, name, bound) for key, name in zip(keys, others, strict=True))
        case Distance(a, b), Distance(c, d):
            return _same(a, c, bound) and _same(b, d, bound)
        case Arithmetic(operator, a, b), Arithmetic(sign, c, d) if operator == sign:
            return _same(a, c, bound) and _same(b, d, bound)
    return pattern == term


def _same_key(key: str, name: str, bound: dict[str, Any]) -> bool:
    if key.startswith(_HOLE):
        return bool(bound.setdefault(key.removeprefix(_HOLE), name) == name)
    return key == name


def _value(text: str) -> Any:
    """As the names of uses write it."""
    if text in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
