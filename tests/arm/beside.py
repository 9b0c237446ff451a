"""The machine beside an arm that is served, for tests at an agent's end."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")

from embodied_arm.remote import RemoteArm

from embodied.arms import consent
from embodied.arms.log import NAME
from embodied.bridge.keys import admit, make_pair
from embodied.bridge.process import ChildProcess
from embodied.errors import BridgeRefused
from embodied.plugins import load_bridge
from tests.arm.test_process import installed

__all__ = ["installed"]

TERMS = {"driver": "kinematic", "arm": "arm-7", "scene": {"red_cube": {"size": [0.05, 0.05, 0.05]}}}
LIMITS = {"hand_speed": 0.2}
FAR = {"x": 0.5, "y": 0.4, "z": 0.2, "speed": 0.2}


@dataclass
class There:
    """The machine beside the arm, and what an agent elsewhere needs of it."""

    folder: Path
    here: Path
    port: int
    child: ChildProcess
    agents: list[RemoteArm] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "run" / NAME

    @property
    def audit(self) -> list[str]:
        return [str(line["what"]) for line in consent.read_audit(self.folder)]

    def config(self, **more: Any) -> dict[str, Any]:
        keys = {"folder": str(self.here), "name": "laptop", "bridge": str(self.folder / "keys" / "arm.key")}
        return {
            "connect": f"tcp://127.0.0.1:{self.port}",
            "operator": f"tcp://127.0.0.1:{self.port + 1}",
            "keys": keys,
            "name": "arm-7",
            "terms": TERMS,
            "limits": {},
            **more,
        }

    def agent(self, run: str = "agent", **more: Any) -> RemoteArm:
        world = load_bridge("arm").start(self.config(**more), run_dir=self.folder.parent / run)
        assert isinstance(world, RemoteArm)
        self.agents.append(world)
        return world

    def next_agent(self) -> RemoteArm:
        """One more, as soon as the lease of the one before has lapsed."""
        deadline = time.monotonic() + 20.0
        while True:
            try:
                return self.agent("again")
            except BridgeRefused:
                assert time.monotonic() < deadline


@contextmanager
def two_ports() -> Iterator[int]:
    """The first of two ports in a row, kept for who listens there: bound, so that nobody else is given them,
    and never listening, so that somebody may."""
    with ExitStack() as kept:
        for _ in range(50):
            one = _bound(0)
            kept.callback(one.close)
            port = int(one.getsockname()[1])
            try:
                kept.callback(_bound(port + 1).close)
            except (OSError, OverflowError):
                continue
            yield port
            return
    raise AssertionError("no two free ports in a row")


def _bound(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("0.0.0.0", port))
    except BaseException:
        made.close()
        raise
    return made


@pytest.fixture
def there(installed: None, tmp_path: Path) -> Iterator[There]:
    make_pair(tmp_path / "there" / "keys", "arm")
    admit(tmp_path / "there" / "keys", make_pair(tmp_path / "here", "laptop"))
    with served(tmp_path, "0.0.0.0", {"folder": str(tmp_path / "there" / "keys"), "name": "arm"}) as one:
        yield one


@contextmanager
def served(tmp_path: Path, host: str, keys: Mapping[str, str] | None) -> Iterator[There]:
    with two_ports() as port:
        yield from _served(tmp_path, host, keys, port)


def _served(tmp_path: Path, host: str, keys: Mapping[str, str] | None, port: int) -> Iterator[There]:
    folder = tmp_path / "there"
    config = {
        "driver": "kinematic",
        "settings": {"real": True},
        "limits": LIMITS,
        "name": "arm-7",
        "endpoint": f"tcp://{host}:{port}",
        "keys": keys,
        "serve": {
            "arm": "arm-7",
            "needs_consent": True,
            "terms": TERMS,
            "operator": f"tcp://{host}:{port + 1}",
            "audit": str(folder),
        },
    }
    child, _ = load_bridge("arm").serve(config, run_dir=folder / "run")  # type: ignore[attr-defined]
    one = There(folder, tmp_path / "here", port, child)
    yield one
    for agent in one.agents:
        agent.close()
    child.close()
