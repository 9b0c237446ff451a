"""An arm of any driver at a table: `driver = "table"` of the arm's bridge.

The arm is moved by its own driver. What stands around it comes from one of three sources: `fixed`, believed
to be where the scene file says until the hand takes it; `simulated`, in a
simulation beside it whose arm follows the measured joints, for an arm (or its simulator) that stands at an
empty table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from embodied.arms.driver import ArmCommand, ArmState, Driver, Obstacle
from embodied.errors import BadInput, did_you_mean
from embodied.facts import FactFamily
from embodied.plugins import load_driver
from embodied_tabletop.engine import (
    CONTROL_PERIOD_S,
    GRIPPER_WIDTH_MAX_M,
    JOINTS,
    ArmReading,
    Engine,
    Start,
)
from embodied_tabletop.engines import make_engine
from embodied_tabletop.placing import place, read_setup
from embodied_tabletop.real.believed import BelievedEngine
from embodied_tabletop.real.hand import Hand
from embodied_tabletop.scene import Scene
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.table import Table, identity_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SOURCES: Final = ("fixed", "simulated")
KNOWN: Final = ("arm", "scene", "objects", "seed", "setup")


class Obstructed(Protocol):
    """An arm without physics, which must be told what its fingers meet."""

    def obstruct(self, width: float) -> None:
        """The fingers cannot close further than this [m]; 0: as far as they go."""
        ...


class Around(Protocol):
    """What stands around an arm, brought up to date with each measurement."""

    table: Table

    def follow(self, state: ArmState, told: ArmCommand) -> ArmState:
        """Look at a measurement; gives it as the rest shall see it."""
        ...

    def close(self) -> None: ...


class Believed:
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

    def close(self) -> None:
        """Nothing to end."""


class Simulated:
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


class TableScene:
    """Implements `embodied.arms.driver.SceneSource`."""

    def __init__(self, around: Around, scene: Scene, source: str, name: str, seed: int) -> None:
        self._table = around.table
        self.families: Mapping[str, FactFamily] = self._table.families
        self.identity = identity_of(scene, f"{name}, objects {source}", seed)
        self.details: Mapping[str, Any] = {
            "scene": scene.name,
            "title": scene.title,
            "objects": [thing.name for thing in scene.objects],
            "objects_from": source,
            "places": list(scene.place_names),
            "cameras": [],
        }

    def facts(self) -> Mapping[str, Any]:
        return self._table.facts()

    def events(self) -> Sequence[Mapping[str, Any]]:
        return self._table.events()

    def obstacles(self) -> Sequence[Obstacle]:
        return self._table.obstacles()

    def image(self, camera: str, width: int, height: int) -> NDArray[np.uint8]:
        raise BadInput(f"There is no camera {camera!r} at this arm.", remedy="Nothing here gives pictures.")


class ArmAtTable:
    """Implements `embodied.arms.driver.Driver`: another driver's arm, with what stands around it."""

    def __init__(self, inner: Driver, around: Around, scene: TableScene) -> None:
        self._inner, self._around = inner, around
        self.scene = scene
        has = inner.description.capabilities | {"scene"}
        self.description = replace(inner.description, capabilities=has)
        self._told = ArmCommand()
        self._state = around.follow(inner.read(), self._told)

    def read(self) -> ArmState:
        return self._state

    def command(self, command: ArmCommand) -> ArmCommand:
        self._told = self._inner.command(command)
        return self._told

    def tick(self) -> None:
        self._inner.tick()
        self._state = self._around.follow(self._inner.read(), self._told)

    def stop(self, reason: str) -> None:
        self._inner.stop(reason)

    def close(self) -> None:
        try:
            self._inner.close()
        finally:
            self._around.close()


class ArmAtTablePlugin:
    """Implements `embodied.arms.driver.DriverPlugin`."""

    name = "table"

    def open(self, config: Mapping[str, Any], run_dir: Path) -> Driver:
        """Connect to the arm and look at the table.

        Args:
            config: arm: {driver, settings} of the arm; scene: what stands there; objects: one of `SOURCES`;
                seed: draws what the scene leaves open; setup: as in `embodied_tabletop.placing`.
        """
        for name in config:
            if name not in KNOWN:
                hint = did_you_mean(name, KNOWN)
                raise BadInput(f"A table has no {name!r}.", remedy=f"{hint} It has: {', '.join(KNOWN)}.")
        source = str(config.get("objects", "fixed"))
        if source not in SOURCES:
            hint = did_you_mean(source, SOURCES)
            raise BadInput(
                f"objects = {source!r} is no source.", remedy=f"{hint} There are: {', '.join(SOURCES)}."
            )
        scene = load_scene(str(config.get("scene", "arm")))
        seed = int(config.get("seed", 1))
        start = place(scene, seed, read_setup(config.get("setup") or {}, scene))
        arm = config["arm"]
        inner = load_driver(arm["driver"]).open(arm.get("settings") or {}, run_dir)
        try:
            around = self._around(source, scene, start, inner, run_dir)
            told = TableScene(around, scene, source, inner.description.name, seed)
            return ArmAtTable(inner, around, told)
        except BaseException:
            inner.close()
            raise

    def _around(self, source: str, scene: Scene, start: Start, inner: Driver, run_dir: Path) -> Around:
        if source == "simulated":
            return Simulated(scene, start, inner, run_dir)
        return Believed(scene, start, inner)


DRIVER = ArmAtTablePlugin()
