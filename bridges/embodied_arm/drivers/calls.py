"""Calls into a maker's library that may never return, each with a deadline."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from typing import Any, Final, TypeVar

from embodied.errors import WorldError

T = TypeVar("T")
MADE_UP: Final = 0.5


class Calls:
    """One thread that alone talks to a library. When a call does not come back, it is given up, and with it
    the connection: every further call is refused at once.

    Args:
        name: of the arm, for messages.
        remedy: what to do when it does not answer.
        refused: exceptions of the library that mean that the arm or the connection failed.
    """

    def __init__(self, name: str, remedy: str, refused: tuple[type[Exception], ...]) -> None:
        self._name = name
        self._remedy = remedy
        self._refused = refused
        self._waiting: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._lost = ""
        threading.Thread(target=self._work, name=f"calls to {name}", daemon=True).start()

    def ask(self, what: str, call: Callable[[], T], timeout_s: float) -> T:
        """The result of `call`, made in the thread.

        Args:
            what: is done, for messages: "start its control program".

        Raises:
            WorldError: it failed, did not return in time, or an earlier one did not.
        """
        if self._lost:
            raise WorldError(self._lost, remedy=self._remedy)
        future: Future[T] = Future()
        self._waiting.put((future, call))
        try:
            return future.result(timeout_s)
        except Late:
            self._lost = f"{self._name} did not {what} within {timeout_s:g} s."
            raise WorldError(self._lost, remedy=self._remedy) from None
        except self._refused as failed:
            said = str(failed).strip() or type(failed).__name__
            raise WorldError(f"{self._name} did not {what}: {said}", remedy=self._remedy) from failed

    def end(self) -> None:
        """Let the thread go when what it does has returned; a call that hangs is left behind."""
        self._lost = self._lost or f"The connection to {self._name} is closed."
        self._waiting.put(None)

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            future, call = item
            try:
                future.set_result(call())
            except Exception as failed:  # noqa: BLE001 (raised again in the caller's thread)
                future.set_exception(failed)


class Pace:
    """Waits for the next control cycle. What is late by less than `MADE_UP` of a period is made up for by
    the next; cycles that a pause of the machine took away are not: several at once would move the arm by all
    of their steps in a single one of its own cycles, and none would find a new measurement."""

    def __init__(self, period_s: float) -> None:
        self._period = period_s
        self._due = time.monotonic()

    def wait(self) -> None:
        self._due += self._period
        ahead = self._due - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        elif ahead < -MADE_UP * self._period:
            self._due = time.monotonic()
