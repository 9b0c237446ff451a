"""Item goals drawn by seed from everything that the world's rules make obtainable."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.bench.cases import Case
from embodied.bench.statistics import wilson

DRAW_SEED = 40
COUNT = 40
WORLD_SEED = 2001
MINUTES = 12.0


def draw(pool: Sequence[str], count: int = COUNT, seed: int = DRAW_SEED) -> list[str]:
    """`count` different items of the pool, the same for the same seed."""
    return random.Random(seed).sample(sorted(pool), min(count, len(pool)))


def cases(launch: Path, pool: Sequence[str]) -> list[Case]:
    """One fast run an item, each in a world of its own seed."""
    return [
        Case(
            key=f"item/{item}",
            arguments=(
                str(launch),
                "--goal",
                f"inventory[{item}] >= 1",
                "--seed",
                str(WORLD_SEED + n),
                "--fast",
            ),
            minutes=MINUTES,
            milestones=(item,),
            labels={"item": item, "seed": WORLD_SEED + n},
        )
        for n, item in enumerate(draw(pool))
    ]


def summary(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """How many were reached, and for each that was not, why."""
    reached = [row for row in rows if row["verdict"] == "PASSED"]
    low, high = wilson(len(reached), len(rows))
    lines = [f"{len(reached)} of {len(rows)} items reached (95 %: {low:.0%} – {high:.0%})"]
    lines += [f"  missed {row['item']}: {row['reason']}" for row in rows if row["verdict"] != "PASSED"]
    return lines
