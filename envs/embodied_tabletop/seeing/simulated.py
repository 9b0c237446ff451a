"""A camera that is simulated: for an arm that is simulated too (`source = "simulated"` of [world.camera]).

Another process renders the table with the markers on things, so that the arm's loop never waits for a
picture. Whoever looks gets pictures and nothing else, as from a camera: what follows, from finding markers to
believing, is the same as at a real table. Lens and place are those of the scene, without an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import zmq

from embodied.bridge.process import ChildProcess
from embodied.errors import WorldError
from embodied_tabletop.pictures import Moment
from embodied_tabletop.scene import Vector3
from embodied_tabletop.seeing.calibration import Calibration, Lens
from embodied_tabletop.seeing.pictures import Picture
from embodied_tabletop.seeing.transforms import pose_of

WIDTH, HEIGHT, FOCAL_PX = 960, 540, 750.0
POSITION: Final[Vector3] = (1.05, -0.35, 0.75)
TARGET: Final[Vector3] = (0.48, 0.05, 0.0)
"""Where it stands, and what it looks at [m]: over the table, towards the arm."""
NOISE: Final = 3.0
"""Of its sensor, sigma [of 255]."""
READY_S: Final = 60.0
ANSWER_S: Final = 5.0
"""A picture takes 0.1 to 0.4 s on a processor that renders by itself."""


def calibration() -> Calibration:
    """Of the simulated camera, exactly."""
    center = ((WIDTH - 1) / 2, (HEIGHT - 1) / 2)
    matrix = np.array([[FOCAL_PX, 0.0, center[0]], [0.0, FOCAL_PX, center[1]], [0.0, 0.0, 1.0]])
    here, ahead = np.array(POSITION), np.array(TARGET) - np.array(POSITION)
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    pose = pose_of(np.column_stack([right, np.cross(ahead, right), ahead]), here)
    return Calibration(
        Lens(WIDTH, HEIGHT, matrix, np.zeros(5), 0.0, 0), pose, 0.0, "the simulated scene itself"
    )


class SimulatedImages:
    """Implements `embodied_tabletop.seeing.images.Images`.

    Args:
        scene: its name or path; camera: the table [world.camera].
        now: what there is to be seen at the moment; called from the thread that reads.

    Raises:
        SetupError: there is no OpenGL on this machine, or no OpenCV.
    """

    def __init__(
        self, scene: str, camera: Mapping[str, Any], now: Callable[[], Moment], run_dir: Path
    ) -> None:
        self._now = now
        config = run_dir / "simulated-camera.json"
        told = {"scene": scene, "camera": dict(camera), "moment": now()}
        config.write_bytes(msgspec.json.encode(told))
        self._child = ChildProcess(
            [sys.executable, "-m", "embodied_tabletop.seeing.rendering", config.absolute()],
            name="the simulated camera",
            log=run_dir / "simulated-camera.log",
        )
        endpoint = self._child.wait_ready(READY_S).get("endpoint")
        if not isinstance(endpoint, str):
            self._child.close()
            raise WorldError("The simulated camera did not say where it listens.")
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.REQ)
        self._socket.linger = 0
        self._socket.setsockopt(zmq.RCVTIMEO, int(1000 * ANSWER_S))
        self._socket.setsockopt(zmq.REQ_RELAXED, 1)  # a picture that never came is not waited for
        self._socket.setsockopt(zmq.REQ_CORRELATE, 1)
        self._socket.connect(endpoint)
        random = np.random.default_rng(0)
        self._random, noise = random, random.normal(0.0, NOISE, (HEIGHT, WIDTH, 1))
        self._noise = noise.astype(np.int16)

    def read(self) -> Picture | None:
        try:
            self._socket.send(msgspec.msgpack.encode(self._now()))
            frame = self._socket.recv()
        except zmq.ZMQError:
            return None
        clean = np.frombuffer(frame, dtype=np.uint8).reshape(HEIGHT, WIDTH, 3)
        by = self._random.integers(0, (HEIGHT, WIDTH))
        made: Picture = np.clip(clean + np.roll(self._noise, by, axis=(0, 1)), 0, 255).astype(np.uint8)
        return made

    def close(self) -> None:
        self._socket.close()
        self._context.term()
        self._child.close()
