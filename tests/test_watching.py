"""Halting beside a step."""

from __future__ import annotations

import queue
import threading

from embodied.errors import BridgeStalled
from embodied.mini.body import MiniBody
from embodied.mini.inprocess import InProcessWorld
from embodied.watching import Halter

DEADLINE_S = 10.0


class Deaf(InProcessWorld):
    """Fails to halt the first time."""

    def __init__(self) -> None:
        super().__init__(MiniBody())
        self.asked: queue.Queue[str] = queue.Queue()
        self.failed = False

    def halt(self, reason: str) -> None:
        self.asked.put(reason)
        if not self.failed:
            self.failed = True
            raise BridgeStalled("it does not answer")


def test_a_halt_that_failed_is_told_and_the_next_event_is_halted_for() -> None:
    world, stop, interrupt = Deaf(), threading.Event(), threading.Event()
    notes: list[str] = []
    with Halter(world, (stop, interrupt), notes.append):
        interrupt.set()
        assert world.asked.get(timeout=DEADLINE_S) == "the step was interrupted"
        stop.set()
        assert world.asked.get(timeout=DEADLINE_S) == "stopped by the user"
    assert notes == ["the body could not be halted: it does not answer"]


def test_what_interrupted_the_step_is_told() -> None:
    world, stop, interrupt = Deaf(), threading.Event(), threading.Event()
    with Halter(world, (stop, interrupt), why=lambda: "dropped (object=red_cube)"):
        interrupt.set()
        told = world.asked.get(timeout=DEADLINE_S)
    assert told == "the step was interrupted: dropped (object=red_cube)"
