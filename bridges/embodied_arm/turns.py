"""Whose turn it is with an arm's driver: its loop's, or one's who reads between two of its ticks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from embodied.errors import WorldError

PATIENCE_S: Final = 2.0
"""How long to wait for another thread to return from the driver, or from reading the scene."""
WAY_S: Final = 0.0005
"""How long the loop stays out of the driver between two ticks while somebody waits to read: a real arm's tick
lasts its whole period, and leaves no other gap. Ten times as long where nobody could read for `LONG_S`."""
LONG_S: Final = 0.1
NO_RETURN: Final = "the arm's driver does not return from its control cycle"


class Turns:
    """One thread at a time. `let_read`, `take` and `give_back` are the loop's, `reading` is for any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._readers = 0
        self._waits_since = 0.0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Between two ticks. Raises WorldError if the loop does not come out of the driver."""
        self._waits(1)
        try:
            if not self.take():
                raise WorldError(NO_RETURN)
            try:
                yield
            finally:
                self.give_back()
        finally:
            self._waits(-1)

    def let_read(self) -> None:
        """Give way while somebody waits."""
        if self._readers:
            long = time.monotonic() - self._waits_since > LONG_S
            time.sleep(10 * WAY_S if long else WAY_S)

    def take(self) -> bool:
        """Whether it is the caller's turn now; not, if another did not come back within `PATIENCE_S`."""
        return self._lock.acquire(timeout=PATIENCE_S)

    def give_back(self) -> None:
        self._lock.release()

    def _waits(self, more: int) -> None:
        with self._counting:
            self._readers += more
            if more < 0 or self._readers == 1:  # one has read, or is the first to come
                self._waits_since = time.monotonic()
