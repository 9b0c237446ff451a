"""Whether a skill may run on an arm: its evidence, its arguments, and what it needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from embodied.condition import Condition, facts_in
from embodied.deploying.arms import ArmWorld
from embodied.errors import BadInput, BadLibrary, did_you_mean
from embodied.facts import UNKNOWN, Observation
from embodied.launchfile import LaunchFile
from embodied.library import Grade, LibraryStore
from embodied.library.grades import FIT
from embodied.plugins import load_world
from embodied.skills import Skill, SkillLibrary

ENOUGH: Final = Grade.FIT_FOR_ARM


class NotFit(BadInput):
    """A skill without the evidence that an arm asks for."""


@dataclass(frozen=True)
class Candidate:
    """What is to be deployed: a skill of the library, with all of its arguments.

    Attributes:
        evidence: on how many held-out seeds it was tried, and how many it passed.
        parts: the skill and all that it calls, directly or not.
    """

    skill: Skill
    arguments: Mapping[str, Any]
    grade: Grade
    evidence: str
    parts: tuple[Skill, ...] = ()

    @property
    def words(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.skill.name}({given})"


def candidate(store: LibraryStore, name: str, arguments: Mapping[str, Any]) -> Candidate:
    """Look a skill up.

    Raises:
        NotFit: it has not passed 90 of 100 held-out seeds, or was changed since.
        BadInput: there is none, or the arguments do not fit.
    """
    try:
        skill = store.get(name)
    except BadLibrary as unused:
        raise NotFit(f"{unused.message}", remedy=unused.remedy) from unused
    bound = skill.bind(**arguments)
    grade = store.grade(skill.name)
    if grade is not ENOUGH:
        raise NotFit(
            f"{skill.name} is {grade.value.replace('_', ' ')}; on an arm runs what has passed at least 90 of "
            f"{FIT} held-out seeds in simulation.",
            remedy=f"Prove it:  embodied skills verify {skill.name} --world {store.world} --seeds {FIT}",
        )
    parts = store.skills().closure(skill.name) if skill.calls else (skill,)
    return Candidate(skill, bound, grade, _evidence(store, skill), parts)


def skills_for(launch: LaunchFile, store: LibraryStore, *, needed: bool = True) -> SkillLibrary:
    """What a run may use: all of its library, or on an arm that is there, what is fit for one.

    Args:
        needed: whether the run is nothing without a skill; a person who jogs the arm needs none.

    Raises:
        NotFit: the arm is there, skills are needed, and nothing is fit.
    """
    if not is_there(launch):
        return store.skills()
    return fit_skills(store) if needed else _fit(store)


def refuse_unfit(launch: LaunchFile, skills: Iterable[Skill], store: LibraryStore) -> None:
    """Raise NotFit if one of some skills may not run on the arm that is there, whoever wrote it."""
    if not is_there(launch):
        return
    fit = _fit(store)
    for skill in skills:
        if skill.name not in fit or fit.get(skill.name).hash != skill.hash:
            raise NotFit(
                f"{skill.name} is new, and on an arm that is there runs what has passed at least 90 of {FIT} "
                "held-out seeds in simulation.",
                remedy=f"Write and prove it in simulation: a launch file of the world {store.world}.",
            )


def is_there(launch: LaunchFile) -> bool:
    """Whether the body is an arm that is there, and no simulator of one."""
    plugin = load_world(launch.world.kind)
    return isinstance(plugin, ArmWorld) and plugin.is_real(launch.world.settings)


def fit_skills(store: LibraryStore) -> SkillLibrary:
    """The skills of a library that may run on an arm; those that they call run inside them only.

    Raises:
        NotFit: there are none.
    """
    found = _fit(store)
    if not len(found):
        raise NotFit(
            f"No skill is fit for an arm: none has passed at least 90 of {FIT} held-out seeds.",
            remedy=f"Prove them:  embodied skills verify --all --world {store.world} --seeds {FIT}",
        )
    return found


def _fit(store: LibraryStore) -> SkillLibrary:
    used, grades = store.skills(), store.grades()
    fit = [skill for skill in used if grades[skill.name] is ENOUGH]
    return SkillLibrary(skills=fit, inner=(part for skill in fit for part in used.closure(skill.name)))


def _evidence(store: LibraryStore, skill: Skill) -> str:
    lines = [line for line in store.history(skill.name) if line.hash == skill.hash]
    checks = [check for line in lines for check in line.version.checks if check.complete]
    best = max(checks, key=lambda check: len(check.seeds), default=None)
    return f"passed {best.passed} of {len(best.seeds)} held-out seeds" if best else "no evidence"


def refuse_blind(chosen: Candidate, seen: Observation) -> None:
    """Raise BadInput if nothing on this arm tells a fact that the skill needs, promises or sees."""
    skill = chosen.skill
    wanted: list[Condition] = [*skill.needed(chosen.arguments), *skill.achieved(chosen.arguments)]
    untold = []
    for condition in wanted:
        for fact in facts_in(condition):
            family = seen.families.get(fact.family)
            if family is None or (not family.closed and seen.get(fact.family, *fact.keys) is UNKNOWN):
                untold.append(str(fact))
    named = {key for condition in wanted for fact in facts_in(condition) for key in fact.keys}
    things = {keys[0] for keys, _ in seen.items("pose")} if "pose" in seen.families else set()
    for value in chosen.arguments.values():
        if isinstance(value, str) and value in named and things and value not in things:
            raise BadInput(
                f"{chosen.words} cannot run on this arm: there is no {value}, or nothing sees it.",
                remedy=f"{did_you_mean(value, things)} There are: {', '.join(sorted(things))}.".strip(),
            )
    if untold:
        raise BadInput(
            f"{chosen.words} cannot run on this arm: nothing there tells {', '.join(dict.fromkeys(untold))}.",
            remedy="Choose a scene that has it, such as --set world.scene=reach for a target, or another "
            f"source of objects. What is told here: {', '.join(sorted(things)) or 'of no things'}.",
        )
