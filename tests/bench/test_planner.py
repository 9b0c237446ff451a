"""`embodied bench planner`: the tree planner beside ReAct."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from embodied.bench import planner as bench
from embodied.bench.cases import read_results
from embodied.cli.main import app
from embodied.loop import understand
from embodied.plugins import load_world
from tests.models.conftest import Endpoint


def test_both_planners_pursue_the_same_goals_and_their_calls_are_compared(
    launch: str, endpoint: Endpoint, surroundings: Path
) -> None:
    arguments = ["bench", "planner", launch, "--goals", "get 2 plank", "--seeds", "2"]
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == 0, ended.output
    rows = read_results(surroundings / "bench" / "planner.jsonl")
    found = [(r["seed"], r["planner"], r["verdict"], r["model_use"]["calls"]) for r in rows]
    assert found == [
        (seed, planner, "PASSED", calls)
        for seed in bench.SEEDS[:2]
        for planner, calls in (("llm", 1), ("react", 2))
    ]
    shown = " ".join(ended.output.split())
    assert "0.50 of the tokens (-50%" in shown
    assert "2 against 4 calls, 2 against 2 of 2 passed" in shown
    assert len(endpoint.requests) == 6
    assert len(list((surroundings / "bench" / "planner-runs").glob("*/*/journal.jsonl"))) == 4


def test_only_pairs_are_compared() -> None:
    def row(seed: int, planner: str, tokens: int) -> dict[str, object]:
        use = {"calls": 1, "prompt_tokens": tokens, "completion_tokens": 0}
        return {"goal": "g", "seed": seed, "planner": planner, "verdict": "PASSED", "model_use": use}

    rows = [row(1, "llm", 100), row(1, "react", 400), row(2, "llm", 9999)]
    assert bench.comparison(rows).startswith("tree planner / ReAct: 0.25 of the tokens (-75%")
    assert bench.table(rows)[-1] == ("all", "ReAct", "1 of 1", "1", "400", "0", "400")
    assert bench.comparison(rows[2:]).startswith("nothing to compare")
    assert len(bench.table([])) == 1


def test_the_fixed_goals_are_understood_without_a_model() -> None:
    spec = load_world("minecraft").spec()
    for goal in bench.GOALS:
        assert understand(goal, spec).condition
