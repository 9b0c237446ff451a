"""Whole explorations of the mini world."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embodied import journal
from embodied.condition import parse
from embodied.errors import BadInput
from embodied.exploring.curriculum import Proposal
from embodied.exploring.explore import as_plain, find_exploration, start_exploring
from embodied.exploring.progress import Progress
from embodied.facts import Observation
from embodied.launchfile import LaunchFile, parse_launch
from embodied.loop import start_run
from embodied.outcome import Verdict

Record = Mapping[str, Any]


def test_it_obtains_all_there_is_by_goals_of_its_own(mini: LaunchFile, tmp_path: Path) -> None:
    report = start_exploring(mini, 20, runs_dir=tmp_path)
    assert report.run.verdict is Verdict.PASSED
    assert "5 distinct things" in report.run.reason
    assert set(report.progress.found) == {"wood", "plank", "stick", "pickaxe", "ore"}
    plain = as_plain(report)
    assert (plain["distinct"], plain["failures"], plain["iterations"]) == (5, [], plain["passed"])


def test_all_of_it_happens_in_one_world(mini: LaunchFile, tmp_path: Path) -> None:
    report = start_exploring(mini, 20, runs_dir=tmp_path)
    types = [record["type"] for record in journal.read(report.run.journal)]
    assert types.count("world_ready") == 1
    assert types.count("goal_chosen") == types.count("goal_ended") == report.progress.iterations


def test_iterations_are_a_limit(mini: LaunchFile, tmp_path: Path) -> None:
    report = start_exploring(mini, 2, runs_dir=tmp_path)
    assert report.progress.iterations == 2
    assert report.run.exit_code == 0


def test_it_is_stopped_and_goes_on_where_it_was(mini: LaunchFile, tmp_path: Path) -> None:
    stop = threading.Event()

    def stop_in_the_third(record: Record) -> None:
        if record["type"] == "goal_chosen" and record["iteration"] == 3:
            stop.set()

    first = start_exploring(mini, 20, runs_dir=tmp_path, on_record=stop_in_the_third, stop=stop)
    assert (first.run.exit_code, first.progress.iterations) == (130, 2)
    second = start_exploring(mini, 20, runs_dir=tmp_path, resume="last")
    assert second.run.run == first.run.run
    assert second.progress.ended[:2] == first.progress.ended
    assert len(second.progress.found) == 5
    again = Progress().read(journal.read(second.run.journal))
    assert (again.found, again.ended) == (second.progress.found, second.progress.ended)


def test_time_that_is_up_ends_it_as_a_spent_budget(tmp_path: Path) -> None:
    text = '[goal]\ntext = "get 1 ore"\n[world]\nkind = "mini"\nslow_s = 0.1\n[limits]\nminutes = 0.004\n'
    report = start_exploring(parse_launch(text, "test"), 20, runs_dir=tmp_path)
    assert report.run.exit_code == 3
    ended = [r for r in journal.read(report.run.journal) if r["type"] == "goal_ended"]
    assert ended[-1]["counts"] is False


class Asks:
    """A curriculum that asks for given conditions in turn."""

    def __init__(self, *goals: tuple[str, str]) -> None:
        self.goals = list(goals)

    def propose(self, observation: Observation, progress: Progress) -> Proposal | None:
        if not self.goals:
            return None
        name, condition = self.goals.pop(0)
        return Proposal(name, parse(condition), 1.0, 1, "asked for")


def test_a_failed_goal_has_its_reason_and_the_next_one_is_pursued(mini: LaunchFile, tmp_path: Path) -> None:
    asks = Asks(("gold", "inventory[gold] >= 1"), ("wood", "inventory[wood] >= 1"))
    report = start_exploring(mini, 20, runs_dir=tmp_path, curriculum=asks)
    assert [one.verdict for one in report.progress.ended] == ["FAILED", "PASSED"]
    assert "gold" in report.progress.ended[0].reason
    assert [failure["goal"] for failure in as_plain(report)["failures"]] == ["gold"]


def test_what_is_had_on_the_way_is_counted_as_not_asked_for(mini: LaunchFile, tmp_path: Path) -> None:
    report = start_exploring(
        mini, 1, runs_dir=tmp_path, curriculum=Asks(("pickaxe", "inventory[pickaxe] >= 1"))
    )
    found = report.progress.found
    assert {name for name, one in found.items() if not one.asked} == {"wood", "plank", "stick"}
    assert found["pickaxe"].asked


def test_a_plain_run_is_no_exploration(mini: LaunchFile, tmp_path: Path) -> None:
    run = start_run(mini, runs_dir=tmp_path)
    with pytest.raises(BadInput, match="no exploration"):
        find_exploration(tmp_path, run.run)
    with pytest.raises(BadInput, match="There is no exploration"):
        find_exploration(tmp_path, "last")


def test_a_slow_goal_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embodied.exploring.explore.GOAL_LEAST_S", 0.2)
    monkeypatch.setattr("embodied.exploring.explore.GOAL_MOST_S", 0.2)
    text = '[goal]\ntext = "get 1 ore"\n[world]\nkind = "mini"\nslow_s = 0.3\n'
    report = start_exploring(
        parse_launch(text, "test"), 1, runs_dir=tmp_path, curriculum=Asks(("ore", "inventory[ore] >= 1"))
    )
    assert "not reached within" in report.progress.ended[0].reason


def test_the_body_gone_ends_it_and_it_can_be_resumed(mini: LaunchFile, tmp_path: Path) -> None:
    settings = {**mini.world.settings, "bridge": True, "die_nth": 5}
    dying = replace(mini, world=replace(mini.world, settings=settings))
    report = start_exploring(dying, 20, runs_dir=tmp_path)
    assert report.run.verdict is Verdict.UNKNOWN
    healed = start_exploring(mini, 20, runs_dir=tmp_path, resume=report.run.run)
    assert healed.run.verdict is Verdict.PASSED
    assert len(healed.progress.found) == 5
