"""The arm's bridge with a recorder in it: `python -m embodied_arm.measuring.host CONFIG.json`.

For arms that are computed in the bridge's own process: what is recorded outlives it. CONFIG.json has `group`,
`seed`, `run_dir` and `file`, to which a row goes every period: time of the clock [s], joints sent, joints
measured.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from embodied.arms import Driver
from embodied.bridge.server import serve
from embodied_arm.body import ArmBody
from embodied_arm.measuring.arms import LIKE_REAL, simulated
from embodied_arm.measuring.sensors import Recorder


class FileRecorder(Recorder):
    """Every row is written at once."""

    def __init__(self, inner: Driver, file: Path) -> None:
        super().__init__(inner)
        self._file = file.open("ab", buffering=0)

    def tick(self) -> None:
        super().tick()
        self._file.write(np.array([time.monotonic(), *self.sent.pop(), *self.moved.pop()]).tobytes())


def main(path: str) -> int:
    """Serve until standard input closes; returns the exit code."""
    config = json.loads(Path(path).read_text(encoding="utf-8"))
    run_dir = Path(config["run_dir"])
    made: list[ArmBody] = []

    def make() -> ArmBody:
        driver = FileRecorder(simulated(config["group"], int(config["seed"]), run_dir), Path(config["file"]))
        made.append(ArmBody(driver, LIKE_REAL, run_dir, real_time=True, log=False))
        return made[-1]

    try:
        return serve(make)
    finally:
        for body in made:
            body.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
