"""What runs beside a step: when one of some events is set, the body is halted at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from embodied.errors import WorldError
from embodied.world import World

POLL_S = 0.05


class AnyOf(threading.Event):
    """Reads as set when any of several events is."""

    def __init__(self, *events: threading.Event) -> None:
        super().__init__()
        self._events = events

    def is_set(self) -> bool:
        return any(event.is_set() for event in self._events)


class Halter:
    """Halts the body each time one of `events` becomes set, from a thread of its own.

    A cancelled program is not resumed, but the primitive that it waits for goes on until the body is halted.
    """

    def __init__(self, world: World, events: Sequence[threading.Event]) -> None:
        self.world = world
        self.events = events
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
                try:
                    self.world.halt("stopped by the user" if risen[0] else "the step was interrupted")
                except WorldError:
                    return  # a body that is gone rests; the step's own call tells of it
