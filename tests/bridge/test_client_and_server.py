"""What an agent sees of a bridge: calls, halts, leases, stalls, hostile peers on both ends."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
import zmq

from embodied.bridge.client import BridgeClient
from embodied.bridge.server import BridgeServer
from embodied.errors import BadInput, BridgeLost, BridgeRefused, BridgeStalled, SetupError
from tests.bridge.conftest import EchoBody, eventually


@pytest.mark.parametrize(
    "endpoint", ["tcp://0.0.0.0:5555", "tcp://*:1", "tcp://10.0.0.4:1", "inproc://x", "", "ipc://"]
)
def test_endpoints_beyond_this_machine_are_refused(endpoint: str, body: EchoBody) -> None:
    with pytest.raises(BadInput, match=r"127\.0\.0\.1"):
        BridgeServer(body, endpoint)
    with pytest.raises(BadInput, match=r"127\.0\.0\.1"):
        BridgeClient(endpoint)


def test_a_taken_port_is_a_setup_error(server: BridgeServer, body: EchoBody) -> None:
    with pytest.raises(SetupError, match=r"cannot listen at [\s\S]*Choose another port"):
        _ = BridgeServer(body, server.endpoint)


def test_nobody_there_is_lost() -> None:
    with pytest.raises(BridgeLost, match="no answer to hello"):
        BridgeClient("ipc:///tmp/embodied-nobody-is-here", greeting_s=0.2)


def test_halt_from_another_thread_while_a_primitive_is_stuck(client: BridgeClient, body: EchoBody) -> None:
    results = []
    caller = threading.Thread(target=lambda: results.append(client.call("stuck", {})))
    caller.start()
    assert body.started.wait(5.0)
    client.halt("stop")
    caller.join(2.0)
    assert [(result.ok, result.error) for result in results] == [(False, "halted")]


def test_a_body_that_stays_stuck_is_stalled_and_recovers(server: BridgeServer, body: EchoBody) -> None:
    with BridgeClient(server.endpoint, stall_patience_s=0.3) as client:
        with pytest.raises(BridgeStalled, match="silent"):
            client.call("stuck", {}, timeout_s=20.0)
        assert client.state == "stalled"
        with pytest.raises(BridgeStalled):
            client.call("read", {})
        client.halt("stop")
        body.unstick.set()
        assert eventually(lambda: client.state == "idle")
        assert client.call("act", {}).ok


def test_a_call_that_was_given_up_acts_once(server: BridgeServer, body: EchoBody) -> None:
    with BridgeClient(server.endpoint, stall_patience_s=0.3) as client:
        busy = threading.Timer(2.5, body.unstick.set)  # speaks again while the client waits, or just after
        busy.start()
        with pytest.raises(BridgeStalled, match="silent"):
            client.call("stuck", {}, timeout_s=20.0)
        busy.join(10.0)
        assert eventually(lambda: client.state == "idle")
        assert client.call("act", {}).ok
    assert body.ran.count("stuck") == 1


def test_a_call_without_an_answer_is_cancelled(server: BridgeServer, body: EchoBody) -> None:
    with BridgeClient(server.endpoint, stall_patience_s=30.0) as client:
        caller = threading.Thread(target=lambda: client._line.ask("call", {"name": "slow", "args": {}}, 60.0))
        caller.start()
        assert body.started.wait(5.0)
        client._line._give_up_on_stalled(9.0)
        caller.join(10.0)
        assert not caller.is_alive()
        assert client.call("act", {}).ok  # it is not busy: the call was ended there too


def test_events_come_once_and_in_order(client: BridgeClient, server: BridgeServer) -> None:
    seen: list[Mapping[str, Any]] = []
    client.on_event(seen.append)
    for number in range(50):
        server.say("tick", {"n": number})
    assert eventually(lambda: len(seen) == 50)
    assert [event["data"]["n"] for event in seen] == list(range(50))
    assert [event["data"]["n"] for event in client.observe().events] == list(range(50))
    assert client.observe().events == ()


def test_missing_events_whose_answer_was_lost_are_asked_for_again(
    client: BridgeClient, server: BridgeServer
) -> None:
    seen: list[Mapping[str, Any]] = []
    client.on_event(seen.append)
    client._line._refill = "o-whose-answer-was-lost"
    for number in range(5):
        server.say("tick", {"n": number})
    assert eventually(lambda: [event["data"]["n"] for event in seen] == list(range(5)), 10.0)


def test_a_hanging_application_loses_the_lease_and_takes_it_again(
    server: BridgeServer, body: EchoBody
) -> None:
    with BridgeClient(server.endpoint, patience_s=0.1) as client:
        lapsed = threading.Event()
        client.on_event(lambda event: lapsed.set() if event["type"] == "lease_lost" else None)
        assert lapsed.wait(5.0)
        assert body.resting.wait(2.0)
        assert client.call("act", {}).ok


def test_a_second_client_may_read_and_halt_but_not_act(client: BridgeClient, server: BridgeServer) -> None:
    with pytest.raises(BridgeRefused, match=r"no_lease.*another session[\s\S]*Close the other client"):
        BridgeClient(server.endpoint)
    assert client.call("act", {}).ok


def test_a_lost_body_is_bridge_lost(client: BridgeClient, server: BridgeServer) -> None:
    server.lose("the game server closed the connection")
    assert eventually(lambda: bool(client.lost))
    with pytest.raises(BridgeLost, match="game server closed"):
        client.call("act", {})
    client.halt("too late")


def test_a_bug_in_the_body_is_a_value(client: BridgeClient) -> None:
    result = client.call("broken", {})
    assert (result.ok, result.error) == (False, "internal")
    assert "ZeroDivisionError" in result.message
    assert client.call("huge", {}).error == "internal"
    assert client.call("act", {}).ok


def test_assistance_is_counted(client: BridgeClient) -> None:
    assert client.call("xray", {}).assistance == {"sees all": 1}
    blind = client.call("blind", {})  # to find nothing is to know something
    assert (blind.error, blind.assistance) == (
        "none",
        {"sees all": 1},
    )
    assert client.call("act", {}).assistance == {}


def test_a_message_too_long_to_send_is_bad_input(client: BridgeClient) -> None:
    with pytest.raises(BadInput, match="1048576"):
        client.halt("x" * 2_000_000)


def test_hostile_frames_do_not_end_the_server(client: BridgeClient, server: BridgeServer) -> None:
    context = zmq.Context()
    hostile = context.socket(zmq.DEALER)
    hostile.linger = 200
    hostile.connect(server.endpoint)
    try:
        for frame in (
            b"",
            b"\xc1",
            os.urandom(5000),
            b"\x91" * 100_000,
            b"x" * 1_200_000,
            b"\xdf\xff\xff\xff\xff",
        ):
            hostile.send(frame)
        hostile.send_multipart([b"a", b"b", b"c"])
        hostile.send(msgspec.msgpack.encode({"id": "x", "v": 1}))
        assert hostile.poll(5000)
        assert msgspec.msgpack.decode(hostile.recv())["body"]["error"]["code"] == "bad_envelope"
        assert server.dropped == 7
    finally:
        hostile.close()
        context.term()
    assert client.call("act", {}).ok


def _fake_bridge(answers: list[bytes], asked: threading.Event) -> tuple[str, threading.Thread]:
    """A bridge that answers anything with these frames, then falls silent."""
    context = zmq.Context()
    router = context.socket(zmq.ROUTER)
    router.linger = 0
    port = router.bind_to_random_port("tcp://127.0.0.1")

    def serve() -> None:
        if router.poll(5000):
            peer, _frame = router.recv_multipart()
            for answer in answers:
                router.send_multipart([peer, answer])
        asked.wait(10.0)
        router.close()
        context.term()

    thread = threading.Thread(target=serve)
    thread.start()
    return f"tcp://127.0.0.1:{port}", thread


def _result(body: Any) -> bytes:
    message = {
        "v": 1,
        "session": "s",
        "epoch": 1,
        "id": "h1",
        "kind": "result",
        "timeout_ms": 1,
        "body": body,
    }
    return msgspec.msgpack.encode(message)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "malformed"),
        ({"ok": True, "value": 3}, "malformed"),
        ({"ok": True, "value": {}}, "cannot be read"),
        ({"ok": True, "value": {"body": {}, "primitives": [{"name": 1}], "families": []}}, "cannot be read"),
        ({"ok": False, "error": "no"}, "malformed"),
        (
            {"ok": False, "error": {"code": "bad_version", "message": "speaks [2]"}},
            r"bad_version: speaks \[2\]",
        ),
    ],
)
def test_a_bridge_that_talks_nonsense_is_refused(body: Any, expected: str) -> None:
    done = threading.Event()
    endpoint, thread = _fake_bridge([b"\xc1", b"", _result(body)], done)
    try:
        with pytest.raises(BridgeRefused, match=expected):
            BridgeClient(endpoint)
    finally:
        done.set()
        thread.join(5.0)


def test_a_call_that_does_not_stop_bars_the_next_until_it_does(body: EchoBody) -> None:
    server = BridgeServer(body, stopped_within_ms=200)
    try:
        with BridgeClient(server.endpoint, stall_patience_s=0.3) as client:
            assert client.call("stuck", {}, timeout_s=0.1).error == "timeout"
            with pytest.raises(BridgeStalled, match=r"stopped for 0\.2 s|does not answer"):
                client.call("act", {})
            assert client.state == "stalled"
            body.unstick.set()
            assert eventually(lambda: client.state == "idle")
            assert client.call("act", {}).ok
        assert body.ran == ["stuck", "act"]
    finally:
        body.unstick.set()
        server.stop()


class NeverRests(EchoBody):
    """Knows its client, and cannot be brought to rest."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: list[str] = []

    def rest(self, reason: str) -> None:
        raise OSError("the driver does not return")

    def left(self, session: str) -> None:
        self.gone.append(session)


def test_who_leaves_has_left_though_nobody_knows_whether_the_body_rests() -> None:
    body = NeverRests()
    server = BridgeServer(body)
    try:
        with BridgeClient(server.endpoint) as client:
            assert client.call("act", {}).ok
        assert eventually(lambda: len(body.gone) == 1)
    finally:
        server.stop()
