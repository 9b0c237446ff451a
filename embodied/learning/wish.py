"""What a refinement was asked for, and what it works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from embodied.launchfile import LaunchFile
from embodied.learning.budget import Schedule
from embodied.learning.environment import Environment, TaskSource, TrainingTask
from embodied.library.seeds import SeenSeeds


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        sentence: the task in words.
        success: when it is done, as a condition over the world's facts; "" where the task, or the world's
            goal parser, says so.
        skill: of the library, to begin with; "" to look for one that achieves the task.
        seed: of everything that is drawn at random.
        gate: held-out seeds of the gate that makes the policy a skill; 0 to leave it a file.
        feedback: what a person says of how a resumed run went so far; a new round begins with it.
    """

    sentence: str
    designer: str = "offline"
    trainer: str = "auto"
    seed: int = 1
    schedule: Schedule = field(default_factory=Schedule)
    success: str = ""
    skill: str = ""
    gate: int = 0
    feedback: str = ""


@dataclass(frozen=True, eq=False)
class Setting:
    """A wish in a world: the same for all parts of a run.

    Attributes:
        environment: to look and measure in; trainings make their own.
        folder: of the run.
        seen: seeds that somebody has seen: no policy is measured on them.
    """

    launch: LaunchFile
    wish: Wish
    task: TrainingTask
    source: TaskSource
    environment: Environment
    folder: Path
    seen: SeenSeeds

    def make(self) -> Environment:
        """One more environment of the task."""
        return self.source.make(self.task, self.launch.world.settings)
