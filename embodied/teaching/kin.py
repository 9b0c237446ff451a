"""Names that stand for each other: any wood will do where one was shown, and what is made of it follows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from embodied.condition import parse
from embodied.deeds import Deed, TellsKin
from embodied.methods import FactRef, Method, WorldSpec
from embodied.teaching.lesson import Lesson


def of_one_variant(deeds: Sequence[Deed], meant: Sequence[str], spec: WorldSpec) -> list[Deed]:
    """The same with one variant: where birch was used beside oak, oak would have done as well.

    Which it is, what is meant says; failing that the first. Where several are meant, all stay as they are.

    Args:
        meant: names that the end is about.
    """
    if not isinstance(spec, TellsKin):
        return list(deeds)
    known = {name: kin for one in deeds for name in _named(one) if (kin := spec.kin(name)) is not None}
    ends = {kin.variant for name in meant if (kin := spec.kin(name)) is not None}
    if len(ends) > 1 or not known:
        return list(deeds)
    chosen = next(iter(ends), next(iter(known.values())).variant)
    other = {
        name: kin.pattern.replace("*", chosen)
        for name, kin in known.items()
        if kin.variant != chosen and spec.kin(kin.pattern.replace("*", chosen)) is not None
    }
    return [replace(one, way=_renamed(one.way, other)) if one.way is not None else one for one in deeds]


def with_kin(lesson: Lesson, spec: WorldSpec, said: frozenset[str]) -> Lesson:
    """The lesson with a parameter for the first name of a variant; what else is of it follows from that.

    Args:
        said: names that were said: those stay the default.
    """
    if not isinstance(spec, TellsKin):
        return lesson
    names = [name for name in dict.fromkeys(_names(lesson)) if spec.kin(name) is not None]
    if not names:
        return lesson
    anchor = spec.kin(names[0])
    assert anchor is not None
    default = anchor.pattern
    derived: dict[str, tuple[str, str, str, str]] = {}
    ending = anchor.pattern.replace("*", "")
    for name in names:
        kin = spec.kin(name)
        if kin is None or kin.variant != anchor.variant:
            continue  # of another variant, which is meant as it is
        if name != names[0]:
            derived[name] = (kin.word, anchor.word, ending, kin.pattern.replace("*", ""))
        if name in said:
            default = names[0]
    kind: dict[str, Any] = {"pattern": anchor.pattern, "members": list(anchor.members), "default": default}
    return replace(lesson, names={names[0]: anchor.word}, kinds={anchor.word: kind}, derived=derived)


def _names(lesson: Lesson) -> Iterable[str]:
    for part in lesson.parts:
        yield from (value for value in part.arguments.values() if isinstance(value, str))
    for condition in (*lesson.needs, *lesson.achieves):
        yield from re.findall(r"\w+", condition)


def _named(one: Deed) -> Iterable[str]:
    if one.way is None:
        return
    yield from (value for value in one.way.arguments.values() if isinstance(value, str))
    yield from (fact[-1] for fact in (*one.way.adds, *one.way.consumes))


def _renamed(way: Method, other: dict[str, str]) -> Method:
    def fact(one: FactRef) -> FactRef:
        return (*one[:-1], other.get(one[-1], one[-1]))

    def summed(amounts: Any) -> dict[FactRef, float]:
        found: dict[FactRef, float] = {}
        for one, amount in amounts.items():
            found[fact(one)] = found.get(fact(one), 0) + amount
        return found

    def condition(text: str) -> str:
        return re.sub(r"\w+", lambda found: other.get(found[0], found[0]), text)

    arguments = {
        key: other.get(value, value) if isinstance(value, str) else value
        for key, value in way.arguments.items()
    }
    return replace(
        way,
        arguments=arguments,
        needs=tuple(parse(condition(str(need))) for need in way.needs),
        adds=summed(way.adds),
        consumes=summed(way.consumes),
    )
