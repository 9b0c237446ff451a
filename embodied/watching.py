"""What runs beside a step: when one of some events is set, the body is halted at once."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from embodied.errors import EmbodiedError, JournalUnwritable
from embodied.world import World

POLL_S = 0.05


class AnyOf(threading.Event):
    """Reads as set when any of several events is."""

    def __init__(self, *events: threading.Event) -> None:
        super().__init__()
        self._events = events

    def is_set(self) -> bool:
        return any(event.is_set() for event in self._events)

    def wait(self, timeout: float | None = None) -> bool:
        deadline = time.monotonic() + (math.inf if timeout is None else timeout)
        while not self.is_set() and time.monotonic() < deadline:
            time.sleep(min(POLL_S, max(0.0, deadline - time.monotonic())))
        return self.is_set()


class Halter:
    """Halts the body each time one of `events` becomes set, from a thread of its own.

    A cancelled program is not resumed, but the primitive that it waits for goes on until the body is halted.

    Args:
        events: the first is the user's stop, the others interrupt a step.
        note: is told of a halt that failed; the next event is halted for all the same.
        why: what interrupted the step, "" if that is not known.
    """

    def __init__(
        self,
        world: World,
        events: Sequence[threading.Event],
        note: Callable[[str], None] = lambda text: None,
        why: Callable[[], str] = lambda: "",
    ) -> None:
        self._why = why
        self.world = world
        self.events = events
        self._note = note
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="halter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave.set()
        self._thread.join(timeout=5)

    def _watch(self) -> None:
        was_set = [event.is_set() for event in self.events]
        while not self._leave.wait(POLL_S):
            now = [event.is_set() for event in self.events]
            risen = [after and not before for before, after in zip(was_set, now, strict=True)]
            was_set = now
            if any(risen):
                why = self._why()
                interrupted = f"the step was interrupted{f': {why}' if why else ''}"
                self._halt("stopped by the user" if risen[0] else interrupted)

    def _halt(self, reason: str) -> None:
        try:
            self.world.halt(reason)
        except EmbodiedError as failed:  # of a world that is lost, the step's own call tells
            with suppress(JournalUnwritable):  # which the run meets itself
                self._note(f"the body could not be halted: {failed.message}")
