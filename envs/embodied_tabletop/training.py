"""The tabletop's environments as tasks that can be trained: `embodied refine launch/tabletop.toml`."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embodied.arms.identified import delay_steps, read_identified
from embodied.arms.motion import HAND_SPEED_M_S
from embodied.arms.trained import TrainedArm
from embodied.condition import Condition
from embodied.errors import BadInput
from embodied.facts import FactSource, Key, Observation, Value
from embodied.learning.environment import Start, TrainingTask
from embodied_tabletop.engine import CONTROL_PERIOD_S, GRIPPER_WIDTH_MAX_M, HOME, JOINTS
from embodied_tabletop.gym import STEP_S, TASKS, TabletopEnv, Task, goal_task
from embodied_tabletop.gym.control import LIMITS, READY
from embodied_tabletop.scene import Scene, handle_of
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.settings import Settings
from embodied_tabletop.spec import TabletopSpec

OWN_LATE_MS: Final = 0.0
"""How far the simulated arm runs behind its targets, as `embodied arm identify` finds [ms]."""
PICTURE: Final = 640, 480
"""Width and height of a picture in a report [pixels]: fingers and a button can be told apart."""
KIND: Final = "FR3"
"""What the arm's description begins with, in either engine."""

LASTING: Final = frozenset({"kind", "color", "pose", "size", "yaw", "opening"})
"""Families whose keys are the same as long as the scene stands."""


class TabletopTasks:
    """Implements `embodied.learning.environment.TaskSource` and `embodied.learning.goals.SceneTasks`.

    The engine is the launch's; the six tasks of `embodied_tabletop.gym` have scenes of their own, every other
    goal is one of the launch's scene.
    """

    bridge = "arm"

    def tasks(self, settings: Mapping[str, Any]) -> tuple[TrainingTask, ...]:
        """The registered ones; the launch's scene is not looked at: each has its own."""
        identity = _identity(settings)
        return tuple(
            TrainingTask(
                task.name,
                task.doc,
                task.condition,
                task.steps,
                STEP_S,
                {**identity, "scene": hashlib.sha256(task.scene.encode()).hexdigest()[:16]},
                _start(task),
                _arm(settings),
            )
            for task in TASKS.values()
        )

    def standing(self, settings: Mapping[str, Any]) -> FactSource:
        """What a table has as long as it stands. Raises BadInput for a scene with mistakes."""
        scene = _scene(settings)
        things = {thing.name: thing.kind for thing in scene.objects}
        handles = {handle_of(name): "handle" for name, kind in things.items() if kind == "drawer"}
        kinds = things | handles | dict.fromkeys(scene.place_names, "place")
        kinds |= dict.fromkeys(scene.target_names, "target")
        colors = {thing.name: thing.color for thing in scene.objects}
        colors |= {place.name: place.color for place in scene.marked if place.color}
        nowhere: dict[Key, Value] = {(name,): (0.0, 0.0, 0.0) for name in kinds}
        return Observation(
            TabletopSpec.families,
            {
                "kind": {(name,): kind for name, kind in kinds.items()},
                "color": {(name,): color for name, color in colors.items()},
                "pose": nowhere,
                "size": nowhere,
                "yaw": {(name,): 0.0 for name in (*things, *handles)},
                "opening": {(name,): 0.0 for name, kind in things.items() if kind == "drawer"},
            },
        )

    def lasting(self) -> Collection[str]:
        """See `embodied.learning.goals.SceneTasks`."""
        return LASTING

    def task_of(
        self, name: str, sentence: str, condition: Condition, settings: Mapping[str, Any]
    ) -> TrainingTask:
        """A goal of the launch's scene. Raises BadInput where it names nothing that can be observed."""
        scene = _scene(settings)
        task = goal_task(name, sentence, condition, scene)
        told = repr(replace(scene, origin="", name=""))
        digest = hashlib.sha256(told.encode()).hexdigest()[:16]
        identity = {**_identity(settings), "scene": digest}
        return TrainingTask(
            name, sentence, condition, task.steps, STEP_S, identity, _start(task), _arm(settings)
        )

    def world_of(
        self, task: TrainingTask, settings: Mapping[str, Any], folder: Path
    ) -> Mapping[str, Any] | None:
        """The [world] settings of a table on which a task's policy can be proven; files go to `folder`. The
        launch's own for its own goals."""
        settings = {**settings, "own_process": False, "real_time": False, "view": False, "record": ""}
        known = TASKS.get(task.name)
        if known is None:
            return settings
        if known.packaged:
            return {**settings, "scene": known.packaged}
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{task.name.lower()}.toml"
        file.write_text(known.scene, encoding="utf-8")
        return {**settings, "scene": str(file)}

    def make(self, task: TrainingTask, settings: Mapping[str, Any], *, pictures: bool = False) -> TabletopEnv:
        """See `embodied_tabletop.gym.TabletopEnv`: the hand moves along axes, tool down.

        Raises:
            BadInput: the scene's goal is reached wherever an episode begins.
        """
        engine = str(settings.get("engine", "mujoco"))
        assert task.condition is not None
        chosen = TASKS.get(task.name)
        if chosen is None:
            chosen = goal_task(task.name, task.sentence, task.condition, _scene(settings))
        elif chosen.condition != task.condition:
            chosen = replace(chosen, success=str(task.condition))
        ranges = _randomized(settings)
        mode = "rgb_array" if pictures else None
        width, height = PICTURE
        return TabletopEnv(
            chosen, engine=engine, randomize=ranges, render_mode=mode, width=width, height=height
        )


def _start(task: Task) -> Start:
    return Start(READY, GRIPPER_WIDTH_MAX_M if task.gripper else 0.0, "hand_empty")


def _arm(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The arm that every task is trained with, for the policy's card."""
    engine = str(settings.get("engine", "mujoco"))
    arm = TrainedArm(
        kind=KIND,
        joints=JOINTS,
        home=HOME,
        lower=_rounded(LIMITS.lower),
        upper=_rounded(LIMITS.upper),
        velocity=_rounded(LIMITS.velocity),
        acceleration=_rounded(LIMITS.acceleration),
        control_period_s=CONTROL_PERIOD_S,
        hand_speed_m_s=HAND_SPEED_M_S,
        gripper_width_max=GRIPPER_WIDTH_MAX_M,
        engine=f"{engine} {version(engine)}",
        late_ms=_late_ms(settings),
    )
    return asdict(arm)


def _randomized(settings: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """What differs between episodes, so that a policy is ready for an arm that was identified.

    Raises:
        BadInput: the file is none, or of another kind of arm.
    """
    file = str(settings.get("identified") or "")
    if not file:
        return {}
    found = read_identified(Path(file))
    if found.kind != KIND:
        raise BadInput(
            f"{file} is of an arm {found.kind}, and trained is with an {KIND}.", remedy="Name another file."
        )
    return {"delay": delay_steps(found.late_ms, OWN_LATE_MS, 1000 * STEP_S)}


def _late_ms(settings: Mapping[str, Any]) -> tuple[float, float]:
    least, most = _randomized(settings).get("delay", (0, 0))
    return OWN_LATE_MS + 1000 * STEP_S * least, OWN_LATE_MS + 1000 * STEP_S * most


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)


def _identity(settings: Mapping[str, Any]) -> dict[str, str]:
    engine = str(settings.get("engine", "mujoco"))
    ranges = {f"random {name}": f"{low} to {high}" for name, (low, high) in _randomized(settings).items()}
    return {"kind": "tabletop", "engine": engine, f"version of {engine}": version(engine), **ranges}


def _scene(settings: Mapping[str, Any]) -> Scene:
    return load_scene(Settings.of(settings).scene)


TASK_SOURCE = TabletopTasks()
