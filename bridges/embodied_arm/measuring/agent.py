"""An agent that moves an arm to and fro until it is killed.

`python -m embodied_arm.measuring.agent CONFIG.json`: CONFIG.json has `bridge` (what the arm's bridge is
started with) or `host` (what `embodied_arm.measuring.host` is), `home` [rad] and `run_dir`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from embodied.bridge.client import BridgeClient
from embodied.bridge.process import ChildProcess
from embodied.world import World
from embodied_arm.starting import BRIDGE

SWING_RAD: Final = 0.5
READY_S: Final = 60.0


def main(path: str) -> int:
    """Until it is killed; 1 if the arm would not move."""
    config = json.loads(Path(path).read_text(encoding="utf-8"))
    world = _world(config)
    home = [float(q) for q in config["home"]]
    if not (went := world.call("move_joints", {"positions": home})).ok:
        print(json.dumps({"moving": False, "why": went.message}), flush=True)
        return 1
    print(json.dumps({"moving": True}), flush=True)
    side = 1.0
    while True:
        world.call("move_joints", {"positions": [home[0] + side * SWING_RAD, *home[1:]]})
        side = -side


def _world(config: dict[str, Any]) -> World:
    run_dir = Path(config["run_dir"])
    if "bridge" in config:
        return BRIDGE.start(config["bridge"], run_dir=run_dir)
    host = run_dir / "host.json"
    host.write_text(json.dumps(config["host"]), encoding="utf-8")
    child = ChildProcess(
        [sys.executable, "-m", "embodied_arm.measuring.host", host.absolute()],
        name="the arm's bridge",
        log=run_dir / "host.log",
    )
    return BridgeClient(child.wait_ready(READY_S)["endpoint"], name="the arm's bridge", child=child)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
