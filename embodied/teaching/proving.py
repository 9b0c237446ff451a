"""The gate beside the conversation: what was named is proven in worlds of its own, on fresh seeds."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final

from embodied.errors import EmbodiedError
from embodied.launchfile import LaunchFile
from embodied.library import Evidence
from embodied.library.proving import make_gate
from embodied.library.store import LibraryStore
from embodied.session import Session
from embodied.skills import Skill

WIDTH: Final = 20
_NOT_FOR_THE_GATE: Final = ("record", "view", "real_time", "seed")
_SEED_ENDED: Final = re.compile(r"seed (\d+): (PASSED|FAILED|UNKNOWN), (.*)")


class Prover:
    """Proves one skill after the other, in a thread of its own.

    Args:
        tell: gets lines of progress.
    """

    def __init__(self, session: Session, tell: Callable[[str], None]) -> None:
        self._session, self._tell = session, tell
        self._stop = threading.Event()
        self._worker = ThreadPoolExecutor(1, "gate")
        self.waiting: list[Future[Evidence | None]] = []

    @property
    def store(self) -> LibraryStore:
        return self._session.run.store

    def prove(self, skill: Skill, seeds: int, then: Callable[[Evidence | None, str], None]) -> None:
        """Put a skill to the proof; `then` is told the evidence, or why there is none."""
        self.waiting = [one for one in self.waiting if not one.done()]
        self.waiting.append(self._worker.submit(self._proven, skill, seeds, then))

    def stop(self) -> None:
        """End what runs; the rest of it can be gone on with later."""
        self._stop.set()

    @property
    def busy(self) -> bool:
        """Whether something is being proven, or waits for that."""
        return any(not one.done() for one in self.waiting)

    def wait(self, seconds: float | None = None) -> None:
        """Until all is proven, or for so long."""
        for one in wait(list(self.waiting), seconds).done:
            one.result()

    def close(self) -> None:
        self.stop()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _proven(
        self, skill: Skill, seeds: int, then: Callable[[Evidence | None, str], None]
    ) -> Evidence | None:
        try:
            gate = make_gate(
                self.store,
                self._session.run.journal.path.parent / "gate" / f"{skill.name}-{time.time_ns()}",
                fast=bool(self._session.launch.world.settings.get("fast")),
                settings=gate_settings(self._session.launch),
                step_retries=self._session.launch.agent.step_retries,
                rules=self._session.rules,
                on_progress=_Progress(skill.name, seeds, self._tell),
                stop=self._stop,
            )
            evidence = gate.verify(skill, seeds)
        except EmbodiedError as error:
            then(None, str(error))
            return None
        then(evidence, "")
        return evidence


def gate_settings(launch: LaunchFile) -> dict[str, Any]:
    """The settings of the launch's world, without what is for onlookers."""
    return {key: value for key, value in launch.world.settings.items() if key not in _NOT_FOR_THE_GATE}


class _Progress:
    """A bar for each seed that ended."""

    def __init__(self, name: str, seeds: int, tell: Callable[[str], None]) -> None:
        self._name, self._seeds, self._tell = name, seeds, tell
        self._done = self._passed = 0

    def __call__(self, line: str) -> None:
        found = _SEED_ENDED.search(line)
        if found is None:
            return
        self._done += 1
        self._passed += found[2] == "PASSED"
        full = round(WIDTH * min(1.0, self._done / max(1, self._seeds)))
        bar = "#" * full + "." * (WIDTH - full)
        self._tell(f"[{self._name}] [{bar}] {self._done} of {self._seeds}, {self._passed} passed")
