"""Rotations and rounded corners."""

from __future__ import annotations

import math

import numpy as np

from embodied_arm.model import Array


def rounded(corners: Array, index: int, share: float, radius: float) -> Array:
    """A point on a polyline whose inner corners are rounded, shape (3,).

    Args:
        corners: shape (k, 3) [m].
        index: of the piece, from `corners[index]` to the next.
        share: of the piece, from 0 to 1.
        radius: how far before and after a corner the rounding begins and ends [m]; at most half a piece.
    """
    here: Array = corners[index] + share * (corners[index + 1] - corners[index])
    corner = index + (1 if share > 0.5 else 0)
    if corner in (0, len(corners) - 1):
        return here
    before, after = corners[corner - 1] - corners[corner], corners[corner + 1] - corners[corner]
    lengths = float(np.linalg.norm(before)), float(np.linalg.norm(after))
    reach = min(radius, lengths[0] / 2, lengths[1] / 2)
    away = float(np.linalg.norm(here - corners[corner]))
    if away >= reach:
        return here
    t = 0.5 + (-0.5 if share > 0.5 else 0.5) * away / reach
    first, last = before * (reach / lengths[0]), after * (reach / lengths[1])
    point: Array = corners[corner] + (1 - t) ** 2 * first + t * t * last
    return point


def axis_and_angle(rotation: Array) -> tuple[Array, float]:
    """Axis (3,) and angle [rad] of a rotation matrix."""
    cosine = min(1.0, max(-1.0, (float(np.trace(rotation)) - 1) / 2))
    angle = math.acos(cosine)
    if angle < 1e-6:
        return np.array([0.0, 0.0, 1.0]), 0.0
    if math.pi - angle < 1e-4:  # the difference below vanishes: read the axis off the diagonal
        axis = np.sqrt(np.maximum((np.diag(rotation) + 1) / 2, 0.0))
        return axis / np.linalg.norm(axis), angle
    axis = np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    return axis / np.linalg.norm(axis), angle


def rotated(axis: Array, angle: float) -> Array:
    """The rotation matrix of an axis and an angle (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    rotation: Array = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * (cross @ cross)
    return rotation
