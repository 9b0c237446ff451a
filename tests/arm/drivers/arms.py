"""Every driver with its peer, for the contract: what is opened, and who measures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied.arms import Driver
from tests.arm.peers.process import Peer, loopback_address

NAMES = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")


@dataclass
class Arm:
    """A driver, opened anew by `open`, and the peer behind it; None for a simulator in this process."""

    open: Callable[[], Driver]
    peer: Peer | None
    rests_within_s: float = 0.5


def franka(folder: Path) -> Arm:
    from embodied_arm.drivers.franka import DRIVER, FrankaDriver

    host = loopback_address()
    settings = {"host": host, "realtime": "ignore"}
    return Arm(lambda: DRIVER.open(settings, folder), Peer("franka", host), FrankaDriver.rests_within_s)


def ur5e(folder: Path) -> Arm:
    from embodied_arm.drivers.ur5e import DRIVER, URDriver

    host = loopback_address()
    return Arm(lambda: DRIVER.open({"host": host}, folder), Peer("ur", host), URDriver.rests_within_s)


def calibration(folder: Path, **changed: Any) -> Path:
    """A calibration file of the emulated SO-101."""
    from tests.arm.peers.so101 import OFFSETS

    motors = {
        name: {
            "id": number,
            "drive_mode": 0,
            "homing_offset": OFFSETS[number],
            "range_min": 900,
            "range_max": 3196,
            **changed,
        }
        for number, name in enumerate(NAMES, start=1)
    }
    path = folder / "calibration.json"
    path.write_text(json.dumps(motors), encoding="utf-8")
    return path


def so101(folder: Path) -> Arm:
    from embodied_arm.drivers.so101 import DRIVER, SO101Driver

    peer = Peer("so101")
    settings = {"port": peer.ready["port"], "calibration": str(calibration(folder))}
    return Arm(lambda: DRIVER.open(settings, folder), peer, SO101Driver.rests_within_s)


def tabletop(folder: Path) -> Arm:
    from embodied_tabletop.driver import DRIVER

    return Arm(lambda: DRIVER.open({"engine": "mujoco", "seed": 1}, folder), None)


ARMS: dict[str, tuple[Callable[[Path], Arm], tuple[str, ...]]] = {
    "franka": (franka, ("franky", "franky_sim")),
    "ur5e": (ur5e, ("rtde_control", "rtde_receive")),
    "so101": (so101, ("scservo_sdk",)),
    "tabletop": (tabletop, ("mujoco",)),
}
