"""`embodied run` does what is said in an order in that order, and goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embodied.cli.main import main
from embodied.condition import parse
from embodied.journal import read
from embodied.loop.in_turn import Course
from embodied.runs import read_run

ORDER = "first press the button, then open the drawer"


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    return tmp_path / "runs"


def run(*arguments: str) -> object:
    with pytest.raises(SystemExit) as left:
        main(["run", *arguments, "--json", "--quiet"])
    return left.value.code


def conditions(folder: Path) -> list[str]:
    """What came true, in its order: the stages, then the end."""
    records = read(folder / "journal.jsonl")
    return [str(one["wished"]) for one in records if one["type"] == "stage_reached"]


def test_the_parts_are_done_in_order(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tabletop", "--seed", "1", "--goal", ORDER) == 0
    assert json.loads(capsys.readouterr().out.strip().splitlines()[-1])["verdict"] == "PASSED"
    (folder,) = runs.iterdir()
    assert conditions(folder) == ["pressed[button]"]
    steps = [one for one in read(folder / "journal.jsonl") if one["type"] == "step_started"]
    told = " ".join(f"{one['skill']}({one['arguments']})" for one in steps)
    assert 0 <= told.index("button") < told.index("drawer")


def test_a_run_that_is_resumed_does_no_stage_twice(runs: Path) -> None:
    assert run("tabletop", "--seed", "1", "--goal", ORDER) == 0
    (folder,) = runs.iterdir()
    journal = folder / "journal.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if json.loads(line)["type"] == "stage_reached")
    journal.write_text("".join(lines[: at + 1]), encoding="utf-8")  # as if it had been killed there
    assert read_run(folder).stages_reached == 1
    assert run("--resume", "last") == 0
    assert conditions(folder) == ["pressed[button]"]


def test_a_goal_without_an_order_is_one_stage() -> None:
    course = Course.of(parse("pressed[button]"), ())
    assert course.is_last
    assert str(course.now.condition) == "pressed[button]"
