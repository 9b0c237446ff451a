"""What the simulated camera sees: `python -m embodied_tabletop.seeing.rendering CONFIG.json`.

CONFIG.json has scene, camera and the first moment, as `simulated.SimulatedImages` writes it. Asked with a
`Moment` (msgpack), it answers with the bytes of a picture, blue first; it ends when standard input closes.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec
import mujoco
import numpy as np
import zmq

from embodied.errors import EmbodiedError
from embodied_tabletop.mujoco_model import scene_xml
from embodied_tabletop.pictures import Moment, Studio
from embodied_tabletop.placing import place, read_setup
from embodied_tabletop.scene import Scene
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.seeing.markers import Marker, dictionary
from embodied_tabletop.seeing.opencv import opencv
from embodied_tabletop.seeing.settings import CameraSettings
from embodied_tabletop.seeing.simulated import FOCAL_PX, HEIGHT, POSITION, WIDTH, calibration

NAME: Final = "watching"
CELL_PX: Final = 16
PAPER_M: Final = 0.0004
ABOVE_M: Final = 0.0002
"""A marker's face is this far above what it sticks to: nearer, and the two would shine through each other."""
NICER: Final = 5
"""Than an arm's loop, which goes first where both want a core."""


def main(path: str) -> int:
    """Answer until standard input closes; returns the exit code."""
    config = json.loads(Path(path).read_text(encoding="utf-8"))
    os.nice(NICER)
    try:
        scene = load_scene(config["scene"])
        settings = CameraSettings.of(config["camera"], scene)
        camera = SimulatedCamera(settings, scene)
        camera.picture(
            msgspec.convert(config["moment"], Moment)
        )  # whether there is an OpenGL is told at once
    except EmbodiedError as wrong:
        error = {"message": wrong.message, "remedy": wrong.remedy}
        print(json.dumps({"ready": False, "error": error}), flush=True)
        return wrong.exit_code
    threading.Thread(target=_until_let_go, daemon=True).start()
    socket: zmq.Socket[bytes] = zmq.Context().socket(zmq.REP)
    port = socket.bind_to_random_port("tcp://127.0.0.1")
    print(json.dumps({"ready": True, "endpoint": f"tcp://127.0.0.1:{port}"}), flush=True)
    while True:
        moment = msgspec.msgpack.decode(socket.recv(), type=Moment)
        socket.send(camera.picture(moment))


class SimulatedCamera:
    """Renders. Raises SetupError (from `picture`) where there is no OpenGL."""

    def __init__(self, settings: CameraSettings, scene: Scene) -> None:
        markers = list(chain(settings.markers, settings.reference))
        start = place(scene, 1, read_setup({}, scene))  # nothing that is followed by markers is fastened
        self._studio = Studio(
            scene, start, lambda: marked_model(scene, markers, settings.dictionary), cameras=(NAME,)
        )

    def picture(self, moment: Moment) -> bytes:
        """Shape (HEIGHT, WIDTH, 3), blue first."""
        seen = self._studio.image(moment, NAME, WIDTH, HEIGHT, shadows=False)
        return bytes(seen[:, :, ::-1].tobytes())

    def close(self) -> None:
        self._studio.close()


def _until_let_go() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)


def marked_model(scene: Scene, markers: Iterable[Marker], dictionary_name: str) -> Any:
    """The scene as MuJoCo's renderer shall draw it: with the markers, and the camera."""
    root = ET.fromstring(scene_xml(scene, visual=True))
    world, asset = root.find("worldbody"), root.find("asset")
    assert world is not None
    assert asset is not None
    view = calibration().camera
    ET.SubElement(
        world, "camera", name=NAME, pos=_numbers(POSITION), xyaxes=_numbers((*view[:3, 0], *-view[:3, 1])),
        fovy=str(math.degrees(2 * math.atan(HEIGHT / 2 / FOCAL_PX))),
    )  # fmt: skip
    files = {}
    for marker in markers:
        name = f"marker-{marker.id}"
        files[f"{name}.png"] = _printed(marker, dictionary_name)
        _paper(asset, name, marker.size * (1 + 2 / _cells(dictionary_name)))
        at = [body for body in root.iter("body") if marker.object and body.get("name") == marker.object]
        _stick(at[0] if at else world, name, marker)
    return mujoco.MjModel.from_xml_string(ET.tostring(root, encoding="unicode"), files)


def _cells(name: str) -> int:
    """Of a marker's side, its black border with it."""
    return int(dictionary(name).markerSize) + 2


def _printed(marker: Marker, name: str) -> bytes:
    """As PNG, with the white rim of one cell that every printed marker has."""
    cv = opencv()
    drawn = cv.aruco.generateImageMarker(dictionary(name), marker.id, _cells(name) * CELL_PX)
    rimmed = cv.copyMakeBorder(drawn, *(CELL_PX,) * 4, cv.BORDER_CONSTANT, value=255)
    return bytes(cv.imencode(".png", rimmed)[1].tobytes())


def _paper(asset: ET.Element, name: str, side: float) -> None:
    """A sheet with a marker on it: its face is at z = 0, its right is x, its top is y."""
    ET.SubElement(asset, "texture", name=name, type="2d", file=f"{name}.png")
    ET.SubElement(asset, "material", name=name, texture=name, specular="0", shininess="0", emission="0.3")
    half = side / 2
    corners = ((-half, half), (half, half), (half, -half), (-half, -half))
    ET.SubElement(
        asset, "mesh", name=name, inertia="shell",
        vertex=_numbers(value for z in (0.0, -PAPER_M) for x, y in corners for value in (x, y, z)),
        texcoord="0 0 1 0 1 1 0 1 " * 2,
        face=_numbers(chain.from_iterable(_FACES)),
    )  # fmt: skip


_FACES: Final = (
    *((0, 2, 1), (0, 3, 2), (4, 5, 6), (4, 6, 7)),
    *((0, 1, 5), (0, 5, 4), (1, 2, 6), (1, 6, 5), (2, 3, 7), (2, 7, 6), (3, 0, 4), (3, 4, 7)),
)
"""Of a sheet, in triangles; corners clockwise from the top left, first those of its face."""


def _stick(body: ET.Element, name: str, marker: Marker) -> None:
    """Nothing feels it, and it weighs nothing."""
    turn = np.empty(4)
    mujoco.mju_mat2Quat(turn, np.ascontiguousarray(marker.pose[:3, :3]).ravel())
    place = marker.pose[:3, 3] + ABOVE_M * marker.pose[:3, 2]
    ET.SubElement(
        body, "geom", name=name, type="mesh", mesh=name, material=name, pos=_numbers(place),
        quat=_numbers(turn), contype="0", conaffinity="0", mass="0",
    )  # fmt: skip


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{float(value):.9g}" for value in values)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
