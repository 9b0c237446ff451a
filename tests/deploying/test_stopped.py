"""A run whose arm is stopped ends at once, and says so; nothing moves that arm until a person resets it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from embodied.arms.running import find_running, reset, stop
from embodied.arms.stopped import find_stopped
from embodied.cli.main import main
from embodied.condition import parse
from embodied.deploying.deployment import Deployment
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.launchfile import parse_launch
from embodied.loop import start_run
from embodied.loop.pursuit import towards
from embodied.outcome import Verdict
from embodied.runs import find_run
from tests.deploying.moving import once_it_moves
from tests.deploying.proving import LAUNCH, prove


def test_a_run_whose_arm_is_stopped_ends_and_the_arm_stays_so_until_the_reset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prove("pick")
    launch = parse_launch(LAUNCH, "test")
    with once_it_moves(lambda arm: stop(arm.name, "a hand on the table")):
        report = start_run(launch, runs_dir=tmp_path / "runs")
    assert report.verdict is Verdict.UNKNOWN
    assert "the arm is stopped: a hand on the table" in report.reason
    assert report.steps == 1
    assert not find_running()

    with pytest.raises(BadInput, match="test-arm is stopped: a hand on the table"):
        start_run(launch, runs_dir=tmp_path / "runs")
    asked = {"object": "red_cube"}
    refused = Deployment.of(launch, "pick", asked, runs_dir=tmp_path / "runs", audit=tmp_path)
    with refused, pytest.raises(BadInput, match="test-arm is stopped"):
        refused.look()
    assert reset("test-arm") == "a hand on the table"
    with Deployment.of(launch, "pick", asked, runs_dir=tmp_path / "runs", audit=tmp_path) as deployment:
        deployment.look()
        path = tmp_path / "arm.toml"
        path.write_text(LAUNCH)
        with pytest.raises(SystemExit) as ended:  # another at the same arm
            main(["arm", "home", str(path)])
        assert ended.value.code == 2
        assert "test-arm runs already: process" in capsys.readouterr().err


def test_doctor_asks_an_arm_that_runs_and_says_which_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prove("pick")
    path = tmp_path / "arm.toml"
    path.write_text(LAUNCH)
    launch = parse_launch(LAUNCH, "test")
    asked = {"object": "red_cube"}
    with Deployment.of(launch, "pick", asked, runs_dir=tmp_path / "runs", audit=tmp_path) as deployment:
        deployment.look()
        with pytest.raises(SystemExit) as ended:
            main(["arm", "doctor", str(path)])
    assert not ended.value.code
    assert "test-arm runs: FR3 (MuJoCo), process" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["arm", "doctor"])
    assert "arm doctor sim-arm" in capsys.readouterr().out


def test_the_last_run_is_none_in_which_an_arm_was_only_jogged(tmp_path: Path) -> None:
    for name, mode in (("20260101-000000-deploy", "deploy"), ("20260102-000000-jog", "jog")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "journal.jsonl").write_text(f'{{"type": "run_started", "mode": "{mode}"}}\n')
    assert find_run(tmp_path, "last").name == "20260101-000000-deploy"
    assert find_run(tmp_path, "jog").name == "20260102-000000-jog"


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ({"protective_stop": "a hand on the table"}, "the arm is stopped: a hand on the table; `embodied"),
        ({"lost": "it has fallen silent"}, "the arm is lost: it has fallen silent"),
    ],
)
def test_nothing_is_planned_for_an_arm_that_is_stopped_or_lost(notes: dict[str, str], said: str) -> None:
    run: Any = SimpleNamespace(redirection=None, stop=threading.Event())  # no planner: it would be missed
    judgement, code = towards(run, parse("false"), Observation({}, {}, notes=notes))
    assert judgement.verdict is Verdict.UNKNOWN
    assert judgement.reason.startswith(said)
    assert code == 1


def test_what_holds_where_an_arm_was_stopped_while_it_acted_is_no_pass() -> None:
    run: Any = SimpleNamespace(redirection=None, stop=threading.Event(), history=["a step"])
    now = Observation({}, {}, notes={"protective_stop": "the operator said stop"})
    judgement, code = towards(run, parse("true"), now)
    assert judgement.verdict is Verdict.UNKNOWN
    assert "the arm is stopped: the operator said stop" in judgement.reason
    assert code == 1


@pytest.mark.parametrize("said", ["all", "rehearsal of test-arm"])
def test_a_stop_while_a_motion_is_rehearsed_ends_that_and_holds_for_the_arm(
    tmp_path: Path, said: str
) -> None:
    prove("pick")
    launch, asked = parse_launch(LAUNCH, "test"), {"object": "red_cube"}
    stopped: list[str] = []

    def on_record(record: Mapping[str, Any]) -> None:
        if record["type"] == "call_started" and not stopped:
            stopped.extend(stop(said))

    with Deployment.of(launch, "pick", asked, runs_dir=tmp_path / "runs", audit=tmp_path) as deployment:
        deployment.look()
        with pytest.raises(BadInput, match="test-arm is stopped: the operator said stop"):
            deployment.rehearse(on_record)
    assert stopped == ["test-arm", "rehearsal of test-arm"]
    assert [one.name for one in find_stopped()] == ["test-arm"]
    assert reset("test-arm")
    assert not find_stopped()
