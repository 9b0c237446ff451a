"""What is injected into an arm is found again, by small motions that all of its limits let through."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mujoco")

from embodied_arm.body import ArmBody
from embodied_arm.drivers.twin import TwinDriver

from embodied.arms import ArmCommand
from embodied.arms.identified import Identified, delay_steps, file_of, identified_of, read_identified
from embodied.arms.identifying import JointResponse, fit
from embodied.arms.log import NAME, read_log
from embodied.arms.trained import TrainedArm
from embodied.cli.main import main
from embodied.deploying.identifying import AMPLITUDES_RAD, excite, responses
from embodied.errors import BadInput
from embodied.launchfile import load_launch_file
from embodied.mini.inprocess import InProcessWorld
from embodied.outcome import PrimitiveResult
from tests.arm.kinematic import FR3


class Sluggish(TwinDriver):
    """A twin whose joints come late, lag, go too far or not far enough, and stick by `play` [rad]."""

    def __init__(self, ticks: int, lag_s: float, gain: float, play: float) -> None:
        super().__init__(FR3, FR3.home, 0.08)
        self._waiting = deque([np.array(FR3.home)] * ticks)
        self._share = 1 - math.exp(-FR3.control_period_s / lag_s) if lag_s else 1.0
        self._behind = np.array(FR3.home)
        self._stuck = np.array(FR3.home)
        self._gain, self._play = gain, play

    def command(self, command: ArmCommand) -> ArmCommand:
        applied = super().command(command)
        if applied.position is not None:
            self._told = np.array(applied.position)
        return applied

    def tick(self) -> None:
        self._waiting.append(getattr(self, "_told", np.array(FR3.home)))
        self._behind = self._behind + self._share * (self._waiting.popleft() - self._behind)
        home = np.array(FR3.home)
        there = home + self._gain * (self._behind - home)
        self._stuck = np.clip(self._stuck, there - self._play, there + self._play)
        asked, self._target = self._target, tuple(self._stuck.tolist())
        super().tick()
        self._target = asked


def _identified(driver: Any, folder: Path) -> tuple[JointResponse, ...]:
    names = driver.description.joint_names
    body = ArmBody(driver, {}, folder, log=True)
    world = InProcessWorld(body)
    try:
        joints = [float(value) for _, value in world.observe().items("joint")]  # type: ignore[arg-type]
        moved = excite(world.call, joints)
        after = [float(value) for _, value in world.observe().items("joint")]  # type: ignore[arg-type]
    finally:
        world.close()
        body.close()
    assert after == pytest.approx(joints, abs=0.01)
    _, ticks = read_log(folder / NAME)
    return responses(list(ticks), moved, names)


@pytest.mark.parametrize(
    ("ticks", "lag_s", "gain", "play"),
    [(0, 0.0, 1.0, 0.0), (3, 0.0, 1.0, 0.0), (1, 0.05, 0.96, 0.0), (2, 0.02, 1.0, 0.002)],
)
def test_what_was_injected_is_found(
    tmp_path: Path, ticks: int, lag_s: float, gain: float, play: float
) -> None:
    period_ms = 1000 * FR3.control_period_s
    for joint in _identified(Sluggish(ticks, lag_s, gain, play), tmp_path):
        assert joint.why_not == ""
        assert joint.late_ms == pytest.approx(ticks * period_ms + 1000 * lag_s, abs=0.6 * period_ms)
        assert joint.delay_ms == pytest.approx(ticks * period_ms, abs=0.8 * period_ms)
        assert joint.gain == pytest.approx(gain, abs=0.03 if play else 0.01)
        assert joint.hysteresis_rad == pytest.approx(play, abs=2e-4)


def test_the_simulated_arm(tmp_path: Path) -> None:
    from embodied_tabletop.driver import DRIVER
    from embodied_tabletop.training import OWN_LATE_MS

    found = _identified(DRIVER.open({"scene": "default"}, tmp_path), tmp_path)
    known = [joint for joint in found if not joint.why_not]
    assert len(known) >= 6
    assert {round(joint.gain, 1) for joint in known} == {1.0}
    assert max(joint.late_ms for joint in known) == pytest.approx(OWN_LATE_MS, abs=10)


@pytest.fixture
def slow_arm(tmp_path: Path) -> Path:
    """A file that says: 70 to 90 ms late, joint 2 sticks and goes too short."""
    joints = tuple(JointResponse(f"fr3_joint{n}", 70.0, 0.0, 1.0, 0.0, 0.0) for n in range(1, 7))
    odd = JointResponse("fr3_joint7", 60.0, 30.0, 0.95, 0.004, 0.001)
    told = Identified("franka-1", "FR3", "2026-01-01T10:00:00+00:00", 10.0, (*joints, odd))
    file = file_of(tmp_path, "franka-1")
    file.write_text(told.text())
    return file


def test_policies_are_trained_for_an_arm_that_was_identified(slow_arm: Path) -> None:
    from embodied_tabletop.training import TASK_SOURCE

    settings = {"identified": str(slow_arm)}
    task = next(one for one in TASK_SOURCE.tasks(settings) if one.name == "Reach")
    assert task.arm["late_ms"] == (40.0, 120.0)
    assert task.identity["random delay"] == "1 to 3"
    environment = TASK_SOURCE.make(task, settings)
    try:
        drawn = {environment.reset(seed=seed)[1]["randomized"]["delay"] for seed in range(12)}
    finally:
        environment.close()
    assert drawn == {1, 2, 3}


def test_of_another_arm_it_is_refused(slow_arm: Path) -> None:
    from embodied_tabletop.training import TASK_SOURCE

    slow_arm.write_text(slow_arm.read_text().replace('"FR3"', '"UR5e"'))
    with pytest.raises(BadInput, match="of an arm UR5e"):
        TASK_SOURCE.tasks({"identified": str(slow_arm)})


def test_deploying_says_how_otherwise_the_joints_answer(slow_arm: Path) -> None:
    from embodied_tabletop.training import TASK_SOURCE

    from embodied.deploying.policies import answers

    described = {"name": "FR3", "joint_names": [f"fr3_joint{n}" for n in range(1, 8)]}
    found = read_identified(slow_arm)
    trained = TrainedArm.read(TASK_SOURCE.tasks({})[0].arm)
    late, sticks, short = answers(trained, found, described)
    assert "70 to 90 ms behind their targets (identified 2026-01-01), in training 0 to 0 ms" in late
    assert sticks.endswith("fr3_joint7 0.004 [rad]")
    assert short.endswith("fr3_joint7 0.95 [times]")
    prepared = TrainedArm.read(TASK_SOURCE.tasks({"identified": str(slow_arm)})[0].arm)
    assert not any("behind" in one for one in answers(prepared, found, described))
    (other,) = answers(trained, found, {**described, "name": "UR5e"})
    assert "is of another arm" in other
    assert answers(trained, None, described) == []


def test_the_command_writes_the_file_beside_the_launch_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBODIED_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("embodied.deploying.identifying.REST_S", 0.1)
    launch = tmp_path / "sim.toml"
    launch.write_text(
        '[goal]\ntext = "get the red cube"\n[world]\nkind = "arm"\ndriver = "tabletop"\narm = "sim arm"\n'
    )
    with pytest.raises(SystemExit) as ended:
        main(["arm", "identify", str(launch)])
    assert ended.value.code == 0
    assert "sim-arm.identified.toml" in capsys.readouterr().out
    told = identified_of(load_launch_file(launch), "sim arm")
    assert told is not None
    assert [joint.name for joint in told.joints] == [f"fr3_joint{n}" for n in range(1, 8)]
    assert told.late_ms[1] < 45


def _calls(refuse: Callable[[str, Mapping[str, Any]], str]) -> tuple[Any, list[Any]]:
    """A body that does everything but what it refuses by a code."""
    made: list[Any] = []

    def call(name: str, args: Mapping[str, Any]) -> PrimitiveResult:
        made.append((name, dict(args)))
        code = refuse(name, args)
        return PrimitiveResult(not code, error=code, message=code)

    return call, made


def test_a_joint_without_room_goes_less_far_or_is_left_out() -> None:
    far = AMPLITUDES_RAD[0]
    call, made = _calls(lambda _, args: "collision" if max(args.get("positions", [0])) >= far else "")
    (moved,) = excite(call, [0.0])
    assert moved.why_not == ""
    assert max(args["positions"][0] for name, args in made if name == "move_joints") == far
    assert {side for *_, side in moved.rests} == {1, -1}
    call, _ = _calls(lambda name, args: "limit" if name == "move_joints" and any(args["positions"]) else "")
    (moved,) = excite(call, [0.0])
    assert moved.why_not == "no room: limit"


def test_what_is_in_the_way_ends_it() -> None:
    call, made = _calls(lambda name, _: "blocked" if name == "move_joints" else "")
    with pytest.raises(BadInput, match="did not get to where it was sent"):
        excite(call, [0.0, 0.0])
    assert len(made) == 1


def test_a_joint_that_stands_or_does_as_it_likes_tells_nothing() -> None:
    times = np.arange(100) / 50
    way = np.sin(times)
    assert fit("one", times, np.zeros(100), way).why_not == "it was hardly moved"
    noise = np.random.default_rng(1).normal(size=100)
    assert "did not follow" in fit("one", times, way, noise).why_not


def test_the_file_is_read_back(tmp_path: Path) -> None:
    joints = (
        JointResponse("one", 40.0, 20.0, 0.98, 0.001, 0.0002),
        replace(JointResponse("two", 30.0, 0.0, 1.0), residual_rad=0.0001),
        JointResponse("three", why_not='no room: "limit"'),
    )
    told = Identified("franka-1", "FR3", "2026-01-01T10:00:00+00:00", 10.0, joints)
    file = file_of(tmp_path, "franka-1")
    file.write_text(told.text())
    assert "bandwidth_hz = 7.96" in told.text()
    assert read_identified(file).text() == told.text()
    assert read_identified(file).late_ms == (30.0, 60.0)
    file.write_text('[identified]\narm = "franka-1"\n')
    with pytest.raises(BadInput, match="does not say what was identified"):
        read_identified(file)


def test_lateness_beyond_the_simulations_own_is_steps_of_the_policy() -> None:
    assert delay_steps((30.0, 60.0), 20.0, 40.0) == (0, 1)
    assert delay_steps((100.0, 101.0), 20.0, 40.0) == (2, 3)
    assert delay_steps((10.0, 20.0), 20.0, 40.0) == (0, 0)
