"""LeRobot's own control loop at a fixed rate: `PYTHON lerobot_loop.py RATE SECONDS`, its Python has LeRobot.

`teleop_loop` of lerobot_teleoperate, as it comes, with its default processors, and a robot and a leader that
are not there: what they are asked costs nothing. Prints when each action was sent [s], as JSON. Nothing of
this package is imported, so that its Python need not have it.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from typing import Any

JOINTS = 7
SWING_RAD = 0.1
SWING_S = 4.0


class Nowhere:
    """A robot and its leader, as far as the loop asks."""

    action_features: dict[str, type] = {f"joint_{n}.pos": float for n in range(JOINTS)}  # noqa: RUF012

    def __init__(self) -> None:
        self.sent: list[float] = []
        self._last = dict.fromkeys(self.action_features, 0.0)

    def get_observation(self) -> dict[str, float]:
        return self._last

    def get_action(self) -> dict[str, float]:
        angle = SWING_RAD * math.sin(2 * math.pi * time.monotonic() / SWING_S)
        return dict.fromkeys(self.action_features, angle)

    def send_action(self, action: Any) -> Any:
        self._last = action
        self.sent.append(time.monotonic())
        return action


def main(rate: str, seconds: str) -> None:
    from lerobot.processor import make_default_processors
    from lerobot.scripts.lerobot_teleoperate import teleop_loop

    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the loop prints its time in every period
    robot = Nowhere()
    teleop_loop(robot, robot, int(rate), *make_default_processors(), duration=float(seconds))
    answer.write(json.dumps(robot.sent))
    answer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
