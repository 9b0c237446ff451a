"""The tree planner beside plain ReAct: the same model, goals and seeds, each run with a library of its own.

The skills that come along may be used, so that it is planning that is measured and not writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.bench.running import Case, file_name_of, mode_of

GOALS = ("craft a stone axe and a furnace", "smelt 2 iron ingots", "make 4 torches and a bucket")
"""Fixed before the first run; each needs several steps."""

SEEDS = (71, 72, 73)
"""Fixed before the first run; used by no other measurement."""

PLANNERS: Mapping[str, str] = {"llm": "tree planner", "react": "ReAct"}
MINUTES = 30.0
GATE_S = 1800.0
"""What proving a skill that a run wrote may take, after the run [s]."""

CONDITIONS = (
    "ReAct is this program's own, with the same briefing and one question a step. Tokens of writing skills, "
    "where a planner wanted one, are counted with the planner's. Tree-Planner published 92.2 % fewer tokens "
    "and 40.5 % fewer corrections, in another world and against other baselines."
)


def cases(
    launch: Path,
    goals: Sequence[str],
    model: str,
    runs: Path,
    arguments: Sequence[str] = (),
    seeds: Sequence[int] = SEEDS,
) -> list[Case]:
    """Each goal on each seed with each planner, the two of a pair one after the other."""
    return [
        Case(
            key=(key := f"{model}/{mode_of(arguments)}/{goal}/{seed}/{planner}"),
            arguments=(
                str(launch),
                *("--goal", goal, "--seed", str(seed), "--planner", planner, "--no-model-cache"),
                *arguments,
            ),
            minutes=MINUTES,
            labels={"goal": goal, "seed": seed, "planner": planner, "model": model},
            library=runs / "empty-library",
            copied=True,
            runs=runs / file_name_of(key),
            margin_s=GATE_S,
            refusal_ends=True,
        )
        for goal in goals
        for seed in seeds
        for planner in PLANNERS
    ]


def paired(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows of those goals and seeds that both planners have run."""
    met: dict[tuple[str, int], set[str]] = {}
    for row in rows:
        met.setdefault((row["goal"], row["seed"]), set()).add(row["planner"])
    return [row for row in rows if met[row["goal"], row["seed"]] == set(PLANNERS)]


def table(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Goal, planner, passes, calls and tokens; then the same over all goals. Only pairs count."""
    lines: list[tuple[str, ...]] = [
        ("goal", "planner", "passed", "model calls", "tokens in", "tokens out", "tokens a run")
    ]
    both = paired(rows)
    for goal in dict.fromkeys(row["goal"] for row in both):
        lines += _lines(goal, [row for row in both if row["goal"] == goal])
    return [*lines, *_lines("all", both)] if both else lines


def _lines(name: str, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = []
    for planner, said in PLANNERS.items():
        own = [row for row in rows if row["planner"] == planner]
        calls, tokens_in, tokens_out = _spent(own)
        passed = sum(row["verdict"] == "PASSED" for row in own)
        a_run = (tokens_in + tokens_out) / len(own)
        numbers = (f"{calls:,}", f"{tokens_in:,}", f"{tokens_out:,}", f"{a_run:,.0f}")
        lines.append((name, said, f"{passed} of {len(own)}", *numbers))
    return lines


def _spent(rows: Sequence[Mapping[str, Any]]) -> tuple[int, int, int]:
    """Calls, tokens in, tokens out."""
    used = [row["model_use"] for row in rows]
    return (
        sum(use["calls"] for use in used),
        sum(use["prompt_tokens"] for use in used),
        sum(use["completion_tokens"] for use in used),
    )


def comparison(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the tree planner takes of ReAct's tokens and calls, and the passes of both, in a sentence."""
    both = paired(rows)
    tree = [row for row in both if row["planner"] == "llm"]
    react = [row for row in both if row["planner"] == "react"]
    (calls, *tokens), (react_calls, *react_tokens) = _spent(tree), _spent(react)
    if not sum(react_tokens):
        return "nothing to compare: no pair in which ReAct asked a model"
    ratio = sum(tokens) / sum(react_tokens)
    passed, react_passed = (sum(row["verdict"] == "PASSED" for row in one) for one in (tree, react))
    return (
        f"tree planner / ReAct: {ratio:.2f} of the tokens ({ratio - 1:+.0%}; aim: at least −70 % with no "
        f"fewer passes), {calls} against {react_calls} calls, "
        f"{passed} against {react_passed} of {len(tree)} passed"
    )
