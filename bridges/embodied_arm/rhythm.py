"""How the loop that moves an arm goes, for whoever watches: its last periods, what became of its commands."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Any, Final

from embodied.arms.driver import Vector

KEPT: Final = 500
LATE: Final = 1.5
"""A period this many times as long as it should be was missed."""
CHANGED: Final = 1e-6
"""A joint that is sent farther from where it was asked for was changed [rad]."""


class Rhythm:
    """Told of every control period by the thread that ticks; asked from any.

    Args:
        period: what one should last [s].

    Attributes:
        sent: commands that asked joints to go somewhere; changed: those that were applied otherwise.
    """

    def __init__(self, period: float) -> None:
        self.sent = self.changed = 0
        self._period = period
        self._ends: deque[float] = deque(maxlen=KEPT)

    def beat(self, now: float, asked: Vector | None, applied: Vector | None) -> None:
        """A period has ended, `now` on the clock that counts [s]."""
        self._ends.append(now)
        if asked is None:
            return
        self.sent += 1
        if applied is not None and applied != asked:
            self.changed += any(abs(a - b) > CHANGED for a, b in zip(asked, applied, strict=False))

    def told(self) -> dict[str, Any]:
        """The last periods: p50_ms, worst_ms, and how many of them were late; {} before there were any."""
        lasted = sorted(after - before for before, after in pairwise(self._ends.copy()))
        if not lasted:
            return {}
        return {
            "p50_ms": round(1000 * lasted[len(lasted) // 2], 2),
            "worst_ms": round(1000 * lasted[-1], 2),
            "late": sum(value > LATE * self._period for value in lasted),
            "of": len(lasted),
        }
