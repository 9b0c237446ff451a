"""Corners of a marker to a fraction of a pixel, from its edges.

Refining corners one by one pulls them into the black square, by tenths of a pixel in a blurred picture: a
small marker seems further away then, by centimetres. A side has many pixels, and its blur is the same on both
sides: each of the four is found as a line, and corners are where lines meet (as in AprilTag 2, Wang and Olson
2016).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from embodied_tabletop.seeing.opencv import opencv
from embodied_tabletop.seeing.pictures import Picture
from embodied_tabletop.seeing.transforms import Array

ROUNDS: Final = 2
ENDS: Final = 0.12
"""Share of a side at either end that is left out: there the corner bends it."""
REACH: Final = 0.09
"""How far to either side an edge is looked for, as a share of the side: the white rim is 1/8 of it."""
REACH_PX: Final = (1.5, 5.0)
STEP_PX: Final = 0.25
MOST_PX: Final = 3.0
"""A corner that would move by more is left as it was."""


def refined(gray: Picture, corners: Array) -> Array:
    """Corners of a black square on white (4, 2) [pixels], as found, to those where its edges meet."""
    found = corners
    for _ in range(ROUNDS):
        lines = [_line(gray, found[n], found[(n + 1) % 4], found.mean(axis=0)) for n in range(4)]
        met = np.array([_meeting(lines[n - 1], lines[n]) for n in range(4)])
        if not np.isfinite(met).all() or np.abs(met - corners).max() > MOST_PX:
            return corners
        found = met
    return found


def _line(gray: Picture, start: Array, end: Array, middle: Array) -> tuple[Array, Array]:
    """A point of an edge, and its direction."""
    along = end - start
    length = max(float(np.linalg.norm(along)), 1e-6)
    along = along / length
    out = np.array([along[1], -along[0]])
    if out @ (start - middle) < 0:
        out = -out
    reach = min(max(REACH * length, REACH_PX[0]), REACH_PX[1])
    places = start + np.outer(np.linspace(ENDS, 1 - ENDS, max(8, int(length))) * length, along)
    offsets = np.arange(-reach, reach + STEP_PX, STEP_PX)
    where = (places[:, None, :] + offsets[None, :, None] * out).astype(np.float32)
    cv = opencv()
    values = cv.remap(gray, where[..., 0], where[..., 1], cv.INTER_LINEAR, borderMode=cv.BORDER_REPLICATE)
    rise = np.maximum(np.diff(values.astype(float), axis=1), 0.0) ** 2  # from black to white
    weight = rise.sum(axis=1)
    edge = (rise * (offsets[1:] - STEP_PX / 2)).sum(axis=1) / np.maximum(weight, 1e-9)
    points = places + edge[:, None] * out
    kept = weight > 0.2 * np.median(weight)
    for _ in range(2):  # what is off the line is noise, or something in front of it
        center, direction = _through(points[kept])
        off = np.abs((points - center) @ np.array([-direction[1], direction[0]]))
        kept = off <= max(2.5 * float(np.median(off)), 0.05)
    return _through(points[kept])


def _through(points: Array) -> tuple[Array, Array]:
    """The line that is nearest to points."""
    center = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - center, full_matrices=False)
    return center, axes[0]


def _meeting(one: tuple[Array, Array], other: tuple[Array, Array]) -> Array:
    matrix = np.column_stack([one[1], -other[1]])
    if abs(float(np.linalg.det(matrix))) < 1e-3:
        return np.full(2, np.nan)
    share = np.linalg.solve(matrix, other[0] - one[0])
    return np.asarray(one[0] + share[0] * one[1])
