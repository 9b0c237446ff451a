"""What goes wrong on the way is noticed, named, and ends at rest."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embodied_arm.turns import WAY_S

from embodied.bridge.body import CallContext
from embodied.errors import WorldError
from embodied.facts import Observation
from tests.arm.conftest import Bench, Make, cube
from tests.arm.kinematic import FR3, RealDriver, Trouble

FAR = {"x": 0.5, "y": 0.3, "z": 0.2, "yaw": 0.0}


def at_rest(arm: Bench) -> bool:
    """Whether it stopped within what the joints may do, and stands still."""
    velocity = np.diff(arm.sent(), axis=0) / FR3.control_period_s
    braked = np.abs(np.diff(velocity, axis=0)) / FR3.control_period_s
    still = max(abs(speed) for speed in arm.driver.read().velocity) < 0.01
    return still and bool((braked <= np.array(FR3.acceleration) * 1.01).all())


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"type": "dropped", "object": "red_cube"}, "red_cube fell out of the hand"),
        ({"type": "slipped", "object": "red_cube"}, "red_cube slid between the fingers"),
        (
            {"type": "bumped", "object": "blue_cube", "moved_m": 0.031},
            "blue_cube was hit and moved by 0.031 m",
        ),
        ({"type": "blew_up", "reason": "NaN in qacc"}, "became unstable (NaN in qacc)"),
    ],
)
def test_an_event_ends_the_motion_at_rest_and_all_are_told(
    make: Make, event: dict[str, Any], words: str
) -> None:
    arm = make(trouble=Trouble(event_at=25, event=event))
    result = arm.call("move_to", **FAR)
    assert (result.ok, result.error) == (False, event["type"])
    assert words in result.message
    assert at_rest(arm)
    assert np.linalg.norm(arm.hand() - np.array([0.5, 0.3, 0.2])) > 0.05
    assert [told["type"] for told in arm.world.observe().events] == [event["type"]]


def test_a_bump_of_what_may_be_touched_is_none(make: Make) -> None:
    bump = {"type": "bumped", "object": "blue_cube", "moved_m": 0.03}
    arm = make(cube("blue_cube", 0.6, -0.3), trouble=Trouble(event_at=25, event=bump))
    assert arm.call("move_to", **FAR, touch="blue_cube").ok


def test_what_happened_before_a_call_is_not_its_failure(make: Make) -> None:
    arm = make()
    arm.driver.scene.pending.append({"type": "bumped", "object": "blue_cube", "moved_m": 0.03})
    assert arm.call("move_to", **FAR).ok


def test_after_a_blow_up_nothing_moves(make: Make) -> None:
    arm = make(trouble=Trouble(event_at=10, event={"type": "blew_up", "reason": "NaN"}))
    arm.call("move_to", **FAR)
    sent = len(arm.driver.sent)
    for name in ("home", "open_gripper", "close_gripper"):
        result = arm.call(name)
        assert result.error == "blew_up"
        assert "reset" in result.message
    assert len(arm.driver.sent) == sent
    assert arm.world.observe().get("alive") is False


def test_fingers_that_collapse_have_dropped_what_they_held(make: Make) -> None:
    arm = make(cube("red_cube", 0.5, 0.1))
    arm.call("move_to", x=0.5, y=0.1, z=0.025, yaw=0.0)
    arm.call("close_gripper")

    def lose() -> None:
        arm.driver.scene.cubes[0].position[:] = 0.5, -0.3, 0.025
        arm.driver.scene.cubes[0].held = False

    arm.driver.then, arm.driver.then_at = lose, arm.driver.ticks + 20
    result = arm.call("move_by", dz=0.4, speed=0.5)
    assert (result.error, result.value["object"]) == ("dropped", "red_cube")
    assert at_rest(arm)


def test_an_arm_that_does_not_follow_is_blocked(make: Make) -> None:
    arm = make(trouble=Trouble(stuck_from=20))
    result = arm.call("move_to", x=0.3, y=0.5, z=0.2)
    assert result.error == "blocked"
    assert "behind its target" in result.message
    measured = np.array(arm.driver.read().position)
    assert np.abs(arm.sent()[-1] - measured).max() <= 0.4 + 1e-9


def test_a_clock_that_stands_still_is_noticed(make: Make) -> None:
    arm = make(trouble=Trouble(freeze_at=20))
    result = arm.call("move_to", **FAR)
    assert (result.ok, result.error) == (False, "frozen")
    assert arm.driver.ticks < 60
    assert arm.driver.stopped


def test_a_lost_connection_is_told(make: Make) -> None:
    arm = make(trouble=Trouble(lose_at=20))
    result = arm.call("move_to", **FAR)
    assert (result.error, result.message) == ("arm_lost", "the connection to the arm broke")


def test_measurements_that_are_no_numbers_stop_the_arm(make: Make) -> None:
    arm = make(trouble=Trouble(not_a_number_at=20))
    assert arm.call("move_to", **FAR).error == "blew_up"
    assert arm.driver.stopped


def test_a_halt_in_motion_stops_on_the_line_within_limits(make: Make) -> None:
    arm = make()
    arm.call("move_to", x=0.5, y=0.3, z=0.2, yaw=0.0)
    first = len(arm.driver.sent)
    arm.driver.then_at = arm.driver.ticks + 20

    def halt() -> None:
        arm.world.halt("the test says so")
        arm.body._controller._looked = 0.0  # it looks at once, whatever the machine's clock says

    arm.driver.then = halt
    result = arm.call("move_to", x=0.5, y=-0.3, z=0.2, yaw=0.0)
    assert (result.ok, result.error) == (False, "halted")
    assert at_rest(arm)
    path = arm.hand_path()[first:]
    assert np.abs(path[:, [0, 2]] - [0.5, 0.2]).max() < 1e-3
    assert path[-1][1] > 0.0
    assert arm.call("move_to", x=0.5, y=-0.3, z=0.2, yaw=0.0).ok


def test_a_driver_that_hangs_between_calls_is_told_and_nobody_waits_for_ever(make: Make) -> None:
    arm = make(real_time=True)
    entered, let_go = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        let_go.wait()

    arm.driver.then, arm.driver.then_at = hang, arm.driver.ticks + 20
    try:
        assert entered.wait(10.0)
        result = arm.call("grasp_check")
        assert (result.error, "does not return" in result.message) == ("arm_lost", True)
        with pytest.raises(WorldError, match="does not return"):
            arm.body.rest("the test says so")
        assert arm.driver.stopped
    finally:
        let_go.set()


def test_eyes_that_break_between_calls_stop_the_arm_and_are_told(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real arm's bridge goes on giving commands whatever its cameras do, and says what is wrong."""
    arm = make(real_time=True)
    assert arm.call("move_by", dz=0.02).ok
    blind = threading.Event()

    def events() -> list[dict[str, Any]]:
        if blind.is_set():
            raise WorldError("the cameras do not answer")
        return []

    monkeypatch.setattr(arm.driver.scene, "events", events)
    blind.set()
    heard = until(arm, lambda seen: not seen.get("alive"))
    told = [event["data"] for event in heard.events if event["type"] == "fault"]
    assert told == [{"code": "arm_lost", "message": "the cameras do not answer"}]
    assert arm.driver.stopped == "the cameras do not answer"
    assert arm.call("move_by", dz=0.02).error == "arm_lost"
    blind.clear()
    until(arm, lambda seen: bool(seen.get("alive")))
    assert arm.call("move_by", dz=0.02).ok


def test_a_driver_with_a_mistake_in_it_is_told_between_calls_too(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm = make(real_time=True)
    assert arm.call("wait", seconds=0.1).ok

    def broken() -> None:
        raise KeyError("joint_9")

    monkeypatch.setattr(arm.driver, "tick", broken)
    heard = until(arm, lambda seen: not seen.get("alive"))
    assert [event["data"]["message"] for event in heard.events] == ["the driver broke: KeyError: 'joint_9'"]
    assert arm.driver.stopped


class Woken:
    """A lock whose waiting thread takes a while to wake, as it does beside a busy core."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def acquire(self, timeout: float) -> bool:
        if threading.current_thread() is not threading.main_thread():
            return self._lock.acquire(timeout=timeout)
        end = time.monotonic() + timeout
        while not (taken := self._lock.acquire(blocking=False)) and time.monotonic() < end:
            time.sleep(0.0003)
        return taken

    def release(self) -> None:
        self._lock.release()


def test_who_waits_to_read_a_real_arm_goes_between_two_ticks(tmp_path: Path) -> None:
    """Its tick lasts the whole period: without a gap between two, a reading came by luck, or never."""
    real = replace(FR3, capabilities=FR3.capabilities - {"simulated"})
    bench = Bench(RealDriver(description=real), tmp_path)
    loop = bench.body._controller
    loop._turns._lock = Woken(loop._turns._lock)  # type: ignore[assignment]
    waited: list[int] = []
    try:
        for _ in range(20):
            before = bench.driver.ticks
            with loop.reading():
                waited.append(bench.driver.ticks - before)
    finally:
        bench.world.close()
        bench.body.close()
    assert statistics.median(waited) <= 3, waited


def test_who_waits_long_to_read_is_given_more_time_though_others_come_to_wait_too(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = make().body._controller._turns
    now, slept = 0.0, list[float]()
    monkeypatch.setattr("embodied_arm.turns.time.monotonic", lambda: now)
    monkeypatch.setattr("embodied_arm.turns.time.sleep", slept.append)
    for now in (0.0, 0.06, 0.12):  # noqa: B007
        turns._waits(1)
        turns.let_read()
    assert slept[:2] == [WAY_S, WAY_S]
    assert slept[2] > WAY_S
    turns._waits(-1)
    turns.let_read()
    assert slept[3] == WAY_S  # the loop is not held up by many short readings


def until(arm: Bench, seen: Callable[[Observation], bool]) -> Observation:
    """The first observation for which `seen` is true."""
    deadline = time.monotonic() + 10.0
    while not seen(now := arm.world.observe()):
        assert time.monotonic() < deadline
    return now


def test_an_arm_that_comes_to_rest_says_that_it_lives(make: Make) -> None:
    arm = make()
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1

    context = CallContext(beat, lambda value: None, lambda type, data: None)
    arm.body.run("wait", {"seconds": 0.1}, context)
    context.abort()
    before = beats
    arm.body._controller._looked = 0.0
    arm.body.rest("the test says so")
    assert beats > before
