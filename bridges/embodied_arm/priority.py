"""An arm's loop goes before whatever else this machine has to do.

On a busy machine a thread that wakes up waits for others to give way, 5 to 20 ms at a time: at a control
period of 10 ms every tenth comes too late. Before ordinary programs, none does. Linux lets root, or whom
`ulimit -r` (limits.conf: rtprio) allows it, do that: what a Franka's real-time kernel wants anyway.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)

PRIORITY: Final = 1
"""Among those that go first the last: a maker's own library asks for more."""
CORES: Final = 2
"""On a single core nobody else would come to anything while the arm's bridge plans, its agent neither."""
TASKS: Final = Path("/proc/self/task")


def go_first() -> bool:
    """All threads of this process, and those that they will start, go before ordinary programs; those that
    do already stay as they are. Whether that is so now; where it is not allowed, the log says it."""
    if not hasattr(os, "sched_setscheduler") or len(os.sched_getaffinity(0)) < CORES:
        return False
    try:
        _move(os.SCHED_OTHER, os.SCHED_FIFO, PRIORITY)
    except PermissionError:
        _log.warning("the arm's loop does not go before other programs: that needs rtprio (ulimit -r)")
        return False
    return True


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
