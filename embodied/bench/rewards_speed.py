"""Updates per second of our SAC set-up beside stable-baselines3 as it comes, in the same run."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import psutil

from embodied.bench.calibration import calibration_s
from embodied.learning.environment import load_tasks
from embodied.learning.ground import Ground, lay_ground

if TYPE_CHECKING:
    from embodied.learning.updates_per_second import Speed

KIND, TASK = "tabletop", "PickPlace"
STEPS: Final = 300
ROUNDS: Final = 5

CONDITIONS: Final = (
    "One thread, the task PickPlace at the table with the first reward that is composed for it, in turn in "
    "each of five rounds. An update is a gradient step of the critics, with what goes with it: the actor's, "
    "and the environment's step; by the process's own CPU time. stable-baselines3 as it comes has larger "
    "networks (256 and 256) than ours; the line below it has ours, and everything else as it comes."
)


def measured() -> dict[str, Any]:
    """A row: updates per second of each, in each round."""
    from embodied.learning.updates_per_second import updates_per_second

    before = psutil.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="embodied-bench-") as folder:
        ground = _ground(Path(folder))
        found = [updates_per_second(ground, STEPS) for _ in range(ROUNDS)]
    return {
        "key": f"speed/{time.time():.0f}",
        "rounds": _rounds(found),
        "load": [round(before, 1), round(psutil.getloadavg()[0], 1)],
        "cores": os.cpu_count(),
        "calibration_s": round(calibration_s(), 4),
    }


def _ground(folder: Path) -> Ground:
    source = load_tasks(KIND)
    task = next(one for one in source.tasks({}) if one.name == TASK)
    return lay_ground(task, lambda: source.make(task, {}), source.make(task, {}), folder)


def _rounds(found: Sequence[Sequence[Speed]]) -> dict[str, list[float]]:
    """By name, in the order of the first round."""
    rounds: dict[str, list[float]] = {}
    for one in (speed for speeds in found for speed in speeds):
        rounds.setdefault(one.name, []).append(round(one.updates_per_s, 1))
    return rounds


def table(row: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Median, least and most of the rounds, and how many times the first of them it is."""
    rounds: Mapping[str, list[float]] = row["rounds"]
    plain = next(iter(rounds.values()))
    lines: list[tuple[str, ...]] = [("", "updates a second", "least – most", "times stable-baselines3")]
    for name, values in rounds.items():
        ratios = [one / other for one, other in zip(values, plain, strict=True)]
        ratio = f"{np.median(ratios):.2f} ({min(ratios):.2f} – {max(ratios):.2f})"
        lines.append((name, f"{np.median(values):.0f}", f"{min(values):.0f} – {max(values):.0f}", ratio))
    lines.append((f"load {row['load'][0]} before, {row['load'][1]} after, {row['cores']} cores", "", "", ""))
    return lines
