"""Pictures of the table, whatever the engine: poses are drawn by MuJoCo's renderer, without a screen.

OpenGL belongs to the thread that began it, so a studio has one thread of its own and everybody asks it.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from embodied.errors import BadInput, SetupError, did_you_mean
from embodied_tabletop.colors import COLORS
from embodied_tabletop.engine import JOINTS, Snapshot, Start
from embodied_tabletop.mujoco_model import CAMERAS, HAND_CAMERA, scene_xml
from embodied_tabletop.mujoco_warnings import to_the_log
from embodied_tabletop.scene import Scene, Vector3

to_the_log()

Image = NDArray[np.uint8]

CAMERA_NAMES = (*CAMERAS, HAND_CAMERA)
LARGEST = (1280, 960)
MARK_M = 0.015

_LIBRARIES = {"egl": ("libEGL.so.1",), "osmesa": ("libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so")}
_INSTALL = (
    "On Debian and Ubuntu: apt install libegl1 libgl1-mesa-dri (or libosmesa6, and MUJOCO_GL=osmesa). "
    "Everything but pictures works without."
)


@dataclass(frozen=True)
class Moment:
    """What a picture shows: the arm's joints [rad], all else, and points to be marked [m, world frame]."""

    joints: tuple[float, ...]
    now: Snapshot
    marks: tuple[Vector3, ...] = ()


class Studio:
    """Paints moments of one scene. From any thread.

    Args:
        model: makes what is drawn, in the studio's thread; the scene as it is unless said.
        cameras: those that there are in it.

    Raises (from `image`):
        SetupError: there is no OpenGL on this machine.
        BadInput: no such camera, or too large a picture.
    """

    def __init__(
        self,
        scene: Scene,
        start: Start,
        model: Callable[[], Any] | None = None,
        *,
        cameras: Sequence[str] = CAMERA_NAMES,
    ) -> None:
        self._scene = scene
        self._start = start
        self._made = model or (lambda: mujoco.MjModel.from_xml_string(scene_xml(self._scene, visual=True)))
        self._cameras = cameras
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="studio")
        self._model: Any = None
        self._data: Any = None
        self._renderers: dict[tuple[int, int], Any] = {}

    def image(self, moment: Moment, camera: str, width: int, height: int, *, shadows: bool = True) -> Image:
        """What a camera sees, shape (height, width, 3), RGB."""
        return self.ask(moment, camera, width, height, shadows=shadows).result()

    def ask(
        self, moment: Moment, camera: str, width: int, height: int, *, shadows: bool = False
    ) -> Future[Image]:
        """The same, without waiting."""
        check_picture(camera, width, height, self._cameras)
        return self._thread.submit(self._paint, moment, camera, width, height, shadows)

    def arrange(self, scene: Scene, start: Start) -> None:
        """From now on: the same objects elsewhere, cubes of other sizes, other colours."""
        self._thread.submit(self._arrange, scene, start)

    def close(self) -> None:
        """Paint what was asked for, then let go. Idempotent."""
        if not self._thread._shutdown:
            self._thread.submit(self._let_go)
            self._thread.shutdown(wait=True)

    def _paint(self, moment: Moment, camera: str, width: int, height: int, shadows: bool) -> Image:
        renderer = self._renderer(width, height)
        self._pose(moment)
        renderer.update_scene(self._data, camera)
        renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
        for mark in moment.marks:
            _mark(renderer.scene, mark)
        picture: Image = renderer.render()
        return picture.copy()

    def _renderer(self, width: int, height: int) -> Any:
        if (width, height) not in self._renderers:
            if self._model is None:
                self._model = self._made()
                self._data = mujoco.MjData(self._model)
                self._dress()
            self._renderers[width, height] = _make_renderer(self._model, width, height)
        return self._renderers[width, height]

    def _arrange(self, scene: Scene, start: Start) -> None:
        self._scene, self._start = scene, start
        if self._model is not None:
            self._dress()

    def _dress(self) -> None:
        model = self._model
        for thing in self._scene.objects:
            if thing.fastened:
                pose = self._start.poses[thing.name]
                body = model.body(f"{thing.name}.base").id
                model.body_pos[body], model.body_quat[body] = pose.position, pose.quaternion
            if thing.kind == "cube":
                geom = model.geom(f"{thing.name}#0").id
                model.geom_size[geom] = [extent / 2 for extent in thing.size]
                model.geom_rgba[geom, :3] = COLORS[thing.color]

    def _pose(self, moment: Moment) -> None:
        data, now = self._data, moment.now
        for name, q in zip(JOINTS, moment.joints, strict=True):
            data.joint(name).qpos[0] = q
        for number in (1, 2):
            data.joint(f"finger_joint{number}").qpos[0] = now.gripper_width / 2
        for thing in self._scene.objects:
            if thing.name in now.slides:
                data.joint(thing.name).qpos[0] = now.slides[thing.name]
            elif not thing.fastened:
                state = now.bodies[thing.name]
                data.joint(thing.name).qpos[:] = (*state.position, *state.quaternion)
        mujoco.mj_kinematics(self._model, data)
        mujoco.mj_comPos(self._model, data)
        mujoco.mj_camlight(self._model, data)

    def _let_go(self) -> None:
        for renderer in self._renderers.values():
            renderer.close()
        self._renderers.clear()


def _mark(scene: Any, at: Vector3) -> None:
    """A small translucent ball, where there is room in the picture for one more shape."""
    if scene.ngeom < scene.maxgeom:
        ball, size = mujoco.mjtGeom.mjGEOM_SPHERE, np.full(3, MARK_M)
        color = np.array((0.1, 0.9, 0.3, 0.6), np.float32)
        mujoco.mjv_initGeom(scene.geoms[scene.ngeom], ball, size, np.array(at), np.eye(3).ravel(), color)
        scene.ngeom += 1


def check_picture(camera: str, width: int, height: int, cameras: Sequence[str] = CAMERA_NAMES) -> None:
    """Raises BadInput for a camera or a size that there is not."""
    if camera not in cameras:
        hint = did_you_mean(camera, cameras)
        raise BadInput(
            f"There is no camera {camera!r}.", remedy=f"{hint} There are: {', '.join(cameras)}.".strip()
        )
    if not (1 <= width <= LARGEST[0] and 1 <= height <= LARGEST[1]):
        raise BadInput(
            f"A picture of {width} x {height} cannot be made.", remedy=f"At most {LARGEST[0]} x {LARGEST[1]}."
        )


def _make_renderer(model: Any, width: int, height: int) -> Any:
    """A renderer on whichever OpenGL this machine has; the user's MUJOCO_GL decides where it is set."""
    wanted = os.environ.get("MUJOCO_GL", "").lower()
    backend = wanted or _present_backend()
    if backend in ("", "disable", "disabled", "off", "false", "0"):
        why = "MUJOCO_GL says so" if backend else "neither libEGL nor libOSMesa, and no screen"
        raise SetupError(f"No picture can be made: {why}.", remedy=_INSTALL)
    try:
        if sys.platform == "linux" and backend in ("egl", "osmesa", "glfw"):
            gl = importlib.import_module(f"mujoco.{backend}")
            importlib.import_module("mujoco.gl_context").__dict__["GLContext"] = gl.GLContext
        return mujoco.Renderer(model, height, width)
    except (ImportError, AttributeError, RuntimeError, mujoco.FatalError) as broken:
        raise SetupError(
            f"No picture can be made with OpenGL by {backend}: {broken}.", remedy=_INSTALL
        ) from broken


def _present_backend() -> str:
    """The first of EGL, OSMesa and a screen that is there; on other systems always the system's own."""
    if sys.platform != "linux":
        return "native"
    for backend, names in _LIBRARIES.items():
        for name in names:
            try:
                ctypes.CDLL(name)
            except OSError:
                continue
            return backend
    return "glfw" if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") else ""
