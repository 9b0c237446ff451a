"""Calls of the JavaScript bridge over real sockets: what acts, what is refused, what is stopped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from embodied_mineflayer.bridge import launch

from tests.bridges.mineflayer.peer import Peer

pytestmark = pytest.mark.node


def test_a_call_returns_its_value_and_tells_what_happened(peer: Peer) -> None:
    before = peer.call("observe")["value"]
    answer = peer.call("move", {"x": 2})
    assert answer["value"] == {"x": before["facts"]["x"] + 2}
    assert peer.wait(kind="event", type="moved")["seq"] == before["seq"] + 1
    seen = peer.call("observe", {"since": before["seq"]})["value"]
    assert [event["type"] for event in seen["events"]] == ["moved"]
    assert seen["seq"] == before["seq"] + 1


def test_an_expected_failure_has_its_code_and_data(peer: Peer) -> None:
    error = peer.call("move", {"x": 101})["error"]
    assert error == {"code": "wall", "message": "there is a wall at 100 m", "data": {"at": 100}}


def test_progress_comes_before_the_result(peer: Peer) -> None:
    id = peer.start("slow", timeout_ms=200)
    assert peer.wait(kind="progress", id=id) == {"begun": True}
    assert peer.error(peer.wait(kind="result", id=id)) == "timeout"


def test_assistance_is_named(peer: Peer) -> None:
    assert peer.call("xray") == {"ok": True, "value": {}, "assistance": {"xray": 1}}


def test_a_repeated_id_acts_once(peer: Peer) -> None:
    first = peer.call("count", id="same")
    assert peer.call("count", id="same") == first
    assert peer.call("count")["value"]["calls"] == first["value"]["calls"] + 1


def test_wrong_calls_are_refused_with_a_hint(peer: Peer) -> None:
    unknown = peer.call("mov", {"x": 1})["error"]
    assert (unknown["code"], "Did you mean 'move'" in unknown["message"]) == ("unknown_primitive", True)
    wrong = peer.call("move", {"x": "far"})["error"]
    assert (wrong["code"], wrong["message"]) == ("bad_arguments", "move(): argument x must be number")
    extra = peer.call("move", {"x": 1, "xx": 2})["error"]
    assert "there is no argument 'xx'" in extra["message"]
    assert peer.error(peer.call("move", {"x": float("nan")})) == "bad_arguments"


def test_only_the_holder_of_the_lease_moves_and_anyone_halts(peer: Peer, endpoint: str) -> None:
    with Peer(endpoint) as other:
        other.hello(lease=False)
        assert other.error(other.call("count")) == "no_lease"
        assert other.error(other.ask("lease", {})) == "no_lease"
        assert other.call("read")["ok"]
        id = peer.start("slow")
        peer.wait(kind="progress", id=id)
        other.halt("enough")
        assert peer.wait(kind="result", id=id)["error"] == {"code": "halted", "message": "enough"}


def test_one_moving_call_at_a_time_and_reads_beside_it(peer: Peer) -> None:
    slow = peer.start("slow")
    assert peer.error(peer.call("count")) == "busy"
    assert peer.call("read")["ok"]
    assert peer.ask("cancel", {"id": slow})["value"] == {"cancelled": True}
    assert peer.error(peer.wait(kind="result", id=slow)) == "cancelled"
    assert peer.call("count")["ok"]


def test_calls_of_an_older_epoch_are_refused(peer: Peer) -> None:
    peer.halt()
    error = peer.call("count", epoch=peer.epoch - 1)["error"]
    assert (error["code"], error["data"]) == ("stale_epoch", {"epoch": peer.epoch})


def test_the_next_call_waits_for_one_that_stops_late_and_is_refused_if_it_does_not(tmp_path: Path) -> None:
    config = {"body": {"kind": "test"}, "lease_ms": 60_000, "stopped_within_ms": 400}
    with launch(config, tmp_path) as child, Peer(child.wait_ready(30.0)["endpoint"]) as peer:
        peer.hello()
        assert peer.error(peer.call("deaf", {"ms": 300}, timeout_ms=100)) == "timeout"
        assert peer.call("count")["value"] == {"calls": 1}
        assert peer.error(peer.call("deaf", {"ms": 2000}, timeout_ms=100)) == "timeout"
        assert peer.error(peer.call("count")) == "stalled"
        assert peer.wait(kind="event", type="state")["data"] == {"state": "stalled"}
        assert peer.error(peer.call("count")) == "stalled"
        assert peer.wait(kind="event", type="state")["data"] == {"state": "idle"}
        assert peer.call("count")["value"] == {"calls": 2}
        assert peer.error(peer.call("never", timeout_ms=100)) == "timeout"
        assert peer.error(peer.call("count")) == "stalled"


def test_a_halt_is_answered_while_the_event_loop_is_blocked(peer: Peer) -> None:
    began = time.monotonic()
    id = peer.start("block", {"ms": 2600})
    peer.halt("now")
    halted_after = time.monotonic() - began
    assert peer.error(peer.wait(kind="result", id=id)) == "halted"
    assert peer.wait(kind="event", type="state")["data"] == {"state": "stalled"}
    assert peer.error(peer.call("read")) == "stalled"
    peer.wait(kind="event", type="halt_unconfirmed")
    assert peer.wait(kind="event", type="state")["data"] == {"state": "idle"}
    assert halted_after < 2.0 < 2.6 <= time.monotonic() - began + 0.1
    assert peer.call("count")["ok"]


def test_a_lease_that_is_not_renewed_lapses_and_the_body_rests(own_endpoint: str) -> None:
    with Peer(own_endpoint) as peer:
        peer.hello()
        assert peer.error(peer.wait(kind="result", id=peer.start("slow"))) == "lease_lost"
        peer.wait(kind="event", type="lease_lost")
        assert peer.error(peer.call("count")) == "no_lease"
        assert peer.call("observe")["value"]["facts"]["rests"] >= 1
        assert peer.ask("lease", {})["ok"]
        assert peer.call("count")["ok"]


def test_what_is_broken_in_the_body_ends_a_call_and_not_the_bridge(peer: Peer) -> None:
    assert peer.call("crash")["ok"]
    assert peer.wait(kind="event", type="fault")["data"] == {"message": "a bug in the body"}
    assert "cannot be sent" in peer.call("odd")["error"]["message"]
    assert "too long" in peer.call("huge")["error"]["message"]
    assert peer.call("read")["ok"]


def test_a_lost_body_refuses_calls_and_answers_a_halt(own_endpoint: str) -> None:
    with Peer(own_endpoint) as peer:
        peer.hello()
        peer.call("lose")
        lost = peer.wait(kind="event", type="state")["data"]
        assert lost == {"state": "lost", "reason": "the test closed the connection"}
        assert peer.error(peer.call("read")) == "lost"
        peer.halt()
