"""What there is to learn: the tasks of a kind of world, and the environments in which they are tried.

A package registers its tasks under the entry point group `embodied.tasks`, by the name of its kind of world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from embodied.condition import Condition
from embodied.errors import SetupError
from embodied.learning.errors import UnknownTask
from embodied.rewards.spec import ActionSpec, ObservationSpec

GROUP: Final = "embodied.tasks"

Flat = NDArray[np.float32]
"""An observation or an action as one vector, in the order of its spec's entries."""


class Environment(Protocol):
    """A gymnasium environment with named entries, one episode after the other.

    `info["is_success"]` of reset and step is the success condition, judged from the world's facts. Actions
    are within [-1, 1]. It ends no episode by itself, unless it can go no further (truncated).
    """

    @property
    def observation_spec(self) -> ObservationSpec: ...

    @property
    def action_spec(self) -> ActionSpec: ...

    def reset(self, *, seed: int | None = None) -> tuple[Flat, dict[str, Any]]: ...

    def step(self, action: Any) -> tuple[Flat, float, bool, bool, dict[str, Any]]: ...

    def render(self) -> Any:
        """A picture, shape (height, width, 3), or None."""
        ...

    def close(self) -> None: ...


EnvironmentFactory = Callable[[], Environment]


@dataclass(frozen=True)
class Start:
    """How episodes begin: what a skill does before it lets the policy act.

    Attributes:
        joints: of the arm [rad]; () where that does not matter.
        gripper_width: of the fingers [m]; None where that does not matter.
        needs: what must hold before, as a condition ("hand_empty"); "" for nothing.
    """

    joints: tuple[float, ...] = ()
    gripper_width: float | None = None
    needs: str = ""


@dataclass(frozen=True)
class TrainingTask:
    """One thing that can be learned.

    Attributes:
        name: "Reach".
        sentence: what is to be done, as a person would say it.
        condition: what success is; None where nothing can tell.
        steps: of an episode, at most.
        step_seconds: how long one of them lasts [s].
        identity: what else makes it this environment and no other (versions, scene), name to text.
        start: how its episodes begin.
        arm: with which arm, as `embodied.arms.trained.TrainedArm` has it, in plain values; empty where it is
            none that there could be.
    """

    name: str
    sentence: str
    condition: Condition | None
    steps: int
    step_seconds: float
    identity: Mapping[str, str]
    start: Start = Start()
    arm: Mapping[str, Any] = field(default_factory=dict)


class TaskSource(Protocol):
    """The tasks of a kind of world."""

    def tasks(self, settings: Mapping[str, Any]) -> tuple[TrainingTask, ...]:
        """All that can be trained with a launch's [world] settings; starts nothing."""
        ...

    def make(self, task: TrainingTask, settings: Mapping[str, Any], *, pictures: bool = False) -> Environment:
        """An environment of that task; with `pictures`, one whose `render` gives some."""
        ...


def load_tasks(kind: str) -> TaskSource:
    """The tasks of a kind of world.

    Raises:
        UnknownTask: it has none.
        SetupError: its package cannot be imported.
    """
    known: dict[str, EntryPoint] = {point.name: point for point in entry_points(group=GROUP)}
    if kind not in known:
        listed = ", ".join(sorted(known)) or "no kind of world that is installed"
        raise UnknownTask(
            f"The world {kind!r} has no tasks that can be trained.", remedy=f"There are tasks for: {listed}."
        )
    try:
        source: TaskSource = known[kind].load()
    except (ImportError, AttributeError) as broken:
        raise SetupError(
            f"The tasks of {kind!r} ({known[kind].value}) cannot be imported: {broken}.",
            remedy="Install what it needs: for our own arm `pip install 'embodied-agent[arm,learn]'`.",
        ) from broken
    return source


def fingerprint(task: TrainingTask, environment: Environment) -> dict[str, str]:
    """What a training depends on, name to text: a run goes on only where all of it is the same."""
    return {
        "task": task.name,
        "success": str(task.condition),
        "steps": str(task.steps),
        "step_seconds": f"{task.step_seconds:g}",
        "observation": environment.observation_spec.to_json(),
        "action": environment.action_spec.to_json(),
        **{f"world.{name}": text for name, text in sorted(task.identity.items())},
    }
