"""An episode at a fixed rate: each frame is the tick that was there last, with the time at which it was.

Nothing is interpolated. A frame's action is the last target that the arm was given before the next frame,
*after* the limits acted: a policy that sends one target a frame goes as fast as the arm went.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embodied.arms.log import Tick
from embodied.errors import BadInput
from embodied.exporting.episodes import Episode, Recording

MOST_FPS: Final = 30
"""Without a rate of one's own: the highest that divides the arm's and is not above this."""
ARM: Final = "arm"
HOST: Final = "host"
_EPSILON: Final = 1e-6

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Frames:
    """n frames of j joints.

    Attributes:
        timestamp: since the first frame [s], shape (n,): k / fps.
        tick_time: of the tick that each frame is, by `clock` [s], shape (n,).
        wall_ns: its Unix time [ns], shape (n,).
        position, velocity, torque: measured [rad], [rad/s], [Nm], shape (n, j).
        width: of the fingers, measured [m], shape (n,).
        target: joint targets that were applied [rad], shape (n, j); target_width: of the fingers [m].
        limited: ticks until the next frame in which a limit acted, shape (n,).
        clock: `ARM`, its own, or `HOST` where that goes back.
        longest_gap_s: between two ticks [s].
    """

    timestamp: Floats
    tick_time: Floats
    wall_ns: Whole
    position: Floats
    velocity: Floats
    torque: Floats
    width: Floats
    target: Floats
    target_width: Floats
    limited: Whole
    clock: str
    longest_gap_s: float

    def __len__(self) -> int:
        return len(self.timestamp)


def rate_of(recordings: Sequence[Recording], asked: int | None) -> int:
    """Frames a second. Raises BadInput if there are fewer ticks than that: frames would be made up."""
    slowest = max((one.period_s for one in recordings), default=0.0)
    if slowest <= 0.0:
        if asked is None:
            raise BadInput("The log does not say how fast the arm's loop ran.", remedy="Say it: --fps 25")
        return asked
    rate = 1.0 / slowest
    if asked is None:
        return _dividing(rate)
    if asked > rate + _EPSILON:
        raise BadInput(
            f"--fps {asked} is more than the {rate:g} ticks a second of the arm's loop.",
            remedy=f"Give at most {math.floor(rate + _EPSILON)}: frames between ticks would be made up.",
        )
    return asked


def _dividing(rate: float) -> int:
    for parts in range(1, math.ceil(rate) + 1):
        each = rate / parts
        if each <= MOST_FPS + _EPSILON and abs(each - round(each)) < _EPSILON:
            return max(1, round(each))
    return max(1, min(MOST_FPS, math.floor(rate)))


def frames_of(episode: Episode, fps: int) -> Frames:
    """One episode at a rate. Raises BadInput if neither clock of its log can be used."""
    ticks = episode.ticks
    clock, times = _times(episode)
    count = math.floor((times[-1] - times[0]) * fps + _EPSILON) + 1
    at = [bisect_right(times, times[0] + k / fps + _EPSILON) - 1 for k in range(count)]
    ends = [*at[1:], len(ticks) - 1]
    targets, widths = _targets(ticks)
    limited = np.cumsum([0, *(bool(tick.interventions) for tick in ticks)])
    chosen = [ticks[number] for number in at]

    def column(name: str) -> Any:
        return np.array([getattr(tick, name) for tick in chosen])

    return Frames(
        np.arange(count) / fps,
        np.array([times[number] for number in at]),
        np.array([tick.wall_ns for tick in chosen], dtype=np.int64),
        column("position"),
        column("velocity"),
        column("torque"),
        column("gripper_width"),
        targets[ends],
        widths[ends],
        np.array([limited[end + 1] - limited[n + 1] for n, end in zip(at, ends, strict=True)], np.int64),
        clock,
        max(after - before for before, after in pairwise(times)),
    )


def _times(episode: Episode) -> tuple[str, list[float]]:
    """Of every tick: by the arm's clock, which is that of its motion; by the machine's if that goes back."""
    ticks = episode.ticks
    for clock, times in (
        (ARM, [tick.time_s for tick in ticks]),
        (HOST, [tick.monotonic_ns / 1e9 for tick in ticks]),
    ):
        if times[0] < times[-1] and all(before <= after for before, after in pairwise(times)):
            return clock, times
    raise BadInput(
        f"{episode.run}: the arm's clock and the machine's go back within {episode.task!r}.",
        remedy="It was resumed after the machine began anew. Leave that run out.",
    )


def _targets(ticks: Sequence[Tick]) -> tuple[Floats, Floats]:
    """What the arm was last given at each tick; before the first time, it held where it was measured."""
    target: tuple[float, ...] = ticks[0].position
    width = ticks[0].gripper_width
    targets, widths = [], []
    for tick in ticks:
        target = tick.applied if tick.applied is not None else target
        width = tick.applied_width if tick.applied_width is not None else width
        targets.append(target)
        widths.append(width)
    return np.array(targets), np.array(widths)
