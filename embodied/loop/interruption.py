"""Events of the body that make the running step void."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from embodied.errors import JournalUnwritable
from embodied.journal import Journal
from embodied.world import World


@dataclass
class Interruption:
    """Hears the body's events, for the journal; those called `names` interrupt the running step.

    Attributes:
        event: set from the interruption until the next step begins.
        by: the name of what interrupted last; "" when nothing has since the step began.
        told: the same with what the event said of it: "dropped (object=red_cube)".
        held: why no step may begin at all, until it is released; "" when one may.
    """

    journal: Journal
    names: Set[str]
    event: threading.Event = field(default_factory=threading.Event)
    by: str = ""
    told: str = ""
    held: str = ""

    def listen(self, world: World) -> None:
        subscribe = getattr(world, "on_event", None)
        if subscribe is not None:
            subscribe(self._heard)

    def clear(self) -> None:
        """A step begins; one that begins while steps are held ends at once."""
        if not self.held:
            self.event.clear()
            self.by = self.told = ""

    def hold(self, why: str) -> None:
        """End the running step, and each that begins until `release`. From any thread."""
        self.held = self.by = self.told = why
        self.event.set()

    def release(self) -> None:
        """Steps may begin again."""
        self.held = ""
        self.clear()

    def _heard(self, event: Mapping[str, Any]) -> None:
        with suppress(JournalUnwritable):  # the run meets it itself, in its own thread
            self.journal.write("event", event=dict(event))
        if event.get("type") in self.names:
            self.by = str(event["type"])
            more = ", ".join(f"{key}={value}" for key, value in (event.get("data") or {}).items())
            self.told = f"{self.by} ({more})" if more else self.by
            self.event.set()
