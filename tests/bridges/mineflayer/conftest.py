"""The JavaScript bridge with its test body, which needs no Minecraft."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from embodied_mineflayer.bridge import launch

from tests.bridges.mineflayer.peer import Peer

LONG_LEASE_MS = 60_000


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One bridge for all tests that leave it as they found it."""
    config = {"body": {"kind": "test"}, "lease_ms": LONG_LEASE_MS}
    with launch(config, tmp_path_factory.mktemp("bridge")) as child:
        yield child.wait_ready(30.0)["endpoint"]
        assert child.alive


@pytest.fixture
def peer(endpoint: str) -> Iterator[Peer]:
    with Peer(endpoint) as peer:
        peer.hello()
        yield peer
        peer.halt()
        assert peer.ask("release", {})["ok"]


@pytest.fixture
def own_endpoint(tmp_path: Path) -> Iterator[str]:
    """A bridge of this test alone, with a short lease."""
    with launch({"body": {"kind": "test"}, "lease_ms": 300}, tmp_path) as child:
        yield child.wait_ready(30.0)["endpoint"]
