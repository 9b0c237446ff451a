"""Ctrl-C: the first one asks what runs to end, a second one ends it at once."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def stop_on_signal(stop: threading.Event, said: str = "the body comes to rest") -> Iterator[None]:
    """`stop` is set by the first Ctrl-C or SIGTERM; outside the main thread nothing is listened for."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        with suppress(OSError):  # a stderr that is gone must not keep the body from resting
            print(f"\nstopping: {said} (Ctrl-C again to leave at once)", file=sys.stderr, flush=True)

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
