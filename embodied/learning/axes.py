"""Axes of charts: round numbers at even distances, and enough room that what hardly changes looks flat."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LEAST_SPAN: Final = 0.2
"""Of the size of what is shown: a change of a thousandth is no climb."""
LETTER: Final = 7.5
"""Width of a letter at most, in the units of a chart: digits of wide typefaces."""
_APART: Final = 14.0


@dataclass(frozen=True)
class Axis:
    """What lies between `low` and `high`, and where it has ticks.

    Attributes:
        ticks: values, in steps of 1, 2 or 5 times a power of ten.
        labels: their text.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def share(self, value: float) -> float:
        """0 at its beginning, 1 at its end."""
        return (value - self.low) / (self.high - self.low)

    @property
    def width(self) -> float:
        """Of the longest label."""
        return max(map(text_width, self.labels))


def text_width(text: str) -> float:
    """Of a text in a chart, at most."""
    return LETTER * len(text)


def percent_axis() -> Axis:
    """From 0 to 100 %, of shares from 0 to 1."""
    ticks = tuple(number / 5 for number in range(6))
    return Axis(0.0, 1.0, ticks, tuple(f"{100 * tick:.0f} %" for tick in ticks))


def upward(low: float, high: float, *, most: int = 6) -> Axis:
    """An axis that begins and ends at a tick. What lies closer together than a fifth of its size is given
    that much room, so that it is seen to be flat.

    Args:
        most: steps between ticks.
    """
    missing = LEAST_SPAN * (max(abs(low), abs(high)) or 1.0) - (high - low)
    if missing > 0:
        low, high = low - missing / 2, high + missing / 2
    for step in _steps((high - low) / most):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= most:
            break
    return _axis(first * step, last * step, first, last, step)


def along(low: float, high: float, length: float) -> Axis:
    """An axis that ends where the data do, with as many ticks as there is room for labels on `length`."""
    if high <= low:
        low, high = low - 0.5, high + 0.5
    for step in _steps((high - low) / 8):
        axis = _axis(low, high, math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9), step)
        if axis.ticks and axis.width + _APART <= length * step / (high - low):
            break
    return axis


def _steps(least: float) -> Iterator[float]:
    """1, 2, 5, 10 and so on, from the first that is not less."""
    power = math.floor(math.log10(least))
    while True:
        for digit in (1, 2, 5):
            step = digit * 10.0**power
            if step >= least * (1 - 1e-9):
                yield step
        power += 1


def _axis(low: float, high: float, first: int, last: int, step: float) -> Axis:
    numbers = range(first, last + 1)
    return Axis(low, high, tuple(n * step for n in numbers), tuple(_written(n * step, step) for n in numbers))


def _written(value: float, step: float) -> str:
    """With as many decimals as the step has; thousands apart by a narrow space."""
    if not 1e-5 < step < 1e7:
        return f"{value:.3g}".replace("-", "\u2212")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{decimals}f}".replace(",", "\u202f").replace("-", "\u2212")
