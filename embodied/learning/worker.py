"""A process that trains candidates, leg after leg: `python -m embodied.learning.worker RUN`.

Standard input: one line of JSON with an order, then one for each leg; "on" after each checkpoint of a leg
that is paced, "stop" to end a leg. Standard output: a line for each checkpoint, and one at the end of a leg.
Policies and states are files in the run's folder, and nobody but the search writes its journal. When its
input ends it ends at once, whatever it does: whoever asked is gone.
"""

from __future__ import annotations

import os
import queue
import re
import resource
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from embodied.errors import EmbodiedError
from embodied.learning.beside import Showing
from embodied.learning.errors import Unwritable
from embodied.learning.ground import Ground
from embodied.learning.leg import Leg, candidate_folder, train_leg
from embodied.learning.order import Order, choice_of, ground_of
from embodied.learning.shown import Beside
from embodied.rewards.errors import RewardError
from embodied.rewards.training import Checkpoint

ON: Final = b"on"
STOP: Final = b"stop"
FIRST_TO_GO: Final = "500"
"""Where memory runs out, Linux ends this process before the one that searches."""
_MIB: Final = 1 << 20


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a worker. `end` is "done", "broken", "memory", "unwritable" or "failed", "" in between."""

    number: int
    checkpoint: Checkpoint | None = None
    end: str = ""
    message: str = ""
    remedy: str = ""
    code: int = 1

    def raise_fault(self) -> None:
        """If it ended so that nothing can go on."""
        if self.end == "unwritable":
            raise Unwritable(self.message, remedy=self.remedy)
        if self.end == "failed":
            fault = EmbodiedError(self.message, remedy=self.remedy)
            fault.exit_code = self.code
            raise fault


def main(run: Path) -> int:
    """Train until standard input ends; returns the exit code."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # engines print; what they say goes to the log
    heard = _Heard()
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    threading.Thread(target=heard.listen, args=(sys.stdin.buffer,), daemon=True).start()
    try:
        with ground_of(order, run / "worker") as ground:
            for name in order.ahead:
                import_module(name)
            limit_memory(order.memory_mb)
            others = Showing(order, run / "worker", 0)
            for leg in heard.legs():
                others.processes = leg.beside
                if leg.held:
                    heard.wait()
                home = candidate_folder(run, leg.number)
                beside = others if leg.beside else None
                for told in trained(leg, ground, home, heard.stopped.is_set, heard.wait, beside):
                    _say(answers, told)
    except EmbodiedError as fault:
        _say(answers, Told(0, None, "failed", fault.message, fault.remedy, fault.exit_code))
        return 1
    return 0


class _Heard:
    """What the search says meanwhile."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._on = threading.Semaphore(0)
        self._legs: queue.SimpleQueue[Leg] = queue.SimpleQueue()

    def listen(self, lines: BinaryIO) -> None:
        for line in lines:
            if line.strip() == STOP:
                self.stopped.set()
                self._on.release()
            elif line.strip() == ON:
                self._on.release()
            else:
                self.stopped.clear()
                self._on = threading.Semaphore(0)
                self._legs.put(msgspec.json.decode(line, type=Leg))
        os._exit(0)

    def wait(self) -> None:
        """Until it is said whether to go on."""
        self._on.acquire()

    def legs(self) -> Iterator[Leg]:
        while True:
            yield self._legs.get()


def trained(
    leg: Leg,
    ground: Ground,
    home: Path,
    stop: Callable[[], bool],
    wait: Callable[[], None],
    beside: Beside | None = None,
) -> Iterator[Told]:
    """A leg as it is told: its checkpoints, then how it ended.

    Args:
        wait: called after each checkpoint of a leg that is paced; returns when it is said whether to go on.
    """
    try:
        choice = choice_of(leg, ground)
        for found in train_leg(leg, ground, choice, home, stop, beside=beside):
            yield Told(leg.number, found)
            if leg.paced:
                wait()
            if stop():
                break
    except RewardError as wrong:
        yield Told(leg.number, None, "broken", str(wrong))
    except Unwritable as full:
        yield Told(leg.number, None, "unwritable", full.message, full.remedy)
    except EmbodiedError as fault:
        yield Told(leg.number, None, "failed", fault.message, fault.remedy, fault.exit_code)
    except Exception as large:  # torch and each engine have their own word for it
        if not out_of_memory(repr(large)):
            raise
        yield Told(leg.number, None, "memory")
    else:
        yield Told(leg.number, None, "done")


def out_of_memory(words: str) -> bool:
    """Whether a fault, or the end of a log, says that there was none left."""
    return bool(re.search("memory|alloc|start new thread", words, re.IGNORECASE))


def limit_memory(more_mb: int) -> None:
    """From here on this process gets so much more, and then MemoryError; on Linux, nowhere else."""
    status = Path("/proc/self/status")
    if not more_mb or not status.exists():
        return
    used = re.search(r"^VmData:\s+(\d+) kB", status.read_text(), re.M)
    if used is None:
        return
    most = int(used[1]) * 1024 + more_mb * _MIB
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _say(answers: Any, told: Told) -> None:
    answers.write(msgspec.json.encode(told) + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
