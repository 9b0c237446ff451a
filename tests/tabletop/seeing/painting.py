"""Pictures of a table as a calibrated camera would take them: markers, things, blur, noise and light.

Written on OpenCV's projection alone: quads in the arm's base frame are painted from far to near at twice the
size, bent by the lens, made smaller, blurred, lit unevenly, and given the noise of a sensor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cv2
import numpy as np
from embodied_tabletop.engine import BodyState
from embodied_tabletop.scene import Scene
from embodied_tabletop.seeing.calibration import Calibration, Lens
from embodied_tabletop.seeing.markers import Marker, dictionary
from embodied_tabletop.seeing.transforms import Array, inverse, matrix_of, moved, pose_of

SCALE = 2
BITS = 8
"""Of an AprilTag 36h11 from border to border."""
WOOD, DARK = 150.0, 60.0


@dataclass(frozen=True)
class Quad:
    """Corners in the base frame, from the texture's top left clockwise (4, 3) [m]; a texture, or a gray."""

    corners: Array
    texture: Any = None
    gray: float = 128.0


@dataclass(frozen=True)
class Weather:
    """What a picture suffers. blur: sigma [pixels]; noise: sigma [of 255]; light: from left to right."""

    blur: float = 0.6
    noise: float = 4.0
    light: tuple[float, float] = (0.75, 1.1)
    seed: int = 1


def camera_at(position: Sequence[float], target: Sequence[float]) -> Array:
    """The pose of a camera that looks at a point, its picture upright."""
    here = np.array(position, dtype=float)
    ahead = np.array(target, dtype=float) - here
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    return pose_of(np.column_stack([right, np.cross(ahead, right), ahead]), here)


def lens(width: int = 1280, height: int = 720, focal: float = 1000.0, bent: bool = True) -> Lens:
    matrix = np.array(
        [[focal, 0.0, width / 2 - 3.7], [0.0, focal * 1.002, height / 2 + 5.1], [0.0, 0.0, 1.0]]
    )
    return Lens(width, height, matrix, np.array([-0.09, 0.05, 0.0006, -0.0004, 0.0]) * bent, 0.2, 20)


CAMERA = camera_at((1.05, -0.35, 0.75), (0.48, 0.05, 0.0))


def calibration(bent: bool = True, **more: Any) -> Calibration:
    return Calibration(lens(bent=bent, **more), CAMERA, 0.3, "as painted")


@cache
def texture(number: int, name: str = "apriltag_36h11") -> Any:
    """A marker with a white rim of one bit, and how much larger it is than the black square."""
    marker = cv2.aruco.generateImageMarker(dictionary(name), number, BITS * 20)
    return cv2.copyMakeBorder(marker, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=255)


def tag(marker: Marker, thing: Array) -> Quad:
    """A marker as printed, on a thing that stands there."""
    center = marker.pose[:3, 3]
    rim = (BITS + 2) / BITS
    return Quad(moved(thing, center + (marker.corners - center) * rim), texture(marker.id))


def box(size: Sequence[float], pose: Array, gray: float) -> list[Quad]:
    """The five sides of a box that can be seen from above."""
    x, y, z = (extent / 2 for extent in size)
    faces = [
        [(-x, y, z), (x, y, z), (x, -y, z), (-x, -y, z)],
        [(x, y, z), (x, y, -z), (x, -y, -z), (x, -y, z)],
        [(-x, -y, z), (-x, -y, -z), (-x, y, -z), (-x, y, z)],
        [(x, -y, z), (x, -y, -z), (-x, -y, -z), (-x, -y, z)],
        [(-x, y, z), (-x, y, -z), (x, y, -z), (x, y, z)],
    ]
    shades = (1.0, 0.8, 0.8, 0.65, 0.65)
    return [Quad(moved(pose, np.array(face)), gray=gray * s) for face, s in zip(faces, shades, strict=True)]


@dataclass
class Painter:
    """Paints for one camera. `hidden`: quads in front of everything, as of a hand."""

    camera: Calibration
    weather: Weather = field(default_factory=Weather)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.weather.seed)
        self._maps = self._bend() if self.camera.lens.distortion.any() else None

    def table(
        self, scene: Scene, markers: Iterable[Marker], poses: dict[str, BodyState], more: Iterable[Quad] = ()
    ) -> Any:
        """Things of a scene where they stand, with their markers, and markers on the table."""
        layers: list[tuple[float, int, Quad]] = []
        markers = list(markers)
        for marker in markers:
            if not marker.object:
                layers.append((1e6, 1, tag(marker, np.eye(4))))
        for name, state in poses.items():
            thing, pose = scene.by_name[name], matrix_of(state)
            far = self._far(pose[:3, 3])
            size = thing.size if not thing.contains_things else (*thing.size[:2], 0.008)
            low = (
                pose
                if not thing.contains_things
                else pose @ pose_of(np.eye(3), (0, 0, 0.004 - thing.size[2] / 2))
            )
            layers += [(far, 0, quad) for quad in box(size, low, 110.0)]
            layers += [(far, 1, tag(marker, pose)) for marker in markers if marker.object == name]
        layers += [(self._far(quad.corners.mean(axis=0)), 2, quad) for quad in more]
        return self.paint([quad for *_, quad in sorted(layers, key=lambda one: (-one[0], one[1]))])

    def paint(self, quads: Iterable[Quad]) -> Any:
        """From the first to the last, each over those before it."""
        shape = self.camera.lens
        big = np.full((shape.height * SCALE, shape.width * SCALE), WOOD, dtype=np.float32)
        for quad in quads:
            self._draw(big, quad)
        if self._maps is not None:
            big = cv2.remap(big, *self._maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        picture = cv2.resize(big, (shape.width, shape.height), interpolation=cv2.INTER_AREA)
        return self._weathered(picture)

    # -- parts

    def _far(self, point: Array) -> float:
        return float(np.linalg.norm(point - self.camera.camera[:3, 3]))

    def _big(self) -> Array:
        """The lens of the larger picture; pixels' centres are at whole numbers in both."""
        matrix = self.camera.lens.matrix * SCALE
        matrix[:2, 2] += (SCALE - 1) / 2
        matrix[2, 2] = 1.0
        return matrix

    def _draw(self, big: Any, quad: Quad) -> None:
        seen = moved(inverse(self.camera.camera), quad.corners)
        across = np.cross(seen[1] - seen[0], seen[3] - seen[0])
        if across @ seen[0] > 0 and (seen[:, 2] > 0.05).all():
            pixels = seen @ self._big().T
            flat = (pixels[:, :2] / pixels[:, 2:]).astype(np.float32)
            if quad.texture is None:
                cv2.fillConvexPoly(big, np.round(flat * 16).astype(np.int32), quad.gray, cv2.LINE_AA, 4)
                return
            height, width = quad.texture.shape
            low = -0.5
            own = np.array(
                [[low, low], [width + low, low], [width + low, height + low], [low, height + low]], np.float32
            )
            left, top = (int(low) for low in np.maximum(np.floor(flat.min(axis=0)) - 2, 0))
            part = big[top : int(flat[:, 1].max()) + 3, left : int(flat[:, 0].max()) + 3]
            if part.size:
                home = cv2.getPerspectiveTransform(own, flat - np.array((left, top), np.float32))
                size = (part.shape[1], part.shape[0])
                warped = cv2.warpPerspective(
                    quad.texture.astype(np.float32), home, size, flags=cv2.INTER_AREA
                )
                mask = cv2.warpPerspective(np.ones((height, width), np.float32), home, size)
                part[:] = part * (1 - mask) + warped * mask

    def _bend(self) -> Any:
        """Where each pixel of the bent picture is in the straight one."""
        shape, matrix = self.camera.lens, self._big()
        size = (shape.width * SCALE, shape.height * SCALE)
        grid = np.stack(np.meshgrid(*(np.arange(n, dtype=np.float32) for n in size)), axis=-1)
        straight = cv2.undistortPoints(grid.reshape(-1, 1, 2), matrix, shape.distortion, P=matrix)
        maps = straight.reshape(size[1], size[0], 2).astype(np.float32)
        return maps[..., 0].copy(), maps[..., 1].copy()

    def _weathered(self, picture: Any) -> Any:
        if self.weather.blur:
            picture = cv2.GaussianBlur(picture, (0, 0), self.weather.blur)
        low, high = self.weather.light
        picture = picture * np.linspace(low, high, picture.shape[1], dtype=np.float32)
        noise = self._random.standard_normal(picture.shape, dtype=np.float32) * self.weather.noise
        gray = np.clip(picture + noise, 0, 255).astype(np.uint8)
        return cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)


def standing(x: float, y: float, z: float, yaw: float = 0.0) -> BodyState:
    return BodyState((x, y, z), (float(np.cos(yaw / 2)), 0.0, 0.0, float(np.sin(yaw / 2))))


TABLE = {
    "markers": [
        {"id": 0, "object": "red_cube", "size": 0.03},
        {"id": 1, "object": "blue_cube", "size": 0.03},
        {"id": 2, "object": "green_cube", "size": 0.03},
        {"id": 3, "object": "tray", "size": 0.06},
    ],
    "reference": [
        {"id": 20, "size": 0.05, "position": [0.35, -0.30]},
        {"id": 21, "size": 0.05, "position": [0.68, 0.10]},
        {"id": 22, "size": 0.05, "position": [0.32, 0.30], "turn": 1.5707963},
    ],
}
"""[world.camera] of the scene `arm`."""
