"""Stops that hold until a person lets go of them, and what brings them about."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import zmq
from embodied_arm.body import ArmBody
from embodied_arm.control import Controller
from embodied_arm.measuring.judge import Judge
from embodied_arm.operating import Operating

from embodied.arms import ArmCommand, ArmState
from embodied.arms.log import ArmLog
from embodied.arms.running import ask, find_running, reset, status, stop
from embodied.bridge.body import CallContext, PrimitiveFailed
from embodied.deploying.watching import in_a_line
from embodied.errors import BadInput, WorldError
from tests.arm.conftest import Bench, Make
from tests.arm.kinematic import FR3, KinematicDriver

FAR = {"x": 0.5, "y": 0.3, "z": 0.2, "yaw": 0.0}


def controller(arm: Bench) -> Controller:
    return arm.body.controller


def wait_until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10.0
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def rests_within_limits(arm: Bench) -> bool:
    sent = np.concatenate([[FR3.home], arm.sent()])
    assert Judge(FR3, controller(arm).gate.limits).targets(sent) == []
    return max(abs(speed) for speed in arm.driver.read().velocity) < 0.01


def test_a_protective_stop_in_motion_rests_within_all_limits_and_nothing_moves_until_a_reset(
    make: Make,
) -> None:
    arm = make()
    arm.driver.then = lambda: controller(arm).latch.close("the test says so")
    arm.driver.then_at = 30
    result = arm.call("move_to", **FAR)
    assert (result.ok, result.error, result.value["reason"]) == (False, "halted", "the test says so")
    assert "only a person can reset it" in result.message
    assert rests_within_limits(arm)
    sent = len(arm.driver.sent)
    for name in ("home", "open_gripper", "close_gripper", "stop"):
        assert arm.call(name).error == "halted"
    assert len(arm.driver.sent) == sent
    assert arm.world.observe().notes["protective_stop"] == "the test says so"
    assert controller(arm).reset() == "the test says so"
    assert len(arm.driver.sent) == sent  # a reset moves nothing
    assert arm.call("move_to", **FAR).ok


def test_the_first_reason_stays_and_an_arm_that_was_not_stopped_is_reset_in_vain(make: Make) -> None:
    arm = make()
    assert controller(arm).reset() == ""
    controller(arm).protective_stop("first")
    controller(arm).protective_stop("second")
    assert controller(arm).reset() == "first"


def test_what_ran_when_the_arm_was_stopped_does_not_go_on_after_a_reset(make: Make) -> None:
    """A motion whose thread sleeps through stop and reset."""
    arm = make()
    control = controller(arm)
    context = CallContext(lambda: None, lambda value: None, lambda type, data: None)
    with control.call(context):
        control.tick(ArmCommand(position=FR3.home))
        control.latch.close("while it slept")
        assert control.reset() == "while it slept"
        with pytest.raises(PrimitiveFailed, match="does not go on"):
            control.tick(ArmCommand(position=FR3.home))


def test_an_arm_that_moves_is_not_reset(make: Make) -> None:
    arm = make()
    refused: list[str] = []

    def too_early() -> None:
        controller(arm).latch.close("the test says so")
        try:
            controller(arm).reset()
        except PrimitiveFailed as failed:
            refused.append(failed.message)

    arm.driver.then, arm.driver.then_at = too_early, 30
    assert arm.call("move_to", **FAR).error == "halted"
    assert refused == ["the arm still moves; reset it when it is at rest"]


class Feeling(KinematicDriver):
    """Feels a force at the hand from a tick on, and gives way to nothing."""

    force = 0.0

    def read(self) -> ArmState:
        return replace(super().read(), external_force=(0.0, 0.0, -self.force))


def test_a_force_from_outside_stops_the_arm_and_it_gives_way(tmp_path: Path) -> None:
    driver = Feeling()
    driver.lags(0.2, np.array(FR3.home))
    body = ArmBody(driver, {"external_force": 40.0}, tmp_path)
    arm = Bench.__new__(Bench)
    arm.driver, arm.body = driver, body
    driver.then, driver.then_at = lambda: setattr(driver, "force", 63.0), 30
    context = CallContext(lambda: None, lambda value: None, lambda type, data: None)
    with pytest.raises(PrimitiveFailed, match=r"the hand felt 63 N from outside; 40 N are allowed"):
        body.run("move_to", {"x": 0.5, "y": 0.3, "z": 0.2}, context)
    assert rests_within_limits(arm)
    body.close()


def test_a_single_sample_of_force_is_noise(tmp_path: Path) -> None:
    driver = Feeling()
    body = ArmBody(driver, {}, tmp_path)

    def jolt() -> None:
        driver.force = 100.0
        driver.then, driver.then_at = (lambda: setattr(driver, "force", 0.0)), driver.ticks + 1

    driver.then, driver.then_at = jolt, 20
    context = CallContext(lambda: None, lambda value: None, lambda type, data: None)
    body.run("move_to", {"x": 0.5, "y": 0.1, "z": 0.3}, context)
    body.close()


def test_streamed_commands_that_stay_out_bring_the_arm_to_rest(make: Make) -> None:
    """A policy that hangs: the watchdog brings the arm to rest meanwhile, and its next command is refused."""
    arm = make(real_time=True)
    control = controller(arm)
    context = CallContext(lambda: None, lambda value: None, lambda type, data: None)
    q = np.array(FR3.home)
    with control.call(context), control.streaming():
        for _ in range(20):
            q = q + np.array([0.01, 0, 0, 0, 0, 0, 0])
            control.tick(ArmCommand(position=tuple(q.tolist())))
        assert control.moving
        wait_until(lambda: not control.gate.velocity.any())  # nobody ticks but the watchdog
        with pytest.raises(PrimitiveFailed, match="no fresh command for"):
            control.tick(ArmCommand(position=tuple(q.tolist())))
        control.tick(ArmCommand(position=tuple(q.tolist())))
    sent = np.concatenate([[FR3.home], arm.sent()])
    assert Judge(FR3, control.gate.limits).targets(sent) == []


def test_a_disk_that_is_full_stops_the_arm(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    arm = make()
    log = ArmLog(arm.body.run_dir, {})
    control = controller(arm)
    control._ticking._log = log

    def fill() -> None:
        log.failed = "the arm's log cannot be written: No space left on device"

    arm.driver.then, arm.driver.then_at = fill, 30
    result = arm.call("move_to", **FAR)
    assert result.error == "halted"
    assert "No space left on device" in result.message
    assert rests_within_limits(arm)
    log.close()


def test_every_tick_is_logged_with_the_limits_that_acted(tmp_path: Path) -> None:
    from embodied.arms.log import read_log

    driver = KinematicDriver()
    body = ArmBody(driver, {}, tmp_path, log=True)
    body.controller.tick(ArmCommand(position=tuple(q + 1.0 for q in FR3.home)))
    body.close()
    about, ticks = read_log(tmp_path / "arm-log.bin")
    (tick,) = ticks
    assert about["limits"]["hand_speed_m_s"] == 0.8
    assert "joint velocity" in tick.interventions
    assert tick.applied != tick.asked


# -- the operator's channel ------------------------------------------------------------------------


@pytest.fixture
def operated(make: Make, tmp_path: Path) -> Any:
    opened: list[Operating] = []

    def one(name: str = "kinematic", **more: Any) -> Bench:
        arm = make(**more)
        opened.append(Operating(controller(arm), name, "FR3", "", tmp_path))
        return arm

    yield one
    for each in opened:
        each.close()
    assert find_running() == []


def test_the_operator_stops_and_resets_from_anywhere(operated: Any) -> None:
    arm = operated()
    assert [each.name for each in find_running()] == ["kinematic"]
    assert status()["stopped"] == ""
    assert stop("kinematic", "a hand on the table") == ["kinematic"]
    assert status()["stopped"] == "a hand on the table"
    assert arm.call("home").error == "halted"
    assert reset() == "a hand on the table"
    assert arm.call("home").ok


def test_the_operator_is_heard_while_the_arm_moves_and_while_its_agent_hangs(operated: Any) -> None:
    arm = operated(real_time=True)
    began = threading.Event()
    arm.driver.then, arm.driver.then_at = began.set, arm.driver.ticks + 30
    results: list[Any] = []
    agent = threading.Thread(target=lambda: results.append(arm.call("move_to", **FAR, speed=0.1)))
    agent.start()
    assert began.wait(10.0)
    assert stop() == ["kinematic"]
    agent.join(10.0)
    assert results[0].error == "halted"
    assert not controller(arm).moving


def test_the_operator_stops_an_arm_whose_loop_hangs_by_its_driver(operated: Any) -> None:
    arm = operated(real_time=True)
    entered, let_go = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        let_go.wait()

    arm.driver.then, arm.driver.then_at = hang, arm.driver.ticks + 20
    try:
        assert entered.wait(10.0)
        assert ask(find_running()[0], "stop", reason="it hangs")["heeded"] is False
        assert arm.driver.stopped == "it hangs"
    finally:
        let_go.set()


def test_without_the_token_nobody_is_the_operator(operated: Any) -> None:
    operated()
    (running,) = find_running()
    path = next(Path(running.run_dir).parent.rglob("*.running.json"))
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput, match="the token is wrong"):
        ask(replace(running, token="guessed"), "reset")
    with pytest.raises(BadInput, match="there are: stop, reset, status"):
        ask(running, "move")


@pytest.mark.parametrize(
    "frames",
    [
        [b"[" * 4096],
        [b'{"token": "\\ud800", "operation": "reset"}'],
        [b"\xff"],
        [b"7"],
        [b""],
        [b"{}", b"{}"],
    ],
)
def test_what_is_no_request_leaves_the_operator_heard(operated: Any, frames: list[bytes]) -> None:
    arm = operated()
    (running,) = find_running()
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.linger = 0
        socket.connect(running.endpoint)
        socket.send_multipart(frames)
        assert socket.poll(5000)
        assert b'"ok": false' in socket.recv()
    assert stop() == ["kinematic"]
    assert arm.call("home").error == "halted"


def test_an_answer_that_cannot_be_said_leaves_the_operator_heard(operated: Any) -> None:
    arm = operated()
    controller(arm).lost = {"a driver's": "own type"}.keys()
    with pytest.raises(BadInput, match="it broke: TypeError"):
        status()
    assert stop() == ["kinematic"]
    assert arm.call("home").error == "halted"


def test_several_arms_are_named_and_all_are_stopped(operated: Any) -> None:
    operated()
    operated()
    assert [each.name for each in find_running()] == ["kinematic", "kinematic-2"]
    with pytest.raises(BadInput, match=r"2 arms run here[\s\S]*kinematic, kinematic-2"):
        status()
    with pytest.raises(BadInput, match="Did you mean 'kinematic"):
        stop("kinematik")
    assert sorted(stop()) == sorted(stop("all")) == ["kinematic", "kinematic-2"]  # without a name: every one
    with pytest.raises(BadInput, match="one by one"):
        reset("all")


def test_no_arm_is_said_to_run_where_none_does() -> None:
    with pytest.raises(BadInput, match="No arm runs here"):
        stop()


def test_who_watches_is_told_state_commands_limits_and_timing(operated: Any) -> None:
    arm = operated(real_time=True)
    assert arm.call("move_by", dz=-0.02).ok
    controller(arm).gate.interventions.note("hand speed", 1.0)
    line = in_a_line(status())
    assert re.search(
        r"^at rest · hand \S+ \S+ \S+ m, 0 mm/s · joints (\S+ ){7}· \d+ commands, \d+ changed", line
    )
    assert "limits hand speed 1" in line
    assert re.search(r"period \d+\.\d ms, worst \d+\.\d, \d+ of \d+ late$", line)


def test_a_calendar_clock_that_is_set_changes_nothing(operated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arm = operated(real_time=True)
    now, booted = time.time, psutil.boot_time()
    for ahead in (86400.0, -86400.0):
        with monkeypatch.context() as clock:
            clock.setattr(time, "time", lambda ahead=ahead: now() + ahead)
            clock.setattr(psutil._psplatform, "boot_time", lambda ahead=ahead: booted + ahead)
            assert arm.call("move_by", dz=-ahead / 86400 * 0.02).ok
            assert stop() == ["kinematic"]
            assert arm.call("home").error == "halted"
            assert reset() == "the operator said stop"


def test_of_two_arms_one_of_which_does_not_answer_the_other_is_stopped_and_that_is_told(
    operated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf, arm = operated("deaf"), operated("hearing")

    def broken(reason: str) -> bool:
        raise OSError("the cable is out")

    monkeypatch.setattr(controller(deaf), "protective_stop", broken)
    with pytest.raises(WorldError, match=r"deaf: .*the cable is out.* Stopped: hearing\."):
        stop("all")
    assert arm.call("home").error == "halted"
