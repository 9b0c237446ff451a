"""The bridge process of an arm: `python -m embodied_arm.bridge CONFIG.json`.

CONFIG.json has driver, settings, limits, tool, log, real_time, run_dir, endpoint, lease_ms, keys, serve, as
`embodied_arm.starting` writes it.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embodied.arms.locking import arms_folder
from embodied.bridge.body import Body
from embodied.bridge.keys import BridgeKeys, bridge_keys
from embodied.bridge.server import serve
from embodied.errors import BadInput
from embodied.plugins import load_driver
from embodied_arm.body import ArmBody
from embodied_arm.identity import identities_of, identity_of, locked
from embodied_arm.operating import Operating
from embodied_arm.priority import go_first
from embodied_arm.serving import ServedArm, Service

_log = logging.getLogger(__name__)


def main(path: str) -> int:
    """Serve until standard input closes; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    config = json.loads(Path(path).read_text(encoding="utf-8"))
    run_dir = Path(config.get("run_dir") or ".")
    made: list[ArmBody] = []

    def make() -> Body:
        made.append(body_of(config, run_dir))
        if made[-1].keeps_pace:
            go_first()
        return served_to_others(made[-1], config) if config.get("serve") else made[-1]

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


def served_to_others(body: ArmBody, config: Mapping[str, Any]) -> Body:
    """The arm as agents on other machines have it. Raises BadInput, SetupError, JournalUnwritable."""
    told = config["serve"]
    service = Service(
        told["arm"],
        bool(told["needs_consent"]),
        config.get("limits") or {},
        told["terms"],
        Path(told["audit"]),
    )
    served = ServedArm(body, service)
    if body.operating is not None:
        body.operating.agent = lambda: served.agent
        body.operating.listen(told["operator"], keys_of(config))
    return served


def keys_of(config: Mapping[str, Any]) -> BridgeKeys | None:
    """What the bridge listens with beyond this machine; None where it does not. Raises BadInput."""
    keys = config.get("keys")
    return bridge_keys(Path(keys["folder"]), keys["name"]) if keys else None


def body_of(config: Mapping[str, Any], run_dir: Path, *, own_process: bool = True) -> ArmBody:
    """The arm that a configuration describes, its driver open. Nobody else has a real arm meanwhile, and a
    person can stop it, and one whose bridge has a process of its own, from another terminal.

    Raises BadInput, SetupError.
    """
    name, settings = str(config["driver"]), config.get("settings") or {}
    identity = identity_of(name, settings)
    lock = locked(identities_of(name, settings))  # before the driver takes the arm from whoever has it
    try:
        driver = load_driver(name).open(settings, run_dir)
    except BaseException:
        lock.close()
        raise
    try:
        real = "simulated" not in driver.description.capabilities
        if real and not identity:
            identity = f"{name}@{driver.description.name}"
            lock = locked((identity,))
        body = ArmBody(
            driver,
            config.get("limits") or {},
            run_dir,
            real_time=bool(config.get("real_time", False)),
            tool=config.get("tool"),
            log=config.get("log"),
        )
    except BaseException:
        driver.close()
        lock.close()
        raise
    body.at_close.append(lock.close)
    if real or own_process:
        try:
            called = str(config.get("name") or name)
            body.operating = Operating(
                body.controller,
                called,
                driver.description.name,
                identity,
                run_dir,
                keeps=real or bool(config.get("name")),
                rehearses="" if real else str(config.get("rehearses") or ""),
                addresses=identities_of(name, settings) if real else (),
            )
            body.at_close.append(body.operating.close)
        except OSError as unwritable:
            if real:
                body.close()
                raise BadInput(
                    f"The arm cannot be announced in {arms_folder()}: {unwritable.strerror}.",
                    remedy="Without it nobody could stop the arm from another terminal. Set EMBODIED_HOME.",
                ) from unwritable
            _log.warning("the arm cannot be stopped from another terminal: %s", unwritable)
    return body


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
