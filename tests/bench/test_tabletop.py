"""`embodied bench tabletop`: its cases, the processes that play them, its tables."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import gymnasium
import psutil
import pytest
from embodied_tabletop.benchmark import (
    BENCHMARK,
    GOAL_SEEDS,
    GOALS,
    PUSH_SEEDS,
    ROBUSTNESS_SEEDS,
    SKILL_SCENE,
    SKILL_SEEDS,
    SKILLS,
    UNMEASURED,
)
from embodied_tabletop.gym import STEP_S, TASKS, TabletopEnv, environment_id
from embodied_tabletop.peer_process import PeerProcess
from embodied_tabletop.peers import MARK, STEP_M, stepped
from embodied_tabletop.placing import place
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.stepping import ROUNDS, measure
from typer.testing import CliRunner

from embodied.bench.cases import append_row, read_results, run_cases
from embodied.bench.playing import launch_of, play
from embodied.bench.workers import Workers
from embodied.bench.worldcase import PARTS, Speed, WorldBenchmark, WorldCase
from embodied.bench.worldtable import failures, speeds, table, times
from embodied.cli.main import app
from embodied.library import open_library
from embodied.loop import understand
from embodied.plugins import load_world

DEADLINE_S = 60.0
TRAINING_SEED = 77
"""None of the benchmark's: those are held out, of tests too."""


@pytest.fixture(autouse=True)
def own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))


def case(part: str, group: str, engine: str = "mujoco", **settings: Any) -> WorldCase:
    """A case as it is measured, but for its seed."""
    found = next(one for one in BENCHMARK.cases(part, engine, 1) if one.labels["group"] == group)
    return replace(found, settings={**found.settings, "seed": TRAINING_SEED, **settings})


# -- the cases -------------------------------------------------------------------------------------


def test_the_world_gives_its_benchmark_and_its_seeds_are_apart() -> None:
    assert isinstance(getattr(load_world("tabletop"), "benchmark", None), WorldBenchmark)
    seeds = [*SKILL_SEEDS, *PUSH_SEEDS, *GOAL_SEEDS, *ROBUSTNESS_SEEDS]
    assert len(seeds) == len(set(seeds)) == 230
    for engine in BENCHMARK.engines:
        cases = [one for part in PARTS for one in BENCHMARK.cases(part, engine, 0)]
        assert len({one.key for one in cases}) == len(cases) == 11 * 100 + 10 * 20 + 10 * 10
        assert len(BENCHMARK.cases("goals", engine, 2)) == 20


def test_a_case_comes_through_json_and_is_a_launch_that_is_understood() -> None:
    for part in PARTS:
        for one in BENCHMARK.cases(part, "pybullet", 1):
            again = WorldCase.from_wire(json.loads(json.dumps(one.to_wire())))
            assert again == one
            launch = launch_of(again)
            assert launch.world.settings["engine"] == "pybullet"
            if not one.skill:
                understand(one.goal, load_world("tabletop").spec(launch.world.settings))
    faults = BENCHMARK.cases("robustness", "mujoco", 1)[0].settings
    assert faults["nudges"] > 0
    assert faults["failed_grasps"] == 0.1


def test_every_skill_that_achieves_something_is_measured_with_arguments_that_fit() -> None:
    skills = open_library("tabletop", seeds=True).skills()
    assert {*SKILLS, *UNMEASURED} == {skill.name for skill in skills if skill.achieves}
    for one in BENCHMARK.cases("skills", "mujoco", 0):
        assert skills.get(one.skill).achieved(one.arguments)
        assert len(set(one.arguments.values())) == len(one.arguments)


def test_the_scene_of_the_skills_has_room_for_every_seed() -> None:
    scene = load_scene(SKILL_SCENE)
    spots = {place(scene, seed).poses["drawer"].position for seed in SKILL_SEEDS}
    assert len(spots) == len(SKILL_SEEDS)
    assert GOALS[0] == "stack the red cube on the blue cube"


# -- playing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["mujoco", "pybullet"])
def test_a_goal_is_played_in_this_process_and_leaves_no_journal(engine: str, tmp_path: Path) -> None:
    before = psutil.Process().children()
    row = play(case("goals", "press the button", engine), tmp_path / "kept")
    assert (row["verdict"], row["group"], row["engine"]) == ("PASSED", "press the button", engine)
    assert row["steps"] == 1
    assert not list((tmp_path / "kept").iterdir())
    assert psutil.Process().children() == before


def test_what_a_skill_needs_is_brought_about_and_its_own_use_is_judged(tmp_path: Path) -> None:
    row = play(case("skills", "place"), tmp_path)
    assert row["verdict"] == "PASSED"
    assert row["reason"].startswith("at[")
    assert row["steps"] == 2  # pick for the set-up, then place


def test_a_skill_that_fails_is_a_failure_with_its_words_and_keeps_its_journal(tmp_path: Path) -> None:
    row = play(case("skills", "pick", failed_grasps=1.0), tmp_path)
    assert row["verdict"] == "FAILED"
    assert "holding[" in row["reason"]
    assert row["failed_steps"]
    assert list(tmp_path.glob("*/*/journal.jsonl"))


def test_a_set_up_that_fails_is_a_failure_that_says_so(tmp_path: Path) -> None:
    row = play(case("skills", "place", failed_grasps=1.0), tmp_path)
    assert row["verdict"] == "UNKNOWN"
    assert row["reason"].startswith("set-up: ")
    row = play(replace(case("skills", "open-drawer"), needs=("is_open[drawer]",)), tmp_path)
    assert row["reason"] == "set-up: is_open[drawer] holds before open-drawer is used"


def test_a_case_that_cannot_begin_is_a_failure(tmp_path: Path) -> None:
    row = play(case("goals", "press the button", scene="nowhere.toml"), tmp_path)
    assert row["verdict"] == "UNKNOWN"
    assert "nowhere.toml" in row["reason"]


# -- processes -------------------------------------------------------------------------------------


def test_one_process_plays_many_cases_and_results_resume(tmp_path: Path) -> None:
    cases = [replace(case("goals", "press the button"), key=f"k{n}") for n in range(3)]
    told: list[str] = []
    results = tmp_path / "rows.jsonl"
    append_row(results, {"key": "k0", "verdict": "PASSED", "seconds": 1.0})
    with Workers(tmp_path / "failed") as workers:
        rows = run_cases(cases, results, run=workers.run, tell=told.append)
        assert [row["verdict"] for row in rows] == ["PASSED"] * 3
        assert len(list((tmp_path / "failed").glob("worker-*.log"))) == 1
    assert told[0].startswith("1 of 3 are in")
    assert len(read_results(results)) == 3
    assert not _workers()


def test_a_process_that_is_killed_is_a_failure_and_the_next_case_is_played(tmp_path: Path) -> None:
    with Workers(tmp_path) as workers:
        row = _meanwhile(workers, threading.Event(), lambda: _wait_for_worker().kill())
        assert row is not None
        assert row["verdict"] == "UNKNOWN"
        assert row["reason"].startswith("its process ended with -9")
        after = workers.run(case("goals", "press the button"), threading.Event())
        assert after is not None
        assert after["verdict"] == "PASSED"


def test_a_case_that_is_stopped_is_no_result_and_its_process_ends(tmp_path: Path) -> None:
    stop = threading.Event()

    def end() -> None:
        _wait_for_worker()
        stop.set()

    with Workers(tmp_path) as workers:
        assert _meanwhile(workers, stop, end) is None
        assert workers.run(case("goals", "press the button"), stop) is None
    assert not _workers()


def _meanwhile(workers: Workers, stop: threading.Event, act: Callable[[], object]) -> dict[str, Any] | None:
    long = case("goals", "put all cubes in the bowl")
    rows: list[dict[str, Any] | None] = []
    thread = threading.Thread(target=lambda: rows.append(workers.run(long, stop)))
    thread.start()
    act()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
    return rows[0]


def _workers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "embodied.bench.worker" in one.cmdline()]


def _wait_for_worker() -> psutil.Process:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if found := _workers():
            return found[0]
        threading.Event().wait(0.02)
    pytest.fail("no process was started")


# -- tables ----------------------------------------------------------------------------------------


def test_the_tables_show_rates_intervals_aims_and_reasons(tmp_path: Path) -> None:
    results = tmp_path / "tabletop.jsonl"
    for number, one in enumerate(BENCHMARK.cases("goals", "mujoco", 1)):
        missed = {"verdict": "FAILED", "reason": "it fell"}
        verdict = missed if number == 0 else {"verdict": "PASSED", "reason": "holds", "steps": 0}
        append_row(results, {"key": one.key, **one.labels, **verdict, "seconds": 2.0})
    options = ["--part", "goals", "--engine", "mujoco", "--seeds", "1", "--results", str(results)]
    ended = CliRunner().invoke(app, ["bench", "tabletop", *options])
    assert ended.exit_code == 0, ended.output
    said = " ".join(ended.output.split())
    assert "9 of 10" in said
    assert "60% – 98%" in said
    assert "90% reached" in said
    assert "1 x stack the red cube on the blue cube: it fell" in said
    assert "9 of 10 held before anything was done" in said
    assert "4201 to 4220" in said


def test_an_aim_that_is_missed_is_said_and_rare_reasons_are_counted() -> None:
    rows = [
        {"group": "pick", "verdict": "FAILED", "reason": f"reason {n}", "seconds": 1.0} for n in range(20)
    ]
    assert table(rows, 0.98)[-1][4] == "98% missed"
    assert failures(rows)[-1] == "and 8 more, in the results file"
    assert table([], 0.9)[-1][1] == "0 of 0"


# -- speed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["mujoco", "pybullet"])
def test_every_environment_is_measured_as_a_learner_steps_it(engine: str) -> None:
    found = [one for one in measure([engine], 0.01) if isinstance(one, Speed)]
    assert {one.task for one in found} == {*TASKS, ""}  # "": many at once, and the table of the bridge
    for one in found:
        assert one.simulated_s == STEP_S
        assert len(one.rounds) == ROUNDS
        assert min(one.rounds) > 0
        assert min(one.rounds) <= one.steps_per_s <= max(one.rounds)
        assert one.by_clock > 0
        assert version(engine) in one.note
    many = [one.name for one in found if "at once" in one.name]
    assert [name.rsplit(", ", 1)[1] for name in many] == (["sync", "threads"] if engine == "mujoco" else [])


@pytest.mark.parametrize("task", ["PickPlace", "ButtonPress"])
def test_the_policy_of_the_measurement_brings_the_hand_to_the_thing(task: str) -> None:
    env = gymnasium.make(environment_id(task))
    near: list[float] = []

    def where(seen: Any) -> tuple[list[float], list[float]]:
        named = cast(TabletopEnv, env.unwrapped).named(seen)
        hand, thing = named["hand"], named[TASKS[task].entries[0].name]
        near.append(float(abs(hand - thing).max()))
        return hand.tolist(), thing.tolist()

    timed = stepped(env, where, STEP_M, 1e-6, 1)
    env.close()
    assert timed["steps"] == len(near) == TASKS[task].steps  # a whole episode
    assert near[0] > 0.05
    assert min(near) < 0.03


def test_ratios_are_of_the_same_task_and_the_same_round() -> None:
    def speed(name: str, rounds: tuple[float, ...], task: str, package: str = "") -> Speed:
        return Speed(name, sorted(rounds)[1], STEP_S, 20, "", task, package, rounds, 1.0)

    ours, other = speed("a", (10.0, 4.0, 30.0), "Reach"), speed("b", (10.0, 10.0, 10.0), "Stack")
    theirs = speed("c", (5.0, 1.0, 10.0), "Reach", "Theirs")
    assert times(ours, [ours, other, theirs], "Theirs") == "3.00 (2.00 – 4.00)"
    assert times(other, [ours, other, theirs], "Theirs") == ""
    header, *lines = speeds([ours, other, theirs])
    assert header[3] == "times Theirs"
    assert [line[3] for line in lines] == ["3.00 (2.00 – 4.00)", "", ""]
    assert lines[0][2] == "4 – 30"
    assert len(speeds([ours])[0]) == len(header) - 1


def test_others_that_are_not_installed_are_said(tmp_path: Path) -> None:
    others = PeerProcess(sys.executable)
    others.close()
    assert len(others.found) + len(others.missing) == 6
    assert all("is not measured: " in one for one in others.missing)
    nobody = PeerProcess(str(tmp_path / "no-python"))
    nobody.close()
    assert "could not be measured" in nobody.missing[0]


def test_others_that_end_in_the_middle_are_said_and_ours_are_measured(tmp_path: Path) -> None:
    python = tmp_path / "python"
    about = {
        "name": "Theirs",
        "package": "p",
        "task": "Reach",
        "simulated_s": 0.04,
        "substeps": 1,
        "note": "",
    }
    program = tmp_path / "theirs.py"
    program.write_text(
        f"print('{MARK}' + {json.dumps(about)!r})\n"
        f"print('{MARK}' + '{{\"ready\": 1}}', flush=True)\ninput()\nraise SystemExit('it broke')\n"
    )
    python.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{program}'\n")
    python.chmod(0o755)
    found = measure(["pybullet"], 0.01, str(python), tasks=["Reach"])
    assert next(one.name for one in found if isinstance(one, Speed)) == "Reach, PyBullet"
    assert [one for one in found if isinstance(one, str)] == ["Theirs is not measured: it broke"]
    assert not [one for one in psutil.Process().children() if str(program) in one.cmdline()]
