"""The simulated arm as a driver: `driver = "tabletop"` of the arm's bridge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embodied.arms.checking import checked
from embodied.arms.driver import ArmCommand, ArmDescription, ArmState, Driver, Obstacle
from embodied.errors import BadInput, did_you_mean
from embodied.facts import FactFamily
from embodied_tabletop.engine import (
    CONTROL_PERIOD_S,
    GRIPPER_FORCE_MAX_N,
    GRIPPER_WIDTH_MAX_M,
    HOME,
    JOINTS,
)
from embodied_tabletop.engines import make_engine
from embodied_tabletop.faults import Faults
from embodied_tabletop.mujoco_model import GRASP_SITE, arm_xml
from embodied_tabletop.onlookers import Onlookers
from embodied_tabletop.pictures import CAMERA_NAMES, Moment
from embodied_tabletop.placing import place, read_setup
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.settings import Settings
from embodied_tabletop.table import Table, identity_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOWER = (-2.7437, -1.7837, -2.9007, -3.0421, -2.8065, 0.5445, -3.0159)
UPPER = (2.7437, 1.7837, 2.9007, -0.1518, 2.8065, 4.5169, 3.0159)
VELOCITY = (2.62, 2.62, 2.62, 2.62, 5.26, 4.18, 5.26)
ACCELERATION = (10.0,) * 7
JERK = (5000.0,) * 7
"""Of the FR3, from its maker's description."""


class TabletopScene:
    """Implements `embodied.arms.driver.SceneSource`."""

    def __init__(self, table: Table, settings: Settings, onlookers: Onlookers) -> None:
        self._table = table
        self._onlookers = onlookers
        self.families: Mapping[str, FactFamily] = table.families
        self.identity = identity_of(table.scene, settings.engine, settings.seed)
        self.details: Mapping[str, Any] = {
            "scene": table.scene.name,
            "title": table.scene.title,
            "engine": settings.engine,
            "seed": settings.seed,
            "objects": [thing.name for thing in table.scene.objects],
            "places": list(table.scene.place_names),
            "cameras": list(CAMERA_NAMES),
        }
        if settings.nudges or settings.failed_grasps:
            faults = {"nudges": settings.nudges, "failed_grasps": settings.failed_grasps}
            self.details = {**self.details, "faults": faults}
        if onlookers.address:
            self.details = {**self.details, "page": onlookers.address}
        if settings.record:
            self.details = {**self.details, "film": settings.record}

    def facts(self) -> Mapping[str, Any]:
        return self._table.facts()

    def events(self) -> Sequence[Mapping[str, Any]]:
        return self._table.events()

    def obstacles(self) -> Sequence[Obstacle]:
        return self._table.obstacles()

    def image(self, camera: str, width: int, height: int) -> NDArray[np.uint8]:
        return self._onlookers.image(camera, width, height)


class TabletopDriver:
    """Implements `embodied.arms.driver.Driver`."""

    def __init__(self, table: Table, settings: Settings, model: Path) -> None:
        self._table = table
        self._ticks = 0
        self._latest: Moment | None = None
        film = Path(settings.record) if settings.record else None
        self._onlookers = Onlookers(table, film=film, view=settings.view)
        self.scene = TabletopScene(table, settings, self._onlookers)
        engine = {"mujoco": "MuJoCo", "pybullet": "PyBullet"}[settings.engine]
        self.description = ArmDescription(
            name=f"FR3 ({engine})",
            joint_names=JOINTS,
            lower=LOWER,
            upper=UPPER,
            velocity=VELOCITY,
            acceleration=ACCELERATION,
            jerk=JERK,
            home=HOME,
            gripper_width_max=GRIPPER_WIDTH_MAX_M,
            gripper_force_max=GRIPPER_FORCE_MAX_N,
            control_period_s=CONTROL_PERIOD_S,
            capabilities=frozenset(
                {"joint_position", "gripper", "force", "scene", "camera", "simulated", "resets"}
            ),
            model=model,
            end_effector=GRASP_SITE,
        )

    def read(self) -> ArmState:
        arm = self._table.engine.arm()
        return ArmState(
            time_s=round(self._ticks * CONTROL_PERIOD_S, 6),
            position=arm.position,
            velocity=arm.velocity,
            torque=arm.torque,
            gripper_width=arm.gripper_width,
            gripper_force=arm.gripper_force,
        )

    def command(self, command: ArmCommand) -> ArmCommand:
        """Joint targets are held within the arm's range; the gripper's within its own. Raises `BadInput` on
        what is not finite."""
        applied = checked(command, self.description)
        if applied.gripper_width is not None:
            self._table.opening = applied.gripper_width > self._table.now.gripper_width
        self._table.engine.command(applied.position, applied.gripper_width, applied.gripper_force)
        return applied

    def tick(self) -> None:
        self._ticks += 1
        self._table.step()
        self._onlookers.show()
        if self._latest is not None:
            self._latest = self._onlookers.moment()

    def watched(self) -> Callable[[], Moment]:
        """From now on every control period leaves what a picture of it would show: gives the last one, to any
        thread."""
        first = self._latest = self._onlookers.moment()
        return lambda: self._latest or first

    def stop(self, reason: str) -> None:
        """Hold where it is."""
        self._table.engine.command(self._table.engine.arm().position)

    def close(self) -> None:
        """Finish the film, end the page, let the engine go. Idempotent."""
        try:
            self._onlookers.close()
        finally:
            self._table.engine.close()


class TabletopDriverPlugin:
    """Implements `embodied.arms.driver.DriverPlugin`."""

    name = "tabletop"

    def open(self, config: Mapping[str, Any], run_dir: Path) -> Driver:
        """See `embodied_tabletop.settings` for the configuration, which is the launch file's [world] table;
        `setup` may say more, see `embodied_tabletop.placing`."""
        known = (*(name for name in Settings.__dataclass_fields__ if name != "limits"), "setup")
        for name in config:
            if name not in known:
                hint = did_you_mean(name, known)
                raise BadInput(
                    f"The tabletop has no setting {name!r}.", remedy=f"{hint} It has: {', '.join(known)}."
                )
        settings = Settings.of(config)
        scene = load_scene(settings.scene)
        start = place(scene, settings.seed, read_setup(config.get("setup") or {}, scene))
        faults = None
        if settings.nudges or settings.failed_grasps:
            faults = Faults(settings.seed, settings.nudges, settings.failed_grasps)
        run_dir.mkdir(parents=True, exist_ok=True)
        model = run_dir / "arm.xml"
        model.write_text(arm_xml(), encoding="utf-8")
        engine = make_engine(settings.engine, scene, run_dir)
        try:
            table = Table(scene, engine, faults)
            table.reset(start)
            return TabletopDriver(table, settings, model)
        except BaseException:  # no film can be made there, no picture painted
            engine.close()
            raise


DRIVER = TabletopDriverPlugin()
