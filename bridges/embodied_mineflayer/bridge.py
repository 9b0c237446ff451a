"""Start the JavaScript bridge and connect to it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied.bridge.client import BridgeClient
from embodied.bridge.process import ChildProcess
from embodied.errors import BadInput, WorldError, did_you_mean
from embodied.node import find_node, prepare, tell_progress
from embodied.world import BridgePlugin

PACKAGE_DIR = Path(__file__).parent / "js"
NAME = "the mineflayer bridge"
READY_S = 60.0
SIGN_IN_S = 300.0  # signing in to an account waits for a person

KNOWN = (
    "kind",
    "host",
    "port",
    "version",
    "username",
    "auth",
    "fast",
    "allow_hidden_search",
    "identity",
    "endpoint",
    "lease_ms",
)


@dataclass(frozen=True)
class MineflayerBridge:
    """The `BridgePlugin`."""

    name: str = "mineflayer"

    def start(self, config: Mapping[str, Any], *, run_dir: Path) -> BridgeClient:
        """Let a bot join a Minecraft server, and connect to it.

        Args:
            config: kind ("test": a body without Minecraft, for tests and benchmarks), host, port, version
                (False: ask the server), username, auth ("offline" or "microsoft"), fast,
                allow_hidden_search, identity: of the body; endpoint ("tcp://127.0.0.1:*") and
                lease_ms (2000): of the bridge.
            run_dir: where the bridge's log and configuration go.

        Raises:
            BadInput: a setting that the bridge does not have.
            SetupError: Node or the npm parts are missing, or the body cannot join its world.
            WorldError: the bridge ended or did not become ready.
        """
        unknown = sorted(set(config) - set(KNOWN))
        if unknown:
            hint = did_you_mean(unknown[0], KNOWN)
            raise BadInput(
                f"{NAME} has no setting {unknown[0]!r}.", remedy=f"{hint} It has: {', '.join(KNOWN)}.".strip()
            )
        body = {name: value for name, value in config.items() if name not in ("endpoint", "lease_ms")}
        wanted = {"body": body} | {name: config[name] for name in ("endpoint", "lease_ms") if name in config}
        patience = SIGN_IN_S if config.get("auth") == "microsoft" else READY_S
        return connect(launch(wanted, run_dir), patience)


def launch(config: Mapping[str, Any], run_dir: Path) -> ChildProcess:
    """Start the bridge's process; `config` is that of main.js, whose parent we are."""
    sources = prepare(PACKAGE_DIR, on_progress=tell_progress)
    run_dir.mkdir(parents=True, exist_ok=True)
    path = run_dir / "mineflayer-bridge.json"
    path.write_text(json.dumps({**config, "parent_pid": os.getpid()}), encoding="utf-8")
    return ChildProcess(
        [find_node(), sources / "main.js", path.absolute()],
        name=NAME,
        log=run_dir / "mineflayer-bridge.log",
        cwd=sources,
    )


def connect(child: ChildProcess, ready_s: float) -> BridgeClient:
    """A client of the bridge, whose `close` ends the process."""
    endpoint = child.wait_ready(ready_s).get("endpoint")
    if not isinstance(endpoint, str):
        child.close()
        raise WorldError(f"{NAME} did not say where it listens.", remedy="Reinstall embodied-agent.")
    return BridgeClient(endpoint, name=NAME, child=child)


BRIDGE: BridgePlugin = MineflayerBridge()
