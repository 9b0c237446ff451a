"""Ctrl-C: the first one asks what runs to end, a second one ends it at once."""

from __future__ import annotations

import queue
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
    heard: queue.SimpleQueue[bool] = queue.SimpleQueue()
    asked = False

    def on_signal(number: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        heard.put(True)

    def listen() -> None:
        """Not in the handler: it may run within a wait on `stop`, whose lock it could then never take."""
        if heard.get():
            stop.set()
            with suppress(OSError):  # a stderr that is gone must not keep the body from resting
                print(f"\nstopping: {said} (Ctrl-C again to leave at once)", file=sys.stderr, flush=True)

    listener = threading.Thread(target=listen, name="signals", daemon=True)
    listener.start()
    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        heard.put(False)
        listener.join()
