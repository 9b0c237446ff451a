"""Meta-World's tasks as tasks that can be trained: `embodied refine metaworld --task "open the drawer"`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from embodied.learning.environment import TrainingTask
from embodied_metaworld.tasks import REPEAT, STEP_S, STEPS, TASKS

if TYPE_CHECKING:
    from embodied_metaworld.environment import MetaworldEnv


class MetaworldTasks:
    """Implements `embodied.learning.environment.TaskSource` and `embodied.bench.rewards.ExpertSource`."""

    def tasks(self, settings: Mapping[str, Any]) -> tuple[TrainingTask, ...]:
        """All of them; there are no settings."""
        identity = {
            "kind": "metaworld",
            "version of metaworld": version_of("metaworld"),
            "version of mujoco": version_of("mujoco"),
            "action repeat": str(REPEAT),
        }
        return tuple(
            TrainingTask(task.name, task.doc, task.condition, STEPS, STEP_S, identity)
            for task in TASKS.values()
        )

    def make(
        self, task: TrainingTask, settings: Mapping[str, Any], *, pictures: bool = False
    ) -> MetaworldEnv:
        """See `embodied_metaworld.environment.MetaworldEnv`."""
        from embodied_metaworld.environment import MetaworldEnv

        return MetaworldEnv(task.name, pictures=pictures)

    def with_expert(self, task: TrainingTask) -> MetaworldEnv:
        """The same, its `step` giving the reward that Meta-World's authors wrote: to be measured against."""
        from embodied_metaworld.environment import MetaworldEnv

        return MetaworldEnv(task.name, expert=True)


def version_of(package: str) -> str:
    """Of an installed package, or "not installed"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


TASK_SOURCE = MetaworldTasks()
