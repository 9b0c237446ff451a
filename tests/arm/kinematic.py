"""An arm without physics, for tests: joints go where they are told, fingers close on cubes between them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import franky_sim
import numpy as np
from embodied_arm.model import TABLE, PlanningModel
from numpy.typing import NDArray

from embodied.arms import ArmCommand, ArmDescription, ArmState, Obstacle
from embodied.errors import BadInput, WorldError
from embodied.facts import FactFamily

FINGER_SPEED = 0.1  # [m/s]
FR3 = ArmDescription(
    name="FR3 without physics",
    joint_names=tuple(f"fr3_joint{i}" for i in range(1, 8)),
    lower=(-2.7437, -1.7837, -2.9007, -3.0421, -2.8065, 0.5445, -3.0159),
    upper=(2.7437, 1.7837, 2.9007, -0.1518, 2.8065, 4.5169, 3.0159),
    velocity=(2.62, 2.62, 2.62, 2.62, 5.26, 4.18, 5.26),
    acceleration=(10.0,) * 7,
    jerk=(5000.0,) * 7,
    home=(0.0, -math.pi / 4, 0.0, -3 * math.pi / 4, 0.0, math.pi / 2, math.pi / 4),
    gripper_width_max=0.08,
    gripper_force_max=70.0,
    control_period_s=0.02,
    capabilities=frozenset({"joint_position", "gripper", "force", "scene", "camera", "simulated"}),
    model=Path(franky_sim.__file__).parent / "assets" / "fr3.xml",
    end_effector="hand",
    end_effector_offset=(0.0, 0.0, 0.1034),
)


@dataclass
class Cube:
    """A cube that stands where it is put, and goes with the hand while the fingers are closed on it."""

    name: str
    position: NDArray[np.float64]
    size: float = 0.05
    held: bool = False


@dataclass
class Trouble:
    """What goes wrong on purpose, at a tick counted from 0; None for never."""

    event_at: int | None = None
    event: Mapping[str, Any] = field(default_factory=dict)
    freeze_at: int | None = None
    lose_at: int | None = None
    hang_at: int | None = None
    stuck_from: int | None = None
    not_a_number_at: int | None = None


class KinematicScene:
    """The `SceneSource` of a `KinematicDriver`."""

    identity = "kinematic 1"
    details: Mapping[str, Any] = {"engine": "none", "cameras": ["front"]}
    families: Mapping[str, FactFamily] = {
        family.name: family
        for family in (
            FactFamily("pose", ("object",), "vector", "Centre [m]."),
            FactFamily("size", ("object",), "vector", "Full extents [m]."),
            FactFamily("kind", ("object",), "str", "What it is."),
            FactFamily("color", ("object",), "str", "Its colour."),
            FactFamily("holding", ("object",), "bool", "Held.", closed=True, default=False),
        )
    }

    def __init__(self, cubes: Sequence[Cube], walls: Sequence[Obstacle]) -> None:
        self.cubes = list(cubes)
        self._walls = list(walls)
        self.pending: list[Mapping[str, Any]] = []

    def facts(self) -> Mapping[str, Any]:
        return {
            "pose": {cube.name: cube.position.tolist() for cube in self.cubes},
            "size": {cube.name: [cube.size] * 3 for cube in self.cubes},
            "kind": {cube.name: "cube" for cube in self.cubes},
            "color": {cube.name: cube.name.split("_")[0] for cube in self.cubes},
            "holding": {cube.name: True for cube in self.cubes if cube.held},
        }

    def events(self) -> Sequence[Mapping[str, Any]]:
        pending, self.pending = self.pending, []
        return pending

    def obstacles(self) -> Sequence[Obstacle]:
        cubes = [
            Obstacle(cube.name, "box", (cube.size,) * 3, tuple(cube.position.tolist())) for cube in self.cubes
        ]
        return [TABLE, *cubes, *self._walls]

    def image(self, camera: str, width: int, height: int) -> NDArray[np.uint8]:
        if camera != "front":
            raise BadInput(f"There is no camera {camera!r}.", remedy="There is: front.")
        return np.full((height, width, 3), 90, dtype=np.uint8)


class KinematicDriver:
    """The `Driver`; `sent` keeps every command."""

    def __init__(
        self,
        cubes: Sequence[Cube] = (),
        walls: Sequence[Obstacle] = (),
        trouble: Trouble | None = None,
        description: ArmDescription = FR3,
    ) -> None:
        self.description = description
        self.scene = KinematicScene(cubes, walls)
        self.sent: list[ArmCommand] = []
        self.ticks = 0
        self.stopped = ""
        self.closed = False
        self.then: Callable[[], object] = lambda: None
        self.then_at = -1
        self._trouble = trouble or Trouble()
        self._model = PlanningModel(description)
        self._q = np.array(description.home)
        self._velocity = np.zeros_like(self._q)
        self._width = description.gripper_width_max
        self._goal = self._width
        self._pressed = 0.0
        self._force = 0.0
        self._time = 0.0
        self._follows = 1.0

    def lags(self, follows: float, first: NDArray[np.float64]) -> None:
        """Begin at `first`, and go only the share `follows` of the way to a target in one period."""
        self._follows, self._q = follows, first.copy()

    def read(self) -> ArmState:
        zero = (0.0,) * len(self._q)
        state = ArmState(
            self._time,
            tuple(self._q.tolist()),
            tuple(self._velocity.tolist()),
            zero,
            self._width,
            self._force,
        )
        if self.ticks == self._trouble.not_a_number_at:
            return replace(state, position=(math.nan, *state.position[1:]))
        return state

    def command(self, command: ArmCommand) -> ArmCommand:
        self.sent.append(command)
        return command

    def tick(self) -> None:
        self.ticks += 1
        trouble = self._trouble
        if self.ticks == trouble.lose_at:
            raise WorldError("the connection to the arm broke")
        if self.ticks == trouble.hang_at:
            threading.Event().wait()
        if self.ticks == self.then_at:
            self.then()
        if self.ticks == trouble.event_at:
            self.scene.pending.append(trouble.event)
        if trouble.freeze_at is not None and self.ticks >= trouble.freeze_at:
            return
        self._time += self.description.control_period_s
        command = self.sent[-1]
        if command.position is not None:
            held_fast = trouble.stuck_from is not None and self.ticks >= trouble.stuck_from
            there = self._q if held_fast else np.array(command.position)
            target = self._q + self._follows * (there - self._q)
            self._velocity = (target - self._q) / self.description.control_period_s
            self._q = target
        self._move_fingers(command)

    def stop(self, reason: str) -> None:
        self.stopped = reason

    def close(self) -> None:
        self.closed = True

    def _move_fingers(self, command: ArmCommand) -> None:
        if command.gripper_width is not None:
            self._goal, self._pressed = command.gripper_width, command.gripper_force or 0.0
        hand = self._model.position(self._q)
        between = next(
            (cube for cube in self.scene.cubes if np.linalg.norm(cube.position - hand) < 0.015 or cube.held),
            None,
        )
        step = FINGER_SPEED * self.description.control_period_s
        self._width += min(max(self._goal - self._width, -step), step)
        self._force = 0.0
        if between is None:
            return
        if self._width <= between.size:
            self._width, self._force, between.held = between.size, self._pressed, True
        else:
            between.held = False
        if between.held:
            between.position = hand.copy()


class RealDriver(KinematicDriver):
    """Its tick waits for the next period, as a real arm's does."""

    def tick(self) -> None:
        time.sleep(self.description.control_period_s)
        super().tick()


@dataclass(frozen=True)
class KinematicPlugin:
    """The `DriverPlugin`: settings `cubes` {name: [x, y, z]}, `trouble` {field: value}, and `real`: it
    passes for a real arm, which keeps pace with the clock by itself."""

    name: str = "kinematic"

    def open(self, config: Mapping[str, Any], run_dir: Path) -> KinematicDriver:
        cubes = [Cube(name, np.array(place, dtype=float)) for name, place in config.get("cubes", {}).items()]
        trouble = Trouble(**config.get("trouble", {}))
        if not config.get("real"):
            return KinematicDriver(cubes, trouble=trouble)
        return RealDriver(cubes, (), trouble, replace(FR3, capabilities=FR3.capabilities - {"simulated"}))


DRIVER = KinematicPlugin()
