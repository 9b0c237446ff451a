"""A world that stays open: one thing after the other is asked of it, from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from embodied.condition import parse
from embodied.done import over_all
from embodied.errors import BadGoal, BadInput, WorldError
from embodied.journal import read
from embodied.launchfile import parse_launch
from embodied.loop.interruption import Interruption
from embodied.loop.lifecycle import Onlookers
from embodied.mini.knowledge import MiniSpec
from embodied.outcome import Verdict
from embodied.session import Session
from embodied.skills import load_skill

LAUNCH = """
[goal]
text = "get 1 ore"
[world]
kind = "mini"
seed = 7
[limits]
steps = 4
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path).start() as session:
        yield session


def test_goals_one_after_the_other_are_judged_from_facts(session: Session) -> None:
    assert session.pursue("get 1 wood").passed
    done = session.pursue("get 2 wood")
    assert done.passed
    assert done.attempts
    assert session.observe().get("inventory", "wood") == 2
    assert "get 2 wood" in str(done)


def test_a_condition_can_be_pursued_as_it_is(session: Session) -> None:
    assert session.pursue(parse("inventory[wood] >= 2")).passed


def test_limits_hold_for_each_thing_that_is_asked(session: Session) -> None:
    """Four steps are enough for each of these, and not for all together."""
    for count in range(1, 8):
        assert session.pursue(f"get {count} wood").passed


def test_what_is_not_understood_changes_nothing_and_the_session_goes_on(session: Session) -> None:
    with pytest.raises(BadGoal):
        session.pursue("fly to the moon")
    assert session.pursue("get 1 wood").passed


def test_what_holds_though_the_skill_failed_is_told_as_that(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "fetch-wood"
    folder.mkdir()
    (folder / "SKILL.md").write_text(
        "---\nname: fetch-wood\ndescription: Fetch wood.\nmetadata:\n  embodied-world: mini\n"
        '  embodied-achieves: "inventory[wood] >= 1"\n  embodied-calls: "gather-thing"\n---\n'
    )
    (folder / "skill.py").write_text(
        'def fetch_wood() -> SkillResult:\n    """Fetch wood."""\n'
        '    gather_thing(thing="tree", item="wood", count=1)\n    return failed("out of breath")\n'
    )
    session.submit(lambda run: run.use(run.library.with_skill(load_skill(folder)))).result()
    done = session.do("fetch-wood")
    assert done.passed
    assert done.reason == "inventory[wood] >= 1 holds, though the skill says: out of breath"


def test_a_skill_and_a_primitive_can_be_asked_for(session: Session) -> None:
    assert session.do("gather-thing", thing="tree", item="wood", count=1).passed
    assert session.call("look").ok
    with pytest.raises(BadInput):
        session.do("no-such-skill")
    with pytest.raises(BadInput):
        session.call("no_such_primitive")
    assert session.observe() is not None


def test_an_interruption_ends_what_is_going_on_and_nothing_else(tmp_path: Path) -> None:
    began = threading.Event()

    def hear(record: object) -> None:
        if isinstance(record, dict) and record["type"] == "step_started":
            began.set()

    onlookers = Onlookers(observers=(hear,))
    with Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path, onlookers=onlookers).start() as session:
        pursued = session.start_pursuing("get 5 ore")
        assert began.wait(10)
        session.interrupt("not that")
        done = pursued.result(timeout=10)
        assert done.verdict is Verdict.UNKNOWN
        assert done.reason == "not that"
        assert session.pursue("get 1 wood").passed


@pytest.mark.parametrize("often", [1, 9])
def test_a_skill_that_an_event_interrupts_is_begun_again_and_the_event_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often: int
) -> None:
    listeners: list[Callable[[Mapping[str, Any]], None]] = []
    monkeypatch.setattr(MiniSpec, "interrupts", frozenset({"startled"}))
    monkeypatch.setattr(Interruption, "listen", lambda self, world: listeners.append(self._heard))
    started: list[str] = []

    def startle(record: Mapping[str, Any]) -> None:
        if record["type"] == "step_started":
            started.append(record["skill"])
        if record["type"] == "call_started" and len(started) <= often:
            listeners[0]({"type": "startled", "data": {"by": "a noise"}})

    onlookers = Onlookers(observers=(startle,))
    with Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path, onlookers=onlookers).start() as session:
        done = session.do("gather-thing", thing="tree", item="wood", count=1)
    assert done.passed == (often == 1)
    assert len(started) == (2 if often == 1 else 3)
    assert done.passed or done.reason == "it was interrupted: startled (by=a noise)"


def test_on_an_arm_that_is_there_an_interrupted_skill_is_not_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners: list[Callable[[Mapping[str, Any]], None]] = []
    started: list[str] = []
    monkeypatch.setattr(MiniSpec, "interrupts", frozenset({"startled"}))
    monkeypatch.setattr(Interruption, "listen", lambda self, world: listeners.append(self._heard))
    monkeypatch.setattr("embodied.loop.answering.is_there", lambda launch: True)

    def startle(record: Mapping[str, Any]) -> None:
        if record["type"] == "step_started":
            started.append(record["skill"])
        if record["type"] == "call_started":
            listeners[0]({"type": "startled", "data": {}})

    onlookers = Onlookers(observers=(startle,))
    with Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path, onlookers=onlookers).start() as session:
        assert not session.do("gather-thing", thing="tree", item="wood", count=1).passed
    assert len(started) == 1


def test_what_is_asked_after_the_end_is_refused(tmp_path: Path) -> None:
    session = Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path).start()
    report = session.close()
    assert report is not None
    with pytest.raises(WorldError, match="closed"):
        session.observe()
    assert session.close() is report


def test_everything_is_in_the_journal(session: Session) -> None:
    session.pursue("get 1 wood")
    path = session.run.journal.path
    session.close()
    records = read(path)
    assert [r["text"] for r in records if r["type"] == "asked"] == ["get 1 wood"]
    assert [r["verdict"] for r in records if r["type"] == "answered"] == ["PASSED"]
    assert records[0]["mode"] == "session"
    assert records[-1]["type"] == "run_ended"


def test_a_world_that_cannot_start_says_so_at_once(tmp_path: Path) -> None:
    text = LAUNCH.replace('kind = "mini"', 'kind = "tabletop"\nscene = "no-such-scene"')
    with pytest.raises(BadInput):
        Session(parse_launch(text, "test"), runs_dir=tmp_path).start()


def test_what_is_called_off_before_its_turn_is_not_begun(session: Session) -> None:
    go_on, off = threading.Event(), [""]
    session.submit(lambda run: go_on.wait(30))
    goal = session.start_pursuing("get 1 wood", unless=lambda: off[0])
    gather = {"thing": "tree", "item": "wood"}
    skill = session.start_doing("gather-thing", gather, unless=lambda: off[0])
    off[0] = "stopped by the person"
    go_on.set()
    for done in (goal.result(30), skill.result(30)):
        assert (done.verdict, done.reason) == (Verdict.UNKNOWN, "stopped by the person")
    assert session.observe().get("inventory", "wood") == 0
    assert session.pursue("get 1 wood").passed


def test_a_mistake_in_what_is_done_is_told_to_who_asked_and_the_world_stays(session: Session) -> None:
    asked = session.submit(lambda run: int("nothing"))
    with pytest.raises(ValueError, match="nothing"):
        asked.result(30)
    assert session.pursue("get 1 wood").passed


def test_a_mistake_is_told_where_the_body_is_lost_at_the_same_time(
    session: Session, monkeypatch: Any
) -> None:
    def lost(reason: str) -> None:
        raise WorldError("The body does not answer.")

    monkeypatch.setattr(session.run.world, "halt", lost)
    asked = session.submit(lambda run: int("nothing"))
    with pytest.raises(ValueError, match="nothing"):
        asked.result(30)


@pytest.mark.parametrize(
    ("verdicts", "whole", "why"),
    [
        ("PASSED PASSED", "PASSED", "2 of 2 that were asked passed"),
        ("PASSED FAILED", "FAILED", "1 of 2 that were asked passed"),
        ("PASSED UNKNOWN", "UNKNOWN", "1 of 2 that were asked passed"),
        ("", "UNKNOWN", "nothing was asked"),
    ],
)
def test_a_session_passed_only_if_all_that_was_asked_did(verdicts: str, whole: str, why: str) -> None:
    judgement = over_all([Verdict(one) for one in verdicts.split()])
    assert judgement.verdict is Verdict(whole)
    assert why in judgement.reason
