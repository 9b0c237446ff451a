"""A twin of an arm at a table where things really stand somewhere, and a camera that takes pictures of it.

The truth is an engine of its own, which the side that is tested never sees: it has the arm's measurements and
the pictures, as at a real table.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from embodied_arm.body import ArmBody
from embodied_arm.drivers.twin import DRIVER as TWIN
from embodied_tabletop.engine import BodyState
from embodied_tabletop.placing import place, read_setup
from embodied_tabletop.real.around import Believed
from embodied_tabletop.real.driver import ArmAtTable, TableScene
from embodied_tabletop.real.seen import SeenByCamera
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.seeing.calibration import Calibration
from embodied_tabletop.seeing.eye import Eye, first_look
from embodied_tabletop.seeing.settings import CameraSettings
from embodied_tabletop.seeing.transforms import matrix_of

from embodied.arms.describing import plain
from embodied.arms.driver import ArmCommand, ArmState
from embodied.mini.inprocess import InProcessWorld
from tests.arm.kinematic import FR3
from tests.tabletop.seeing.painting import TABLE, Painter, Quad, Weather, box, calibration, standing

HAND = (0.05, 0.20, 0.10)
"""A gripper's palm [m], 10 cm above the grasp point: what hides things from the camera."""


class WatchedTable:
    """Pictures of the truth. Implements `embodied_tabletop.seeing.images.Images`.

    Args:
        truth: where things really are, changed by whoever holds it.
        taken_with: the camera as it really is.
    """

    def __init__(self, taken_with: Calibration, weather: Weather | None = None) -> None:
        self.scene = load_scene("arm")
        self.settings = CameraSettings.of(TABLE, self.scene)
        self.truth: dict[str, BodyState] = {}
        self.hand: BodyState | None = None
        self.covered: set[str] = set()
        self.blind = False
        self.painter = Painter(taken_with, weather or Weather(blur=0.5, noise=3.0))
        self.taken = threading.Event()

    def read(self) -> Any:
        self.taken.set()
        if self.blind:
            return None
        shown = [marker for marker in self._markers() if marker.object not in self.covered]
        return self.painter.table(self.scene, shown, dict(self.truth), self._palm())

    def close(self) -> None:
        """Nothing to end."""

    def _markers(self) -> list[Any]:
        return [*self.settings.markers, *self.settings.reference]

    def _palm(self) -> list[Quad]:
        if self.hand is None:
            return []
        pose = matrix_of(self.hand)
        lifted = pose.copy()
        lifted[:3, 3] += pose[:3, :3] @ np.array((0.0, 0.0, -0.15))
        return box(HAND, lifted, 60.0)


class TwinThere:
    """A twin whose fingers meet what really stands there; it tells nobody."""

    scene = None

    def __init__(self, table: WatchedTable, tmp_path: Path, where: Mapping[str, Any]) -> None:
        self._inner = TWIN.open({"like": plain(FR3)}, tmp_path)
        self._table = table
        start = place(table.scene, 1, read_setup({"objects": dict(where)}, table.scene))
        self.around = Believed(table.scene, start, self._inner)
        self.description = self._inner.description
        self._told = ArmCommand()
        self._shown()

    def read(self) -> ArmState:
        return self._inner.read()

    def command(self, command: ArmCommand) -> ArmCommand:
        self._told = self._inner.command(command)
        return self._told

    def tick(self) -> None:
        self._inner.tick()
        self.around.follow(self._inner.read(), self._told)
        self._shown()

    def stop(self, reason: str) -> None:
        self._inner.stop(reason)

    def close(self) -> None:
        self._inner.close()

    def _shown(self) -> None:
        snapshot = self.around.engine.snapshot()
        self._table.truth = dict(snapshot.bodies)
        self._table.hand = snapshot.grasp_point


class Clock:
    """The eye's clock, which a test can put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@dataclass
class Watched:
    """An arm's world at a table, what is really there, and the eye that looks at it."""

    world: InProcessWorld
    table: WatchedTable
    twin: TwinThere
    eye: Eye
    clock: Clock
    body: ArmBody

    def really(self, name: str) -> BodyState:
        return self.twin.around.engine.body(name)

    def put(self, name: str, x: float, y: float, yaw: float = 0.0) -> None:
        """A person moves a thing to another place."""
        half = self.table.scene.by_name[name].size[2] / 2
        self.twin.around.engine.see(name, standing(x, y, half, yaw))
        self.table.truth = dict(self.twin.around.engine.snapshot().bodies)

    def looked(self, times: int = 8) -> None:
        """The eye has looked so often since, and the arm has heard of it."""
        for _ in range(times):
            before = self.eye.sight
            with self.eye.news:
                assert self.eye.news.wait_for(lambda before=before: self.eye.sight is not before, 20.0)
        self.world.call("wait", {"seconds": 0.1})

    def close(self) -> None:
        self.world.close()
        self.body.close()


def watched(
    tmp_path: Path,
    where: Mapping[str, Any],
    *,
    taken_with: Calibration | None = None,
    believed: Calibration | None = None,
    covered: frozenset[str] = frozenset(),
    forget_s: float = 5.0,
) -> Watched:
    """An arm's body at a table whose things really stand `where`, and are known by pictures alone."""
    taken_with = taken_with or calibration(bent=False)
    table = WatchedTable(taken_with)
    table.covered = set(covered)
    twin = TwinThere(table, tmp_path, where)
    clock = Clock()
    eye = Eye(table.settings, table.scene, believed or taken_with, table, clock)
    try:
        first_look(eye, 1.0 if covered or believed else 20.0)
    except BaseException:
        eye.close()
        raise
    start = place(table.scene, 1, read_setup({}, table.scene))
    seen = SeenByCamera(table.scene, start, twin, eye, believed or taken_with, forget_s=forget_s)
    told = TableScene(seen, table.scene, "apriltag", FR3.name, 1)
    body = ArmBody(ArmAtTable(twin, seen, told), {"hand_speed": 0.8}, tmp_path)
    return Watched(InProcessWorld(body), table, twin, eye, clock, body)
