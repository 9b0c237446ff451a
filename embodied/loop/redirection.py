"""A goal that is changed while a run goes on: the running step is interrupted, and the new goal is pursued.

It is asked for by a file, `goal.txt` in the run's folder, which `embodied goal` writes; or by `ask`, from any
thread.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from embodied.errors import BadGoal
from embodied.goals import Goal
from embodied.journal import Journal
from embodied.loop.goal import understand
from embodied.loop.interruption import Interruption
from embodied.methods import WorldSpec

FILE: Final = "goal.txt"
TAKEN: Final = "goal.taken"
POLL_S: Final = 0.2
WHY: Final = "a new goal"


def ask_for(folder: Path, text: str) -> None:
    """Ask the run that writes into `folder` for another goal; it takes it within a moment."""
    part = folder / f"{FILE}.part"
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(folder / FILE)


@dataclass
class Redirection:
    """Hears of new goals while it is entered. What is not understood is told, and changes nothing."""

    spec: WorldSpec
    interruption: Interruption
    journal: Journal
    folder: Path
    _next: Goal | None = None
    _leave: threading.Event = field(default_factory=threading.Event)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, name="new goals", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave.set()
        self._thread.join(timeout=5)

    def ask(self, text: str) -> None:
        """Pursue another goal from now on; a note says why not if it is not understood."""
        try:
            goal = understand(text, self.spec)
        except BadGoal as unclear:
            self.journal.write("note", text=f"the goal stays: {unclear}")
            return
        with self._guard:
            self._next = goal
        self._interrupt()

    def take(self) -> Goal | None:
        """The goal that was asked for since the last time; None if none was."""
        with self._guard:
            goal, self._next = self._next, None
        if goal is not None:
            told = {"goal": goal.text, "condition": str(goal.condition), "explanation": goal.explanation}
            told["words"] = goal.in_words
            self.journal.write("goal_changed", **told)
        return goal

    def _interrupt(self) -> None:
        self.interruption.by = WHY
        self.interruption.event.set()

    def _watch(self) -> None:
        file = self.folder / FILE
        while not self._leave.wait(POLL_S):
            with self._guard:
                waiting = self._next is not None
            if waiting:  # a step may have begun just after it was asked for
                self._interrupt()
            if file.is_file():
                taken = file.replace(self.folder / TAKEN)  # one that is written meanwhile is not lost
                text = taken.read_text(encoding="utf-8", errors="replace").strip()
                taken.unlink(missing_ok=True)
                self.ask(text)
