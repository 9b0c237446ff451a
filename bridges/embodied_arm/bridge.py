"""The bridge process of an arm: `python -m embodied_arm.bridge CONFIG.json`.

CONFIG.json has driver, settings, limits, real_time, run_dir, endpoint and lease_ms, as
`embodied_arm.starting` writes it.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from embodied.bridge.body import Body
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
        driver = load_driver(config["driver"]).open(config.get("settings") or {}, run_dir)
        try:
            body = ArmBody(
                driver,
                config.get("limits") or {},
                run_dir,
                real_time=bool(config.get("real_time", False)),
            )
        except BadInput:
            driver.close()
            raise
        made.append(body)
        return body

    try:
        return serve(
            make,
            config.get("endpoint") or "tcp://127.0.0.1:*",
            lease_ms=int(config.get("lease_ms") or 2000),
        )
    finally:
        for body in made:
            body.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
