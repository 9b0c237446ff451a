"""`embodied bench library`: grown with a model, used again without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from embodied.bench import library as bench
from embodied.bench.cases import read_results
from embodied.cli.main import app
from embodied.errors import BadInput
from tests.models.conftest import Endpoint

GOALS = ("--goals", "get 2 wood", "--goals", "get 3 wood")


def run(*arguments: str, code: int = 0) -> str:
    ended = CliRunner().invoke(app, ["bench", *arguments])
    if isinstance(ended.exception, BadInput):
        raise ended.exception
    assert ended.exit_code == code, ended.output
    return " ".join(ended.output.split())


def test_a_library_is_grown_and_solves_its_goals_on_new_seeds_with_no_model(
    launch: str, endpoint: Endpoint, surroundings: Path
) -> None:
    shown = run("library", launch, *GOALS, "--seeds", "2")
    rows = read_results(surroundings / "bench" / "library.jsonl")
    grown = [row for row in rows if row["part"] == "grow"]
    assert [row["verdict"] for row in grown] == ["PASSED", "PASSED"]
    assert [row["model_use"]["calls"] for row in grown] == [3, 1]  # plan, skill, repair; plan
    assert [row["repairs"] for row in grown] == [1, 0]
    assert (grown[0]["written"], grown[0]["verified"]) == (["get-things"], ["get-things"])
    assert grown[0]["model_use"]["prompt_tokens"] == 300
    reused = [row for row in rows if row["part"] == "reuse"]
    assert {(row["goal"], row["seed"]) for row in reused} == {
        (goal, seed) for goal in ("get 2 wood", "get 3 wood") for seed in bench.REUSE_SEEDS[:2]
    }
    assert all(row["verdict"] == "PASSED" and row["model_use"]["calls"] == 0 for row in reused)
    assert all(row["version"] for row in rows)
    assert len(endpoint.requests) == 4
    assert not (surroundings / "users-library").exists()
    assert "2 of 2" in shown
    assert "Voyager: iterations" in shown

    again = run("library", launch, *GOALS, "--seeds", "2")
    assert "2 of 2 are in" in again
    assert "4 of 4 are in" in again
    assert len(endpoint.requests) == 4


def test_used_again_each_run_has_a_copy_and_learns_nothing_for_the_next(
    launch: str, surroundings: Path
) -> None:
    run("library", launch, *GOALS[:2], "--part", "grow")
    folder = surroundings / "bench" / "library"

    def files() -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "_index.msgpack"}

    before = files()
    run("library", launch, *GOALS[:2], "--part", "reuse", "--seeds", "1")
    assert files() == before


def test_a_goal_that_the_library_does_not_reach_is_a_miss_and_asks_nobody(
    launch: str, endpoint: Endpoint, surroundings: Path
) -> None:
    run("library", launch, *GOALS[:2], "--part", "grow")
    asked = len(endpoint.requests)
    shown = run("library", launch, "--goals", "get 2 plank", "--part", "reuse", "--seeds", "1")
    assert "0 of 1" in shown
    assert "The budget is spent" in shown
    assert len(endpoint.requests) == asked


def test_no_library_to_use_again_is_said_at_once(launch: str) -> None:
    with pytest.raises(BadInput, match="no skills in"):
        run("library", launch, "--part", "reuse")


def test_a_key_that_is_missing_ends_the_benchmark_and_is_no_result(
    launch: str, surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL")
    with pytest.raises(BadInput, match="could not begin") as refused:
        run("library", launch, *GOALS, "--part", "grow")
    assert "OPENAI_API_KEY" in str(refused.value)
    assert read_results(surroundings / "bench" / "library.jsonl") == []


def test_what_a_level_took_is_summed_from_the_beginning() -> None:
    def row(goal: str, calls: int, verdict: str = "PASSED") -> dict[str, object]:
        use = {"calls": calls, "prompt_tokens": 1000 * calls, "completion_tokens": 10 * calls}
        return {
            "goal": goal,
            "verdict": verdict,
            "model_use": use,
            "repairs": 1,
            "written": ["a"],
            "verified": [],
        }

    rows = [row("craft a wooden pickaxe", 4), row("craft a furnace", 3, "FAILED")]
    _, wooden, furnace = bench.grow_table(rows)
    assert wooden == ("wooden pickaxe", "yes", "4", "4,000", "40", "1", "1", "0", "6 ± 2", "7 ± 2")
    assert furnace == ("furnace", "no", "7", "7,000", "70", "2", "2", "0", "", "")
