"""While a body moves, its lease may be shorter than when it rests: a real arm's is."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import msgspec

from embodied.bridge.client import BridgeClient
from embodied.bridge.core import BridgeCore
from embodied.bridge.effects import Rest, Send
from embodied.bridge.envelope import Envelope
from embodied.bridge.server import BridgeServer
from embodied.bridge.sessions import Session
from tests.bridge.conftest import EchoBody, eventually
from tests.bridge.test_vectors import SPECS


class Bridge:
    """A core with one session that has the lease, and a clock that only the test moves [ms]."""

    def __init__(self, moving_lease_ms: int) -> None:
        self._ids = itertools.count(1)
        names = (f"s{number}" for number in itertools.count(1))
        hello: dict[str, Any] = {"body": {}, "primitives": [], "families": []}
        self.core = BridgeCore(hello, SPECS, lambda: next(names), 2000, moving_lease_ms)
        self.at(0)
        self.said = self.ask("hello", {"client": "t", "versions": [1]})
        self.ask("lease", {})

    def ask(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        envelope = {
            "v": 1,
            "session": "" if kind == "hello" else "s1",
            "epoch": 1,
            "id": f"r{next(self._ids)}",
            "kind": kind,
            "timeout_ms": 60000,
            "body": body,
        }
        effects = self.core.receive("c", msgspec.msgpack.encode(envelope))
        answers = [effect.envelope.body for effect in effects if isinstance(effect, Send)]
        return dict(answers[0].get("value", answers[0])) if answers else {}

    def at(self, now: int) -> bool:
        """Whether the body is told to rest because the lease lapsed."""
        lapsed = any(isinstance(effect, Rest) for effect in self.core.advance(now))
        self.core.body_alive()
        return lapsed


def test_a_moving_body_is_let_go_soon_and_a_resting_one_later() -> None:
    bridge = Bridge(200)
    assert bridge.said["moving_lease_ms"] == 200
    assert not bridge.at(1500)
    bridge.ask("call", {"name": "slow", "args": {}})  # a call is a sign of life too
    assert not bridge.at(1650)
    bridge.ask("lease", {})
    assert not bridge.at(1840)
    assert bridge.at(1850)


def test_unless_said_it_makes_no_difference_whether_the_body_moves() -> None:
    bridge = Bridge(0)
    assert "moving_lease_ms" not in bridge.said
    bridge.at(1500)
    bridge.ask("call", {"name": "slow", "args": {}})
    assert not bridge.at(1999)
    assert bridge.at(2000)


def test_who_gives_the_lease_back_does_not_ask_for_it_again(body: EchoBody) -> None:
    """Signs of life, sent while the answer was awaited, took it again: the next client was refused."""
    body.moving_lease_ms = 40  # type: ignore[attr-defined]
    server = BridgeServer(body)
    try:
        leaving = BridgeClient(server.endpoint)
        release = server._core._on_release

        def late(peer: str, session: Session, message: Envelope) -> dict[str, Any]:
            server._core._on_release = release  # type: ignore[method-assign]
            assert eventually(lambda: leaving._line._pinged is not None)
            return release(peer, session, message)

        server._core._on_release = late  # type: ignore[method-assign]
        leaving.close()
        with BridgeClient(server.endpoint) as following:
            assert following.call("act", {}).ok
    finally:
        server.stop()


def test_the_first_call_of_a_client_keeps_a_short_lease(body: EchoBody) -> None:
    """A client that had just asked for its lease renewed it half a second later, when it was gone."""
    body.moving_lease_ms = 200  # type: ignore[attr-defined]
    server = BridgeServer(body)
    try:
        with BridgeClient(server.endpoint) as client:
            halt = threading.Timer(0.7, client.halt, ("that was long enough",))
            halt.start()
            result = client.call("slow", {})
            halt.join(5.0)
        assert result.error == "halted"
    finally:
        server.stop()
