"""After a run: what it wrote goes through the gate, in worlds of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from embodied.errors import EmbodiedError
from embodied.journal import Journal, Record
from embodied.journal import read as read_journal
from embodied.launchfile import LaunchFile
from embodied.library import LibraryStore
from embodied.library.proving import make_gate


def prove_kept(
    store: LibraryStore,
    launch: LaunchFile,
    journal: Journal,
    stop: threading.Event,
    on_record: Callable[[Record], None],
) -> None:
    """Put what a run wrote through the gate, once the run's own world is closed.

    What cannot be proven here stays on trial; `embodied skills verify --new` tries again.
    """
    kept = [record for record in read_journal(journal.path) if record["type"] == "skill_kept"]

    def tell(line: str) -> None:
        on_record({"v": 1, "seq": 0, "t": time.time(), "type": "note", "text": f"gate: {line}"})

    for record in {record["skill"]: record for record in kept if record["status"] == "new"}.values():
        if stop.is_set():
            return
        settings = launch.world.settings
        gate = make_gate(
            store,
            journal.path.parent / "gate",
            fast=bool(settings.get("fast")),
            settings=settings,
            on_progress=tell,
            stop=stop,
        )
        try:
            gate.verify(store.get(record["skill"], record["hash"]))
        except EmbodiedError as error:
            tell(f"{record['skill']} stays on trial: {error.message}")
