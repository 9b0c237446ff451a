"""Tech tree: from an empty inventory to an iron pickaxe and a diamond, over fixed seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.bench.cases import Case
from embodied.bench.statistics import median, wilson

SEEDS = tuple(range(1101, 1121))
"""Fixed before their first run. Seeds 1001 to 1020 were used up by an earlier run that led to mends."""

GOAL = "get a diamond"
MILESTONES = ("wooden_pickaxe", "stone_pickaxe", "iron_pickaxe", "diamond")
MINUTES = 20.0

# Voyager (Wang et al. 2023), table 1: prompting iterations, mean ± spread of 3 trials ("n of 3" where fewer).
VOYAGER: Mapping[str, str] = {
    "wooden_pickaxe": "6 ± 2",
    "stone_pickaxe": "11 ± 2",
    "iron_pickaxe": "21 ± 7",
    "diamond": "102 (1 of 3)",
}


def cases(
    launch: Path, *, xray: bool = False, fast: bool = False, seeds: Sequence[int] = SEEDS
) -> list[Case]:
    """One run a seed towards a diamond; the levels on the way are its milestones."""
    mode = ("fast" if fast else "normal") + ("-xray" if xray else "")
    extra = (["--fast"] if fast else []) + (["--set", "world.allow_hidden_search=true"] if xray else [])
    return [
        Case(
            key=f"{mode}/{seed}",
            arguments=(str(launch), "--goal", GOAL, "--seed", str(seed), *extra),
            minutes=MINUTES,
            milestones=MILESTONES,
            labels={"mode": mode, "seed": seed},
        )
        for seed in seeds
    ]


def table(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Level, reached, 95 % interval, median and range of minutes, Voyager's iterations."""
    lines: list[tuple[str, ...]] = [
        ("level", "reached", "95 %", "median", "fastest – slowest", "Voyager: prompting iterations")
    ]
    trials = len(rows)
    for level in MILESTONES:
        times = [row["milestones"][level] for row in rows if level in row["milestones"]]
        low, high = wilson(len(times), trials)
        spread = f"{min(times) / 60:.1f} – {max(times) / 60:.1f} min" if times else ""
        lines.append(
            (
                level.replace("_", " "),
                f"{len(times)} of {trials}",
                f"{low:.0%} – {high:.0%}",
                f"{median(times, trials) / 60:.1f} min",
                spread,
                VOYAGER[level],
            )
        )
    return lines


CONDITIONS = (
    "Conditions differ: Voyager played vanilla Minecraft 1.19 through a language model, "
    "with looking through stone; a prompting iteration is no unit of time. Here the embedded server's own "
    "world (docs/minecraft-world.md), no model, no assistance but what the table's mode names."
)
