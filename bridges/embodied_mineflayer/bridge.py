"""Start the mineflayer bridge: a Node process that owns one Minecraft bot."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embodied import node
from embodied.bridge.client import BridgeClient
from embodied.bridge.process import ChildProcess

PACKAGE_DIR = Path(__file__).with_name("js")
READY_TIMEOUT_S = 45.0
LEASE_MS = 2000


class MineflayerBridge:
    """Implements `embodied.world.BridgePlugin`."""

    name = "mineflayer"

    def start(self, config: Mapping[str, Any], *, run_dir: Path) -> BridgeClient:
        """Join a Minecraft server with one bot.

        Args:
            config: host, port, version (False: ask the server), username, auth ("offline", "microsoft"),
                fast, allow_hidden_search, identity.
            run_dir: where its log, bridge.log, is kept.

        Raises:
            SetupError: Node or the npm parts are missing; the server is unreachable, of another version,
                or refuses the bot.
            WorldError: the bridge ended or stalled while it was starting.
        """
        sources = node.prepare(PACKAGE_DIR)
        with tempfile.TemporaryDirectory(prefix="embodied-bridge-") as folder:
            file = Path(folder) / "config.json"
            wire = {
                "endpoint": "tcp://127.0.0.1:*",
                "lease_ms": LEASE_MS,
                "parent_pid": os.getpid(),
                "body": dict(config),
            }
            file.write_text(json.dumps(wire), encoding="utf-8")
            child = ChildProcess(
                [node.find_node(), sources / "main.js", file],
                name="the mineflayer bridge",
                log=run_dir / "bridge.log",
                cwd=sources,
            )
            ready = child.wait_ready(READY_TIMEOUT_S)
        try:
            return BridgeClient(str(ready["endpoint"]), name="the mineflayer bridge", child=child)
        except BaseException:
            child.close()
            raise


BRIDGE = MineflayerBridge()
