"""From the command to the first action, and the memory of the whole run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

DEADLINE_S = 180.0
POLL_S = 0.05


@dataclass(frozen=True)
class Startup:
    """Attributes: first_action_s from the command [s]; peak_mb of all processes [MB]; verdict of the run."""

    first_action_s: float
    peak_mb: float
    verdict: str


def measure(launch: Path, goal: str = "craft a crafting table") -> Startup:
    """One fast run of a small goal; everything must be installed before."""
    with tempfile.TemporaryDirectory(prefix="embodied-bench-") as folder:
        argv = [
            sys.executable,
            "-m",
            "embodied",
            "run",
            str(launch),
            "--goal",
            goal,
            "--fast",
            "--json",
            "--quiet",
        ]
        began, wall = time.monotonic(), time.time()
        process = subprocess.Popen(
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "EMBODIED_RUNS": folder},
        )
        peak = 0.0
        while process.poll() is None and time.monotonic() - began < DEADLINE_S:
            peak = max(peak, _tree_mb(process.pid))
            time.sleep(POLL_S)
        process.terminate()
        output, _ = process.communicate(timeout=30)
        report = json.loads(output.strip().splitlines()[-1])
        return Startup(_first_call(Path(report["journal"])) - wall, peak, report["verdict"])


def _first_call(journal: Path) -> float:
    records: list[dict[str, Any]] = [json.loads(line) for line in journal.read_text().splitlines()]
    return next(float(record["t"]) for record in records if record["type"] == "call_started")


def _tree_mb(pid: int) -> float:
    """Resident memory of a process and all below it; pages shared between them count twice."""
    try:
        parent = psutil.Process(pid)
        return sum(p.memory_info().rss for p in (parent, *parent.children(recursive=True))) / 1e6
    except psutil.NoSuchProcess:
        return 0.0
