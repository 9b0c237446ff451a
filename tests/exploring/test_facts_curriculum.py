"""Exploring a world of single things: its goals are facts that were never so."""

from __future__ import annotations

from pathlib import Path

import pytest
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.spec import TabletopSpec

from embodied import journal
from embodied.condition import parse
from embodied.exploring.explore import start_exploring
from embodied.exploring.facts_curriculum import FactsCurriculum, aims, watched
from embodied.exploring.progress import Found, GoalEnded, Progress
from embodied.launchfile import parse_launch
from embodied.mini.knowledge import MiniSpec
from tests.tabletop.table import arranged

SPEC = TabletopSpec(load_scene("default"))


def test_goals_are_the_facts_that_can_be_brought_about_and_the_pool() -> None:
    found = {aim.name: aim.condition for aim in aims(SPEC)}
    assert found["in[red_cube, bowl]"] == parse("in[red_cube, bowl]")
    assert "build a tower of three" in found
    assert not any(name.startswith("left_of") for name in found)  # these change with every step
    assert "in[bowl, drawer]" not in found
    assert "free[bowl]" not in found
    assert not watched(MiniSpec())  # a world of amounts has none


def test_what_was_so_or_was_had_is_not_asked_for_again() -> None:
    progress = Progress(facts=watched(SPEC))
    curriculum = FactsCurriculum(SPEC)
    asked: list[str] = []
    for iteration in range(1, 6):
        proposal = curriculum.propose(arranged(), progress)
        assert proposal is not None
        assert "never so before" in proposal.why
        asked.append(proposal.goal)
        progress.found[proposal.goal] = Found(1.0, iteration, True)
        progress.ended.append(GoalEnded(iteration, proposal.goal, "PASSED", "", 1.0, 1))
    assert len(set(asked)) == 5
    assert len({goal.partition("[")[0] for goal in asked}) >= 3  # not ten of a kind in a row


def test_nothing_new_is_said() -> None:
    progress = Progress(facts=watched(SPEC), given={aim.name for aim in aims(SPEC)})
    assert FactsCurriculum(SPEC).propose(arranged(), progress) is None


def test_a_table_is_explored_and_the_record_grows(tmp_path: Path) -> None:
    pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
    text = '[goal]\ntext = "press the button"\n[world]\nkind = "tabletop"\nseed = 1\nown_process = false\n'
    report = start_exploring(parse_launch(text, "test"), 3, runs_dir=tmp_path)
    progress = report.progress
    assert [one.verdict for one in progress.ended] == ["PASSED"] * 3
    assert {one.goal for one in progress.ended} <= progress.found.keys()
    assert "on[red_cube, table]" in progress.given
    assert report.run.reason.endswith(f"{len(progress.found)} distinct facts brought about")
    again = Progress(facts=watched(SPEC)).read(journal.read(report.run.journal))
    assert (again.found, again.ended) == (progress.found, progress.ended)


def test_where_nothing_new_is_left_the_exploration_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
    monkeypatch.setattr("embodied.exploring.facts_curriculum.aims", lambda world: aims(world)[:0])
    monkeypatch.setattr("embodied.exploring.explore.watched", lambda world: frozenset({"never"}))
    text = '[goal]\ntext = "press the button"\n[world]\nkind = "tabletop"\nseed = 1\nown_process = false\n'
    report = start_exploring(parse_launch(text, "test"), 3, runs_dir=tmp_path)
    assert report.run.reason == "nothing new is left within reach; 0 distinct facts brought about"
    assert report.run.exit_code == 0
