"""A lock between processes: a file that one of them holds. A process that dies lets go of it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from embodied.errors import BadLibrary

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


_POLL_S = 0.02


class FileLock:
    """Held in a `with`. Not re-entrant; threads of one process exclude each other too.

    Args:
        timeout_s: how long to wait for it [s].
        stop: waiting ends early when it is set.
        on_wait: called once if another holds it.

    Raises:
        BadLibrary: another held it for all of `timeout_s`, or `stop` was set.
    """

    def __init__(
        self,
        path: Path,
        *,
        timeout_s: float = 30.0,
        stop: threading.Event | None = None,
        on_wait: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path
        self.timeout_s = timeout_s
        self._stop = stop or threading.Event()
        self._on_wait = on_wait
        self._handle: int | None = None

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        deadline = time.monotonic() + self.timeout_s
        waited = False
        while True:
            try:
                _take(handle)
            except OSError:
                if not waited:
                    self._on_wait()
                waited = True
                if time.monotonic() > deadline or self._stop.wait(_POLL_S):
                    os.close(handle)
                    raise BadLibrary(
                        f"{self.path}: another process holds the library.",
                        remedy="Wait for it to end, then do this again.",
                    ) from None
                continue
            self._handle = handle
            return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
