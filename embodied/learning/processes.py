"""Trains candidates at the same time, each in a process of its own (`embodied.learning.worker`)."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import msgspec

from embodied.learning.crew import Assignment, Begin, Heard, Queue, Together, always, wanted_too_much
from embodied.learning.leg import SHOWN, Leg, candidate_folder
from embodied.learning.order import Order
from embodied.learning.trainer import Choice
from embodied.learning.worker import ON, STOP, Told, out_of_memory

POLL_S: Final = 0.1
TELL_S: Final = 20.0
GRACE_S: Final = 20.0
"""When time is up, a measurement that has begun is waited for so long [s]."""
PARTING_S: Final = 5.0
"""A process that has closed its output ends by itself; one that does not is ended after so long [s]."""
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(eq=False)
class Processes:
    """Implements `embodied.learning.crew.Crew`. A process that ends is replaced, and its leg begun once more
    from its last checkpoint; the second time its candidate is broken.

    Attributes:
        folder: of the run.
        jobs: processes at the same time, at most.
        over: whether time is up, or somebody stopped it.
        stopped: whether somebody stopped it: then nothing is waited for.
        told: gets what happened to processes, in words.
    """

    order: Order
    folder: Path
    jobs: int
    over: Callable[[], bool]
    stopped: Callable[[], bool]
    told: Callable[[str], None] = lambda text: None
    _free: list[_Worker] = field(default_factory=list)
    _busy: dict[_Worker, Assignment] = field(default_factory=dict)
    _lines: queue.SimpleQueue[tuple[_Worker, bytes]] = field(default_factory=queue.SimpleQueue)
    _started: int = 0
    _shown: dict[int, int] = field(default_factory=dict)
    _told_at: float = field(default_factory=time.monotonic)

    @property
    def abreast(self) -> int:
        return self.jobs

    def train(
        self,
        legs: Sequence[Leg],
        choices: Sequence[Choice],
        heard: Heard,
        together: Together | None = None,
        begin: Begin = always,
    ) -> dict[int, str]:
        """See `Crew.train`; the choices are made again in the processes, by the names in the legs."""
        paced = together is not None
        spare = max(0, self.jobs - len(legs)) // max(1, len(legs))
        ready = (Assignment(replace(leg, paced=paced, beside=spare)) for leg in legs)
        queued = Queue(deque(ready), self.told)
        waiting = queued.waiting
        deadline: float | None = None
        try:
            while waiting or self._busy:
                if self.over() and deadline is None:
                    waiting.clear()
                    deadline = time.monotonic() + GRACE_S
                    for worker in self._busy:
                        worker.send(STOP)
                if deadline is not None and (self.stopped() or time.monotonic() > deadline):
                    break
                while waiting and len(self._busy) < self.jobs:
                    assignment = queued.next(begin)
                    if assignment is not None:
                        self._assign(assignment)
                self._tell_shown()
                with suppress(queue.Empty):
                    worker, line = self._lines.get(timeout=POLL_S)
                    self._take(worker, line, heard, queued)
                    if together and not waiting and self._busy:
                        self._pace(together)
        finally:
            self._end_busy()
        return queued.broken

    def _tell_shown(self) -> None:
        """Now and then, how far one is that has nothing to be measured yet; the same once more is no news."""
        if time.monotonic() - self._told_at < TELL_S:
            return
        self._told_at = time.monotonic()
        for number in [one.leg.number for one in self._busy.values()]:
            shown = sum(1 for _ in (candidate_folder(self.folder, number) / SHOWN).glob("*.npz"))
            if shown > self._shown.get(number, 0):
                self._shown[number] = shown
                many = "1 episode of the skill is" if shown == 1 else f"{shown} episodes of the skill are"
                self.told(f"candidate {number}: {many} shown, nothing is measured yet")

    def prepare(self) -> None:
        """Start all processes now: what they import takes as long as looking around and designing."""
        for _ in range(self.jobs - len(self._free)):
            self._free.append(self._new())

    def close(self) -> None:
        """See `Crew.close`."""
        self._end_busy()
        for worker in self._free:
            worker.end()
        self._free.clear()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that there are."""
        return tuple(worker.pid for worker in (*self._busy, *self._free))

    def _assign(self, assignment: Assignment) -> None:
        worker = self._free.pop() if self._free else self._new()
        assignment.tries += 1
        self._busy[worker] = assignment
        worker.send(msgspec.json.encode(assignment.leg))

    def _new(self) -> _Worker:
        self._started += 1
        return _Worker(self.order, self.folder, self._started, self._lines)

    def _take(self, worker: _Worker, line: bytes, heard: Heard, queued: Queue) -> None:
        """One line of a worker, b"" when it has ended."""
        assignment = self._busy.get(worker)
        if assignment is None:  # it was ended, or ends with nothing to do
            if not line and worker in self._free:
                self._free.remove(worker)
            return
        leg = assignment.leg
        if not line:
            self._lost(worker, assignment, self._why_ended(worker), queued)
            return
        told = msgspec.json.decode(line, type=Told)
        if told.checkpoint is not None:
            if not assignment.left:
                assignment.heard(told.checkpoint, heard)
                if assignment.left:
                    worker.send(STOP)
            return
        if told.end == "memory":
            worker.end()
            self._lost(worker, assignment, wanted_too_much(self.order.memory_mb), queued)
            return
        del self._busy[worker]
        self._free.append(worker)
        if told.end == "broken":
            queued.broken[leg.number] = told.message
        told.raise_fault()

    def _pace(self, together: Together) -> None:
        """Once all have come to a checkpoint, those go on that shall."""
        if not all(one.waits or one.left for one in self._busy.values()):
            return
        on = together()
        for worker, assignment in self._busy.items():
            if assignment.waits:
                assignment.waits, assignment.left = False, assignment.leg.number not in on
                worker.send(STOP if assignment.left else ON)

    def _lost(self, worker: _Worker, assignment: Assignment, why: str, queued: Queue) -> None:
        del self._busy[worker]
        if not assignment.left and not self.over():
            queued.lost(assignment, why, worker.last_words())

    def _why_ended(self, worker: _Worker) -> str:
        """Of one that has nothing more to say: memory may end it before it can say so."""
        how = worker.ended()
        killed = signal.SIGKILL.name in how  # by another, whatever its log ends with
        if self.order.memory_mb and not killed and out_of_memory(worker.last_words()):
            return wanted_too_much(self.order.memory_mb)
        return f"its process ended {how}"

    def _end_busy(self) -> None:
        for worker in tuple(self._busy):
            worker.end()
        self._busy.clear()


class _Worker:
    """One process. `lines` gets what it says, and b"" when it has ended."""

    def __init__(
        self, order: Order, folder: Path, number: int, lines: queue.SimpleQueue[tuple[_Worker, bytes]]
    ) -> None:
        home = folder / "worker"
        home.mkdir(exist_ok=True)
        self._log = home / f"{number}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "embodied.learning.worker", str(folder.absolute())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={
                    **os.environ,
                    **dict.fromkeys(_THREADS, "1"),
                    "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                },
                start_new_session=True,  # Ctrl-C reaches it as its end, once
            )
        self._lines = lines
        self._reader = threading.Thread(target=self._read, name="checkpoints", daemon=True)
        self._reader.start()
        self.send(msgspec.json.encode(order))

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended: `lines` says so
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()

    def ended(self) -> str:
        """How it ended by itself, in words; what it cleans up before is waited for."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=PARTING_S)
        return self.end()

    def end(self) -> str:
        """End it at once, if it has not ended yet; how, in words."""
        gone = self._process.poll()
        self._process.kill()
        code = self._process.wait() if gone is None else gone
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._reader.join()
        return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"

    def last_words(self) -> str:
        """The end of its log."""
        with suppress(OSError):
            lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            return "\n".join(lines[-3:])
        return ""

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put((self, line))
        self._lines.put((self, b""))
