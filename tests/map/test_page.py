"""The live page: answers on this machine only, streams states, and treats all text as text."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from embodied.errors import BridgeLost
from embodied.map.chart import Chart, Mark, chart, snapshot
from embodied.map.page import FILES, MapPage
from embodied.outcome import PrimitiveResult
from embodied.primitives import PrimitiveSpec
from embodied.world import BodySpec

HOSTILE = "<img src=x onerror=alert(1)></script>"
RECORDS: list[dict[str, Any]] = [
    {"type": "run_started", "t": 1.0, "run": "r", "goal": "get a log", "world": "minecraft", "seed": 7},
    {"type": "observed", "t": 2.0, "facts": {"position": [0.5, 64.0, 0.5], "inventory": {"oak_log": 1}}},
    {"type": "call_started", "t": 3.0, "call": 1, "name": "dig", "args": {"x": 4, "y": 64, "z": -2}},
    {"type": "call_ended", "t": 4.0, "call": 1, "ok": True},
    {"type": "call_started", "t": 5.0, "call": 2, "name": "dig", "args": {"x": 9, "y": 64, "z": 9}},
    {"type": "call_ended", "t": 6.0, "call": 2, "ok": False, "error": "no_path"},
    {"type": "observed", "t": 7.0, "facts": {"position": [3.5, 64.0, -1.5], "inventory": {"oak_log": 2}}},
    {"type": "event", "t": 8.0, "event": {"seq": 1, "type": "chat", "data": {"text": HOSTILE}}},
]


@pytest.fixture
def page() -> Iterator[MapPage]:
    with MapPage() as served:
        yield served


def get(page: MapPage, path: str, host: str = "") -> http.client.HTTPResponse:
    port = int(page.address.rstrip("/").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
    return connection.getresponse()


def test_the_chart_keeps_the_way_and_what_was_really_dug() -> None:
    drawn = Chart()
    for record in RECORDS:
        drawn = chart(drawn, record)
    assert drawn.trail == ((0.5, 64.0, 0.5), (3.5, 64.0, -1.5))
    assert drawn.marks == (Mark("dug", (4.0, 64.0, -2.0)),)
    assert snapshot(drawn)["inventory"] == {"oak_log": 2}


def test_every_file_is_served_with_a_policy_that_lets_nothing_else_in(page: MapPage) -> None:
    for path in FILES:
        with get(page, path) as answer:
            assert answer.status == 200
            assert "default-src 'none'" in (answer.getheader("Content-Security-Policy") or "")
            body = answer.read().decode()
            assert "http://" not in body
            assert "https://" not in body
            assert "innerHTML" not in body


def test_a_stranger_name_is_refused(page: MapPage) -> None:
    with get(page, "/states", host="evil.example:80") as answer:
        assert answer.status == 403
        answer.read()


def test_unknown_paths_are_not_found(page: MapPage) -> None:
    with get(page, "/../page.py") as answer:
        assert answer.status == 404
        answer.read()


def test_the_stream_has_the_state_and_each_change(page: MapPage) -> None:
    for record in RECORDS[:3]:
        page.on_record(record)
    with get(page, "/states") as answer:
        first = _state(answer)
        assert first["goal"] == "get a log"
        for record in RECORDS[3:]:
            page.on_record(record)
        later = _state(answer)
        assert HOSTILE in later["events"][-1][1]
        assert later["marks"] == [["dug", 4.0, 64.0, -2.0]]


def test_the_last_state_is_seen_before_the_page_closes() -> None:
    with MapPage() as page:
        answer = get(page, "/states")
        assert _state(answer)["verdict"] == ""
        page.on_record({"type": "run_ended", "t": 9.0, "verdict": "PASSED", "reason": "done"})
    with answer:
        assert _state(answer)["verdict"] == "PASSED"


class Surveyed:
    """A body that has a `survey`, until it is gone."""

    LAND: ClassVar[dict[str, Any]] = {
        "x0": -1,
        "z0": -1,
        "size": 2,
        "names": ["grass_block"],
        "blocks": [0, 0, 0, -1],
        "heights": [63, 63, 64, 0],
    }

    def __init__(self, *primitives: str) -> None:
        named = dict.fromkeys(primitives, PrimitiveSpec("survey", "", {}, {}))
        self.spec = BodySpec("test", "test", named, {}, {})
        self.calls = 0
        self.gone = threading.Event()

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        self.calls += 1
        if self.calls > 1:
            self.gone.set()
            raise BridgeLost("the world was closed")
        return PrimitiveResult(True, self.LAND)


def test_the_land_is_streamed_and_a_world_that_is_gone_is_let_go(
    page: MapPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embodied.map.page.SECONDS_BETWEEN_SURVEYS", 0.01)
    body = Surveyed("survey")
    page.on_world(body)  # type: ignore[arg-type]
    with get(page, "/states") as answer:
        assert _next(answer, b"event: land") == Surveyed.LAND
        page.on_record(RECORDS[0])
        assert body.gone.wait(5)
        assert _state(answer)["goal"] in ("", "get a log")
    assert not any(line.startswith("map survey") for line in _threads_left())


def test_a_body_without_a_survey_is_not_asked(page: MapPage) -> None:
    body = Surveyed()
    page.on_world(body)  # type: ignore[arg-type]
    page.on_record(RECORDS[0])
    with get(page, "/states") as answer:
        assert answer.readline().startswith(b"data: ")
    assert body.calls == 0


def _threads_left() -> list[str]:
    """The names of the threads of a page that still run a moment later."""
    for thread in threading.enumerate():
        if thread.name == "map survey":
            thread.join(5)
    return [thread.name for thread in threading.enumerate()]


def _next(answer: http.client.HTTPResponse, event: bytes) -> Any:
    while True:
        line = answer.readline()
        assert line, "the stream ended"
        if line.strip() == event:
            return json.loads(answer.readline()[6:])


def _state(answer: http.client.HTTPResponse) -> dict[str, Any]:
    while True:
        line = answer.readline()
        assert line, "the stream ended"
        if line.startswith(b"event: "):
            answer.readline()
        elif line.startswith(b"data: "):
            state: dict[str, Any] = json.loads(line[6:])
            return state
