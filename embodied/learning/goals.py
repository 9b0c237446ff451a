"""A goal of a launch's scene as a task that can be trained: its sentence, and when it is done."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Any, Final, Protocol, runtime_checkable

from embodied.condition import Condition, Or, Quantifier, alternatives, check, expanded, facts_in, parse
from embodied.errors import BadCondition, BadGoal, did_you_mean
from embodied.facts import FactSource
from embodied.goals import GoalParser
from embodied.goals.exclusions import excludes, facts_of
from embodied.learning.environment import TrainingTask
from embodied.learning.errors import NoCondition
from embodied.methods import WorldSpec
from embodied.phrases import Exclusion

NAME_LENGTH: Final = 56


@runtime_checkable
class SceneTasks(Protocol):
    """A `TaskSource` that makes environments for conditions over what stands in a launch's scene.

    `bridge` is the kind of bridge whose primitives the skills of this kind of world call.
    """

    bridge: str

    def standing(self, settings: Mapping[str, Any]) -> FactSource:
        """What is so in the scene at any time, without a simulator: the keys of `lasting` families, and the
        values of those of them that are text (kind, colour)."""
        ...

    def lasting(self) -> Collection[str]:
        """Families whose keys never change."""
        ...

    def task_of(
        self, name: str, sentence: str, condition: Condition, settings: Mapping[str, Any]
    ) -> TrainingTask:
        """A task for a condition without quantifiers.

        Raises:
            BadInput: the scene has nothing of such a name, or nothing that could be observed of it.
        """
        ...


def scene_task(
    sentence: str, success: str, source: SceneTasks, settings: Mapping[str, Any], spec: WorldSpec
) -> TrainingTask:
    """The task that a sentence, or a condition, means in a scene.

    Raises:
        BadGoal: the sentence is none of the world's goals, or cannot be reached.
        BadCondition: `success` cannot be read, or names what there is not.
        NoCondition: it holds whatever happens, or never.
    """
    condition = _said(success, source, settings, spec) if success.strip() else _understood(sentence, spec)
    written = expanded(condition, source.standing(settings), source.lasting())
    possible = _possible(written, spec.vocabulary.exclusions)
    if not any(True for _ in facts_in(possible)):
        raise NoCondition(
            f"{condition} says nothing about this scene: it is so always, or never.",
            remedy="Say what is to be different in the end.",
        )
    return source.task_of(name_of(sentence or str(condition)), sentence.strip(), possible, settings)


def name_of(sentence: str) -> str:
    """A sentence as a name: "put the red cube in the bowl" is put-the-red-cube-in-the-bowl."""
    name = "-".join(re.findall(r"[a-z0-9]+", sentence.lower()))
    return name if len(name) <= NAME_LENGTH else name[:NAME_LENGTH].rpartition("-")[0]


def _understood(sentence: str, spec: WorldSpec) -> Condition:
    goal = GoalParser(spec.vocabulary, spec.families).parse(sentence)
    if goal.relative:
        raise BadGoal(f"{sentence!r} asks for more than there is at the start, which differs.")
    check(goal.condition, spec.families)
    for fact in facts_in(goal.condition):
        why = spec.unreachable((fact.family, *fact.keys))
        if why:
            raise BadGoal(f"{sentence!r} cannot be reached: {why}.")
    return goal.condition


def _said(text: str, source: SceneTasks, settings: Mapping[str, Any], spec: WorldSpec) -> Condition:
    """A person's condition, checked against what there is."""
    condition = parse(text)
    check(condition, spec.families)
    things = source.standing(settings)
    known = {key for family in source.lasting() for keys, _ in things.items(family) for key in keys}
    known |= {thing.name for thing in spec.vocabulary.things}
    bound = set(_names(condition))
    for fact in facts_in(condition):
        for key in fact.keys:
            if key not in known | bound and not set(key) & set("*?"):
                raise BadCondition(
                    f"There is nothing called {key!r} (in {fact}).",
                    remedy=did_you_mean(key, known) or f"There are {', '.join(sorted(known))}.",
                )
    return condition


def _names(condition: Condition) -> list[str]:
    """The names that quantifiers give."""
    match condition:
        case Quantifier(_, name, _, part):
            return [name, *_names(part)]
    parts = getattr(condition, "parts", ()) or filter(None, [getattr(condition, "part", None)])
    return [name for part in parts for name in _names(part)]


def _possible(condition: Condition, exclusions: Collection[Exclusion]) -> Condition:
    """Without alternatives that cannot be: a thing on itself, or two things each on the other."""
    ways = alternatives(condition)
    if len(ways) == 1:
        return condition
    kept = tuple(way for way in ways if not _impossible(way, exclusions))
    if len(kept) == len(ways) or not kept:
        return condition
    return kept[0] if len(kept) == 1 else Or(kept)


def _impossible(way: Condition, exclusions: Collection[Exclusion]) -> bool:
    facts = list(facts_of(way))
    if any(len(set(fact.keys)) < len(fact.keys) for fact in facts):
        return True
    return any(
        excludes(clash, one, other)
        for one, other in combinations(facts, 2)
        for clash in exclusions
        if not clash.stage
    )
