"""The control cycle of an arm whose own clock is slower than this machine's."""

from __future__ import annotations

import threading

import pytest
from embodied_arm.drivers import cycle as module
from embodied_arm.drivers.cycle import MISSED, Cycle

PERIOD_S = 0.01
SLOW_S = 2 * MISSED * PERIOD_S
"""How long such an arm takes for one cycle."""
LOOKS = 3
PATIENCE_S = 20.0


class Clock:
    """In the place of `time`: goes on when it is told to, and knows how often the cycle's keeper looked."""

    def __init__(self) -> None:
        self.now = 0.0
        self._looked = threading.Semaphore(0)

    def monotonic(self) -> float:
        if threading.current_thread().name == "control cycle":
            self._looked.release()
        return self.now

    def await_looks(self) -> None:
        while self._looked.acquire(blocking=False):
            pass
        for _ in range(LOOKS):
            assert self._looked.acquire(timeout=PATIENCE_S)


def test_an_arm_that_takes_long_for_its_cycle_is_given_one_for_each_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, made = Clock(), list[str]()
    monkeypatch.setattr(module, "time", clock)

    def wait_for_the_arm() -> None:
        clock.now += SLOW_S
        made.append(threading.current_thread().name)

    cycle = Cycle(PERIOD_S, wait_for_the_arm)
    try:
        for _ in range(4):
            cycle.tick()
            clock.await_looks()
        assert set(made) == {threading.current_thread().name}
        assert len(made) == 4
        clock.now += SLOW_S  # nobody ticks any more: then it goes on by itself
        clock.await_looks()
    finally:
        cycle.end()
    assert made[4:] == ["control cycle"]
