"""The bridge process of an arm: `python -m embodied_arm.bridge CONFIG.json`.

CONFIG.json has driver, settings, limits, real_time, run_dir, endpoint, lease_ms and keys, as
`embodied_arm.starting` writes it.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embodied.bridge.body import Body
from embodied.bridge.keys import BridgeKeys, bridge_keys
from embodied.bridge.server import serve
from embodied.errors import BadInput
from embodied.plugins import load_driver
from embodied_arm.body import ArmBody


def main(path: str) -> int:
    """Serve until standard input closes; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    config = json.loads(Path(path).read_text(encoding="utf-8"))
    run_dir = Path(config.get("run_dir") or ".")
    made: list[ArmBody] = []

    def make() -> Body:
        made.append(body_of(config, run_dir))
        return made[-1]

    try:
        return serve(
            make,
            config.get("endpoint") or "tcp://127.0.0.1:*",
            lease_ms=int(config.get("lease_ms") or 2000),
            keys=lambda: keys_of(config),
        )
    finally:
        for body in made:
            body.close()


def keys_of(config: Mapping[str, Any]) -> BridgeKeys | None:
    """What the bridge listens with beyond this machine; None where it does not. Raises BadInput."""
    keys = config.get("keys")
    return bridge_keys(Path(keys["folder"]), keys["name"]) if keys else None


def body_of(config: Mapping[str, Any], run_dir: Path) -> ArmBody:
    """The arm that a configuration describes, its driver open. Raises BadInput, SetupError."""
    driver = load_driver(config["driver"]).open(config.get("settings") or {}, run_dir)
    try:
        return ArmBody(
            driver,
            config.get("limits") or {},
            run_dir,
            real_time=bool(config.get("real_time", False)),
        )
    except BadInput:
        driver.close()
        raise


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
