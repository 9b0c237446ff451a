"""What a peer measured of its own joints, and how a test asks for it."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

STILL = 0.01
"""Joint speed that counts as rest [rad/s]."""
LONGEST_PAUSE_S = 0.2
"""After a longer pause of the machine a peer's clock is late, and stays so."""


class Recorder:
    """Keeps the extremes of what the joints did; times are the peer's own clock [s]."""

    def __init__(self, joints: int) -> None:
        self._lock = threading.Lock()
        self._joints = joints
        self._now = 0.0
        self._position = [0.0] * joints
        self._speed = [0.0] * joints
        self._file = ""
        self._rows: list[list[float]] = []
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._top_speed = [0.0] * self._joints
            self._moved_until = self._now

    def see(self, now: float, position: list[float], speed: list[float]) -> None:
        with self._lock:
            self._now, self._position, self._speed = now, position, speed
            if self._file:
                self._rows.append([now, *position])
            self._top_speed = [max(a, abs(b)) for a, b in zip(self._top_speed, speed, strict=True)]
            if max(abs(each) for each in speed) > STILL:
                self._moved_until = now

    def record(self, file: str) -> None:
        """Keep every step from now on; without a file, write what was kept: rows of time [s] and joints."""
        with self._lock:
            rows, self._rows = self._rows, []
            before, self._file = self._file, file
        if before and not file:
            np.save(before, np.array(rows, dtype=np.float64).reshape(len(rows), 1 + self._joints))

    def measured(self) -> dict[str, Any]:
        with self._lock:
            return {
                "now": self._now,
                "position": self._position,
                "speed": self._speed,
                "top_speed": self._top_speed,
                "moved_until": self._moved_until,
            }


def answer(recorder: Recorder, more: Callable[[], Mapping[str, Any]], do: Callable[[str], object]) -> None:
    """Answer the test on standard input and output, a line each, until the input closes: "measure", "reset",
    "record FILE" and "recorded" for all that it does between the two, or something for `do`, such as
    "protective stop"."""
    for line in sys.stdin:
        asked = line.strip()
        if asked == "reset":
            recorder.reset()
        elif asked.startswith("record"):
            recorder.record(asked.partition(" ")[2])
        elif asked != "measure":
            do(asked)
        print(json.dumps({**recorder.measured(), **more()}), flush=True)


class PacedSteps(threading.Thread):
    """Calls `step(seconds)` so often that its time keeps pace with the clock, always with the same step."""

    def __init__(self, rate: float, step: Callable[[float], object]) -> None:
        super().__init__(daemon=True)
        self._period = 1 / rate
        self._step = step

    def run(self) -> None:
        due = time.monotonic()
        while True:
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due, time.monotonic() - LONGEST_PAUSE_S) + self._period
            self._step(self._period)
