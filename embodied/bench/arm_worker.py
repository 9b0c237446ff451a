"""A process that plays cases of arms, one after another: `python -m embodied.bench.arm_worker FOLDER`.

A case comes as a line of JSON on standard input, its row leaves as one on standard output. It ends with its
standard input.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import psutil

from embodied.bench.armcase import ArmCase
from embodied.errors import EmbodiedError
from embodied.plugins import load_bridge

LONGEST_REASON: Final = 300


def main(folder: str) -> int:
    """Play until standard input closes; returns the exit code."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # drivers print; what they say goes to the log
    for line in sys.stdin:
        answers.write(json.dumps(row_of(ArmCase.from_wire(json.loads(line)), Path(folder))) + "\n")
        answers.flush()
    return 0


def row_of(case: ArmCase, folder: Path) -> dict[str, Any]:
    """The row of a case; an error of ours is a failure with its words."""
    began, load = time.monotonic(), psutil.getloadavg()[0]
    row: Mapping[str, Any]
    try:
        row = getattr(load_bridge(case.bridge), "benchmark").play(case, folder)  # noqa: B009 (not every bridge)
    except (EmbodiedError, OSError) as error:
        row = {"verdict": "UNKNOWN", "reason": f"{type(error).__name__}: {error}"[:LONGEST_REASON]}
    seconds = round(time.monotonic() - began, 2)
    return {"key": case.key, **case.labels, **row, "seconds": seconds, "load": round(load, 1)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
