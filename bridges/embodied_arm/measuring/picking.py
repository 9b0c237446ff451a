"""`embodied deploy` as a person would run it, on a simulated arm: one skill, one seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

CUBES: Final = ("red_cube", "blue_cube", "green_cube", "yellow_cube")
SCENE: Final = "default"
"""Where things stand is drawn by the seed there."""
LONGEST_REASON: Final = 300


def play(seed: int, arm: str, minutes: float, folder: Path) -> dict[str, Any]:
    """The launch file `arm` with that seed; the referee's verdict."""
    cube = CUBES[seed % len(CUBES)]
    words = ["deploy", "pick", "--arm", arm, "--with", f"object={cube}", "--consent", Path(arm).stem]
    words += ["--set", f"world.seed={seed}", "--set", f"world.scene={SCENE}", "--json", "--quiet"]
    environment = {**os.environ, "EMBODIED_RUNS": str(folder.absolute() / f"pick-{seed}")}
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "embodied", *words],
            capture_output=True,
            text=True,
            env=environment,
            timeout=60 * minutes,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"verdict": "FAILED", "reason": f"not done within {minutes:g} min", "object": cube}
    told: dict[str, Any] = {}
    for line in reversed(ended.stdout.strip().splitlines()):
        if line.startswith("{"):
            told = json.loads(line)
            break
    error = told.get("error") or {}
    reason = str(told.get("reason") or error.get("message") or ended.stderr[-LONGEST_REASON:])
    passed = ended.returncode == 0
    return {
        "verdict": "PASSED" if passed else str(told.get("verdict") or "UNKNOWN"),
        "reason": "" if passed else reason[:LONGEST_REASON],
        "object": cube,
        "code": ended.returncode,
        "rehearsal": str(told.get("rehearsal", ""))[:LONGEST_REASON],
    }
