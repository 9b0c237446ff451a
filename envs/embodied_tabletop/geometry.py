"""Rotations and footprints, in plain Python: facts are few, and this is faster than arrays for them."""

from __future__ import annotations

from math import asin, atan2, pi

from embodied_tabletop.engine import BodyState, Quaternion
from embodied_tabletop.scene import Vector3

Matrix = tuple[Vector3, Vector3, Vector3]
"""Rows of a rotation matrix, own frame to world frame."""


def rotation(quaternion: Quaternion) -> Matrix:
    w, x, y, z = quaternion
    return (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )


def to_world(state: BodyState, point: Vector3) -> Vector3:
    """A point of the body's own frame, in the world frame [m]."""
    rows = rotation(state.quaternion)
    x, y, z = (sum(row[n] * point[n] for n in range(3)) + state.position[i] for i, row in enumerate(rows))
    return x, y, z


def to_body(state: BodyState, point: Vector3) -> Vector3:
    """A point of the world frame, in the body's own frame [m]."""
    rows = rotation(state.quaternion)
    apart = [point[n] - state.position[n] for n in range(3)]
    x, y, z = (sum(rows[n][i] * apart[n] for n in range(3)) for i in range(3))
    return x, y, z


def multiply(one: Quaternion, other: Quaternion) -> Quaternion:
    a, b, c, d = one
    e, f, g, h = other
    return (
        a * e - b * f - c * g - d * h,
        a * f + b * e + c * h - d * g,
        a * g - b * h + c * e + d * f,
        a * h + b * g - c * f + d * e,
    )


def inverse(quaternion: Quaternion) -> Quaternion:
    w, x, y, z = quaternion
    return w, -x, -y, -z


def yaw_of(quaternion: Quaternion) -> float:
    """The turn about the world's z axis of what stands upright [rad]."""
    rows = rotation(quaternion)
    return atan2(rows[1][0], rows[0][0])


def cube_yaw(quaternion: Quaternion) -> float:
    """The turn of a box on any of its faces, within +-pi/4 [rad]."""
    rows = rotation(quaternion)
    axis = min(range(3), key=lambda n: abs(rows[2][n]))  # the own axis that lies flattest
    return wrap_quarter(atan2(rows[1][axis], rows[0][axis]))


def wrap_quarter(angle: float) -> float:
    """The same direction of a square, within +-pi/4 [rad]."""
    return (angle + pi / 4) % (pi / 2) - pi / 4


def vertical_axis(quaternion: Quaternion) -> tuple[int, float]:
    """Which own axis is nearest to the vertical, and the angle between them [rad]."""
    rows = rotation(quaternion)
    axis = max(range(3), key=lambda n: abs(rows[2][n]))
    return axis, pi / 2 - asin(min(1.0, abs(rows[2][axis])))


def height_extent(quaternion: Quaternion, size: Vector3) -> float:
    """From the lowest to the highest point of a box [m]."""
    row = rotation(quaternion)[2]
    return sum(abs(row[n]) * size[n] for n in range(3))
