"""An arm of any driver at a table: `driver = "table"` of the arm's bridge.

The arm is moved by its own driver. What stands around it comes from one of three sources: `fixed`, believed
to be where the scene file says until the hand takes it; `apriltag`, where a camera sees the markers on it;
`simulated`, in a simulation beside it whose arm follows the measured joints, for an arm (or its simulator)
that stands at an empty table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from embodied.arms.driver import ArmCommand, ArmState, Driver, Obstacle
from embodied.errors import BadInput, did_you_mean
from embodied.facts import FactFamily
from embodied.plugins import load_driver
from embodied_tabletop.placing import place, read_setup
from embodied_tabletop.real.around import Around, Believed, Simulated
from embodied_tabletop.scene import Scene
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.table import identity_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SOURCES: Final = ("fixed", "simulated", "apriltag")
KNOWN: Final = ("arm", "scene", "objects", "seed", "setup", "camera")


class TableScene:
    """Implements `embodied.arms.driver.SceneSource`."""

    def __init__(self, around: Around, scene: Scene, source: str, name: str, seed: int) -> None:
        self._around = around
        self.families: Mapping[str, FactFamily] = around.families
        self.identity = identity_of(scene, f"{name}, objects {source}", seed)
        self.details: Mapping[str, Any] = {
            "scene": scene.name,
            "title": scene.title,
            "objects": [thing.name for thing in scene.objects],
            "objects_from": source,
            "places": list(scene.place_names),
            **around.details,
        }

    def facts(self) -> Mapping[str, Any]:
        return self._around.facts()

    def events(self) -> Sequence[Mapping[str, Any]]:
        return self._around.events()

    def obstacles(self) -> Sequence[Obstacle]:
        return self._around.table.obstacles()

    def image(self, camera: str, width: int, height: int) -> NDArray[np.uint8]:
        return self._around.image(camera, width, height)


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
                seed: draws what the scene leaves open; setup: as in `embodied_tabletop.placing`; camera: what
                sees objects, as in `embodied_tabletop.seeing.settings`.
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
            if source == "apriltag":
                from embodied_tabletop.real.seen import opened

                camera, named = config.get("camera") or {}, str(config.get("scene", "arm"))
                around: Around = opened(scene, start, inner, camera, run_dir, named)
            elif source == "simulated":
                around = Simulated(scene, start, inner, run_dir)
            else:
                around = Believed(scene, start, inner)
            told = TableScene(around, scene, source, inner.description.name, seed)
            return ArmAtTable(inner, around, told)
        except BaseException:
            inner.close()
            raise


DRIVER = ArmAtTablePlugin()
