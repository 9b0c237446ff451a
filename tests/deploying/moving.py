"""Doing something to an arm while it moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from embodied.arms import running
from embodied.errors import EmbodiedError

PATIENCE_S = 60.0


@contextmanager
def once_it_moves(do: Callable[[running.RunningArm], None]) -> Iterator[None]:
    """`do` from another thread, as soon as the arm itself (its rehearsal is another) is in motion."""
    over = threading.Event()

    def watch() -> None:
        until = time.monotonic() + PATIENCE_S
        while not over.wait(0.02) and time.monotonic() < until:
            for arm in running.find_running():
                if arm.pid not in {child.pid for child in psutil.Process().children(recursive=True)}:
                    continue  # another test run on this machine has its own
                try:
                    moving = arm.name == "test-arm" and running.told_by(arm)["moving"]
                except EmbodiedError:
                    continue
                if moving:
                    do(arm)
                    return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PATIENCE_S)
