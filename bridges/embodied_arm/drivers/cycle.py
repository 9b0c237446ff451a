"""The control cycle of a real arm: with the bridge's ticks, and without them when it is busy planning."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from embodied.errors import WorldError
from embodied_arm.drivers.calls import Pace

MISSED: Final = 2.5
"""After so many periods without a tick the cycle goes on by itself."""


class Cycle:
    """Sends a set point every control period.

    The bridge ticks while it moves or waits; between, the arm still has to hear of us, or its own watchdog
    ends our control. When this process ends, so does the cycle, and the arm's watchdog acts.

    Args:
        period_s: how long a cycle lasts.
        send: makes one cycle; a `WorldError` of it ends the cycle, and is told by every later tick.
    """

    def __init__(self, period_s: float, send: Callable[[], None]) -> None:
        self.lock = threading.RLock()
        """Held while a cycle is made; who changes what it sends holds it too."""
        self._period = period_s
        self._send = send
        self._pace = Pace(period_s)
        self._last = time.monotonic()
        self._broken: WorldError | None = None
        self._ended = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="control cycle", daemon=True)
        self._keeper.start()

    @property
    def broken(self) -> WorldError | None:
        """Why there are no more cycles; None while there are."""
        return self._broken

    def tick(self) -> None:
        """Wait for the next cycle and make it. Raises `WorldError` if this or an earlier one failed."""
        self._pace.wait()
        with self.lock:
            self._once()
        if self._broken is not None:
            raise self._broken

    def end(self) -> None:
        """No more cycles. Idempotent."""
        self._ended.set()
        if threading.current_thread() is not self._keeper:
            self._keeper.join(1.0)

    def _once(self) -> None:
        if self._broken is not None or self._ended.is_set():
            return
        try:
            self._send()
        except WorldError as broken:
            self._broken = broken
        except Exception as failed:  # noqa: BLE001 (ending unnoticed would leave the arm alone)
            self._broken = WorldError(
                f"The control cycle failed: {type(failed).__name__}: {failed}.",
                remedy="This is a fault of the driver: please report it with the bridge's log.",
            )
            self._broken.__cause__ = failed
        finally:  # from its end: one that waits for the clock of a slow simulated arm is not missed
            self._last = time.monotonic()

    def _keep(self) -> None:
        while not self._ended.wait(self._period):
            if time.monotonic() - self._last > MISSED * self._period:
                with self.lock:
                    if time.monotonic() - self._last > MISSED * self._period:
                        self._once()
