"""What is kept of an arm's stops beyond its bridge, written by a thread of its own.

A disk may stall for as long as it likes: a network's, or one that is full of other work. Whoever says stop is
heard meanwhile, by the thread that listens to them.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from embodied.arms.locking import arms_folder
from embodied.arms.stopped import StoppedArm, in_words, keep_stopped, let_go, unkept

_log = logging.getLogger(__name__)

DISK_S: Final = 1.0
"""So long who speaks to the arm waits for the disk; they wait 2 s for their answer."""


class Keeping:
    """The disk's answers, one after the other, in the order in which it was asked. From any thread.

    Args:
        folder: where stops are kept; the user's own unless said.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._said, self._began = "", 0.0
        self._trial: threading.Event | None = None
        self._tasks: queue.SimpleQueue[tuple[Callable[[], None], threading.Event] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._work, name="stops on disk", daemon=True)
        self._thread.start()

    @property
    def unkept(self) -> str:
        """Why a stop would not outlast this bridge, as it was last looked at or tried; "" if it would."""
        began = self._began
        return self._late if began and time.monotonic() - began > DISK_S else self._said

    def keep(self, arm: StoppedArm, still: Callable[[], bool]) -> Callable[[], str]:
        """Keep a stop, if it is `still` to be kept when the disk comes to it. Gives what waits for the disk,
        a second at most, and says as `unkept` why it is not kept yet."""

        def write() -> None:
            if not still():
                return
            try:
                keep_stopped(arm, self._folder)
                self._said = ""
            except OSError as full:
                self._said = in_words(full, self._folder)
                _log.error("it is stopped only for as long as this bridge runs: %s", self._said)

        done = self._ask(write)
        return lambda: self._said if done.wait(DISK_S) else self._late

    def let_go(self, chosen: Callable[[], list[StoppedArm]]) -> Callable[[], str]:
        """Of those that are `chosen` then. Gives what waits, and says why they could not be taken off the
        disk, "" if they were."""
        refused = ""

        def take_away() -> None:
            nonlocal refused
            try:
                let_go(chosen(), self._folder)
            except OSError as failed:
                refused = in_words(failed, self._folder)

        done = self._ask(take_away)
        return lambda: refused if done.wait(DISK_S) else self._late

    @property
    def looks(self) -> bool:
        """Whether a trial waits for the disk."""
        return self._trial is not None and not self._trial.is_set()

    def look(self, patience_s: float = 0.0) -> None:
        """Try whether a stop could be kept, and wait so long for it [s]; `unkept` tells."""

        def look() -> None:
            self._said = unkept(self._folder)
            if self._said:
                _log.error("no stop can be kept beyond this bridge: %s", self._said)

        if self._trial is None or self._trial.is_set():  # else one waits for the disk already
            self._trial = self._ask(look)
        if patience_s:
            self._trial.wait(patience_s)

    def close(self) -> None:
        """What was begun is ended, if the disk answers in time."""
        self._tasks.put(None)
        self._thread.join(DISK_S)

    # -- parts -------------------------------------------------------------------------------------

    @property
    def _late(self) -> str:
        return f"The disk has not answered for {DISK_S:g} s: {self._folder or arms_folder()}"

    def _ask(self, task: Callable[[], None]) -> threading.Event:
        done = threading.Event()
        self._tasks.put((task, done))
        return done

    def _work(self) -> None:
        while (asked := self._tasks.get()) is not None:
            task, done = asked
            self._began = time.monotonic()
            try:
                task()
            except Exception as broken:  # noqa: BLE001 - the next stop is to be kept all the same
                _log.exception("the disk's thread broke")
                self._said = f"{type(broken).__name__}: {broken}"
            finally:
                self._began = 0.0
                done.set()
