"""Processes that show a guide's episodes beside a training: `python -m embodied.learning.beside FOLDER`.

What a skill shows depends on the seed alone, so which process shows it, and when, changes nothing. While the
network learns and is measured, the others show already what it will be shown next.

Standard input: a line of JSON with an order, then one for each episode that is wanted. Standard output: for
each of them its length in four bytes, and the episode in msgpack. When its input ends it ends at once.
"""

from __future__ import annotations

import os
import queue
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import msgspec
import numpy as np

from embodied.learning.ground import guide_named
from embodied.learning.guides import Guide
from embodied.learning.order import Order, ground_of
from embodied.learning.shown import Shown, show

LOG: Final = "beside.log"
PATIENCE_S: Final = 60.0
"""An episode takes seconds; a process that is stopped, or hangs in its engine, never tells."""
_LENGTH: Final = struct.Struct("<I")
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Wanted(msgspec.Struct, frozen=True):
    """An episode that is to be shown: by which guide, with which numbers, from which seed."""

    guide: str
    numbers: tuple[tuple[str, float], ...]
    seed: int

    @staticmethod
    def of(guide: Guide, seed: int) -> Wanted:
        numbers = tuple((one.name, float(one.value)) for one in getattr(guide, "parameters", ()))
        return Wanted(guide.name, numbers, seed)


class _Told(msgspec.Struct, frozen=True):
    """An episode as it is sent, its arrays as float32."""

    steps: int
    succeeded: bool
    shapes: tuple[tuple[int, int], tuple[int, int]]
    seen: bytes
    did: bytes

    @staticmethod
    def of(shown: Shown) -> _Told:
        seen, did = shown.seen.astype(np.float32), shown.did.astype(np.float32)
        shapes = (seen.shape[0], seen.shape[1]), (did.shape[0], did.shape[1])
        return _Told(shown.steps, shown.succeeded, shapes, seen.tobytes(), did.tobytes())

    @property
    def shown(self) -> Shown:
        seen, did = (
            np.frombuffer(each, np.float32).reshape(shape)
            for each, shape in zip((self.seen, self.did), self.shapes, strict=True)
        )
        return Shown(self.steps, self.succeeded, seen, did)


@dataclass(eq=False)
class Showing:
    """Implements `embodied.learning.shown.Beside`. Processes are started when something is wanted first. One
    that ends is not replaced: what it was to show, whoever asks shows.

    Attributes:
        order: where they stand.
        folder: where they write what goes wrong.
        processes: at the same time, at most.
        patience_s: an episode that another has begun is waited for so long [s], then shown by whoever asks.
    """

    order: Order
    folder: Path
    processes: int
    patience_s: float = PATIENCE_S
    _wanted: list[Wanted] = field(default_factory=list)
    _waiting: deque[Wanted] = field(default_factory=deque)
    _begun: set[Wanted] = field(default_factory=set)
    _done: dict[Wanted, Shown] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _programs: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _closed: bool = False

    def expect(self, guide: Guide, seeds: Sequence[int]) -> None:
        """See `Beside.expect`."""
        with self._changed:
            self._wanted = [Wanted.of(guide, seed) for seed in seeds]
            self._done = {one: shown for one, shown in self._done.items() if one in self._wanted}
            known = self._begun | set(self._done)
            self._waiting = deque(one for one in self._wanted if one not in known)
            self._changed.notify_all()
        try:
            while len(self._programs) < self.processes:
                self._begin()
        except OSError:  # no more processes, or no room for a log: what nobody shows, whoever asks shows
            self.processes = len(self._programs)

    def take(self, guide: Guide, seed: int, here: Callable[[int], Shown]) -> Shown:
        """See `Beside.take`."""
        asked = Wanted.of(guide, seed)
        deadline = time.monotonic() + self.patience_s
        while True:
            with self._changed:
                if asked in self._done:
                    return self._done.pop(asked)
                begun, left = asked in self._begun, deadline - time.monotonic()
                if begun and left <= 0.0:
                    self._wanted = [one for one in self._wanted if one != asked]  # if it still comes: dropped
                    begun = False
                elif begun and not self._waiting:
                    self._changed.wait(left)
                    continue
                mine = self._waiting.popleft() if begun else asked
                if mine in self._waiting:
                    self._waiting.remove(mine)
            shown = here(mine.seed)
            if mine == asked:
                return shown
            with self._changed:
                self._done[mine] = shown

    def close(self) -> None:
        """End them at once. Idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for program in self._programs:
            program.kill()
            program.wait()

    @property
    def ready(self) -> int:
        """Episodes that were shown and not taken yet."""
        with self._changed:
            return len(self._done)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that were started."""
        return tuple(program.pid for program in self._programs)

    def _begin(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOG).open("ab") as log:
            program = subprocess.Popen(
                [sys.executable, "-m", "embodied.learning.beside", str(self.folder.absolute())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={
                    **os.environ,
                    **dict.fromkeys(_THREADS, "1"),
                    "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                },
                start_new_session=True,
            )
        self._programs.append(program)
        threading.Thread(target=self._feed, args=(program,), name="shown beside", daemon=True).start()

    def _feed(self, program: subprocess.Popen[bytes]) -> None:
        """Have a process show one episode after the other, until it ends."""
        assert program.stdin is not None
        assert program.stdout is not None
        with suppress(OSError), program.stdin as asked, program.stdout as told:  # it ends while it is told
            _send(asked, msgspec.json.encode(self.order))
            while (wanted := self._next()) is not None:
                shown = None
                try:
                    _send(asked, msgspec.json.encode(wanted))
                    shown = _received(told)
                finally:
                    self._came(wanted, shown)
                if shown is None:
                    return

    def _next(self) -> Wanted | None:
        """What to show now, once there is something; None if there never will be."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            wanted = self._waiting.popleft()
            self._begun.add(wanted)
            return wanted

    def _came(self, wanted: Wanted, shown: Shown | None) -> None:
        """What was shown; None where the process was lost."""
        with self._changed:
            self._begun.discard(wanted)
            if wanted in self._wanted:
                if shown is None:
                    self._waiting.appendleft(wanted)
                else:
                    self._done[wanted] = shown
            self._changed.notify_all()


def _send(to: IO[bytes], line: bytes) -> None:
    to.write(line + b"\n")
    to.flush()


def _received(told: IO[bytes]) -> Shown | None:
    """The next episode; None where there is no whole one."""
    length = told.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(length)
    body = told.read(size)
    return msgspec.msgpack.decode(body, type=_Told).shown if len(body) == size else None


def main(folder: Path) -> int:
    """Show what is wanted until standard input ends; returns the exit code."""
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # engines print; what they say goes to the log
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    with ground_of(order, folder) as ground:
        environment = ground.make()
        guide: Guide | None = None
        while True:
            wanted = msgspec.json.decode(lines.get(), type=Wanted)
            if guide is None or Wanted.of(guide, wanted.seed) != wanted:
                guide = guide_named(wanted.guide, dict(wanted.numbers), ground)
                assert guide is not None
            shown = show(environment, guide, wanted.seed, ground.task.steps)
            body = msgspec.msgpack.encode(_Told.of(shown))
            told.write(_LENGTH.pack(len(body)) + body)
            told.flush()


def _listen(lines: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        lines.put(line)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
