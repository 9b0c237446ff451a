"""Start the embedded Minecraft server: flying-squid with survival rules, as a child process.

It listens on the loopback address only, has no accounts, and ends when we do.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from embodied import node
from embodied.bridge.process import ChildProcess
from embodied.errors import WorldError

PACKAGE_DIR = Path(__file__).with_name("server")
DATA_DIR = Path(__file__).with_name("data")
VERSION = "1.20.4"
READY_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """What a server is started with.

    Args:
        world_dir: where the world is kept; None keeps nothing.
        log: file for the server's log; what it was started with is kept beside it.
        seed: the same seed makes the same world, spawn point included.
        port: TCP port on `host`; 0 takes any free one.
        fast: digging takes no time to the server, and furnaces need 20 ticks instead of 200.
        view_distance: how far chunks are sent [chunks].
        scene: {"player": name, "inventory": {item: count}}: what a player holds when it first joins. For
            the gate, which records it as set-up.
        operators: players that may use commands. For tests: a run with operators is an assisted run.
    """

    world_dir: Path | None
    log: Path
    seed: int = 1
    port: int = 0
    host: str = "127.0.0.1"
    fast: bool = False
    view_distance: int = 6
    operators: tuple[str, ...] = ()
    scene: Mapping[str, Any] | None = None
    generator: Path | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "world_dir": str(self.world_dir.absolute()) if self.world_dir is not None else None,
            "seed": self.seed,
            "port": self.port,
            "host": self.host,
            "fast": self.fast,
            "view_distance": self.view_distance,
            "operators": list(self.operators),
            "scene": dict(self.scene) if self.scene is not None else None,
            "truth": True,
            "version": VERSION,
            "generator": str(self.generator.absolute()) if self.generator is not None else None,
            "data_dir": str(DATA_DIR.absolute()),
        }


class EmbeddedServer:
    """A running server; `close` saves the world and ends it.

    Attributes:
        host, port: where clients join.
        spawn: the spawn point, block coordinates.

    Raises:
        SetupError: Node or the npm parts are missing, the port is taken, the saved world cannot be used.
        WorldError: the server ended or stalled while it was starting.
    """

    def __init__(
        self,
        config: ServerConfig,
        *,
        on_exit: Callable[[int], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> None:
        self.config = config
        sources = node.prepare(PACKAGE_DIR, on_progress=on_progress)
        file = config.log.absolute().with_suffix(".config.json")  # beside the log: nothing is left elsewhere
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(config.to_json()), encoding="utf-8")
        self._child = ChildProcess(
            [node.find_node(), sources / "main.js", file],
            name="the Minecraft server",
            log=config.log,
            cwd=sources,
            on_exit=on_exit,
        )
        ready = self._child.wait_ready(READY_TIMEOUT_S)
        self.host = str(ready["host"])
        self.port = int(ready["port"])
        x, y, z = (int(part) for part in ready["spawn"])
        self.spawn = (x, y, z)
        self.seed = int(ready["seed"])
        self._truth = TruthClient(self.host, int(ready["truth_port"]), str(ready["truth_key"]))

    @property
    def alive(self) -> bool:
        return self._child.alive

    @property
    def pid(self) -> int:
        return self._child.pid

    def player(self, name: str, *, timeout_s: float = 2.0) -> Mapping[str, Any] | None:
        """What the server knows of a player, or None if it is not there.

        Keys: inventory {item: count} (main, hotbar, off hand, armour), cursor {item: count}, health,
        food, position [m], alive, game_mode, operator.

        Raises:
            WorldError: the server did not answer in time.
        """
        answer = self._truth.ask({"ask": "player", "name": name}, timeout_s)
        found = answer.get("player")
        return found if isinstance(found, dict) else None

    def players(self, *, timeout_s: float = 2.0) -> tuple[str, ...]:
        """The names of who is in the world, the bot among them. Raises WorldError as `player` does."""
        names = self._truth.ask({"ask": "players"}, timeout_s).get("players")
        return tuple(str(name) for name in names) if isinstance(names, list) else ()

    def deeds(self, name: str, after: int = 0, *, timeout_s: float = 2.0) -> Mapping[str, Any]:
        """What a player did after deed number `after`: {"deeds": [...], "last": number, "missed": number}.

        At most 500 at a time, oldest first. Raises WorldError as `player` does.
        """
        return self._truth.ask({"ask": "deeds", "name": name, "after": after}, timeout_s)

    def close(self) -> None:
        """Save and end. Idempotent."""
        self._child.close()

    def __enter__(self) -> EmbeddedServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class TruthClient:
    """Questions to the server itself, one JSON line each over a loopback connection."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self._address = (host, port)
        self._key = key
        self._lock = threading.Lock()
        self._next_id = 0

    def ask(self, question: Mapping[str, Any], timeout_s: float) -> Mapping[str, Any]:
        with self._lock:
            self._next_id += 1
            asked = {**question, "id": self._next_id, "key": self._key}
            try:
                with socket.create_connection(self._address, timeout=timeout_s) as connection:
                    connection.sendall(json.dumps(asked).encode() + b"\n")
                    with connection.makefile("rb") as answers:
                        line = answers.readline(1 << 20)
                answer = json.loads(line)
            except (OSError, ValueError) as failed:
                raise WorldError(
                    f"The Minecraft server did not answer a question about its state: {failed}.",
                    remedy="Look at its log; start it again.",
                ) from failed
            if not isinstance(answer, dict):
                raise WorldError(f"The Minecraft server answered {answer!r}, not an object.")
            return answer
