"""An arm's loop goes before whatever else this machine has to do.

On a busy machine a thread that wakes up waits for others to give way, 5 to 20 ms at a time: at a control
period of 10 ms every tenth comes too late. Before ordinary programs, none does. Linux lets root, or whom
`ulimit -r` (limits.conf: rtprio) allows it, do that: what a Franka's real-time kernel wants anyway.

The threads of the loop go before all others of the process, and those before ordinary programs: any of
them may hold the interpreter when the loop wants it, and one that waits for a core meanwhile makes the loop
wait with it. At load 8 to 13 on two cores, of 800 periods of 10 ms beside a thread that works 4 ms in 35: 90
late where the loop alone went first, 0 where all did; with three more in long calls out of Python, 4 to 11
where all went alike, 1 to 3 where the loop led them.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)

PRIORITY: Final = 1
"""Among those that go first the last: a maker's own library asks for more."""
LEADING: Final = PRIORITY + 1
"""Of the threads of the loop."""
LOOP: Final = ("pacer", "control cycle", "calls to ")
"""What their names begin with; the thread that a moving call comes in says it of itself, by `lead`."""
CORES: Final = 2
"""On a single core nobody else would come to anything while the arm's bridge plans, its agent neither."""
TASKS: Final = Path("/proc/self/task")


def go_first() -> bool:
    """All threads of this process, and those that they will start, go before ordinary programs, and those of
    the loop before the others; those that do already stay as they are. Whether that is so now; where it is
    not allowed, the log says it."""
    if not hasattr(os, "sched_setscheduler") or len(os.sched_getaffinity(0)) < CORES:
        return False
    try:
        _move(os.SCHED_OTHER, os.SCHED_FIFO, PRIORITY)
        for thread in threading.enumerate():
            if thread.name.startswith(LOOP) and thread.native_id is not None:
                _raise(thread.native_id)
    except PermissionError:
        _log.warning("the arm's loop does not go before other programs: that needs rtprio (ulimit -r)")
        return False
    return True


def lead() -> None:
    """The calling thread is the loop's: where its process goes first, it goes before the others of it."""
    if hasattr(os, "sched_setscheduler"):
        _raise(0)


def _raise(task: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it has ended; or no step more is allowed
        if os.sched_getscheduler(task) == os.SCHED_FIFO and os.sched_getparam(task).sched_priority < LEADING:
            os.sched_setscheduler(task, os.SCHED_FIFO, os.sched_param(LEADING))


@contextmanager
def going_first() -> Iterator[None]:
    """`go_first` for a while: in a process that starts others, which would go first too."""
    went = go_first()
    try:
        yield
    finally:
        if went:
            _move(os.SCHED_FIFO, os.SCHED_OTHER, 0)


def _move(before: int, after: int, priority: int) -> None:
    for task in _tasks():
        with suppress(ProcessLookupError):  # it has ended meanwhile
            if os.sched_getscheduler(task) == before:
                os.sched_setscheduler(task, after, os.sched_param(priority))


def _tasks() -> list[int]:
    return [int(task.name) for task in TASKS.iterdir()] if TASKS.is_dir() else [0]
