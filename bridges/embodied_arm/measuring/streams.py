"""Commands that no sane policy sends. Good ones come first, so that the arm moves when they begin.

Faults of what is told, not of the arm. Those of sensors and of processes are in `sensors` and `killing`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from embodied.arms import ArmDescription
from embodied_arm.model import Array

LEAD_S: Final = 0.6
"""How long good commands come before the fault [s]."""
LASTS_S: Final = 1.2
"""How long the fault lasts [s]; then nothing more is commanded."""

Chance = np.random.Generator
Target = Array | None
Stream = Callable[[ArmDescription, Array, Chance, int], Iterator[Target]]
"""Joint targets [rad], shape (n,), or None where nothing is said, of so many periods, from a posture on."""


def leading(arm: ArmDescription, first: Array, chance: Chance) -> Iterator[Array]:
    """Good commands: a swing of all joints from rest, that is going on when it ends."""
    swing = chance.uniform(-0.25, 0.25, len(first))
    periods = round(LEAD_S / arm.control_period_s)
    for k in range(1, periods + 1):
        yield first + swing * (1 - math.cos(0.75 * math.pi * k / periods)) / 2


def not_finite(arm: ArmDescription, first: Array, chance: Chance, n: int) -> Iterator[Target]:
    """NaN and infinities in one joint, in some commands or in all."""
    share = chance.choice([0.3, 1.0])
    for target in _wandering(first, chance, n):
        if chance.random() < share:
            target[chance.integers(len(target))] = chance.choice([math.nan, math.inf, -math.inf])
        yield target


def jump(arm: ArmDescription, first: Array, chance: Chance, n: int) -> Iterator[Target]:
    """A target far away, all of a sudden, or another every few periods."""
    lasts = int(chance.choice([1, 5, n]))
    for k in range(n):
        if k % lasts == 0:
            far = first + chance.normal(0, 10 ** chance.uniform(-0.5, 1), len(first))
        yield far


def nyquist(arm: ArmDescription, first: Array, chance: Chance, n: int) -> Iterator[Target]:
    """To and fro in every period, with any amplitude."""
    swing = chance.normal(0, 10 ** chance.uniform(-3, 1), len(first))
    yield from (first + (-1) ** k * swing for k in range(n))


def frozen(arm: ArmDescription, first: Array, chance: Chance, n: int) -> Iterator[Target]:
    """The policy says the same for ever, or nothing any more."""
    stuck = first + chance.normal(0, 0.3, len(first))
    yield from [stuck if chance.random() < 0.5 else None] * n


def slow(arm: ArmDescription, first: Array, chance: Chance, n: int) -> Iterator[Target]:
    """The policy decides too rarely: a new target every 5 to 40 periods, and nothing between."""
    every = int(chance.integers(5, 41))
    for k, target in enumerate(_sines(arm, first, chance, n)):
        yield target if k % every == 0 else None


def swapped(arm: ArmDescription, first: Array, chance: Chance, n: int) -> Iterator[Target]:
    """Good targets in the wrong joint order."""
    order = chance.permutation(len(first))
    yield from (target[order] for target in _sines(arm, first, chance, n))


def degrees(arm: ArmDescription, first: Array, chance: Chance, n: int) -> Iterator[Target]:
    """Degrees where radians are meant."""
    yield from (np.degrees(target) for target in _sines(arm, first, chance, n))


def good(arm: ArmDescription, first: Array, chance: Chance, n: int) -> Iterator[Target]:
    """Nothing is wrong with these; for faults elsewhere."""
    yield from _sines(arm, first, chance, n)


STREAMS: Final[Mapping[str, Stream]] = {
    "not finite": not_finite,
    "jumps": jump,
    "oscillation at Nyquist": nyquist,
    "frozen policy": frozen,
    "slow policy": slow,
    "swapped joints": swapped,
    "degrees as radians": degrees,
    "stale sensors": good,
}


def _wandering(first: Array, chance: Chance, n: int) -> Iterator[Array]:
    q, width = first.copy(), 10 ** chance.uniform(-3, -1)
    for _ in range(n):
        q = q + chance.normal(0, width, len(q))
        yield q.copy()


def _sines(arm: ArmDescription, first: Array, chance: Chance, n: int) -> Iterator[Array]:
    """Smooth, often too fast, often out of range."""
    often, phase = chance.uniform(0.2, 3, len(first)), chance.uniform(0, 6, len(first))
    swing = chance.uniform(0, 1.0, len(first))
    for k in range(n):
        angle = 2 * math.pi * often * k * arm.control_period_s
        yield first + swing * (np.sin(angle + phase) - np.sin(phase))
