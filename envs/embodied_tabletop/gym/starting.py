"""Where an episode begins."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from embodied_tabletop.engine import GRIPPER_WIDTH_MAX_M, Start
from embodied_tabletop.gym.control import READY
from embodied_tabletop.gym.tasks import Task
from embodied_tabletop.placing import Setup, place
from embodied_tabletop.scene import Scene

DRAWS: Final = 40
"""A start in which the task is done already is drawn anew, so often at most."""
AJAR: Final = (0.4, 1.0)
"""How far a drawer that is to be shut stands open: share of its travel."""


def drawn_start(task: Task, scene: Scene, rng: np.random.Generator) -> Start:
    """One start of a task: things where the scene and the draw put them, the arm ready above the table."""
    slides = {name: float(rng.uniform(*AJAR)) * scene.by_name[name].travel for name in task.opened}
    start = place(scene, int(rng.integers(2**31)), Setup({}, {}, {}, slides))
    return replace(start, joints=READY, gripper_width=GRIPPER_WIDTH_MAX_M if task.gripper else 0.0)
