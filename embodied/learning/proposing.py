"""A refinement's last word: its policy becomes a skill, and the gate says what it is worth.

The gate runs the skill as any run would: through the bridge and all its limits, judged by the referee, on
seeds that nobody has seen. What it says decides, whatever the policy did in the environment that it was
trained in.
"""

from __future__ import annotations

import json
import shlex
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

from embodied.condition import Condition
from embodied.errors import BadGoal, EmbodiedError
from embodied.goals import GoalParser
from embodied.learning.artefact import Artefact
from embodied.learning.environment import TaskSource, TrainingTask, load_tasks
from embodied.learning.errors import UnknownTask
from embodied.learning.goals import SceneTasks
from embodied.learning.policy_skill import skill_of
from embodied.library import Evidence, Grade, LibraryStore, open_library
from embodied.library.gate import Gate
from embodied.library.grades import FIT, TRUSTED
from embodied.library.proving import make_gate
from embodied.plugins import load_world
from embodied.skills import Skill
from embodied.skills.policies import CARD_FILE

GATE: Final = "gate"
ON_TRIAL: Final = "on trial, and runs use it only where they know nothing better"


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
    sentence: str = "",
    store: LibraryStore | None = None,
    tell: Callable[[str], None] = lambda line: None,
    stop: threading.Event | None = None,
) -> Proposed:
    """Put a policy through the gate of the library of `kind`.

    Where at least 90 of 100 seeds pass, the skill is kept with that grade; one that was proven in a scene of
    its task's own is then tried in the launch's, where a run will use it. Where the gate could not be run to
    its end it is kept on trial; where it failed though most seeds passed it is suspect, and not used before a
    later proof; else it is refused.

    Args:
        settings: the [world] table of the launch.
        run: the folder of the refinement.
        sentence: that was learned: what to ask a run for, where the world understands the same by it.
    """
    store = store or open_library(kind)
    chosen = _world(task, source, settings, run)
    skill = adopt(artefact, run, store, task.sentence)
    if chosen is None:
        why = f"{ON_TRIAL}: no world of kind {kind} has what {task.name} is about, so the gate cannot run it"
        return Proposed(skill.name, skill.hash, Grade.TRIAL, True, 0, 0, why)
    own = any(one.name == task.name for one in source.tasks(settings))  # its scene is found by its name
    again = f"embodied skills verify {skill.name} --world {kind} --seeds {seeds}"
    again += "" if own else _in_scene(chosen)
    gate = make_gate(store, run / GATE, fast=False, settings=chosen, on_progress=tell, stop=stop)
    try:
        evidence = gate.verify(skill, seeds)
    except EmbodiedError as error:
        why = f"{ON_TRIAL}: the gate could not run it: {error.message}"
        return Proposed(skill.name, skill.hash, Grade.TRIAL, True, 0, 0, why, again)
    grade = store.grade(skill.name, skill.hash)
    ran, passed = len(evidence.ran), evidence.successes
    use = f"embodied run {kind}{_in_scene(chosen)} --goal {_asked(sentence, task, kind, chosen)}"
    if evidence.passed:
        launchs = _launchs_own(task, source, settings, run, chosen)
        if launchs is not None:
            here = make_gate(store, run / GATE, fast=False, settings=launchs, on_progress=tell, stop=stop)
            at_home = f"embodied run {kind} --goal {_asked(sentence, task, kind, launchs)}"
            return _also_there(skill, grade, evidence, here, use, at_home)
        why = f"kept as {grade.value}: {evidence.reason}"
        return Proposed(skill.name, skill.hash, grade, True, passed, ran, why, use)
    if evidence.stopped or passed > ran - passed:
        why = f"{_standing(grade)}: {_so_far(evidence)}"
        return Proposed(skill.name, skill.hash, grade, grade.usable, passed, ran, why, again)
    store.quarantine(skill.name, skill.hash, f"the gate: {_so_far(evidence)}")
    grade = store.grade(skill.name, skill.hash)
    return Proposed(skill.name, skill.hash, grade, False, passed, ran, f"refused: {_so_far(evidence)}", again)


def proving_settings(skill: Skill, folder: Path) -> Mapping[str, Any]:
    """The [world] settings in which the task can be tried that a skill's policy was trained for: of a
    registered task its own scene, whose files go to `folder`. None of its own: nothing."""
    learned = _learned_task(skill.folder / CARD_FILE) if skill.runtime == "policy" else ""
    if not learned:
        return {}
    try:
        source = load_tasks(skill.world)
    except UnknownTask:  # a kind of world without any
        return {}
    task = next((one for one in source.tasks({}) if one.name == learned), None)
    chosen = None if task is None else _world(task, source, {}, folder)
    return chosen or {}


def _learned_task(card: Path) -> str:
    """What a card calls the task; "" where it does not tell: it is no part of a skill's hash, and a skill of
    another's may have any."""
    try:
        told = json.loads(card.read_text(encoding="utf-8"))
        return str(told["task"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _also_there(
    skill: Skill, grade: Grade, evidence: Evidence, gate: Gate, use: str, at_home: str
) -> Proposed:
    """What has passed in a task's own scene, tried where the launch's runs will use it: other things stand
    there, and it may stand elsewhere.

    Args:
        use, at_home: the commands that use it there, and in the launch's scene.
    """
    ran, passed, proven = len(evidence.ran), evidence.successes, evidence.reason

    def proposed(grade: Grade, why: str, command: str) -> Proposed:
        command = command if grade.usable else ""
        said = f"kept as {grade.value}: {why}" if grade.usable else f"{grade.value}, so not used: {why}"
        return Proposed(skill.name, skill.hash, grade, grade.usable, passed, ran, said, command)

    try:
        here = gate.verify(skill, min(evidence.planned, TRUSTED))
    except EmbodiedError as error:
        return proposed(grade, f"{proven}; not tried in the launch's own scene: {error.message}", use)
    now = gate.store.grade(skill.name, skill.hash)
    if here.passed:
        tried = f"{proven}, and in the launch's own scene on {here.successes} of {here.planned}"
        return proposed(now, tried, at_home)
    if here.ran:
        return proposed(now, f"{proven}; in the launch's own scene {_so_far(here)}", use)
    first = next((f"is not for it: {result.reason}" for result in here.results), "was not tried in it")
    return proposed(now, f"{proven}; as to the launch's own scene, it {first}", use)


def _standing(grade: Grade) -> str:
    """What it is worth whose gate was ended, or failed on some: an earlier one may have proven it."""
    if grade.proven:
        return f"kept as {grade.value}, which an earlier gate made it; of this one"
    return f"kept {ON_TRIAL}" if grade.usable else f"{grade.value}, so not used"


def _so_far(evidence: Evidence) -> str:
    """What the gate came to that was ended early, or failed."""
    if not evidence.results:
        return f"the gate was ended before the first of its {evidence.planned} held-out seeds was done"
    ended = " before it was ended" if evidence.stopped else ""
    first = next((result for result in evidence.results if not result.passed), None)
    why = f"; seed {first.seed}: {first.reason}" if first is not None else ""
    planned = f" ({evidence.planned} were planned)" if len(evidence.ran) < evidence.planned else ""
    return f"{evidence.successes} of {len(evidence.ran)} held-out seeds passed{ended}{planned}{why}"


def _in_scene(settings: Mapping[str, Any]) -> str:
    """As an option of a command, "" for the usual one."""
    scene = settings.get("scene")
    return f" --set {shlex.quote(f'world.scene={scene}')}" if scene else ""


def _asked(sentence: str, task: TrainingTask, kind: str, settings: Mapping[str, Any]) -> str:
    """What to ask a run for, as a shell takes it: the sentence, or else the condition."""
    text = (
        sentence if sentence and _meant(sentence, kind, settings) == task.condition else str(task.condition)
    )
    return f'"{text}"' if not set(text) & set('"$`\\!') else shlex.quote(text)


def _meant(sentence: str, kind: str, settings: Mapping[str, Any]) -> Condition | None:
    """What a run there understands by it; None for nothing."""
    spec = load_world(kind).spec(settings)
    try:
        return GoalParser(spec.vocabulary, spec.families).parse(sentence).condition
    except BadGoal:
        return None


def _launchs_own(
    task: TrainingTask,
    source: TaskSource,
    settings: Mapping[str, Any],
    run: Path,
    proven_in: Mapping[str, Any],
) -> Mapping[str, Any] | None:
    """The launch's own world, where it is another than a task was proven in and has what that is about."""
    if not isinstance(source, SceneTasks) or task.condition is None:
        return None
    try:
        here = source.task_of(f"{task.name} here", task.sentence, task.condition, settings)
    except EmbodiedError:
        return None
    own = _world(here, source, settings, run)
    return own if own != proven_in else None


def _world(
    task: TrainingTask, source: TaskSource, settings: Mapping[str, Any], run: Path
) -> Mapping[str, Any] | None:
    """Where to prove it."""
    return source.world_of(task, settings, run / GATE) if isinstance(source, ProvingTasks) else settings
