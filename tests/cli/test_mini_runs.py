"""The command as a user starts it, in a process of its own, over the mini world."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., subprocess.Popen[str]]
PROGRAM = "from embodied.cli.main import main; main()"
DEADLINE_S = 60


@pytest.fixture
def launch(tmp_path: Path) -> str:
    path = tmp_path / "my launch.toml"
    path.write_text('[goal]\ntext = "get a pickaxe"\n[world]\nkind = "mini"\n')
    return str(path)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("COLUMNS", "200")

    def begin(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )

    return begin


def finish(started: subprocess.Popen[str]) -> tuple[int, dict[str, Any], str]:
    out, err = started.communicate(timeout=DEADLINE_S)
    lines = out.strip().splitlines()
    return started.returncode, json.loads(lines[-1]) if lines else {}, err


def wait_for_a_step(started: subprocess.Popen[str]) -> None:
    assert started.stderr is not None
    for line in started.stderr:
        if "▶ step" in line:
            return
    pytest.fail("no step was started")


def test_a_goal_is_reached(start: Start, launch: str) -> None:
    code, report, err = finish(start("run", launch, "--json", "--map"))
    assert (code, report["verdict"], report["assistance"]) == (0, "PASSED", {})
    assert report["steps"] >= 1
    assert Path(report["journal"]).is_file()
    assert "map: http://127.0.0.1:" in err


def test_a_goal_that_is_not_understood_is_said_before_anything_starts(start: Start, launch: str) -> None:
    code, report, err = finish(start("run", launch, "--goal", "get a pickax", "--json"))
    assert (code, report["verdict"]) == (2, "UNKNOWN")
    assert "pickaxe" in err
    assert report["journal"] is None


def test_a_spent_budget_exits_3_and_says_how_to_go_on(start: Start, launch: str) -> None:
    code, report, err = finish(start("run", launch, "--set", "limits.steps=1", "--json"))
    assert (code, report["verdict"]) == (3, "FAILED")
    assert "--resume" in err


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_ctrl_c_leaves_a_run_that_resumes(start: Start, launch: str) -> None:
    first = start("run", launch, "--set", "world.slow_s=0.2", "--json")
    wait_for_a_step(first)
    first.send_signal(signal.SIGINT)
    code, report, err = finish(first)
    assert (code, report["verdict"], report["exit_code"]) == (130, "UNKNOWN", 130)
    assert f"embodied run --resume {report['run']}" in err
    code, resumed, _ = finish(start("run", "--resume", report["run"], "--set", "world.slow_s=0", "--json"))
    assert (code, resumed["verdict"], resumed["run"]) == (0, "PASSED", report["run"])


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_a_killed_run_resumes(start: Start, launch: str) -> None:
    first = start("run", launch, "--set", "world.slow_s=0.2", "--json")
    wait_for_a_step(first)
    first.kill()
    first.communicate(timeout=DEADLINE_S)
    assert first.returncode == -signal.SIGKILL
    code, resumed, _ = finish(start("run", "--resume", "last", "--set", "world.slow_s=0", "--json"))
    assert (code, resumed["verdict"]) == (0, "PASSED")


@pytest.mark.skipif(os.name == "nt", reason="pipes are POSIX's")
def test_a_reader_that_leaves_does_not_end_the_run(start: Start, launch: str, tmp_path: Path) -> None:
    started = start("run", launch)
    assert started.stdout is not None
    started.stdout.readline()
    started.stdout.close()
    assert started.stderr is not None
    err = started.stderr.read()
    started.stderr.close()
    assert started.wait(DEADLINE_S) == 0, err
    assert "Traceback" not in err
    [journal] = (tmp_path / "runs").glob("*/journal.jsonl")
    assert '"verdict":"PASSED"' in journal.read_text().splitlines()[-1]


@pytest.mark.skipif(os.name == "nt", reason="limits of files are POSIX's")
def test_a_full_disk_ends_the_run_with_a_report(tmp_path: Path, launch: str) -> None:
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000)); {PROGRAM}"
    surroundings = {**os.environ, "EMBODIED_RUNS": str(tmp_path / "runs"), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", limited, "run", launch, "--json"],
        capture_output=True, text=True, cwd=tmp_path, env=surroundings, timeout=DEADLINE_S,
    )  # fmt: skip
    report = json.loads(ended.stdout.splitlines()[-1])
    assert (ended.returncode, report["verdict"]) == (1, "UNKNOWN")
    assert "the journal cannot be written" in report["reason"]
    assert "Traceback" not in ended.stderr


def test_an_error_in_the_middle_names_the_run_and_how_to_go_on(
    start: Start, launch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none.jsonl").write_text("")
    monkeypatch.setenv("EMBODIED_CASSETTE", f"replay:{tmp_path / 'none.jsonl'}")
    asking = ("--planner", "llm", "--set", "model.name=some", "--json")
    code, report, err = finish(start("run", launch, "--goal", "get 2 wood", *asking))
    assert (code, report["exit_code"], report["error"]["type"]) == (code, code, "NotRecorded")
    assert (report["goal"], report["verdict"]) == ("get 2 wood", "UNKNOWN")
    assert Path(report["journal"]).parent.name == report["run"]
    assert f"embodied run --resume {report['run']}" in err


def test_an_exploration_whose_budget_is_spent_names_what_there_must_be_more_of(
    start: Start, launch: str
) -> None:
    code, report, err = finish(
        start("explore", launch, "--iterations", "9", "--set", "limits.steps=1", "--json")
    )
    assert (code, report["more"]) == (3, "--set limits.steps=2")
    assert f"explore --resume {report['run']} --set limits.steps=2" in err
