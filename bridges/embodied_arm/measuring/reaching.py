"""A policy that reaches, on the simulated Franka over the robot's own network protocol.

The peer measures where the hand came to rest.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embodied.arms import Driver, Obstacle
from embodied.bridge.body import CallContext, PrimitiveFailed
from embodied.errors import BadInput
from embodied.facts import FactFamily
from embodied_arm.body import ArmBody
from embodied_arm.measuring.arms import with_peer
from embodied_arm.measuring.sensors import Around
from embodied_arm.model import TABLE, PlanningModel
from embodied_arm.priority import going_first

NEAR_M: Final = 0.01
"""How near the hand must come to rest."""
UNTIL: Final = "distance(hand, pose[target]) < 0.008"
SECONDS: Final = 6.0
LOW, HIGH = (0.38, -0.20, 0.05), (0.60, 0.20, 0.32)
"""Where targets are drawn: as in the training of the task Reach [m]."""
PART_BYTES: Final = 192 * 1024


class TargetScene:
    """Implements `SceneSource`: an empty table, and one target in the air that is known."""

    families: Mapping[str, FactFamily] = {
        "pose": FactFamily("pose", ("object",), "vector", "Where the hand shall be [m].")
    }
    identity = "a target in the air"
    details: Mapping[str, Any] = {}

    def __init__(self, target: Sequence[float]) -> None:
        self._target = list(target)

    def facts(self) -> Mapping[str, Any]:
        return {"pose": {"target": self._target}}

    def events(self) -> Sequence[Mapping[str, Any]]:
        return ()

    def obstacles(self) -> Sequence[Obstacle]:
        return (TABLE,)

    def image(self, camera: str, width: int, height: int) -> NDArray[np.uint8]:
        raise BadInput("There is no camera.")


class Targeted(Around):
    """A driver with such a scene."""

    def __init__(self, inner: Driver, scene: TargetScene) -> None:
        super().__init__(inner)
        self._scene = scene

    @property
    def scene(self) -> TargetScene:
        return self._scene


def play(seed: int, policy: Path, folder: Path) -> dict[str, Any]:
    """One target. Raises BadInput if the policy cannot be read, WorldError if the arm is gone."""
    target = np.random.default_rng(seed).uniform(LOW, HIGH)
    try:
        content = policy.read_bytes()
        start = json.loads(policy.with_suffix(".json").read_text(encoding="utf-8"))["start"]["joints"]
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise BadInput(
            f"{policy} is no policy with its card beside it: {wrong}.",
            remedy='Train one: embodied refine tabletop --task "reach the target within 6 mm".',
        ) from wrong
    arm = with_peer("franka", folder)
    ran: Mapping[str, Any] = {}
    said = ""
    with arm.peer as peer:
        driver = Targeted(arm.open(folder), TargetScene(target.tolist()))
        body = ArmBody(driver, {}, folder, log=False)
        try:
            with going_first():  # as the arm's bridge does
                ran = _run(body, content, start)
        except PrimitiveFailed as failed:
            said = f"{failed.code}: {failed.message}"
        peer.at_rest(0.3, 5.0)
        joints = np.array(peer.ask("measure")["position"])
        body.close()
    off = float(np.linalg.norm(PlanningModel(driver.description).position(joints) - target))
    near = off <= NEAR_M
    return {
        "verdict": "PASSED" if near else "FAILED",
        "reason": "" if near else f"{1000 * off:.1f} mm off; {said or 'time was up'}",
        "off_mm": round(1000 * off, 2),
        "target": [round(float(x), 4) for x in target],
        "ended": said or ran.get("ended", ""),
        "steps": ran.get("steps", 0),
        "missed": ran.get("missed", 0),
        "periods": ran.get("periods", {}),
        "interventions": ran.get("interventions", {}),
    }


def _run(body: ArmBody, content: bytes, start: Sequence[float]) -> Mapping[str, Any]:
    context = CallContext(lambda: None, lambda value: None, lambda type, data: None)
    digest = hashlib.sha256(content).hexdigest()
    for at in range(0, len(content), PART_BYTES):
        part = base64.b64encode(content[at : at + PART_BYTES]).decode("ascii")
        body.run("take_policy", {"policy": digest, "at": at, "part": part}, context)
    body.run("move_joints", {"positions": list(start)}, context)
    asked = {"policy": digest, "until": UNTIL, "touch": [], "seconds": SECONDS}
    return body.run("run_policy", asked, context)
