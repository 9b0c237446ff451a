"""The gate beside the conversation: what was named is proven in worlds of its own, on fresh seeds."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final

from embodied.chatting.speaker import carried
from embodied.errors import EmbodiedError
from embodied.launchfile import LaunchFile
from embodied.library import Evidence
from embodied.library.gate import Gate
from embodied.library.proving import make_gate
from embodied.library.store import LibraryStore
from embodied.session import Session
from embodied.skills import Skill
from embodied.teaching.mistakes import told_mistake

WIDTH: Final = 20
_NOT_FOR_THE_GATE: Final = ("record", "view", "real_time", "seed")
_SEED_ENDED: Final = re.compile(r"seed (\d+): (PASSED|FAILED|UNKNOWN), (.*)")


class Prover:
    """Proves, practises and looks again, one after the other, in a thread of its own.

    Args:
        tell: gets lines of progress.
    """

    def __init__(self, session: Session, tell: Callable[[str], None]) -> None:
        self._session, self._tell = session, tell
        self._worker = ThreadPoolExecutor(1, "gate")
        self.waiting: list[tuple[Future[Any], threading.Event]] = []
        self._doing: dict[Future[Any], str] = {}

    @property
    def store(self) -> LibraryStore:
        return self._session.run.store

    def prove(self, skill: Skill, seeds: int, then: Callable[[Evidence | None, str], None]) -> None:
        """Put a skill to the proof; `then` is told the evidence, or why there is none."""

        def proven(stop: threading.Event) -> None:
            try:
                progress = Progress(skill.name, seeds, carried(self._tell))
                evidence = self.gate(skill.name, stop, progress).verify(skill, seeds)
            except EmbodiedError as error:
                then(None, str(error))
                return
            then(evidence, "")

        self.beside(proven, f"proving {skill.name}")

    def beside(self, work: Callable[[threading.Event], None], doing: str = "what was begun beside") -> None:
        """Do something in worlds of its own, after what is done there now; the event asks it to end.

        Args:
            doing: what that is, for the person, should it fail.
        """
        self.waiting = [one for one in self.waiting if not one[0].done()]
        stop = threading.Event()

        def guarded() -> None:
            try:
                work(stop)
            except EmbodiedError as wrong:
                self._tell(f"{doing} ended: {wrong.message} {wrong.remedy}".strip())
            except Exception as bug:  # noqa: BLE001 - what is to be proven next must be
                told_mistake(self._session, self._tell, bug, doing)

        begun = self._worker.submit(carried(guarded))
        self.waiting.append((begun, stop))
        self._doing = {one: self._doing.get(one, doing) for one, _ in self.waiting}

    def gate(
        self,
        name: str,
        stop: threading.Event,
        progress: Callable[[str], None] = lambda line: None,
        *,
        kind: type[Gate] = Gate,
        **settings: Any,
    ) -> Gate:
        """A gate in worlds like the conversation's. Raises SetupError as a world's start does."""
        launch = self._session.launch
        return make_gate(
            self.store,
            self._session.run.journal.path.parent / "gate" / f"{name}-{time.time_ns()}",
            kind=kind,
            fast=bool(launch.world.settings.get("fast")),
            settings={**gate_settings(launch), **settings},
            step_retries=launch.agent.step_retries,
            rules=self._session.rules,
            on_progress=progress,
            stop=stop,
        )

    def stop(self) -> bool:
        """End what runs and what waits; the rest of it can be gone on with later. False if nothing did."""
        busy = self.busy
        for _, stop in self.waiting:
            stop.set()
        return busy

    @property
    def doing(self) -> tuple[str, ...]:
        """What is being done, and what waits for that, for a person."""
        return tuple(doing for one, doing in tuple(self._doing.items()) if not one.done())

    @property
    def busy(self) -> bool:
        """Whether something is being done, or waits for that."""
        return any(not one.done() for one, _ in self.waiting)

    def wait(self, seconds: float | None = None) -> None:
        """Until all is done, or for so long."""
        for one in wait([one for one, _ in self.waiting], seconds).done:
            one.result()

    def close(self) -> None:
        self.stop()
        self._worker.shutdown(wait=True, cancel_futures=True)


def gate_settings(launch: LaunchFile) -> dict[str, Any]:
    """The settings of the launch's world, without what is for onlookers."""
    return {key: value for key, value in launch.world.settings.items() if key not in _NOT_FOR_THE_GATE}


class Progress:
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
