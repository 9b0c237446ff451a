"""From single looks to what is believed: several that agree, fresh, and possible."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from embodied_tabletop.geometry import height_extent
from embodied_tabletop.scene import TABLE_X, TABLE_Y, SceneObject
from embodied_tabletop.seeing.solving import Solved
from embodied_tabletop.seeing.transforms import Array, angle_between, nearest_rotation, pose_of, state_of

KEPT: Final = 7
SPARE: Final = 2.0
"""How much longer than at full rate the last `KEPT` looks may take: some see nothing."""
LEAST: Final = 3
"""Looks that must agree, of the last `KEPT`."""
NEAR_M: Final = 0.012
NEAR_RAD: Final = math.radians(10)
"""Looks this near to each other agree."""
STILL_M: Final = 0.001
STILL_RAD: Final = math.radians(0.5)
"""Less than this is no motion: what is believed stays as it is."""
SUNK_M: Final = 0.02
HIGHEST_M: Final = 0.9
BESIDE_M: Final = 0.05


@dataclass(frozen=True)
class Seen:
    """Where a thing is, in the arm's base frame.

    Attributes:
        first_s, last_s: when the first and the last picture of it was taken that this rests on [s].
    """

    pose: Array
    first_s: float
    last_s: float


class Track:
    """The looks at one thing. `span_s`: older ones than this before the newest count no more [s]."""

    def __init__(self, thing: SceneObject, span_s: float) -> None:
        self._thing = thing
        self._span_s = SPARE * span_s
        self._looks: deque[tuple[float, Array]] = deque(maxlen=KEPT)
        self._last: Seen | None = None

    def look(self, time_s: float, solved: Solved) -> str:
        """Take one look in; returns why it cannot be, "" if it can."""
        why = impossible(self._thing, solved.pose)
        if not why:
            self._looks.append((time_s, solved.pose))
            while self._looks[0][0] < time_s - self._span_s:
                self._looks.popleft()
        return why

    def seen(self) -> Seen | None:
        """The mean of the looks that agree; where too few do, what was found last, None for nothing."""
        near = self._agreeing()
        if len(near) < LEAST:
            return self._last
        mean = pose_of(
            nearest_rotation(np.sum([pose[:3, :3] for _, pose in near], axis=0)),
            np.mean([pose[:3, 3] for _, pose in near], axis=0),
        )
        if self._last is not None and _apart(self._last.pose, mean, STILL_M, STILL_RAD):
            mean = self._last.pose
        self._last = Seen(mean, near[0][0], near[-1][0])
        return self._last

    def _agreeing(self) -> list[tuple[float, Array]]:
        """The largest group around one look, of two as large the newer."""
        best: list[tuple[float, Array]] = []
        for _, center in reversed(self._looks):
            near = [look for look in self._looks if _apart(center, look[1], NEAR_M, NEAR_RAD)]
            if len(near) > len(best):
                best = near
        return best


def impossible(thing: SceneObject, pose: Array) -> str:
    """Why a thing cannot be there; "" if it can."""
    x, y, z = pose[:3, 3].tolist()
    if not np.isfinite(pose).all():
        return "its pose is not a number"
    if z - height_extent(state_of(pose).quaternion, thing.size) / 2 < -SUNK_M:
        return "it would be in the table"
    inside = (
        TABLE_X[0] - BESIDE_M <= x <= TABLE_X[1] + BESIDE_M
        and TABLE_Y[0] - BESIDE_M <= y <= TABLE_Y[1] + BESIDE_M
    )
    if not inside or z > HIGHEST_M:
        return "it would be out of the arm's reach"
    return ""


def _apart(one: Array, other: Array, most_m: float, most_rad: float) -> bool:
    """Whether two poses are no further apart than that."""
    near = float(np.linalg.norm(one[:3, 3] - other[:3, 3])) <= most_m
    return near and angle_between(one[:3, :3], other[:3, :3]) <= most_rad
