"""Ctrl-C in a conversation: it ends what is waited for, and never cuts off what is being done with a line."""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

HEEDED_S: Final = 2.0
"""So long the thread that stops may take until the next line is listened to."""


class Attention:
    """Raises KeyboardInterrupt for a Ctrl-C where a person is listened to, and nowhere else.

    A line that is being worked with is worked with to its end: `stop` is called meanwhile, and the next
    listening raises. A second Ctrl-C before that raises wherever it is: who presses it twice wants to leave.
    A SIGTERM, or a terminal that closes, ends the conversation as `quit` does.

    Args:
        stop: brings the body to rest and ends waits; called from a thread of its own.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        self._listening = self._pending = False
        self._pressed: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._heeded = threading.Event()
        self._stopper = threading.Thread(target=self._stops, name="ctrl-c", daemon=True)
        self._before: dict[int, object] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While a person is waited for; raises KeyboardInterrupt also for a Ctrl-C just before."""
        self._listening = True
        try:
            if self._pending:
                self._heeded.wait(HEEDED_S)  # else it would stop what is said next
                raise KeyboardInterrupt
            yield
        finally:
            self._listening = self._pending = False

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        self._stopper.start()
        self._before[signal.SIGINT] = signal.signal(signal.SIGINT, self._on_ctrl_c)
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                number = getattr(signal, name)
                self._before[number] = signal.signal(number, _leave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        if self._before:
            self._pressed.put(False)
            self._stopper.join()

    def _on_ctrl_c(self, _number: int, _frame: object) -> None:
        if self._listening or self._pending:
            raise KeyboardInterrupt
        self._pending = True
        self._heeded.clear()
        self._pressed.put(True)

    def _stops(self) -> None:
        """Not in the handler: it may run within a wait on a lock that stopping would take."""
        while self._pressed.get():
            self._stop()
            self._heeded.set()


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)
