"""After a run, what it wrote is proven by its own skills, callees first, in the time that is left."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from embodied.budget import Budget
from embodied.journal import Record
from embodied.launchfile import parse_launch
from embodied.library import Grade, LibraryStore, open_library
from embodied.library.proving import called_first, make_gate
from embodied.loop import RunReport, start_run
from embodied.outcome import Verdict
from tests.scripted import ScriptedClient, plans, skill, wanted

GATHER = '''\
def get_wood(count: int = 1) -> SkillResult:
    """Cut trees until `count` of wood are held."""
    for _ in range(5 * count):
        if fact("inventory", "wood") >= count:
            return done()
        seen = look()
        for one in seen.value["things"]:
            if one["thing"] == "tree":
                if walk(one["x"], one["y"]).ok:
                    gather("tree")
                break
    return failed("too little wood")
'''
SAW = '''\
def saw_planks(count: int = 4) -> SkillResult:
    """Saw held wood until `count` planks are held."""
    while fact("inventory", "plank") < count:
        if not craft("plank").ok:
            return failed("no wood is held")
    return done()
'''
PICK = '''\
def make_pickaxe(count: int = 1) -> SkillResult:
    """A pickaxe of planks and sticks; the planks must be held."""
    if fact("inventory", "stick") < 2:
        craft("stick")
    craft("pickaxe")
    return done() if fact("inventory", "pickaxe") >= count else failed("no planks are held")
'''
TWO = '''\
def make_pickaxes(count: int = 2) -> SkillResult:
    """Several pickaxes, one after another."""
    for number in range(count):
        made = make_pickaxe(number + 1)
        if not made.ok:
            return failed(made.reason)
    return done()
'''
NEW = [
    wanted("get-wood", "get_wood(count: int = 1)", "Cut trees."),
    wanted("saw-planks", "saw_planks(count: int = 4)", "Saw planks."),
]


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))


def run(folder: Path, client: ScriptedClient, goal: str, **others: Any) -> RunReport:
    text = (
        f'[goal]\ntext = "{goal}"\n[world]\nkind = "mini"\nseed = 7\n'
        f'[agent]\nplanner = "llm"\nseed_skills = false\n[model]\nname = "scripted"\n'
    )
    return start_run(parse_launch(text, "test"), runs_dir=folder / "runs", client=client, **others)


def written(store: LibraryStore, name: str) -> dict[str, list[dict[str, Any]]]:
    """The set-up of each seed of a skill's evidence, by where it began."""
    found: dict[str, list[dict[str, Any]]] = {"given": [], "bare": []}
    for record in store.records(name):
        if record["type"] == "evidence":
            found["bare" if record["from_nothing"] else "given"].append(record["set_up"])
    return found


def three_written(saw_needs: str = "") -> ScriptedClient:
    return ScriptedClient(
        plans([("get_wood(count=1)", "inventory[wood] >= 1"), *PICKAXE], new=[*NEW, ONE]),
        skill(GATHER, achieves="inventory[wood] >= {count}"),
        skill(SAW, achieves="inventory[plank] >= {count}", needs=saw_needs),
        skill(PICK, achieves="inventory[pickaxe] >= {count}", needs="inventory[plank] >= 5"),
    )


ONE = wanted("make-pickaxe", "make_pickaxe(count: int = 1)", "Make a pickaxe.")
PICKAXE = [
    ("get_wood(count=2)", "inventory[wood] >= 2"),
    ("saw_planks(count=8)", "inventory[plank] >= 8"),
    ("make_pickaxe(count=1)", "inventory[pickaxe] >= 1"),
]


def test_what_a_skill_needs_is_reached_with_the_skills_that_the_run_had(tmp_path: Path) -> None:
    report = run(tmp_path, three_written(), "get a pickaxe")
    assert report.verdict is Verdict.PASSED
    store = open_library("mini", seeds=False)
    grades = {name: store.grade(name) for name in ("get-wood", "saw-planks", "make-pickaxe")}
    assert set(grades.values()) == {Grade.VERIFIED}, grades
    sawing = written(store, "saw-planks")  # it says nothing of what it needs: the run knows
    assert sawing["given"] == [{"given": {"wood": 2}}] * 2
    assert sawing["bare"] == [{"reached": ["get-wood()", "get-wood()"]}]
    picking = written(store, "make-pickaxe")["bare"]
    assert picking == [{"reached": ["get-wood()", "get-wood()", "saw-planks()"]}]
    assert report.unproven == ()


def test_beside_seed_skills_a_written_one_is_still_proven_without_them(tmp_path: Path) -> None:
    run(tmp_path, three_written(), "get a pickaxe")
    store = open_library("mini")
    assert make_gate(store, tmp_path / "gate").verify(store.get("saw-planks")).passed
    assert written(store, "saw-planks")["bare"] == [{"reached": ["get-wood()", "get-wood()"]}] * 2


def test_the_library_alone_plans_what_a_skill_says_that_it_needs(tmp_path: Path) -> None:
    """For other arguments than those of its first use, whose way is not theirs."""
    run(tmp_path, three_written(saw_needs="inventory[wood] >= 3"), "get a pickaxe")
    store = open_library("mini", seeds=False)
    gate = make_gate(store, tmp_path / "gate")
    assert gate.verify(store.get("make-pickaxe"), arguments={"count": 1}).passed
    assert written(store, "make-pickaxe")["bare"][-1] == {"reached": ["get-wood()", "saw-planks()"]}


def test_a_skill_is_proven_after_those_that_it_calls(tmp_path: Path) -> None:
    """Kept in the order of their writing: the caller may be older than the version that it calls."""
    run(tmp_path, three_written(), "get a pickaxe")
    client = ScriptedClient(
        plans(
            [
                ("get_wood(count=4)", "inventory[wood] >= 4"),
                ("saw_planks(count=16)", "inventory[plank] >= 16"),
                ("make_pickaxes(count=2)", "inventory[pickaxe] >= 2"),
            ],
            new=[wanted("make-pickaxes", "make_pickaxes(count: int = 2)", "Make pickaxes.")],
        ),
        skill(TWO, achieves="inventory[pickaxe] >= {count}"),
    )
    report = run(tmp_path, client, "get 2 pickaxes")
    assert report.verdict is Verdict.PASSED
    store = open_library("mini", seeds=False)
    assert store.grade("make-pickaxes") is Grade.VERIFIED
    assert store.get("make-pickaxes").calls == ("make-pickaxe",)
    names = ["make-pickaxes", "saw-planks", "make-pickaxe"]
    assert called_first(store, names) == ["saw-planks", "make-pickaxe", "make-pickaxes"]


COMMAND = "embodied skills verify --new --world mini"


def test_when_the_user_stops_the_gate_what_is_left_is_said_with_the_command(tmp_path: Path) -> None:
    stop = threading.Event()
    told: list[str] = []

    def hear(record: Record) -> None:
        told.append(str(record.get("text", "")))
        if "gate: saw-planks: seed" in told[-1]:
            stop.set()

    report = run(tmp_path, three_written(), "get a pickaxe", stop=stop, on_record=hear)
    assert report.verdict is Verdict.PASSED
    assert report.unproven == ("saw-planks", "make-pickaxe")
    assert told[-1] == (
        f"gate: on trial still: saw-planks, make-pickaxe; stopped by the user; go on with  {COMMAND}"
    )


def test_the_gate_keeps_to_the_minutes_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def hear(record: Record) -> None:
        told.append(str(record.get("text", "")))
        if "gate: saw-planks: seed" in told[-1]:
            monkeypatch.setattr(Budget, "seconds_left", property(lambda budget: -1.0))

    report = run(tmp_path, three_written(), "get a pickaxe", on_record=hear)
    assert (report.verdict, report.exit_code) == (Verdict.PASSED, 0)
    assert report.unproven == ("saw-planks", "make-pickaxe")
    assert "the minutes are spent; prove them with" in told[-1]
    assert told[-1].endswith(COMMAND)
    assert not any("gate: make-pickaxe" in line for line in told)  # not even begun
