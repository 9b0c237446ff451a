"""How regularly a control loop runs: its periods, and the deadlines that it missed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from embodied.bridge.body import PrimitiveFailed

MISSED_FACTOR: Final = 1.5
"""A period this much longer than it should be has missed its deadline."""
MISSED_MOST: Final = 10
WINDOW: Final = 100
"""More than so many misses in so many periods, and the loop must not go on."""
GAP_S: Final = 0.1
"""Nor after a single gap of this length, in which an arm moved on an old command [s]."""


class Pulse:
    """Told of the end of every control period of a loop that keeps pace with the clock.

    Args:
        period_s: what one should last [s].
        real: whether the clock counts; in a simulation that runs as fast as it can, nothing is ever late.
    """

    def __init__(self, period_s: float, *, real: bool, now: Callable[[], float] = time.monotonic) -> None:
        self.missed = 0
        self._period, self._real, self._now = period_s, real, now
        self._last: float | None = None
        self._late: deque[bool] = deque(maxlen=WINDOW)
        self._periods: list[float] = []

    def beat(self) -> None:
        """A period has ended. Raises `PrimitiveFailed` ("too_slow") when there were too many late ones."""
        if not self._real:
            return
        now, last = self._now(), self._last
        self._last = now
        if last is None:
            return
        lasted = now - last
        self._periods.append(lasted)
        late = lasted > MISSED_FACTOR * self._period
        self._late.append(late)
        self.missed += late
        if lasted > max(GAP_S, 2 * self._period):
            raise PrimitiveFailed("too_slow", f"the control loop stood still for {1000 * lasted:.0f} ms")
        if late and sum(self._late) > MISSED_MOST:
            raise PrimitiveFailed(
                "too_slow",
                f"{sum(self._late)} of the last {len(self._late)} control periods came too late: this "
                "machine is too slow, or too busy, to run the policy",
            )

    def pause(self) -> None:
        """The loop stands still on purpose: what comes next is no late period."""
        self._last = None

    def told(self) -> dict[str, Any]:
        """For a reader [ms]; {} where the clock does not count."""
        if not self._periods:
            return {}
        ordered = sorted(self._periods)
        share = {name: ordered[min(len(ordered) - 1, int(at * len(ordered)))] for name, at in _SHARES}
        return {name: round(1000 * lasted, 3) for name, lasted in share.items()}


_SHARES: Final = (("p50_ms", 0.5), ("p99_ms", 0.99), ("worst_ms", 1.0))
