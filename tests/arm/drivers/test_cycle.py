"""The control cycle of an arm: one whose clock is slower than ours; after a pause of the machine."""

from __future__ import annotations

import itertools
import threading

import pytest
from embodied_arm.drivers import calls
from embodied_arm.drivers import cycle as module
from embodied_arm.drivers.calls import MADE_UP, Pace
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


class Asleep:
    """In the place of `time`: sleeping takes just as long as it was asked to."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("paused", [1.2, 3.0, 4.9, 40.0])
def test_cycles_that_a_pause_of_the_machine_took_away_are_not_made_at_once(
    monkeypatch: pytest.MonkeyPatch, paused: float
) -> None:
    clock = Asleep()
    monkeypatch.setattr(calls, "time", clock)
    pace, began = Pace(PERIOD_S), list[float]()
    for k in range(20):
        if k == 10:
            clock.now += paused * PERIOD_S
        pace.wait()
        began.append(clock.now)
    apart = [after - before for before, after in itertools.pairwise(began)]
    assert min(apart) >= (1 - MADE_UP) * PERIOD_S - 1e-9
    assert apart[:9] == pytest.approx([PERIOD_S] * 9)
    assert apart[11:] == pytest.approx([PERIOD_S] * 8)
