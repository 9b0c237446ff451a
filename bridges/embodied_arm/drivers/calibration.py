"""From a servo's ticks to a joint's radians: the calibration of an SO-100 or SO-101.

The file is the one that LeRobot's calibration writes for these arms: a JSON object with, for each of the six
motors, `id`, `drive_mode` (1: turns the other way), `homing_offset`, `range_min` and `range_max` [ticks].
A joint is at 0 rad in the middle of its range, as in the arm's published URDF.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embodied.errors import BadInput

TURN: Final = 4096
JOINTS: Final = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll")
GRIPPER: Final = "gripper"
FIELDS: Final = ("id", "drive_mode", "homing_offset", "range_min", "range_max")


@dataclass(frozen=True)
class Motor:
    """One servo. Ticks are after its own homing offset."""

    id: int
    drive_mode: int
    homing_offset: int
    range_min: int
    range_max: int

    @property
    def sign(self) -> int:
        return -1 if self.drive_mode else 1

    @property
    def middle(self) -> float:
        return (self.range_min + self.range_max) / 2

    @property
    def half_range(self) -> float:
        """How far the joint turns to either side [rad]."""
        return (self.range_max - self.range_min) / 2 * 2 * math.pi / TURN

    def radians(self, ticks: float) -> float:
        return self.sign * (ticks - self.middle) * 2 * math.pi / TURN

    def speed(self, ticks: float) -> float:
        """[rad/s] from ticks per second."""
        return self.sign * ticks * 2 * math.pi / TURN

    def ticks(self, radians: float) -> int:
        """The nearest tick within the calibrated range."""
        wanted = round(self.middle + self.sign * radians * TURN / (2 * math.pi))
        return min(max(wanted, self.range_min), self.range_max)

    def share(self, ticks: float) -> float:
        """Where in its range the servo is: 0 closed, 1 open, for the gripper."""
        share = (ticks - self.range_min) / (self.range_max - self.range_min)
        return 1 - share if self.drive_mode else share

    def share_ticks(self, share: float) -> int:
        share = 1 - share if self.drive_mode else share
        return round(self.range_min + share * (self.range_max - self.range_min))


def load_calibration(path: Path) -> dict[str, Motor]:
    """The motors by name. Raises `BadInput` when the file is missing or is no calibration of this arm."""
    remedy = "Calibrate the arm with LeRobot (`lerobot-calibrate`), and name the JSON file that it writes."
    try:
        table: Any = json.loads(path.read_text(encoding="utf-8"))
        return {name: _motor(name, table[name]) for name in (*JOINTS, GRIPPER)}
    except OSError as missing:
        raise BadInput(
            f"The calibration {path} cannot be read: {missing.strerror}.", remedy=remedy
        ) from missing
    except (ValueError, TypeError, KeyError) as wrong:
        raise BadInput(f"{path} is not the calibration of an SO-101: {wrong}.", remedy=remedy) from wrong


def _motor(name: str, table: Any) -> Motor:
    values = {field: table[field] for field in FIELDS}
    if not all(isinstance(value, int) for value in values.values()):
        raise ValueError(f"a field of {name} is not a whole number")
    motor = Motor(**values)
    if not 0 <= motor.range_min < motor.range_max < TURN:
        raise ValueError(f"the range of {name} is {motor.range_min} to {motor.range_max}")
    return motor
