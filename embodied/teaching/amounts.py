"""Lessons of a world of amounts: from the ways that were gone to steps, with how much each must come to.

A step tells how much must be held after it, as much as what comes later takes; held already, it is left out.
Steps that nothing later needs are dropped. Names that have kin become parameters, and so does the amount,
where what was brought about is an amount of one thing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from embodied.condition import Requirement, facts_in, parse, requirement
from embodied.deeds import Deed, TellsKin
from embodied.errors import BadInput
from embodied.methods import FactRef, Method, WorldSpec
from embodied.skills import SkillLibrary
from embodied.teaching.kin import of_one_variant, with_kin
from embodied.teaching.lesson import Lesson, Part, spoken

_AMOUNT: Final = re.compile(r">=\s*\{(\w+)\}")


@dataclass
class Required:
    """How much of something must be held: `fixed`, and `scaled` each time that the shown amount is made."""

    fixed: float = 0.0
    scaled: float = 0.0

    @property
    def total(self) -> float:
        return self.fixed + self.scaled

    def less(self, amount: float) -> Required:
        """What is still required where so much is made."""
        left = max(0.0, self.total - amount)
        share = left / self.total if self.total else 0.0
        return Required(self.fixed * share, self.scaled * share)


@dataclass
class Slice:
    """The steps that lead to an aim, and what must be there before."""

    steps: list[tuple[Deed, Required]] = field(default_factory=list)
    required: dict[FactRef, Required] = field(default_factory=dict)
    needs: dict[str, None] = field(default_factory=dict)

    @property
    def shortages(self) -> dict[FactRef, int]:
        return {fact: math.ceil(one.total) for fact, one in self.required.items() if one.total > 1e-6}


def lesson_of_deeds(
    deeds: Sequence[Deed], spec: WorldSpec, library: SkillLibrary, *, exactly: bool = False
) -> Lesson:
    """What somebody who was watched has shown.

    Args:
        exactly: what was put up only to work at is part of it, too.

    Raises:
        BadInput: it came to nothing that can be done or named.
    """
    usable = [one for one in deeds if one.way is not None and _known(one.way, spec, library)]
    if not exactly:
        usable = [one for one in usable if not one.means]
    if not usable:
        raise BadInput(
            "I saw nothing that I could do likewise.",
            remedy="Show it anew: 'watch me', then 'done'.",
        )
    usable = of_one_variant(usable, [fact[-1] for fact in aim_of(usable, spec)], spec)
    steps = _merged(usable)
    aim = aim_of(steps, spec)
    brings = tuple(dict.fromkeys(fact for one in steps for fact in one.brings))
    if not aim and not brings:
        raise BadInput(
            "All that was gained was used up again: I cannot tell what it was for.",
            remedy="Show it until something is there that was not before.",
        )
    if len(cut(steps, aim).shortages) > len(cut(usable, aim).shortages):
        steps = usable
    return _lesson(steps, aim, brings, spec, library, said=frozenset())


def lesson_of_ways(
    ways: Sequence[Method], achieves: Sequence[str], spec: WorldSpec, library: SkillLibrary
) -> Lesson | None:
    """What an instruction comes to by a plan from nothing; None if it is not about amounts."""
    wanted = [requirement(parse(one)) for one in achieves]
    aim: dict[FactRef, float] = {}
    told = [Deed(way.skill, way) for way in ways if _known(way, spec, library)]
    told = of_one_variant(told, [one.fact[-1] for one in wanted if one is not None], spec)
    ways = [one.way for one in told if one.way is not None]
    made = [fact for way in ways for fact in way.adds]
    for one in wanted:
        fact = _made_for(one, made) if one is not None else None
        if one is None or fact is None or spec.families[fact[0]].kind == "bool":
            return None
        aim[fact] = aim.get(fact, 0.0) + one.amount
    steps = _merged(told)
    said = frozenset(one.fact[-1] for one in wanted if one is not None)
    lesson = _lesson(steps, aim, (), spec, library, said=said)
    return replace(lesson, achieves=tuple(achieves))


def aimed_at(lesson: Lesson, achieves: Sequence[str], spec: WorldSpec, library: SkillLibrary) -> Lesson:
    """The lesson that was shown, for another end of it. Raises BadInput if no step yields that."""
    ways = [way_of(part) for part in lesson.shown]
    made = lesson_of_ways(ways, achieves, spec, library)
    if made is None or not made.parts:
        raise BadInput("Nothing that was shown comes to that.", remedy="Say what was, or show it anew.")
    return replace(made, shown=lesson.shown, name=lesson.name, why=lesson.why)


def aim_of(steps: Sequence[Deed], spec: WorldSpec) -> dict[FactRef, float]:
    """What was meant: what was gained and served nothing else; failing that all that was gained."""
    balance: dict[FactRef, float] = {}
    used: set[FactRef] = set()
    for way in (one.way for one in steps if one.way is not None):
        for fact, amount in way.adds.items():
            balance[fact] = balance.get(fact, 0.0) + amount
        for fact, amount in way.consumes.items():
            balance[fact] = balance.get(fact, 0.0) - amount
            used.add(fact)
        used |= {fact for need in way.needs for fact in _facts(need)}
    gained = {fact: amount for fact, amount in balance.items() if amount >= 1}
    meant = {fact: amount for fact, amount in gained.items() if fact not in used}
    aside = tuple(getattr(spec, "aside", ()))
    main = {fact: amount for fact, amount in meant.items() if not _by_the_way(fact, steps, aside)}
    if main or any(one.brings for one in steps):
        return main
    return meant or gained


def cut(steps: Sequence[Deed], aim: Mapping[FactRef, float], *, counted: FactRef | None = None) -> Slice:
    """The steps that an aim needs, from its end to the beginning."""
    found = Slice()
    required = found.required
    for end, amount in aim.items():
        required[end] = Required(scaled=amount) if end == counted else Required(fixed=amount)
    for number in range(len(steps) - 1, -1, -1):
        step = steps[number]
        way = step.way
        assert way is not None
        fact = gain_of(way)
        wanted = required.get(fact, Required()) if fact is not None else Required()
        if wanted.total < 1e-6 and not step.brings:
            continue
        found.steps.insert(0, (step, wanted))
        if fact is not None:
            required[fact] = wanted.less(way.adds[fact])
        share = min(1.0, wanted.total / way.adds[fact]) if fact is not None else 1.0
        for part, whole in way.consumes.items():
            before, taken = required.get(part, Required()), math.ceil(whole * share - 1e-6)
            more = Required(scaled=taken) if wanted.scaled > 0 else Required(fixed=taken)
            required[part] = Required(before.fixed + more.fixed, before.scaled + more.scaled)
        for need in way.needs:
            made = {one for earlier in steps[:number] if earlier.way for one in earlier.way.adds}
            tool = next((one for one in _facts(need) if one in made), None)
            if tool is None:
                found.needs[str(need)] = None
            elif required.get(tool, Required()).total < 1:
                required[tool] = Required(fixed=1.0)
    return found


# -- parts of a lesson -------------------------------------------------------------------------------


def _lesson(
    steps: Sequence[Deed],
    aim: Mapping[FactRef, float],
    brings: Sequence[str],
    spec: WorldSpec,
    library: SkillLibrary,
    *,
    said: frozenset[str],
) -> Lesson:
    only = next(iter(aim)) if len(aim) == 1 and not brings else None
    found = cut(steps, aim, counted=only)
    if only is not None and found.shortages:  # what must be given cannot grow with the amount
        only, found = None, cut(steps, aim)
    parts = tuple(_part(one, wanted, only, aim, library) for one, wanted in found.steps)
    needs = [f"{_shown(fact)} >= {amount}" for fact, amount in found.shortages.items()]
    achieves = (*(f"{_shown(fact)} >= {math.ceil(amount)}" for fact, amount in aim.items()), *brings)
    lesson = Lesson(
        parts,
        achieves=achieves,
        needs=(*needs, *found.needs),
        counted=math.ceil(aim[only]) if only is not None else 0,
        shown=tuple(_kept(one) for one in steps),
    )
    return with_kin(lesson, spec, said)


def _part(
    one: Deed, wanted: Required, only: FactRef | None, aim: Mapping[FactRef, float], library: SkillLibrary
) -> Part:
    way = one.way
    assert way is not None
    if way.skill not in library:
        return Part("do", skill=way.skill, arguments=dict(way.arguments), gives=one.gives, beside=one.beside)
    fact = gain_of(way)
    whole = fact == only and fact is not None
    scaled = wanted.scaled - (aim[fact] if whole and fact is not None else 0.0)
    amount = amount_of(way.skill, library)
    arguments = {key: value for key, value in way.arguments.items() if key != amount}
    if amount:
        arguments[amount] = max(1, math.ceil(wanted.total))
    return Part(
        "use",
        skill=way.skill,
        arguments=arguments,
        gains=_shown(fact) if fact is not None else "",
        amount=amount,
        level=math.ceil(wanted.fixed),
        each=max(0, math.ceil(scaled)),
        counted=whole,
    )


def _kept(one: Deed) -> Part:
    """A step as it was shown, so that another end of it can be asked for later."""
    way = one.way
    assert way is not None
    told = {
        "needs": [str(need) for need in way.needs],
        "consumes": {_shown(fact): amount for fact, amount in way.consumes.items()},
        "adds": {_shown(fact): amount for fact, amount in way.adds.items()},
    }
    return Part("use", skill=way.skill, arguments=dict(way.arguments), told=told)


def way_of(part: Part) -> Method:
    """The way that a step was shown in."""
    told = part.told
    return Method(
        part.skill,
        part.arguments,
        needs=tuple(parse(need) for need in told.get("needs", ())),
        consumes={_fact(text): amount for text, amount in told.get("consumes", {}).items()},
        adds={_fact(text): amount for text, amount in told.get("adds", {}).items()},
    )


def gain_of(way: Method) -> FactRef | None:
    """What a way is gone for: the first that it adds."""
    return next(iter(way.adds.keys()), None)


def amount_of(skill: str, library: SkillLibrary) -> str:
    """The parameter that takes the amount; "" if none does."""
    found = (_AMOUNT.search(one) for one in library.get(skill).achieves)
    return next((one[1] for one in found if one is not None), "")


def _merged(steps: Sequence[Deed]) -> list[Deed]:
    """Ways that differ in their amounts alone are one, where the first was gone."""
    found: list[Deed] = []
    at: dict[Any, int] = {}
    for one in steps:
        way = one.way
        assert way is not None
        gains = gain_of(way)
        same = {key: value for key, value in way.arguments.items() if key != "count"}
        key = (way.skill, gains, tuple(sorted(same.items(), key=str)))
        if gains is None or one.gives or key not in at:
            at[key] = len(found)
            found.append(one)
            continue
        first = found[at[key]]
        assert first.way is not None
        adds = {fact: first.way.adds.get(fact, 0) + amount for fact, amount in way.adds.items()}
        consumes = dict(first.way.consumes)
        for fact, amount in way.consumes.items():
            consumes[fact] = consumes.get(fact, 0) + amount
        found[at[key]] = replace(first, way=replace(first.way, adds=adds, consumes=consumes))
    return found


def _known(way: Method, spec: WorldSpec, library: SkillLibrary) -> bool:
    offered = spec.functions if isinstance(spec, TellsKin) else {}
    return way.skill in library or way.skill in offered


def _made_for(wanted: Requirement, made: Sequence[FactRef]) -> FactRef | None:
    family, pattern = wanted.fact[0], wanted.fact[-1]
    alike = [fact for fact in made if fact[0] == family and fnmatchcase(fact[-1], pattern)]
    return alike[-1] if alike else None


def _by_the_way(fact: FactRef, steps: Sequence[Deed], aside: Sequence[str]) -> bool:
    """Whether it came only of what is set aside in this world (leaves, grass)."""
    ways = [one.way for one in steps if one.way is not None and fact in one.way.adds]
    return all(
        any(fnmatchcase(str(value), pattern) for value in way.arguments.values() for pattern in aside)
        for way in ways
    )


def _facts(need: Any) -> set[FactRef]:
    return {(fact.family, *fact.keys) for fact in facts_in(need)}


def _shown(fact: FactRef) -> str:
    return f"{fact[0]}[{', '.join(fact[1:])}]" if len(fact) > 1 else fact[0]


def _fact(text: str) -> FactRef:
    family, _, keys = text.rstrip("]").partition("[")
    return (family, *(key.strip() for key in keys.split(",") if key.strip()))


__all__ = ["aim_of", "aimed_at", "amount_of", "cut", "lesson_of_deeds", "lesson_of_ways", "spoken", "way_of"]
