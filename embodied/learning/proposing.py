"""A refinement's last word: its policy becomes a skill, and the gate says what it is worth.

The gate runs the skill as any run would: through the bridge and all its limits, judged by the referee, on
seeds that nobody has seen. What it says decides, whatever the policy did in the environment that it was
trained in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

from embodied.errors import EmbodiedError
from embodied.learning.artefact import Artefact
from embodied.learning.environment import TaskSource, TrainingTask
from embodied.learning.policy_skill import skill_of
from embodied.library import Evidence, Grade, LibraryStore, open_library
from embodied.library.grades import FIT
from embodied.library.proving import make_gate
from embodied.skills import Skill

GATE: Final = "gate"


@runtime_checkable
class ProvingTasks(Protocol):
    """A `TaskSource` that knows where a policy can be proven that was trained elsewhere than in the launch's
    own world."""

    def world_of(
        self, task: TrainingTask, settings: Mapping[str, Any], folder: Path
    ) -> Mapping[str, Any] | None:
        """[world] settings for the gate; files that they name go to `folder`. None if there is none."""
        ...


@dataclass(frozen=True)
class Proposed:
    """What became of a policy.

    Attributes:
        kept: whether the library has it, and uses it.
        successes, seeds: of the gate; 0 where it did not run.
        reason: in a sentence.
        command: what to type to use it, or to go on; "" for nothing.
    """

    skill: str
    hash: str
    grade: Grade
    kept: bool
    successes: int
    seeds: int
    reason: str
    command: str = ""


def adopt(artefact: Artefact, run: Path, store: LibraryStore, sentence: str) -> Skill:
    """The policy as a skill on trial. Raises `BadSkill` where it cannot be one."""
    skill = skill_of(artefact, run)
    store.add(skill, origin="learned", why=f"{sentence} (run {run.name})")
    return store.get(skill.name, skill.hash)


def propose(
    artefact: Artefact,
    task: TrainingTask,
    source: TaskSource,
    settings: Mapping[str, Any],
    run: Path,
    *,
    kind: str,
    seeds: int = FIT,
    store: LibraryStore | None = None,
    tell: Callable[[str], None] = lambda line: None,
    stop: threading.Event | None = None,
) -> Proposed:
    """Put a policy through the gate of the library of `kind`.

    Where at least 90 of 100 seeds pass, the skill is kept with that grade. Where the gate could not be run to
    its end, or it failed though most seeds passed, it is kept on trial; else it is refused, and not used.

    Args:
        settings: the [world] table of the launch.
        run: the folder of the refinement.
    """
    store = store or open_library(kind)
    chosen = _world(task, source, settings, run)
    skill = adopt(artefact, run, store, task.sentence)
    scene = (chosen or {}).get("scene")
    there = f" --set world.scene={scene}" if scene else ""
    again = f"embodied skills verify {skill.name} --world {kind} --seeds {seeds}{there}"
    if chosen is None:
        why = f"on trial: no world of kind {kind} has what {task.name} is about, so the gate cannot run it"
        return Proposed(skill.name, skill.hash, Grade.TRIAL, True, 0, 0, why)
    gate = make_gate(store, run / GATE, fast=False, settings=chosen, on_progress=tell, stop=stop)
    try:
        evidence = gate.verify(skill, seeds)
    except EmbodiedError as error:
        why = f"on trial: the gate could not run it: {error.message}"
        return Proposed(skill.name, skill.hash, Grade.TRIAL, True, 0, 0, why, again)
    grade = store.grade(skill.name, skill.hash)
    ran, passed = len(evidence.ran), evidence.successes
    if evidence.passed:
        why = f"kept as {grade.value}: {evidence.reason}"
        use = f'embodied run {kind}{there} --goal "{task.condition}"'
        return Proposed(skill.name, skill.hash, grade, True, passed, ran, why, use)
    failed = ran - passed
    if evidence.stopped or passed > failed:
        why = f"kept on trial: {_so_far(evidence)}"
        return Proposed(skill.name, skill.hash, grade, True, passed, ran, why, again)
    store.quarantine(skill.name, skill.hash, f"the gate: {_so_far(evidence)}")
    grade = store.grade(skill.name, skill.hash)
    return Proposed(skill.name, skill.hash, grade, False, passed, ran, f"refused: {_so_far(evidence)}", again)


def _so_far(evidence: Evidence) -> str:
    """What the gate came to that was ended early, or failed."""
    ran = len(evidence.ran)
    first = next((result for result in evidence.results if not result.passed), None)
    why = f"; seed {first.seed}: {first.reason}" if first is not None else ""
    return f"{evidence.successes} of {ran} held-out seeds passed before the gate ended{why}"


def _world(
    task: TrainingTask, source: TaskSource, settings: Mapping[str, Any], run: Path
) -> Mapping[str, Any] | None:
    """Where to prove it."""
    return source.world_of(task, settings, run / GATE) if isinstance(source, ProvingTasks) else settings
