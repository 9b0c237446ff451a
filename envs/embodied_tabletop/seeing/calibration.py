"""What a camera's calibration says: its lens, and where it stands. A file; its hash is in the audit log."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from embodied.errors import BadInput
from embodied_tabletop.engine import BodyState
from embodied_tabletop.seeing.transforms import Array, matrix_of, state_of

FORMAT: Final = "embodied-camera-1"
MOST_LENS_PX: Final = 1.0
"""The largest reprojection error of a lens that is believed [pixels, root mean square]."""
MOST_PLACE_PX: Final = 2.0
"""The same of where the camera stands."""
CALIBRATE: Final = "embodied arm calibrate"


@dataclass(frozen=True)
class Lens:
    """Brown-Conrady, as OpenCV has it.

    Attributes:
        width, height: of the pictures [pixels].
        matrix: shape (3, 3) [pixels].
        distortion: k1, k2, p1, p2, k3.
        error_px: reprojection error, root mean square [pixels].
        views: how many pictures it was calibrated from.
    """

    width: int
    height: int
    matrix: Array
    distortion: Array
    error_px: float
    views: int


@dataclass(frozen=True)
class Calibration:
    """A camera at an arm.

    Attributes:
        camera: its pose in the arm's base frame; z is the way it looks, y is down in the picture.
        error_px: reprojection error of that pose [pixels].
        told_by: what that came from, for a reader.
    """

    lens: Lens
    camera: Array
    error_px: float
    told_by: str = ""

    @property
    def hash(self) -> str:
        return hashlib.sha256(dumped(self.lens, self).encode()).hexdigest()[:16]


def dumped(lens: Lens, placed: Calibration | None) -> str:
    """As the file has it."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "width": lens.width,
        "height": lens.height,
        "matrix": lens.matrix.tolist(),
        "distortion": lens.distortion.tolist(),
        "lens_error_px": round(lens.error_px, 4),
        "views": lens.views,
    }
    if placed is not None:
        state = state_of(placed.camera)
        data |= {
            "camera_to_base": {
                "position": [round(value, 7) for value in state.position],
                "quaternion": [round(value, 9) for value in state.quaternion],
            },
            "place_error_px": round(placed.error_px, 4),
            "place_from": placed.told_by,
        }
    return json.dumps(data, indent=2) + "\n"


def load_lens(path: Path) -> Lens:
    """The first half. Raises BadInput, also for one whose error is too large."""
    return _lens(_read(path), path)


def load_calibration(path: Path) -> Calibration:
    """Raises BadInput for a file that is not whole, and for one whose errors are too large to be believed."""
    data = _read(path)
    lens = _lens(data, path)
    if "camera_to_base" not in data:
        raise BadInput(
            f"{path} tells nothing of where the camera stands.",
            remedy=f"Show it the markers on the table: {CALIBRATE}.",
        )
    try:
        placed = data["camera_to_base"]
        position = tuple(float(value) for value in placed["position"])
        quaternion = np.array([float(value) for value in placed["quaternion"]])
        error = float(data["place_error_px"])
        length = float(np.linalg.norm(quaternion))
        if len(position) != 3 or quaternion.shape != (4,) or not math.isclose(length, 1.0, abs_tol=1e-3):
            raise ValueError("camera_to_base is no pose")
        if not all(map(math.isfinite, (*position, error))):
            raise ValueError("not finite")
    except (KeyError, TypeError, ValueError) as wrong:
        raise _no_calibration(path, wrong) from wrong
    refuse_large(error, MOST_PLACE_PX, f"{path}: where the camera stands")
    w, x, y, z = (quaternion / length).tolist()
    state = BodyState((position[0], position[1], position[2]), (w, x, y, z))
    return Calibration(lens, matrix_of(state), error, str(data.get("place_from", "")))


def refuse_large(error: float, most: float, what: str) -> None:
    """Raise BadInput if a reprojection error is too large to be believed."""
    if not error <= most:
        raise BadInput(
            f"{what} is known only to {error:.2f} pixels; at most {most:g} are believed.",
            remedy="Calibrate again, with sharp pictures, measured markers, and a flat board.",
        )


def _lens(data: dict[str, Any], path: Path) -> Lens:
    try:
        matrix, distortion = np.array(data["matrix"], dtype=float), np.array(data["distortion"], dtype=float)
        lens = Lens(
            int(data["width"]),
            int(data["height"]),
            matrix,
            distortion.ravel(),
            float(data["lens_error_px"]),
            int(data.get("views", 0)),
        )
        if matrix.shape != (3, 3) or not np.isfinite(matrix).all() or not np.isfinite(distortion).all():
            raise ValueError("matrix or distortion")
        if matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
            raise ValueError("a focal length is not positive")
    except (KeyError, TypeError, ValueError) as wrong:
        raise _no_calibration(path, wrong) from wrong
    refuse_large(lens.error_px, MOST_LENS_PX, f"{path}: the lens")
    return lens


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise BadInput(f"There is no calibration {path}.", remedy=f"Make it: {CALIBRATE} FILE.") from missing
    except (OSError, ValueError) as wrong:
        raise _no_calibration(path, wrong) from wrong
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _no_calibration(path, ValueError(f"its format is not {FORMAT}"))
    return data


def _no_calibration(path: Path, why: Exception) -> BadInput:
    return BadInput(f"{path} is no calibration: {why}.", remedy=f"Make it anew: {CALIBRATE} FILE.")
