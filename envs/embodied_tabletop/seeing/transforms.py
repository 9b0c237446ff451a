"""Poses as 4 x 4 matrices: `base_from_camera @ camera_from_tag` is `base_from_tag`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embodied_tabletop.engine import BodyState
from embodied_tabletop.geometry import rotation

Array = NDArray[np.float64]
"""A pose: shape (4, 4), a rotation and a position [m]. Points: shape (n, 3) [m]. Pixels: shape (n, 2)."""


def pose_of(turn: Array, position: Sequence[float] | Array) -> Array:
    """From a rotation matrix (3, 3) and a position [m]."""
    pose = np.eye(4)
    pose[:3, :3] = turn
    pose[:3, 3] = position
    return pose


def inverse(pose: Array) -> Array:
    turn = pose[:3, :3].T
    return pose_of(turn, -turn @ pose[:3, 3])


def moved(pose: Array, points: Array) -> Array:
    """Points of the pose's own frame, in the frame that it is given in."""
    return np.asarray(points @ pose[:3, :3].T + pose[:3, 3])


def turned(vector: Sequence[float] | Array) -> Array:
    """The rotation matrix of a rotation vector [rad] (Rodrigues)."""
    axis = np.asarray(vector, dtype=float)
    angle = float(np.linalg.norm(axis))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = axis / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross)


def angle_between(one: Array, other: Array) -> float:
    """How far one rotation matrix is turned from another [rad]."""
    return math.acos(min(1.0, max(-1.0, (float(np.trace(one.T @ other)) - 1) / 2)))


def nearest_rotation(matrix: Array) -> Array:
    """The rotation that is nearest to a matrix: of a sum of rotations their mean (Moakher 2002)."""
    left, _, right = np.linalg.svd(matrix)
    flip = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(left @ right)))])
    return np.asarray(left @ flip @ right)


def upright(turn: Array) -> Array:
    """The nearest rotation whose own axis nearest to the vertical is vertical."""
    axis = int(np.argmax(np.abs(turn[2])))
    up = np.array([0.0, 0.0, math.copysign(1.0, turn[2, axis])])
    across = np.cross(turn[:, axis], up)
    sine = float(np.linalg.norm(across))
    if sine < 1e-12:
        return turn
    return np.asarray(turned(across / sine * math.asin(min(1.0, sine))) @ turn)


def matrix_of(state: BodyState) -> Array:
    return pose_of(np.array(rotation(state.quaternion)), state.position)


def state_of(pose: Array) -> BodyState:
    """As the table knows it; w of the quaternion is not negative."""
    (a, b, c), (d, e, f), (g, h, i) = pose[:3, :3].tolist()
    squares = (1 + a + e + i, 1 + a - e - i, 1 - a + e - i, 1 - a - e + i)
    largest = max(range(4), key=lambda n: squares[n])
    root = 2 * math.sqrt(squares[largest])
    parts = (
        (squares[0], h - f, c - g, d - b),
        (h - f, squares[1], d + b, c + g),
        (c - g, d + b, squares[2], f + h),
        (d - b, c + g, f + h, squares[3]),
    )[largest]
    sign = -1.0 if parts[0] < 0 else 1.0
    w, x, y, z = (sign * part / root for part in parts)
    px, py, pz = pose[:3, 3].tolist()
    return BodyState((px, py, pz), (w, x, y, z))
