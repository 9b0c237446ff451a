"""The commands as a user starts them, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = "from embodied.cli.main import main; main()"
DEADLINE_S = 60

Command = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def command(tmp_path: Path, own_library: Path) -> Command:
    environment = {
        **os.environ,
        "EMBODIED_RUNS": str(tmp_path / "runs"),
        "EMBODIED_CACHE": str(tmp_path / "cache"),
        "EMBODIED_LIBRARY": str(own_library),
        "COLUMNS": "200",
    }

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment,
        )

    return start


def launch_file(tmp_path: Path, extra: str = "") -> str:
    path = tmp_path / "mini.toml"
    path.write_text(f'[goal]\ntext = "get 1 ore"\n[world]\nkind = "mini"\n{extra}')
    return str(path)


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out, err


def test_explore_shows_goals_and_reports_what_was_found(command: Command, tmp_path: Path) -> None:
    code, out, _ = finished(command("explore", launch_file(tmp_path), "--iterations", "9"))
    assert code == 0
    for words in ("◆ goal 1 of 9", "5 distinct things", "over time", "not asked for", "deaths"):
        assert words in out


def test_explore_ends_with_one_json_object(command: Command, tmp_path: Path) -> None:
    code, out, _ = finished(command("explore", launch_file(tmp_path), "--iterations", "9", "--json", "-q"))
    report = json.loads(out.strip().splitlines()[-1])
    assert (code, report["verdict"], report["explored"]["distinct"]) == (0, "PASSED", 5)


def test_ctrl_c_stops_it_and_it_is_resumed(command: Command, tmp_path: Path) -> None:
    launch = launch_file(tmp_path, "slow_s = 0.1\n")
    process = command("explore", launch, "--iterations", "9", "--json")
    assert process.stderr is not None
    assert any("◆ goal 2 of 9" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    code, out, err = finished(process)
    assert code == 130
    assert "explore --resume" in err
    first = json.loads(out.strip().splitlines()[-1])
    code, out, _ = finished(command("explore", "--resume", "last", "--json", "-q"))
    report = json.loads(out.strip().splitlines()[-1])
    assert (code, report["run"], report["explored"]["distinct"]) == (0, first["run"], 5)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Which launch file?"),
        (["--resume", "last"], "There is no exploration"),
        (["nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_explored_is_said(command: Command, arguments: list[str], words: str) -> None:
    code, _, err = finished(command("explore", *arguments))
    assert code == 2
    assert words in err


def test_skills_are_searched_by_meaning(command: Command) -> None:
    code, out, _ = finished(command("skills", "search", "collect", "logs", "--world", "mini", "-n", "1"))
    assert code == 0
    assert "gather-thing" in out


def test_a_recurring_sequence_is_suggested_and_written(command: Command, tmp_path: Path) -> None:
    launch = launch_file(tmp_path)
    for _ in range(2):
        finished(command("run", launch, "--goal", "get a pickaxe", "-q"))
    code, out, _ = finished(command("skills", "suggest", "--world", "mini", "--least", "2"))
    assert code == 0
    assert "2 pursuits" in out
    write = ("--least", "2", "--write", "1", "--name", "make-pickaxe")
    code, out, _ = finished(command("skills", "suggest", "--world", "mini", *write))
    assert code == 0
    assert "def make_pickaxe(" in out
    code, out, _ = finished(command("skills", "show", "make-pickaxe", "--world", "mini"))
    assert code == 0
    code, _, err = finished(command("skills", "suggest", "--world", "mini", *write))
    assert code == 2
    assert "already" in err


def test_no_runs_give_no_suggestions_and_no_lessons(command: Command) -> None:
    code, out, _ = finished(command("skills", "suggest", "--world", "mini"))
    assert (code, "No sequence" in out) == (0, True)
    code, out, _ = finished(command("skills", "lessons", "--world", "mini"))
    assert (code, "No lesson" in out) == (0, True)


@pytest.mark.node
@pytest.mark.slow
def test_minecraft_is_explored_in_fast_mode(command: Command) -> None:
    arguments = ("explore", "minecraft", "--iterations", "12", "--minutes", "5", "--seed", "11", "--fast")
    process = command(*arguments, "--json", "-q")
    out, _ = process.communicate(timeout=480)
    report = json.loads(out.strip().splitlines()[-1])
    assert report["explored"]["distinct"] >= 8
    assert report["assistance"] == {}
