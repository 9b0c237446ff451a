"""After a run: what it wrote goes through the gate, in worlds of its own and in the time that is left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from embodied.budget import Budget
from embodied.errors import EmbodiedError
from embodied.journal import Journal, Record
from embodied.journal import read as read_journal
from embodied.launchfile import LaunchFile
from embodied.library import LibraryStore
from embodied.library.proving import called_first, make_gate
from embodied.watching import AnyOf


class _TimeIsUp(threading.Event):
    """Reads as set once the minutes of a budget are spent."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    def is_set(self) -> bool:
        return self._budget.seconds_left <= 0


@dataclass
class Proving:
    """The gate of one run. What it does not come to stays on trial, and is said with what will prove it."""

    store: LibraryStore
    launch: LaunchFile
    journal: Journal
    budget: Budget
    stop: threading.Event
    on_record: Callable[[Record], None]
    out_of_time: threading.Event = field(init=False)

    def __post_init__(self) -> None:
        self.out_of_time = _TimeIsUp(self.budget)

    def prove(self) -> tuple[str, ...]:
        """Prove what the run kept, those that are called first; the names of those still on trial."""
        kept = [record for record in read_journal(self.journal.path) if record["type"] == "skill_kept"]
        hashes = {record["skill"]: record["hash"] for record in kept if record["status"] == "new"}
        names = called_first(self.store, list(hashes))
        unproven = tuple(name for name in names if not self._proven(name, hashes[name]))
        if unproven:
            command = f"embodied skills verify --new --world {self.store.world}"
            self._tell(f"on trial still: {', '.join(unproven)}; {self._why()}{command}")
        return unproven

    def _proven(self, name: str, hash_: str) -> bool:
        ended = AnyOf(self.stop, self.out_of_time)
        if not ended.is_set():
            settings = self.launch.world.settings
            gate = make_gate(
                self.store,
                self.journal.path.parent / "gate",
                fast=bool(settings.get("fast")),
                settings=settings,
                step_retries=self.launch.agent.step_retries,
                rules=self.launch.agent.rules,
                on_progress=self._tell,
                stop=ended,
            )
            try:
                gate.verify(self.store.get(name, hash_))
            except EmbodiedError as error:
                self._tell(f"{name} stays on trial: {error.message}")
        return self.store.grade(name, hash_).proven

    def _why(self) -> str:
        if self.stop.is_set():
            return "stopped by the user; go on with  "
        return "the minutes are spent; prove them with  " if self.out_of_time.is_set() else "try again with  "

    def _tell(self, line: str) -> None:
        self.on_record({"v": 1, "seq": 0, "t": time.time(), "type": "note", "text": f"gate: {line}"})
