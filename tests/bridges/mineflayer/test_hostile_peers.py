"""Peers that are well-formed and mean ill, or are no peers at all: others go on unharmed."""

from __future__ import annotations

import random
import socket
from typing import Any

import msgspec
import pytest

from tests.bridges.mineflayer.peer import Peer

pytestmark = pytest.mark.node

POLLUTION: list[dict[str, Any]] = [
    {"__proto__": {"since": 5, "x": 5}},
    {"constructor": {"prototype": {"x": 5}}},
    {"toString": 1, "hasOwnProperty": 1, "valueOf": 1},
]
ODD: list[Any] = [
    None,
    True,
    -1,
    2**64 - 1,
    -(2**63),
    float("inf"),
    "",
    "\0",
    "😀" * 40,
    b"\xff",
    [],
    {},
    [{}],
]


def test_who_does_not_speak_the_transport_is_dropped(endpoint: str, peer: Peer) -> None:
    host, port = endpoint.removeprefix("tcp://").split(":")
    rng = random.Random(3)
    for words in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 4096, rng.randbytes(20_000), b""):
        with socket.create_connection((host, int(port)), timeout=5.0) as stranger:
            stranger.sendall(words)
    assert peer.call("count")["ok"]


def test_a_flood_from_one_who_does_not_read_costs_the_holder_of_the_lease_nothing(
    endpoint: str, peer: Peer
) -> None:
    with Peer(endpoint) as flood:
        for number in range(1500):
            flood.send("hello", {"client": "flood", "versions": [1]}, id=f"h{number}")
        # Sessions are forgotten to make room; the one that holds the lease is not.
        assert peer.call("count")["ok"]
        flood.wait(kind="result", id="h1499")
        assert peer.call("count")["ok"]


@pytest.mark.parametrize("args", POLLUTION, ids=["__proto__", "constructor", "methods"])
def test_names_that_javascript_knows_mean_nothing_here(peer: Peer, args: dict[str, Any]) -> None:
    peer.start("move", args)
    peer.start("read", args)
    assert peer.error(peer.call("move")) == "bad_arguments"
    assert peer.call("observe")["value"]["events"] is not None
    for name in ("constructor", "toString", "hasOwnProperty"):
        assert peer.error(peer.call(name)) == "unknown_primitive"
        assert peer.error(peer.ask(name, {})) == "unknown_kind"
        assert peer.error(peer.call("read", session=name)) == "bad_session"


def test_a_character_cut_in_two_by_a_message_is_mended(peer: Peer) -> None:
    long = "a" * 63 + "😀"
    assert "\ufffd" in peer.call("move", {"x": 1, long: 1})["error"]["message"]
    assert peer.error(peer.call(long)) == "unknown_primitive"
    peer.halt("b" * 199 + "😀")


def test_odd_requests_are_all_answered_with_an_error_or_a_value(peer: Peer) -> None:
    rng = random.Random(11)
    kinds = ["hello", "lease", "call", "cancel", "halt", "event", "result", "progress", "CALL"]
    names = ["read", "move", "observe", "nothing", *ODD]
    for number in range(400):
        kind = rng.choice(kinds)
        body = {
            "name": rng.choice(names),
            "args": rng.choice([{"x": rng.choice(ODD)}, {"since": rng.choice(ODD)}, *ODD]),
            "id": rng.choice(ODD),
            "reason": rng.choice(ODD),
            "versions": rng.choice([*ODD, [1], [None, 1], [2**63]]),
        }
        answer = peer.ask(kind, body, id=f"odd-{number}")
        assert isinstance(answer["ok"], bool)
        assert answer.get("error", {}).get("code") != "internal", (kind, body, answer)
    peer.halt()
    assert peer.call("observe")["ok"]


def test_the_answers_of_the_last_thousand_requests_are_kept(peer: Peer) -> None:
    first = peer.call("count", id="kept")
    for _ in range(1000):
        peer.send_raw(_cancel(peer))
    assert peer.call("count", id="kept") == first


def _cancel(peer: Peer) -> bytes:
    id = peer.send("cancel", {"id": ""})
    return msgspec.msgpack.encode(
        {"v": 1, "session": peer.session, "epoch": 0, "id": id, "kind": "cancel", "timeout_ms": 1, "body": {}}
    )
