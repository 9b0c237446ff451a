"""What a training stands on: a task, its environments, what was seen in them. The same in each process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from embodied.launchfile import LaunchFile
from embodied.learning.beginning import beginnings
from embodied.learning.candidates import OfflineDesigner
from embodied.learning.environment import Environment, EnvironmentFactory, TrainingTask
from embodied.learning.errors import NoGuide
from embodied.learning.examining import Examiner
from embodied.learning.features import Features, fitted
from embodied.learning.guides import Guide, Tunable, sketch
from embodied.learning.policy_guide import BEGINNING, guide_of
from embodied.rewards.composing import Design
from embodied.rewards.errors import RewardError

DISCOUNT: Final = 0.96


@dataclass(frozen=True, eq=False)
class Ground:
    """Where candidates are trained and measured.

    Attributes:
        make: one more environment of the task.
        goal: what is to be brought where, as far as the condition says so.
        run: the folder of the run, where its policies are.
        launch: what the world was launched with, where it was by a launch file.
    """

    task: TrainingTask
    make: EnvironmentFactory
    examiner: Examiner
    features: Features
    goal: Design | None
    run: Path
    launch: LaunchFile | None = None


def lay_ground(
    task: TrainingTask,
    make: EnvironmentFactory,
    environment: Environment,
    successes: Path,
    launch: LaunchFile | None = None,
) -> Ground:
    """Look at idle and random motion in `environment`; see `Examiner` for `successes`, which lies in the
    folder of the run."""
    assert task.condition is not None
    observation, action = environment.observation_spec, environment.action_spec
    try:
        goal = OfflineDesigner(task.condition, observation, action, 0).goal
    except RewardError:  # whoever designs then finds other words for it
        goal = None
    examiner = Examiner(environment, task.condition, goal, task.steps, DISCOUNT, successes)
    seen = np.concatenate([one.observations for one in examiner.experience]).astype(float)
    return Ground(task, make, examiner, fitted(observation, seen), goal, successes.parent, launch)


def sketched(ground: Ground) -> Guide | None:
    """See `embodied.learning.guides.sketch`."""
    if ground.goal is None:
        return None
    examiner = ground.examiner
    return sketch(ground.goal, examiner.observation, examiner.action, examiner.experience)


def guide_named(name: str, numbers: Mapping[str, float], ground: Ground) -> Guide | None:
    """A weak skill by its name, "" for none: how a worker comes to the same one as the search has.

    Args:
        numbers: its parameters, by name, where they were searched.

    Raises:
        NoGuide, BadInput: there is none of that name here.
    """
    if not name:
        return None
    if name.startswith(BEGINNING):
        return guide_of(name, ground.run)
    guide = sketched(ground) if name == "sketch" else None
    if "(" in name and ground.launch is not None:
        library = beginnings(ground.launch, ground.task, ground.examiner)
        guide = library.named(name) if library is not None else None
    if guide is None:
        raise NoGuide(f"The guide {name!r} cannot be made here.", remedy="Train with --trainer sac.")
    return guide.with_values(numbers) if isinstance(guide, Tunable) and numbers else guide
