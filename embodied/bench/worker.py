"""A process that plays cases, one after another: `python -m embodied.bench.worker FOLDER`.

A case comes as a line of JSON on standard input, its row leaves as one on standard output. It ends with its
standard input.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from embodied.bench.playing import play
from embodied.bench.worldcase import WorldCase


def main(folder: str) -> int:
    """Play until standard input closes; returns the exit code."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # engines print; what they say goes to the log
    for line in sys.stdin:
        row = play(WorldCase.from_wire(json.loads(line)), Path(folder))
        answers.write(json.dumps(row) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
