"""`embodied bench deploy`: its faults at simulated arms, its judge, and what it tells."""

from __future__ import annotations

import json
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")

from embodied_arm.drivers.ur5e import UR5E
from embodied_arm.limits import Limits
from embodied_arm.measuring import arms, benchmark, faults, killing, proxy
from embodied_arm.measuring.judge import Judge, rest_after
from embodied_arm.measuring.sensors import StaleSensors
from embodied_arm.measuring.streams import STREAMS

from embodied.bench import armtable
from embodied.bench.armcase import ArmCase, arm_benchmark
from embodied.cli.main import app
from embodied.errors import BadInput

HERE = Limits.of(UR5E, {"hand_speed": 0.25})
STEP = UR5E.control_period_s


def still(n: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.repeat(np.array([UR5E.home]), n, axis=0)


@pytest.mark.parametrize("fault", STREAMS)
@pytest.mark.parametrize("group", arms.TWINS)
def test_a_fault_at_an_arm_without_physics_violates_nothing_and_ends_at_rest(
    group: str, fault: str, tmp_path: Path
) -> None:
    row = faults.play_simulated(group, fault, 4, tmp_path)
    assert (row["verdict"], row["violations"]) == ("PASSED", [])
    assert row["rest_s"] <= 0.5
    assert row["worst"]["acceleration"] > 0.3  # it moved


def test_the_judge_names_what_was_violated() -> None:
    good = still(50)
    assert Judge(UR5E, HERE).targets(good) == []
    leap = good.copy()
    leap[20:, 0] += 0.3
    named = {wrong.split(":")[0] for wrong in Judge(UR5E, HERE).targets(leap)}
    assert {"velocity", "acceleration", "jerk", "hand speed"} <= named
    leap[30, 2] = np.nan
    assert Judge(UR5E, HERE).targets(leap) == ["finite: a target is no number"]
    out = good + np.linspace(0, 8, 50)[:, None] * np.eye(6)[5]
    assert any(wrong.startswith("position") for wrong in Judge(UR5E, HERE).targets(out))


def test_what_drives_did_is_judged_over_time_and_with_tolerances() -> None:
    times = np.arange(0, 2, 0.002)
    fast = still(len(times))
    fast[:, 0] += 0.3 * np.maximum(0, times - 1)  # 0.3 rad/s of the first joint: the hand is 0.5 m away
    assert Judge(UR5E, HERE).joints(fast, 0.002) == []
    faster = still(len(times))
    faster[:, 0] += 1.5 * np.maximum(0, times - 1)
    assert any(wrong.startswith("hand speed") for wrong in Judge(UR5E, HERE).joints(faster, 0.002))


def test_rest_is_when_the_joints_move_no_more() -> None:
    times = np.arange(0, 3, STEP)
    moved = still(len(times))
    moved[:, 1] += np.minimum(times, 1.4)
    at = int(1.0 / STEP)
    assert rest_after(moved, STEP, at) == pytest.approx(0.4, abs=0.03)
    moved[:, 1] += np.maximum(0, times - 2.0)  # moves again, and on
    assert rest_after(moved, STEP, at) is None
    assert rest_after(moved, STEP, at, 0.2) == pytest.approx(0.4, abs=0.03)


def test_stale_sensors_tell_the_past(tmp_path: Path) -> None:
    driver = StaleSensors(arms.simulated(arms.TWINS[0], 1, tmp_path), "stuck", 5)
    first = np.array(driver.read().position)
    driver.tick()
    driver.begin()
    driver.command(faults.ArmCommand(position=tuple((first + 0.01).tolist())))
    driver.tick()
    assert driver.read().position == tuple(first)
    assert driver.read().time_s == pytest.approx(2 * driver.description.control_period_s)


def test_an_agent_that_is_killed_leaves_its_arm_at_rest(tmp_path: Path) -> None:
    row = killing.play_simulated(arms.TWINS[0], 3, tmp_path)
    assert (row["verdict"], row["reason"]) == ("PASSED", "")


def test_more_than_a_thousand_cases_with_seeds_that_stay() -> None:
    cases, missing = benchmark.BENCHMARK.cases("faults", 0, {})
    keys = [case.key for case in cases]
    assert len(keys) == len(set(keys)) >= (900 if missing else 1000)  # a client library may be missing here
    assert "faults/twin of a UR5e/jumps/8001" in keys
    groups = {case.group for case in cases}
    faults = {case.fault for case in cases}
    assert "agent killed" in faults
    assert missing or {"bridge killed", "network cut"} <= faults
    assert groups >= {"tabletop", *arms.TWINS}
    assert ArmCase.from_wire(json.loads(json.dumps(cases[0].to_wire()))) == cases[0]


def test_an_installed_package_says_that_it_has_no_peers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(arms, "PEERS_FOLDER", tmp_path / "nothing")
    monkeypatch.setattr(arms.importlib.util, "find_spec", lambda name: name)
    cases, missing = benchmark.BENCHMARK.cases("faults", 1, {})
    assert not {case.group for case in cases} & set(arms.PEERED)
    assert any("a checkout's tests" in why for why in missing)


def test_reach_needs_a_policy() -> None:
    with pytest.raises(BadInput, match="Which policy"):
        benchmark.BENCHMARK.cases("reach", 0, {})


def test_a_python_without_lerobot_is_named_where_its_loop_is_measured_beside_ours(tmp_path: Path) -> None:
    from embodied_arm.measuring import loop

    measured = benchmark.BENCHMARK
    cases, _ = measured.cases("loop", 0, {"minutes": 0.01, "lerobot": sys.executable})
    other = [case for case in cases if case.group == loop.LEROBOT]
    assert [case.settings["beside"] for case in other] == list(loop.BESIDE)
    with pytest.raises(BadInput, match="did not run with") as told:
        measured.play(other[0], tmp_path)
    assert "pip install lerobot" in told.value.remedy


def test_a_proxy_forwards_until_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as peer, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        monkeypatch.setattr(proxy, "PORTS", {"ur5e": (port,)})
        there = peer.getsockname()[1]
        connect = socket.create_connection
        monkeypatch.setattr(
            proxy.socket, "create_connection", lambda address, **more: connect(("127.0.0.1", there), **more)
        )
        cable = proxy.Proxy("ur5e", "127.0.0.1", "127.0.0.1")
        heard: list[bytes] = []

        def serve() -> None:
            line, _ = peer.accept()
            with line:
                while data := line.recv(100):
                    heard.append(data)
                    line.sendall(data)

        thread = threading.Thread(target=serve)
        thread.start()
        with connect(("127.0.0.1", port), timeout=5.0) as client:
            client.sendall(b"here")
            assert client.recv(100) == b"here"
            cable.cut()
            client.settimeout(0.3)
            client.sendall(b"gone")
            with pytest.raises(TimeoutError):
                client.recv(100)
        cable.close()
        thread.join(5.0)
        assert heard == [b"here"]


def test_the_command_measures_resumes_and_tells(tmp_path: Path) -> None:
    asked = ["bench", "deploy", "--part", "faults", "--seeds", "1", "--only", "UR5e/jumps"]
    asked += ["--results", str(tmp_path)]
    first = CliRunner().invoke(app, asked)
    assert first.exit_code == 0, first.output
    row = json.loads((tmp_path / "deploy-faults.jsonl").read_text(encoding="utf-8"))
    assert (row["key"], row["verdict"]) == ("faults/twin of a UR5e/jumps/8001", "PASSED")
    assert "deploy: faults" in first.output
    assert "held to the limits exactly" in first.output
    again = CliRunner().invoke(app, asked)
    assert "1 of 1 are in" in again.output.replace("\n", " ").replace("  ", " ") or "0 to run" in again.output


def test_a_table_counts_violations_and_what_has_no_result() -> None:
    rows = [
        {"group": "a", "fault": "jumps", "violations": [], "rest_s": 0.2},
        {"group": "a", "fault": "jumps", "violations": ["velocity"], "rest_s": None},
        {"group": "b", "fault": "jumps"},
    ]
    lines = {line[0]: line for line in armtable.faults(rows)}
    assert lines["all"][1:5] == ["3", "1", "1", "1"]
    assert lines["a"][5] == "0.20 s"


def test_the_engine_finds_the_benchmark_by_the_bridges_plug_in() -> None:
    name, measured = arm_benchmark()
    assert name == "arm"
    assert set(measured.notes) == {"faults", "reach", "pick", "loop", "overhead"}


def test_a_simulated_franka_tells_nothing_from_outside_and_all_else_as_it_is() -> None:
    from embodied_tabletop.real.franka_simulator import feels_nothing_from_outside

    @dataclass(frozen=True)
    class State:
        tau_J: tuple[float, ...]
        tau_ext_hat_filtered: tuple[float, ...]

    class Robot:
        @property
        def state(self) -> State:
            return State((0.0, -30.0), (0.0, -30.0))

    robot = Robot()
    feels_nothing_from_outside(robot)
    assert robot.state.tau_J == (0.0, -30.0)
    assert not any(robot.state.tau_ext_hat_filtered)


def test_a_launch_file_that_is_not_there_is_named_before_anything_runs() -> None:
    with pytest.raises(BadInput, match=r"no launch file nowhere\.toml"):
        benchmark.BENCHMARK.cases("pick", 1, {"arm": "nowhere.toml"})
