"""Rules in a world that runs: refused before it happens, planned around, kept and removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied.errors import BadInput, BadRule
from embodied.journal import read
from embodied.launchfile import parse_launch
from embodied.rules import add_rule
from embodied.session import Session

LAUNCH = """
[goal]
text = "get 1 ore"
[world]
kind = "mini"
seed = 7
[limits]
steps = 20
[agent]
rules = ["never have more than 2 wood"]
"""


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    return tmp_path / "library"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path).start() as session:
        yield session


def records(session: Session, type_: str) -> list[dict[str, object]]:
    return [dict(one) for one in read(session.run.journal.path) if one["type"] == type_]


def test_a_call_that_would_break_a_rule_is_refused_before_it_happens(session: Session) -> None:
    assert session.pursue("get 2 wood").passed
    calls = session.run.budget.primitive_calls
    trees = session.call("look").value["things"]
    tree = next(one for one in trees if one["thing"] == "tree")
    session.call("walk", x=tree["x"], y=tree["y"])
    refused = session.call("gather", thing="tree")
    assert (refused.ok, refused.error) == (False, "rule")
    assert "never have more than 2 wood" in refused.message
    assert session.observe().get("inventory", "wood") == 2
    assert records(session, "rule_refused")[-1]["rule"] == "never have more than 2 wood"
    assert session.run.budget.primitive_calls == calls + 3
    assert not records(session, "rule_broken")


def test_a_goal_against_a_rule_is_said_to_be_out_of_reach(session: Session) -> None:
    done = session.pursue("get 3 wood")
    assert not done.passed
    assert "cannot be reached under the rules" in done.reason
    assert not done.attempts


def test_the_planner_is_told_which_rule_stands_against_a_step(session: Session) -> None:
    session.add_rule("never mine rocks")
    done = session.pursue("get 1 ore")
    assert not done.passed
    assert "never mine rocks" in done.reason
    assert "against the rules" in done.attempts[-1].error
    assert sum(attempt.step.skill == "gather-thing" for attempt in done.attempts if attempt.error) == 1


def test_a_plan_that_keeps_to_the_rules_is_not_in_their_way(session: Session) -> None:
    assert session.pursue("get 2 ore").passed
    assert not records(session, "rule_broken")


def test_a_rule_that_is_removed_holds_no_more(session: Session) -> None:
    assert session.remove_rule(1).text == "never have more than 2 wood"
    assert session.rules == ()
    assert session.pursue("get 3 wood").passed
    with pytest.raises(BadInput, match="no rule 1"):
        session.remove_rule(1)


def test_a_contradictory_rule_is_refused_and_the_old_one_stands(session: Session) -> None:
    with pytest.raises(BadRule, match="contradicts rule 1"):
        session.add_rule("always keep at least 3 wood")
    with pytest.raises(BadRule, match="rule 1 already"):
        session.add_rule("never have more than 2 wood")
    assert len(session.rules) == 1


def test_rules_that_are_kept_are_in_force_in_every_run(tmp_path: Path, session: Session) -> None:
    add_rule("never craft sticks", session.spec)
    with Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path / "other").start() as other:
        assert [rule.text for rule in other.rules] == ["never craft sticks", "never have more than 2 wood"]
        assert other.call("craft", item="stick").error == "rule"


def test_a_file_of_rules_that_cannot_be_read_stops_a_run(tmp_path: Path, library: Path) -> None:
    library.mkdir()
    (library / "mini.rules.json").write_text("{")
    with pytest.raises(BadInput, match="rules"):
        Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path).start()


def test_a_rule_of_a_launch_that_is_not_understood_stops_it(tmp_path: Path) -> None:
    launch = parse_launch(LAUNCH.replace("never have more than 2 wood", "be nice"), "test")
    with pytest.raises(BadRule, match="be nice"):
        Session(launch, runs_dir=tmp_path).start()
