"""From the corners of a thing's markers to its pose in the arm's base frame.

One small square seen from afar fits two poses nearly as well (Schweighofer and Pinz 2006), and its tilt is
the least certain of all. Most things on a table stand upright, so a thing is taken to stand upright unless
the picture says otherwise: of both fits, over all of its markers at once, the tilted one must be clearly
better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from embodied_tabletop.seeing.calibration import Calibration, Lens
from embodied_tabletop.seeing.markers import Marker
from embodied_tabletop.seeing.opencv import opencv
from embodied_tabletop.seeing.transforms import Array, inverse, moved, pose_of, turned, upright

MOST_ERROR_PX: Final = 3.0
"""Markers that fit no pose better than this are not where the launch file says, or of another size."""
BETTER_TILTED_PX: Final = 0.35
BETTER_TILTED_SHARE: Final = 1.5
"""By how much a tilted pose must fit better, in pixels and as a share."""
STEPS: Final = 12
NUDGE: Final = 1e-6


@dataclass(frozen=True)
class Solved:
    """A thing's pose in the arm's base frame, and how well it fits [pixels, root mean square]."""

    pose: Array
    error_px: float
    markers: int


class Solver:
    """Pose by one calibrated camera."""

    def __init__(self, calibration: Calibration) -> None:
        self._cv = opencv()
        self._lens = calibration.lens
        self._focal = float(np.sqrt(calibration.lens.matrix[0, 0] * calibration.lens.matrix[1, 1]))
        self._camera = calibration.camera
        self._from_base = inverse(calibration.camera)

    def solve(self, markers: Sequence[Marker], found: Mapping[int, Array]) -> Solved | None:
        """The pose that fits best over all markers of one thing that were found; None if none does."""
        here = [marker for marker in markers if marker.id in found]
        if not here:
            return None
        points = np.vstack([marker.corners for marker in here])
        seen = straightened(self._lens, np.vstack([found[marker.id] for marker in here]))
        starts = [guess for marker in here for guess in self._guesses(marker, found[marker.id])]
        free = [self._fit(guess, points, seen, flat=False) for guess in starts]
        stands = [
            self._fit(with_turn(guess, upright(guess[:3, :3])), points, seen, flat=True) for guess in starts
        ]
        tilted = min(free, key=lambda fit: fit[1])
        straight = min(stands, key=lambda fit: fit[1])
        clearly = straight[1] > max(tilted[1] + BETTER_TILTED_PX, BETTER_TILTED_SHARE * tilted[1])
        pose, error = tilted if clearly else straight
        return Solved(pose, error, len(here)) if error <= MOST_ERROR_PX else None

    def error(self, marker: Marker, corners: Array) -> float:
        """How far a marker on the table is seen from where it should be [pixels, root mean square]."""
        return self._error(self._camera_view(np.eye(4), marker.corners), straightened(self._lens, corners))

    # -- parts ---------------------------------------------------------------------------------------

    def _guesses(self, marker: Marker, corners: Array) -> list[Array]:
        """Both poses of the thing that one marker allows, in the base frame (Collins and Bartoli 2014)."""
        half = marker.size / 2
        square = np.array([[-half, half, 0.0], [half, half, 0.0], [half, -half, 0.0], [-half, -half, 0.0]])
        lens, flag = self._lens, self._cv.SOLVEPNP_IPPE_SQUARE
        many, turns, ways, _ = self._cv.solvePnPGeneric(
            square, corners, lens.matrix, lens.distortion, flags=flag
        )
        thing = inverse(marker.pose)
        found = []
        for n in range(many):
            tag = pose_of(turned(turns[n].ravel()), ways[n].ravel())
            if np.isfinite(tag).all():
                found.append(self._camera @ tag @ thing)
        return found

    def _fit(self, start: Array, points: Array, seen: Array, *, flat: bool) -> tuple[Array, float]:
        """Gauss-Newton on the reprojection error, with Levenberg's damping; `flat`: only turned about z."""
        pose, damping = start, 1e-6
        off = self._off(pose, points, seen)
        for _ in range(STEPS):
            slope = np.column_stack(
                [(self._off(nudged(pose, n, NUDGE), points, seen) - off) / NUDGE for n in _ways(flat)]
            )
            square = slope.T @ slope
            step = np.linalg.solve(square + damping * np.diag(np.diag(square) + 1e-12), -slope.T @ off)
            after = pose
            for n, size in zip(_ways(flat), step.tolist(), strict=True):
                after = nudged(after, n, size)
            off_after = self._off(after, points, seen)
            if off_after @ off_after <= off @ off:
                done = float(off @ off - off_after @ off_after) < 1e-9
                pose, off, damping = after, off_after, damping / 10
                if done:
                    break
            else:
                damping = damping * 100 + 1e-6
        return pose, float(np.sqrt(off @ off / len(points)))

    def _camera_view(self, pose: Array, points: Array) -> Array:
        """Where points of a thing are in the straightened picture [focal lengths]."""
        seen = moved(self._from_base @ pose, points)
        return np.asarray(seen[:, :2] / np.maximum(seen[:, 2:], 1e-3))

    def _off(self, pose: Array, points: Array, seen: Array) -> Array:
        return np.asarray((self._camera_view(pose, points) - seen).ravel() * self._focal)

    def _error(self, expected: Array, seen: Array) -> float:
        return float(np.sqrt(((expected - seen) ** 2).sum(axis=1).mean()) * self._focal)


def straightened(lens: Lens, pixels: Array) -> Array:
    """Pixels without the lens's distortion, from the picture's centre [focal lengths]: shape (n, 2)."""
    cv = opencv()
    points = cv.undistortPoints(pixels.reshape(-1, 1, 2), lens.matrix, lens.distortion)
    return np.asarray(points, dtype=float).reshape(-1, 2)


def with_turn(pose: Array, turn: Array) -> Array:
    return pose_of(turn, pose[:3, 3])


def nudged(pose: Array, way: int, size: float) -> Array:
    """Moved along the base's x, y, z (0, 1, 2) [m], or turned in place about its z, x, y (3, 4, 5) [rad]."""
    if way < 3:
        place = pose[:3, 3].copy()
        place[way] += size
        return pose_of(pose[:3, :3], place)
    about = np.zeros(3)
    about[(way - 1) % 3] = size
    return with_turn(pose, turned(about) @ pose[:3, :3])


def _ways(flat: bool) -> range:
    return range(4) if flat else range(6)
