"""What a run may spend, what it remembers, and what it refuses, in the mini world."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from embodied.errors import BadInput, BudgetSpent
from embodied.journal import read
from embodied.launchfile import LaunchFile, parse_launch
from embodied.loop import start_run
from embodied.outcome import Verdict
from embodied.runs import read_run
from embodied.view.state import RunView, advance
from embodied.view.timeline import line_of


@pytest.fixture(autouse=True)
def _library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))


def mini(goal: str = "get 2 ore", **limits: int) -> LaunchFile:
    table = "".join(f"{key} = {value}\n" for key, value in limits.items())
    return parse_launch(f'[goal]\ntext = "{goal}"\n[world]\nkind = "mini"\nseed = 7\n[limits]\n{table}', "t")


def of_type(records: list[dict[str, Any]], *types: str) -> list[dict[str, Any]]:
    return [record for record in records if record["type"] in types]


def test_a_limit_of_calls_is_never_exceeded(tmp_path: Path) -> None:
    report = start_run(mini(primitive_calls=5), runs_dir=tmp_path)
    assert (report.exit_code, report.primitive_calls) == (3, 5)
    assert "5 of 5 primitive_calls" in report.reason
    records = read(report.journal)
    assert len(of_type(records, "call_started")) == 5
    assert len(of_type(records, "step_started")) == len(of_type(records, "step_ended"))


def test_more_is_counted_from_the_start_also_when_resumed(tmp_path: Path) -> None:
    first = start_run(mini("get 3 more wood", primitive_calls=4), runs_dir=tmp_path)
    assert first.exit_code == 3
    assert read_run(first.journal.parent).resolved == "inventory[wood] >= 3"
    again = start_run(mini("get 3 more wood"), runs_dir=tmp_path, resume="last")
    assert again.verdict is Verdict.PASSED
    assert "inventory[wood] >= 3" in again.reason
    assert len(of_type(read(again.journal), "goal_resolved")) == 1


def test_a_spent_budget_is_refused_before_the_world_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start_run(mini(primitive_calls=5), runs_dir=tmp_path)
    before = first.journal.read_bytes()

    def never(*_: object) -> None:
        raise AssertionError("a world was started")

    with monkeypatch.context() as patched:
        patched.setattr("embodied.mini.world.MiniSimulation.launch", never)
        for less in (mini(primitive_calls=5), mini(primitive_calls=5, steps=500)):
            with pytest.raises(BudgetSpent) as refused:
                start_run(less, runs_dir=tmp_path, resume="last")
            assert f"Run {first.run} cannot go on. The budget is spent: 5 of 5" in refused.value.message
            more = f"--resume {first.run} --set limits.primitive_calls=10"
            assert refused.value.remedy.endswith(more)
    assert first.journal.read_bytes() == before
    assert start_run(mini(primitive_calls=500), runs_dir=tmp_path, resume="last").verdict is Verdict.PASSED


def test_who_joins_at_a_resumption_hears_the_goal(tmp_path: Path) -> None:
    start_run(mini(primitive_calls=5), runs_dir=tmp_path)
    heard: list[dict[str, Any]] = []
    start_run(mini(), runs_dir=tmp_path, resume="last", on_record=lambda one: heard.append(dict(one)))
    view = RunView()
    for record in heard:
        view = advance(view, record)
    assert (view.goal, view.world, view.planner) == ("get 2 ore", "mini", "offline")
    assert str(line_of(heard[0])).endswith(": get 2 ore")


def test_a_run_is_not_resumed_for_another_goal(tmp_path: Path) -> None:
    first = start_run(mini(steps=1), runs_dir=tmp_path)
    before = first.journal.read_bytes()
    with pytest.raises(BadInput, match="pursues 'get 2 ore', not 'get a pickaxe'") as refused:
        start_run(mini("get a pickaxe"), runs_dir=tmp_path, resume="last")
    assert refused.value.exit_code == 2
    assert first.journal.read_bytes() == before


def test_a_broken_skill_of_the_users_is_left_out_and_named(tmp_path: Path) -> None:
    broken = tmp_path / "library" / "mini" / "broken"
    broken.mkdir(parents=True)
    (broken / "SKILL.md").write_text("no front matter")
    report = start_run(mini("get a wood"), runs_dir=tmp_path)
    assert report.verdict is Verdict.PASSED
    notes = [record["text"] for record in of_type(read(report.journal), "note")]
    assert any("the skill broken is not used" in text and str(broken) in text for text in notes)


def test_who_looks_on_and_leaves_does_not_end_the_run(tmp_path: Path) -> None:
    def gone(record: object) -> None:
        raise BrokenPipeError

    report = start_run(mini("get a wood"), runs_dir=tmp_path, on_record=gone)
    assert report.verdict is Verdict.PASSED
    assert read(report.journal)[-1]["type"] == "run_ended"


def test_what_a_cut_off_step_was_given_and_tried_is_remembered(tmp_path: Path) -> None:
    step = {"step": 1, "skill": "mine-rock", "arguments": {"count": 2}, "why": ""}
    lines: list[dict[str, Any]] = [
        {"type": "run_started", "goal": "get 2 ore"},
        {"type": "step_started", **step, "expects": "inventory[ore] >= 2"},
        {"type": "call_started", "call": 1, "name": "gather", "args": {}},
        {"type": "call_ended", "call": 1, "ok": True, "assistance": {"hidden_search": 2}},
        {"type": "step_ended", "step": 1, "verdict": "FAILED", "reason": "none", "error": "none",
         "progress": True, "assistance": {"hidden_search": 2}},
        {"type": "step_started", **step, "step": 2, "expects": "inventory[ore] >= 2"},
        {"type": "call_ended", "call": 2, "ok": True, "assistance": {"hidden_search": 1}},
        {"type": "step_ended", "step": 2, "verdict": "FAILED", "reason": "x", "error": "cancelled",
         "progress": False},
    ]  # fmt: skip
    text = "".join(json.dumps({"v": 1, "seq": n, "t": n, **line}) + "\n" for n, line in enumerate(lines, 1))
    (tmp_path / "journal.jsonl").write_text(text)
    past = read_run(tmp_path)
    assert past.assistance == {"hidden_search": 3}
    assert [(a.step.signature, a.progress) for a in past.attempts] == [("mine-rock()", True)]


def test_a_stopped_run_ends_with_its_record(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert start_run(mini(), runs_dir=tmp_path, stop=stop).exit_code == 130
