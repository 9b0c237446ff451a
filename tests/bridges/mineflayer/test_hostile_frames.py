"""Whatever arrives, the JavaScript bridge stays up and goes on answering others."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from tests.bridges.mineflayer.peer import Peer

pytestmark = pytest.mark.node

encode = msgspec.msgpack.encode
GOOD: dict[str, Any] = {
    "v": 1,
    "session": "",
    "epoch": 0,
    "id": "x",
    "kind": "call",
    "timeout_ms": 1000,
    "body": {},
}
WRONG: list[Any] = [None, True, -1, 1.5, 2**63, "", "x" * 70, "\0", [], {}, b"\xff", [[]], {"__proto__": 1}]


def test_random_and_cut_frames(endpoint: str, peer: Peer) -> None:
    rng = random.Random(7)
    whole = encode({**GOOD, "body": {"name": "read", "args": {"a": [1, "b", {"c": None}]}}})
    with Peer(endpoint) as hostile:
        for _ in range(1500):
            hostile.send_raw(rng.randbytes(rng.randrange(0, 64)))
        for cut in range(len(whole)):
            hostile.send_raw(whole[:cut])
        for _ in range(1500):
            flipped = bytearray(whole)
            flipped[rng.randrange(len(flipped))] = rng.randrange(256)
            hostile.send_raw(bytes(flipped))
        hostile.send_raw(b"a", b"b", b"c")
        hostile.hello(lease=False)
    assert peer.call("count")["ok"]


@pytest.mark.parametrize(
    "frame",
    [
        b"x" * (1 << 20) + b"x",
        b"\x91" * (1 << 20),
        b"\x81\xa1a" * 300_000,
        b"\xdd\x00\x0f\xff\xff" * 200_000,
        b"\xdf\x7f\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        encode({**GOOD, "id": "y" * 500_000}),
    ],
    ids=["oversized", "deep arrays", "deep maps", "nested lengths", "long map", "long bytes", "long id"],
)
def test_dear_frames_cost_nothing(endpoint: str, frame: bytes) -> None:
    with Peer(endpoint) as hostile:
        for _ in range(5):
            hostile.send_raw(frame)
        hostile.hello(lease=False)


def test_a_body_nested_too_deep_is_not_acted_on(peer: Peer) -> None:
    nested: Any = 1
    for _ in range(400):
        nested = [nested]
    peer.send("call", {"name": "read", "args": {"a": nested}})
    assert peer.call("read")["ok"]


@pytest.mark.parametrize("field", [field for field in GOOD if field != "id"])
def test_wrong_types_are_answered_and_named(endpoint: str, field: str) -> None:
    with Peer(endpoint) as hostile:
        hostile.hello(lease=False)
        for number, wrong in enumerate(WRONG):
            if isinstance(wrong, (dict, list)) and str(wrong).count("__proto__"):
                continue
            message = {**GOOD, "session": hostile.session, "id": f"{field}{number}", field: wrong}
            hostile.send_raw(encode(message))
            answer = hostile.wait(kind="result", id=f"{field}{number}")
            assert answer["ok"] is False
        hostile.send_raw(encode({**GOOD, field: {"__proto__": 1}}))
        assert hostile.call("read")["ok"]


def test_broken_text_is_not_echoed(endpoint: str) -> None:
    with Peer(endpoint) as hostile:
        frame = encode({**GOOD, "id": "abcd", "body": {"name": "efgh"}})
        hostile.send_raw(frame.replace(b"abcd", b"\xff\xfe\xed\xa0"))
        hostile.send_raw(frame.replace(b"efgh", b"\xff\xfe\xed\xa0"))
        hostile.hello(lease=False)


def test_another_version_is_refused_by_name(endpoint: str) -> None:
    with Peer(endpoint) as peer:
        newer = peer.ask("hello", {"client": "test", "versions": [2, 3]})["error"]
        assert newer["code"] == "bad_version"
        assert "[2,3]" in newer["message"]
        assert "[1]" in newer["message"]
        assert peer.error(peer.ask("hello", {"client": "test", "versions": [1]}, v=2)) == "bad_version"
        assert peer.error(peer.ask("call", {"name": "read", "args": {}}, session="none")) == "bad_session"
        peer.hello(lease=False)
        assert peer.error(peer.ask("constructor", {})) == "unknown_kind"
        assert peer.error(peer.call("__proto__")) == "unknown_primitive"
