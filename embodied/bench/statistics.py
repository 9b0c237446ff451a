"""Counts and spreads, honestly: medians over all seeds, a failure counting as slower than any success."""

from __future__ import annotations

import math
from collections.abc import Sequence


def wilson(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % Wilson score interval of a success rate (Wilson 1927)."""
    if trials == 0:
        return 0.0, 1.0
    rate = successes / trials
    centre = rate + z * z / (2 * trials)
    spread = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def median(values: Sequence[float], trials: int) -> float:
    """The median over `trials`, of which those without a value count as infinite."""
    padded = sorted(values) + [math.inf] * (trials - len(values))
    if not padded:
        return math.nan
    middle = len(padded) // 2
    return padded[middle] if len(padded) % 2 else (padded[middle - 1] + padded[middle]) / 2
