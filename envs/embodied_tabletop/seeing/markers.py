"""Markers: which there are, and where on a thing, or on the table, each one sits.

A marker's own frame: x to its right and y to its top as printed, z out of it, its centre at the origin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from embodied_tabletop.parts import floor_height
from embodied_tabletop.scene import SceneObject
from embodied_tabletop.seeing.opencv import opencv
from embodied_tabletop.seeing.transforms import Array, pose_of, turned

DICTIONARIES: Final = (
    "apriltag_36h11",
    "apriltag_25h9",
    "apriltag_16h5",
    "4x4_50",
    "5x5_50",
    "5x5_100",
    "6x6_250",
    "7x7_50",
)
FACES: Final = ("top", "floor", "bottom", "front", "back", "left", "right")
"""Sides of a thing at yaw 0: front is towards the arm's base (-x), left is +y; floor is in a bowl or tray."""


@dataclass(frozen=True)
class Marker:
    """One marker on one thing.

    Attributes:
        id: its number in the dictionary.
        object: the thing; "" for one on the table.
        size: side of its black square [m].
        pose: in the thing's frame, or for one on the table in the arm's base frame.
    """

    id: int
    object: str
    size: float
    pose: Array

    @property
    def corners(self) -> Array:
        """Its corners, from the top left clockwise as printed, in the frame that `pose` is in: (4, 3) [m]."""
        half = self.size / 2
        own = np.array([[-half, half, 0.0], [half, half, 0.0], [half, -half, 0.0], [-half, -half, 0.0]])
        return np.asarray(own @ self.pose[:3, :3].T + self.pose[:3, 3])


def on_thing(thing: SceneObject, face: str, offset: tuple[float, float], turn: float) -> Array:
    """The pose of a marker on a face of a thing.

    Args:
        offset: of the marker's centre from the face's, along its own x and y before it is turned [m].
        turn: about its z axis [rad].
    """
    depth, width, height = (extent / 2 for extent in thing.size)
    floor = -height + floor_height(thing) if thing.contains_things else height
    # each: the marker's x axis and y axis in the thing's frame, and the face's centre
    frames: dict[str, tuple[tuple[int, int, int], tuple[int, int, int], tuple[float, float, float]]] = {
        "top": ((1, 0, 0), (0, 1, 0), (0.0, 0.0, height)),
        "floor": ((1, 0, 0), (0, 1, 0), (0.0, 0.0, floor)),
        "bottom": ((1, 0, 0), (0, -1, 0), (0.0, 0.0, -height)),
        "front": ((0, -1, 0), (0, 0, 1), (-depth, 0.0, 0.0)),
        "back": ((0, 1, 0), (0, 0, 1), (depth, 0.0, 0.0)),
        "left": ((-1, 0, 0), (0, 0, 1), (0.0, width, 0.0)),
        "right": ((1, 0, 0), (0, 0, 1), (0.0, -width, 0.0)),
    }
    right, up, center = (np.array(axis, dtype=float) for axis in frames[face])
    turn_of_face = np.column_stack([right, up, np.cross(right, up)])
    return pose_of(turn_of_face @ turned((0.0, 0.0, turn)), center + right * offset[0] + up * offset[1])


def on_table(position: tuple[float, ...], turn: float) -> Array:
    """The pose of a marker that lies on the table, in the arm's base frame: at x, y and, unless 0, z [m]."""
    x, y, z = (*position, 0.0)[:3]
    return pose_of(turned((0.0, 0.0, turn)), (x, y, z))


def dictionary(name: str) -> Any:
    """OpenCV's dictionary of that name, one of `DICTIONARIES`."""
    aruco = opencv().aruco
    prefix, _, rest = name.partition("_")
    constant = f"DICT_APRILTAG_{rest}" if prefix == "apriltag" else f"DICT_{name.upper()}"
    return aruco.getPredefinedDictionary(getattr(aruco, constant))


def how_many(name: str) -> int:
    """The number of markers in a dictionary; ids go from 0."""
    return len(dictionary(name).bytesList)


def degrees(radians: float) -> str:
    return f"{math.degrees(radians):.1f} deg"
