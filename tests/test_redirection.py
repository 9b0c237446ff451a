"""A goal that is changed while a run goes on."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from embodied.cli import folders
from embodied.cli.goal import goal
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile, from_table
from embodied.loop import start_run
from embodied.loop.redirection import FILE
from embodied.outcome import Verdict
from embodied.runs import read_run


def launch(goal: str) -> LaunchFile:
    table = {"goal": {"text": goal}, "world": {"kind": "mini", "seed": 3, "slow_s": 0.15, "bridge": True}}
    return from_table(table, "a test")


class Changing:
    """Writes another goal into the run's folder at its first call."""

    def __init__(self, runs: Path, text: str) -> None:
        self.runs, self.text = runs, text
        self.records: list[dict[str, Any]] = []
        self.asked = threading.Event()

    def __call__(self, record: Any) -> None:
        self.records.append(dict(record))
        if record["type"] == "call_started" and not self.asked.is_set():
            self.asked.set()
            (folder,) = self.runs.iterdir()
            (folder / FILE).write_text(self.text, encoding="utf-8")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["type"] == kind]


def test_a_new_goal_interrupts_the_step_and_is_pursued(tmp_path: Path) -> None:
    changing = Changing(tmp_path, "get 1 stick")
    report = start_run(launch("get 60 wood"), runs_dir=tmp_path, on_record=changing)
    assert (report.verdict, report.goal) == (Verdict.PASSED, "get 1 stick")
    assert any(step["reason"] == "interrupted: a new goal" for step in changing.of("step_ended"))
    assert [record["condition"] for record in changing.of("goal_changed")] == ["inventory[stick] >= 1"]
    past = read_run(report.journal.parent)
    assert (past.goal, past.launch["goal"]["text"]) == ("get 1 stick", "get 1 stick")
    assert not any(attempt.step.arguments.get("count") == 60 for attempt in past.attempts)


def test_a_goal_that_is_not_understood_changes_nothing(tmp_path: Path) -> None:
    changing = Changing(tmp_path, "get a dragon")
    report = start_run(launch("get 2 wood"), runs_dir=tmp_path, on_record=changing)
    assert (report.verdict, report.goal) == (Verdict.PASSED, "get 2 wood")
    notes = [record["text"] for record in changing.of("note")]
    assert any("the goal stays" in text and "dragon" in text for text in notes)


def test_the_command_refuses_runs_that_have_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start_run(launch("get 1 wood"), runs_dir=tmp_path)
    monkeypatch.setattr(folders, "runs_folder", lambda: tmp_path)
    with pytest.raises(BadInput, match="has ended"):
        goal("get 1 stick")
