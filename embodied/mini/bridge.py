"""The mini world as a bridge process: `python -m embodied.mini.bridge '{"seed": 7}'`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from embodied.bridge.client import BridgeClient
from embodied.bridge.process import ChildProcess
from embodied.bridge.server import serve
from embodied.mini.body import Faults, MiniBody

READY_S = 15.0


def start(seed: int, faults: Faults, folder: Path, given: Mapping[str, int] | None = None) -> BridgeClient:
    """Start the bridge as our child, with its log in `folder`, and connect to it."""
    config = json.dumps({"seed": seed, "faults": asdict(faults), "given": dict(given or {})})
    child = ChildProcess(
        [sys.executable, "-m", "embodied.mini.bridge", config],
        name="the mini bridge",
        log=folder / "mini-bridge.log",
    )
    return BridgeClient(child.wait_ready(READY_S)["endpoint"], name="the mini bridge", child=child)


def main(config: str = "{}") -> int:
    wanted = json.loads(config)
    faults = Faults(**wanted.get("faults", {}))
    seed, given = int(wanted.get("seed", 0)), wanted.get("given", {})
    return serve(lambda: MiniBody(seed, faults, may_die=True, given=given))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
