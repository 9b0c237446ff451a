"""Distinct items obtained by exploring, beside Voyager's and Odyssey's published counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.bench.cases import Case

SEEDS = (3001, 3002, 3003)
"""Fixed before the first measured run; the curriculum was not tuned on them."""
MINUTES = 30.0
ITERATIONS = 100_000
STEPS = 1_000_000
"""More than any run gets to: the time limit ends it."""
MARKS_MIN = (1, 2, 5, 10, 15, 20, 30)

CONDITIONS = (
    "Conditions differ: Voyager (Wang et al. 2023) obtained 63 distinct items in 160 prompting iterations of "
    "vanilla Minecraft 1.19 with GPT-4, keep-inventory and looking through stone; Odyssey (Liu et al. 2024) "
    "36.7 with its own model and 183 ready skills. Here the embedded server's own world in fast "
    "mode (shortened digging and smelting), 30 minutes of wall clock on a shared machine, no model: the "
    "curriculum knows the game's recipes and drops, which neither of theirs was given as a table. Items are "
    "counted from observations between steps."
)


def cases(launch: Path, *, seeds: Sequence[int] = SEEDS, minutes: float = MINUTES) -> list[Case]:
    """One exploration a seed, in fast mode."""
    return [
        Case(
            key=f"explore/{minutes:g}min/{seed}",
            command="explore",
            arguments=(
                *(str(launch), "--iterations", str(ITERATIONS), "--seed", str(seed), "--fast"),
                *("--set", f"limits.steps={STEPS}"),
            ),
            minutes=minutes,
            labels={"seed": seed, "minutes": minutes},
        )
        for seed in seeds
    ]


def table(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Seed, distinct items at some minutes and at the end, goals reached and missed, unasked, deaths."""
    marks = [mark for mark in MARKS_MIN if rows and mark <= rows[0]["minutes"]]
    lines: list[tuple[str, ...]] = [
        ("seed", *(f"{mark} min" for mark in marks), "in all", "goals reached", "missed", "unasked", "deaths")
    ]
    for row in rows:
        explored = row.get("explored") or {}
        times = list((explored.get("found") or {}).values())
        counts = (str(sum(moment <= mark * 60 for moment in times)) for mark in marks)
        lines.append(
            (
                str(row["seed"]),
                *counts,
                str(explored.get("distinct", 0)),
                f"{explored.get('passed', 0)} of {explored.get('iterations', 0)}",
                str(len(explored.get("failures", ()))),
                str(sum((explored.get("unasked") or {}).values())),
                str(explored.get("deaths", 0)),
            )
        )
    if rows:
        totals = [(row.get("explored") or {}).get("distinct", 0) for row in rows]
        mean = f"{sum(totals) / len(totals):.1f}"
        lines.append(("mean", *("" for _ in marks), mean, "", "", "", ""))
    return lines
