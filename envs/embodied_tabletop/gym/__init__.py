"""Gymnasium environments on the tabletop: embodied/Reach-v0, Push-v0, PickPlace-v0, Stack-v0, DrawerOpen-v0,
ButtonPress-v0. Importing this registers them.

    import gymnasium
    import embodied_tabletop.gym

    env = gymnasium.make("embodied/PickPlace-v0", engine="mujoco", control="end_effector_delta")

or in one go, `gymnasium.make("embodied_tabletop.gym:embodied/PickPlace-v0")`. docs/tabletop-rl.md tells more.
"""

from __future__ import annotations

from embodied.errors import SetupError

try:
    import gymnasium
except ImportError as missing:
    raise SetupError(
        "The environments need gymnasium, which is not installed.",
        remedy="Install the extra: pip install 'embodied-agent[arm]'.",
    ) from missing

from embodied_tabletop.gym.environment import STEP_S, BlownUp, TabletopEnv
from embodied_tabletop.gym.goals import goal_task
from embodied_tabletop.gym.randomization import RANGES
from embodied_tabletop.gym.tasks import TASKS, Task
from embodied_tabletop.gym.vector import ThreadedVectorEnv

__all__ = [
    "RANGES",
    "STEP_S",
    "TASKS",
    "BlownUp",
    "TabletopEnv",
    "Task",
    "ThreadedVectorEnv",
    "environment_id",
    "goal_task",
]


def environment_id(task: str) -> str:
    """As gymnasium knows it: "embodied/Reach-v0"."""
    return f"embodied/{task}-v0"


for _task in TASKS.values():
    if environment_id(_task.name) not in gymnasium.registry:
        gymnasium.register(
            environment_id(_task.name),
            entry_point="embodied_tabletop.gym.environment:TabletopEnv",
            vector_entry_point="embodied_tabletop.gym.vector:make_vector",
            max_episode_steps=_task.steps,
            kwargs={"task": _task.name},
        )
