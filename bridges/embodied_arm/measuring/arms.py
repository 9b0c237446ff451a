"""The arms that are measured: twins without physics, the simulated table, peers that speak real protocols.

Peers are processes from the tests of a checkout; the installed package has none of them. Each measures its
joints by itself.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embodied.arms import ArmDescription, Driver
from embodied.arms.describing import plain
from embodied.errors import BadInput
from embodied.plugins import load_driver
from embodied_arm.measuring.peers import PEERS_FOLDER, Peer, loopback_address

LIKE_REAL: Final = {"hand_speed": 0.25}
"""Limits of simulated arms while they are measured: a real arm's."""
TABLE: Final = "tabletop"
TWINS: Final = ("twin of an FR3", "twin of a UR5e", "twin of an SO-101")
PEERED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "franka": ("franka", ("franky", "franky_sim")),
    "ur5e": ("ur", ("rtde_control", "rtde_receive")),
    "so101": ("so101", ("scservo_sdk",)),
}
"""By driver: its peer, and the packages that both need."""
_JOINTS: Final = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")


def missing_for(group: str) -> str:
    """Why an arm cannot be measured here, in words; "" if it can."""
    needed = PEERED[group][1] if group in PEERED else ("mujoco",)
    lacking = [name for name in needed if importlib.util.find_spec(name) is None]
    if lacking:
        return f"{group} is not measured: {', '.join(lacking)} not installed."
    if group in PEERED and not PEERS_FOLDER.is_dir():
        return (
            f"{group} is not measured: its peer is in a checkout's tests, and this is an installed package."
        )
    return ""


def twin_of(group: str) -> ArmDescription:
    """The description of the arm that a twin is of."""
    from embodied_arm.drivers.franka import fr3
    from embodied_arm.drivers.so101 import SO101
    from embodied_arm.drivers.ur5e import UR5E

    return {TWINS[0]: fr3(), TWINS[1]: UR5E, TWINS[2]: SO101}[group]


def simulated(group: str, seed: int, folder: Path) -> Driver:
    """An arm that is computed in this process. Raises BadInput."""
    if group == TABLE:
        return load_driver(TABLE).open({"engine": "mujoco", "seed": seed}, folder)
    if group not in TWINS:
        raise BadInput(f"There is no arm {group!r} to be measured.", remedy=f"There are {', '.join(TWINS)}.")
    return load_driver("twin").open({"like": plain(twin_of(group))}, folder)


@dataclass
class PeeredArm:
    """A driver's name and settings, and the peer that it will speak to."""

    driver: str
    settings: Mapping[str, Any]
    peer: Peer
    address: str = ""

    def open(self, folder: Path) -> Driver:
        return load_driver(self.driver).open(self.settings, folder)


def with_peer(group: str, folder: Path, host: str = "") -> PeeredArm:
    """Start the peer of a driver. `host`: where the driver shall connect instead, a proxy's address."""
    kind, _ = PEERED[group]
    if group == "so101":
        peer = Peer(kind)
        return PeeredArm(group, {"port": peer.ready["port"], "calibration": str(_calibration(folder))}, peer)
    address = loopback_address()
    peer = Peer(kind, address)
    more = {"realtime": "ignore"} if group == "franka" else {}
    return PeeredArm(group, {"host": host or address, **more}, peer, address)


def _calibration(folder: Path) -> Path:
    """What the emulated servos were calibrated with, in LeRobot's form."""
    offsets = {1: 85, 2: -120, 3: 40, 4: 0, 5: 7, 6: -33}
    motors = {
        name: {
            "id": number,
            "drive_mode": 0,
            "homing_offset": offsets[number],
            "range_min": 900,
            "range_max": 3196,
        }
        for number, name in enumerate(_JOINTS, start=1)
    }
    path = folder / "calibration.json"
    path.write_text(json.dumps(motors), encoding="utf-8")
    return path
