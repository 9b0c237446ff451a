"""What a run's steps say of its skills, for the library: what fails in runs is not what was verified."""

from __future__ import annotations

from typing import Final

from embodied.condition import evaluate
from embodied.errors import BadLibrary
from embodied.facts import Observation
from embodied.journal import Journal
from embodied.library import LibraryStore
from embodied.outcome import Verdict
from embodied.planning import Attempt, Step
from embodied.sandbox import SkillRun
from embodied.skills import Skill

_TELLS_NOTHING: Final = frozenset(
    {"bad_arguments", "cancelled", "deadline", "halted", "lease_lost", "lost", "stalled", "worker_crashed"}
)
"""Ends of a run of a skill that are not the skill's doing."""


def tells(skill: Skill, step: Step, attempt: Attempt, ran: SkillRun, before: Observation) -> bool:
    """Whether what a step came to was its skill's doing: it had what it needs, and there was something to
    do. Whoever asks knows whether a person, a rule or an event came between."""
    if attempt.judgement.verdict is Verdict.UNKNOWN or ran.error_code in _TELLS_NOTHING:
        return False
    if evaluate(step.expects, before) is True:
        return False
    return all(evaluate(need, before) is True for need in skill.needed(step.arguments))


def note_use(store: LibraryStore, skill: Skill, journal: Journal, *, passed: bool) -> None:
    """Keep what this run came to with a skill, and say so where the skill loses its grade by it."""
    try:
        before = store.grade(skill.name, skill.hash)
    except BadLibrary:
        return  # the run's own: no library has it
    try:
        store.used(skill.name, skill.hash, journal.path.parent.name, passed=passed)
    except BadLibrary as busy:  # a run is not ended for the library's sake
        journal.write("note", text=f"what came of {skill.name} could not be kept: {busy.message}")
        return
    after = store.grade(skill.name, skill.hash)
    if after is not before:
        text = f"{skill.name} was {before.value}; it has failed in too many runs since, and is {after.value}"
        journal.write("note", text=text)
