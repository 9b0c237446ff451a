"""The tabletop's environments as tasks that can be trained: `embodied refine launch/tabletop.toml`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from embodied.learning.environment import TrainingTask
from embodied_tabletop.gym import STEP_S, TASKS, TabletopEnv


class TabletopTasks:
    """Implements `embodied.learning.environment.TaskSource`; the engine is the launch's."""

    def tasks(self, settings: Mapping[str, Any]) -> tuple[TrainingTask, ...]:
        """All of them; the launch's scene is not looked at: each task has its own."""
        engine = str(settings.get("engine", "mujoco"))
        identity = {"kind": "tabletop", "engine": engine, f"version of {engine}": version(engine)}
        return tuple(
            TrainingTask(
                task.name,
                task.doc,
                task.condition,
                task.steps,
                STEP_S,
                {**identity, "scene": hashlib.sha256(task.scene.encode()).hexdigest()[:16]},
            )
            for task in TASKS.values()
        )

    def make(self, task: TrainingTask, settings: Mapping[str, Any], *, pictures: bool = False) -> TabletopEnv:
        """See `embodied_tabletop.gym.TabletopEnv`: the hand moves along axes, tool down."""
        engine = str(settings.get("engine", "mujoco"))
        return TabletopEnv(task.name, engine=engine, render_mode="rgb_array" if pictures else None)


TASK_SOURCE = TabletopTasks()
