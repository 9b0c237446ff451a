"""The engine's own client on the JavaScript bridge: what an agent sees when the body's side misbehaves."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from embodied_mineflayer import BRIDGE
from embodied_mineflayer.bridge import connect, launch

from embodied.bridge.client import BridgeClient
from embodied.errors import BadInput, BridgeLost, SetupError
from embodied.outcome import PrimitiveResult
from tests.bridge.conftest import eventually

pytestmark = pytest.mark.node

Events = list[Mapping[str, Any]]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[BridgeClient]:
    with connect(launch({"body": {"kind": "test"}}, tmp_path), 30.0) as client:
        yield client


@pytest.fixture
def events(client: BridgeClient) -> Events:
    seen: Events = []
    client.on_event(seen.append)
    return seen


def test_a_failure_says_what_the_body_adds_to_it(client: BridgeClient) -> None:
    failed = client.call("move", {"x": 101})
    assert (failed.ok, failed.error, failed.value) == (False, "wall", {"at": 100})
    assert client.call("never", {}, timeout_s=0.1).value == {}


def test_a_halt_from_another_thread_ends_a_call_that_blocks_the_event_loop(
    client: BridgeClient, events: Events
) -> None:
    ended: list[tuple[PrimitiveResult, float]] = []
    began = time.monotonic()

    def block() -> None:
        result = client.call("block", {"ms": 3000})
        ended.append((result, time.monotonic() - began))

    caller = threading.Thread(target=block)
    caller.start()
    assert eventually(lambda: any(event["type"] == "state" for event in events))
    client.halt("enough")
    caller.join(2.0)
    [(result, after_s)] = ended
    assert (result.error, result.message) == ("halted", "enough")
    assert after_s < 2.5
    assert client.state == "stalled"
    # It waits for the body's thread to speak again, and then acts.
    assert client.call("count", {}).value == {"calls": 1}
    assert client.observe().get("rests") not in (0, None)
    assert time.monotonic() - began >= 2.9


def test_a_killed_bridge_is_lost_within_two_seconds(client: BridgeClient) -> None:
    child = client._child
    assert child is not None
    killer = threading.Timer(0.1, os.kill, args=(child.pid, signal.SIGKILL))
    killer.start()
    began = time.monotonic()
    with pytest.raises(BridgeLost, match=r"its process ended \(signal SIGKILL\)"):
        client.call("slow", {})
    assert time.monotonic() - began < 2.1
    killer.join(2.0)


def test_a_lost_body_is_bridge_lost(client: BridgeClient) -> None:
    for name in ("lose", "read"):
        with pytest.raises(BridgeLost, match="the test closed the connection"):
            client.call(name, {})
    assert client.lost
    client.halt("too late")


def test_a_bug_nobody_caught_is_an_event_and_nothing_more(client: BridgeClient, events: Events) -> None:
    assert client.call("crash", {}).ok
    assert eventually(lambda: [event["type"] for event in events] == ["fault"])
    assert client.call("count", {}).ok


def test_events_that_no_message_can_carry_do_not_spoil_the_others(
    client: BridgeClient, events: Events
) -> None:
    said = client.call("shout", {})
    assert said.value == {"text": "\ufffdb"}
    client.call("move", {"x": 1})
    assert eventually(lambda: len(events) == 4)
    assert events[0]["data"] == {"unsendable": "too long"}
    assert "unsendable" in events[1]["data"]
    assert events[2]["data"] == {"text": "a\ufffd"}
    assert [event["type"] for event in client.observe().events] == ["long", "big", "cut", "moved"]


def test_an_application_that_hangs_loses_the_lease_and_takes_it_again(tmp_path: Path) -> None:
    child = launch({"body": {"kind": "test"}, "lease_ms": 300}, tmp_path)
    client = BridgeClient(str(child.wait_ready(30.0)["endpoint"]), child=child, patience_s=0.0)
    with client:
        lapsed = threading.Event()
        client.on_event(lambda event: lapsed.set() if event["type"] == "lease_lost" else None)
        assert lapsed.wait(5.0)
        assert client.call("count", {}).ok


def test_an_endpoint_that_others_can_reach_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"can be reached from other machines[\s\S]*127\.0\.0\.1"):
        BRIDGE.start({"kind": "test", "endpoint": "tcp://0.0.0.0:0"}, run_dir=tmp_path)
    with pytest.raises(BadInput, match=r"127\.0\.0\.1"):
        BridgeClient("tcp://192.0.2.1:9")
