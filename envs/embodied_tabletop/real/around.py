"""What stands around an arm, and who tells: `fixed` and `simulated`; `apriltag` is real/seen.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embodied.arms.driver import ArmCommand, ArmState, Driver
from embodied.errors import BadInput
from embodied.facts import FactFamily
from embodied_tabletop.engine import (
    CONTROL_PERIOD_S,
    GRIPPER_WIDTH_MAX_M,
    JOINTS,
    ArmReading,
    Engine,
    Start,
)
from embodied_tabletop.engines import make_engine
from embodied_tabletop.real.believed import BelievedEngine
from embodied_tabletop.real.hand import Hand
from embodied_tabletop.scene import Scene
from embodied_tabletop.table import Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Around:
    """What stands around an arm, brought up to date with each measurement, and what is known of it."""

    table: Table

    def follow(self, state: ArmState, told: ArmCommand) -> ArmState:
        """Look at a measurement; gives it as the rest shall see it."""
        raise NotImplementedError

    @property
    def families(self) -> Mapping[str, FactFamily]:
        return self.table.families

    @property
    def details(self) -> Mapping[str, Any]:
        """More for a reader, as of `SceneSource`."""
        return {"cameras": []}

    def facts(self) -> Mapping[str, Any]:
        return self.table.facts()

    def events(self) -> Sequence[Mapping[str, Any]]:
        return self.table.events()

    def image(self, camera: str, width: int, height: int) -> NDArray[np.uint8]:
        raise BadInput(f"There is no camera {camera!r} at this arm.", remedy="Nothing here gives pictures.")

    def close(self) -> None:
        """Nothing to end."""


class Believed(Around):
    """`fixed`: things are where the scene says, until the hand takes them."""

    def __init__(self, scene: Scene, start: Start, inner: Driver) -> None:
        self._engine = BelievedEngine(scene)
        self.table = Table(scene, self._engine)
        self._hand = Hand(inner.description)
        self._obstruct: Callable[[float], None] = getattr(inner, "obstruct", lambda width: None)
        self._goal = inner.description.gripper_width_max
        self._engine.reset(start)
        self.follow(inner.read(), ArmCommand())
        self.table.reset(start)

    @property
    def engine(self) -> BelievedEngine:
        return self._engine

    def follow(self, state: ArmState, told: ArmCommand) -> ArmState:
        if told.gripper_width is not None:
            self._goal = told.gripper_width
            self.table.opening = self._goal > state.gripper_width
        reading = ArmReading(
            state.position, state.velocity, state.torque, state.gripper_width, state.gripper_force
        )
        self._engine.follow(reading, self._hand.at(state.position), self._goal, state.time_s)
        self._obstruct(self._engine.between())
        if self.table.started:
            self.table.step()
        held = bool(self.table.view.held) if self.table.started else False
        return replace(state, gripper_force=max(state.gripper_force, 1.0)) if held else state


class Simulated(Around):
    """`simulated`: an engine whose arm follows the measured joints, and whose fingers do as they are told."""

    def __init__(self, scene: Scene, start: Start, inner: Driver, run_dir: Path) -> None:
        if len(inner.description.joint_names) != len(JOINTS) or not inner.description.gripper_width_max:
            raise BadInput(
                f"Objects are simulated beside a Franka arm only, not beside {inner.description.name}.",
                remedy='Use objects = "fixed" or "apriltag".',
            )
        self._engine: Engine = make_engine("mujoco", scene, run_dir)
        self.table = Table(scene, self._engine)
        state = inner.read()
        self.table.reset(replace(start, joints=state.position, gripper_width=GRIPPER_WIDTH_MAX_M))
        self._behind = 0.0
        self._last = state.time_s

    def follow(self, state: ArmState, told: ArmCommand) -> ArmState:
        if told.gripper_width is not None:
            self.table.opening = told.gripper_width > self.table.now.gripper_width
        self._engine.command(state.position, told.gripper_width, told.gripper_force)
        self._behind += max(0.0, state.time_s - self._last)
        self._last = state.time_s
        while self._behind >= CONTROL_PERIOD_S / 2:
            self.table.step()
            self._behind -= CONTROL_PERIOD_S
        arm = self._engine.arm()
        return replace(state, gripper_width=arm.gripper_width, gripper_force=arm.gripper_force)

    def close(self) -> None:
        self._engine.close()
