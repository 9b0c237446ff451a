"""A stop that holds until a person lets go of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from embodied.bridge.body import PrimitiveFailed

_log = logging.getLogger(__name__)

REMEDY: Final = "only a person can reset it: `embodied arm reset`, when the arm is safe to move"


@dataclass(frozen=True, slots=True)
class Latched:
    """Why the arm is stopped.

    Attributes:
        reason: in words.
        gives_way: whether the joints' targets go back to where the joints came to rest.
        wall_s: when, on the calendar (Unix time), for a reader.
    """

    reason: str
    gives_way: bool
    wall_s: float


class Latch:
    """From any thread. While it is closed nothing moves the arm but its way to rest.

    Args:
        tell: told of every stop and reset.
    """

    def __init__(self, tell: Callable[[str, Mapping[str, Any]], object] = lambda type, data: None) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._now: Latched | None = None
        self.stops = 0
        """How often it closed: who began before the last time may not go on after a reset."""

    @property
    def now(self) -> Latched | None:
        """Why the arm is stopped; None if it is not."""
        return self._now

    def close(self, reason: str, *, gives_way: bool = False) -> None:
        """Stop. The first reason stays until the reset."""
        with self._lock:
            if self._now is not None:
                return
            self._now = Latched(reason, gives_way, time.time())
            self.stops += 1
        _log.error("protective stop: %s", reason)
        self._tell("protective_stop", {"reason": reason})

    def reset(self) -> str:
        """Let go, by a person's word; the reason that it had, "" if it was open. Moves nothing."""
        with self._lock:
            before, self._now = self._now, None
        if before is None:
            return ""
        _log.warning("reset by the operator after: %s", before.reason)
        self._tell("reset", {"reason": before.reason})
        return before.reason

    def refuse(self, since: int) -> None:
        """Raise `PrimitiveFailed` ("halted") if it is closed, or was since it had closed `since` times."""
        now = self._now
        if now is not None:
            raise PrimitiveFailed(
                "halted", f"protective stop: {now.reason}; {REMEDY}", {"reason": now.reason}
            )
        if self.stops != since:
            raise PrimitiveFailed("halted", "the arm was stopped in between; this motion does not go on")
