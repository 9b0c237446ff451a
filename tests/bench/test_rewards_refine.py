"""Refinements that the benchmark times: asked for as the command asks, told as they ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from embodied.bench import rewards, rewards_refine, rewards_table
from embodied.bench.rewards_refine import RefineCase, refined
from embodied.errors import SetupError
from embodied.learning.artefact import Artefact, Measured
from embodied.learning.candidates import Candidate, Proposal
from embodied.learning.progress import Progress
from embodied.learning.refined import RefineReport
from embodied.outcome import Verdict
from embodied.rewards.training import Checkpoint

CASE = RefineCase(
    *("ablation/without critic/mini/Reach/1", "mini", "Reach", "sac", 1, 2.0),
    schedule={"critic": False},
    labels={"ablation": "without critic"},
)


def report(successes: int, *, kept: bool = True) -> RefineReport:
    def candidate(number: int, state: str, steps: int) -> Candidate:
        looked = (Checkpoint(steps, 20, 10, 30.0, 1.0, {}),) if steps else ()
        return Candidate(number, Proposal("push, level", "code", {}), state, checkpoints=looked)

    progress = Progress()
    for one in (candidate(1, "refused", 0), candidate(2, "dropped", 1000), candidate(3, "kept", 4000)):
        progress.candidates[one.number] = one
    measured = Measured.of([n < successes for n in range(100)], range(100), 20.0)
    nowhere = Path("x")
    artefact = Artefact("d", nowhere, nowhere, nowhere, measured) if kept else None
    verdict = Verdict.PASSED if successes >= 90 else Verdict.FAILED
    return RefineReport("r", nowhere, "Reach", verdict, "told", progress, progress.candidates[3], artefact)


def test_it_asks_for_what_the_case_says_and_counts_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def start(launch: Any, wish: Any, *, runs_dir: Path, work: Any, seen: Any) -> RefineReport:
        asked.append((launch, wish))
        assert work.jobs == 1
        assert not seen.all()
        return report(96)

    monkeypatch.setattr(rewards_refine, "start_refining", start)
    row = refined(CASE)
    ((launch, wish),) = asked
    assert launch.world.kind == "mini"
    assert (wish.sentence, wish.trainer, wish.seed) == ("Reach", "sac", 1)
    assert (wish.schedule.minutes, wish.schedule.critic, wish.schedule.reflection) == (2.0, False, True)
    assert wish.schedule.held_out_of_none == wish.schedule.held_out == 100  # runs of a table count alike
    assert row["verdict"] == "PASSED"
    assert (row["successes"], row["episodes"]) == (96, 100)
    assert (row["candidates"], row["refused"], row["trainings"], row["steps"]) == (3, 1, 2, 5000)
    assert row["cpu_s"] > 0
    assert RefineCase(**{name: json.loads(json.dumps(row))[name] for name in CASE.to_wire()}) == CASE


def test_a_run_without_a_policy_counts_as_failed_episodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewards_refine, "start_refining", lambda *_, **__: report(0, kept=False))
    row = refined(CASE)
    assert (row["successes"], row["episodes"]) == (0, 100)


def test_an_error_of_ours_is_a_row_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: Any, **__: Any) -> RefineReport:
        raise SetupError("There is no torch.", remedy="Install it.")

    monkeypatch.setattr(rewards_refine, "start_refining", start)
    row = refined(CASE)
    assert row["verdict"] == "UNKNOWN"
    assert "There is no torch." in row["reason"]
    assert "0 of 100" in rewards_table.ablations([row])[1]


def test_tables_of_the_tabletop_and_of_ablations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewards_refine, "start_refining", lambda *_, **__: report(96))
    cut = [{**refined(one), "cpu_s": 90.0} for one in rewards.ablations(1)]
    lines = rewards_table.ablations(cut)
    assert [line[0] for line in lines[1:]] == [*rewards.ABLATIONS, "Eureka"]
    assert lines[1] == (
        "all",
        "3",
        "288 of 300",
        "93 % – 98 %".replace(" %", "%"),
        "3 of 3",
        "2.0",
        "5000",
        "1.5",
    )
    assert "80" in lines[-1]
    table = [{**refined(one), "cpu_s": 120.0, "seconds": 150.0} for one in rewards.tabletop(2)]
    reach = rewards_table.tabletop(table)[1]
    assert reach[:5] == ("Reach", "nothing", "1", "2", "192 of 200")
    assert reach[-3:] == ("2.5", "3", "2.0")


def test_push_and_pick_place_begin_with_a_weak_skill_and_with_nothing() -> None:
    cases = rewards.tabletop(5, processes=2)
    assert len(cases) == len({one.key for one in cases}) == 35
    for task in ("Push", "PickPlace"):
        skills = {one.skill for one in cases if one.task == task}
        assert len(skills) == 2
        assert "nothing" in skills
        assert all((Path(skill) / "SKILL.md").is_file() for skill in skills - {"nothing"})
    assert {one.skill for one in cases if one.task in ("Reach", "ButtonPress", "DrawerOpen")} == {"nothing"}
