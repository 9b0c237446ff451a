"""The loop: plan a step, run its skill, judge it from facts, and again, until the goal holds."""

from embodied.loop.goal import understand
from embodied.loop.lifecycle import run_in_world, start_run
from embodied.loop.pursuit import towards
from embodied.loop.report import INTERRUPTED, RunReport
from embodied.loop.run import Run, Task

__all__ = [
    "INTERRUPTED",
    "Run",
    "RunReport",
    "Task",
    "run_in_world",
    "start_run",
    "towards",
    "understand",
]
