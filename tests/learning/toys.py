"""A world so small that it is learned in seconds: a point that moves to a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embodied.condition import Condition, parse
from embodied.learning.environment import Flat, TrainingTask
from embodied.learning.episodes import Act
from embodied.learning.trainer import Snapshot, TrainingJob
from embodied.rewards.spec import ActionSpec, Entry, ObservationSpec

LOW, HIGH = (-0.3, -0.3, -0.3), (0.3, 0.3, 0.3)
OBSERVATION = ObservationSpec(
    (
        Entry("hand", (3,), "m", "world", LOW, HIGH, "The point.", "hand", fact="hand"),
        Entry("target", (3,), "m", "world", LOW, HIGH, "Where it shall be.", "place", fact="pose[target]"),
    )
)
ACTION = ActionSpec((Entry("move", (3,), "1", "world", -1.0, 1.0, "1 is 0.1 m."),))
REACH = TrainingTask(
    "Reach",
    "Bring the hand to the target.",
    parse("distance(hand, pose[target]) < 0.05"),
    steps=20,
    step_seconds=0.1,
    identity={"version of the toy": "1"},
)
HOVER = TrainingTask("Hover", "Bring the hand above the target.", None, 20, 0.1, {})


class Point:
    """Implements `embodied.learning.environment.Environment`."""

    def __init__(self, *, pictures: bool = False, observation: ObservationSpec = OBSERVATION) -> None:
        self.observation_spec, self.action_spec = observation, ACTION
        self._pictures = pictures
        self.closed = False

    def reset(self, *, seed: int | None = None) -> tuple[Flat, dict[str, Any]]:
        self._hand, self._target = np.random.default_rng(seed).uniform(-0.25, 0.25, (2, 3))
        return self._told()

    def step(self, action: Any) -> tuple[Flat, float, bool, bool, dict[str, Any]]:
        self._hand = np.clip(self._hand + 0.1 * np.clip(action, -1, 1), -0.3, 0.3)
        observation, info = self._told()
        return observation, 0.0, False, False, info

    def render(self) -> Any:
        return np.full((24, 32, 3), 200, np.uint8) if self._pictures else None

    def close(self) -> None:
        self.closed = True

    def _told(self) -> tuple[Flat, dict[str, Any]]:
        near = float(np.linalg.norm(self._hand - self._target)) < 0.05
        return np.concatenate([self._hand, self._target]).astype(np.float32), {"is_success": near}


@dataclass
class ToySource:
    """Implements `embodied.learning.environment.TaskSource`."""

    listed: tuple[TrainingTask, ...] = (REACH, HOVER)
    observation: ObservationSpec = OBSERVATION

    def tasks(self, settings: Mapping[str, Any]) -> tuple[TrainingTask, ...]:
        return self.listed

    def make(self, task: TrainingTask, settings: Mapping[str, Any], *, pictures: bool = False) -> Point:
        return Point(pictures=pictures, observation=self.observation)


def straight(observation: Flat) -> Flat:
    """Goes to the target."""
    action: Flat = np.clip((observation[3:] - observation[:3]) / 0.1, -1, 1).astype(np.float32)
    return action


def still(observation: Flat) -> Flat:
    return np.zeros(3, np.float32)


@dataclass(frozen=True)
class PlayedSnapshot:
    step: int
    act: Act

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "step").write_text(str(self.step))

    def export(self, path: Path, *, step_seconds: float) -> None:
        path.write_text(f"a policy of step {self.step}")


class PlayedTrainer:
    """Learns nothing: knows the way from `learned_at` steps on, if the reward pays for coming nearer."""

    name = "played"

    def __init__(self, learned_at: int = 200) -> None:
        self.learned_at = learned_at
        self.jobs: list[TrainingJob] = []

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        self.jobs.append(job)
        step = int((job.state / "step").read_text()) if job.state else 0
        while step < job.until and not job.stop():
            step = min(step + job.every, job.until)
            yield PlayedSnapshot(step, straight if step >= self.learned_at and _pays(job) else still)


def _pays(job: TrainingJob) -> bool:
    """Whether a state nearer to the target earns more than one farther away."""
    places = np.array([[0.1, 0.0, 0.0], [0.2, 0.0, 0.0]])
    now = {"hand": places, "target": np.zeros((2, 3))}
    before = {"hand": np.full((2, 3), 0.15), "target": np.zeros((2, 3))}
    paid = np.add.reduce(list(job.reward(now, {"move": np.zeros((2, 3))}, before).values()))
    return bool(paid[0] > paid[1])


def condition() -> Condition:
    assert REACH.condition is not None
    return REACH.condition
