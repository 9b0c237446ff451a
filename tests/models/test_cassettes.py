"""Traffic is recorded once and played for ever, with nobody there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embodied.errors import BadInput, NotRecorded
from embodied.models import Message
from tests.models.conftest import Endpoint, Open, refused, said

HELLO = [Message("user", "Say hello.")]
AGAIN = [Message("user", "Say it again.")]


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "tapes" / "traffic.jsonl"


def recorded(endpoint: Endpoint, open_desk: Open, monkeypatch: pytest.MonkeyPatch, cassette: Path) -> None:
    monkeypatch.setenv("EMBODIED_CASSETTE", f"record:{cassette}")
    endpoint.plays(refused(500, "oops"), said("one", "two"), said("three"), said("four"))
    client = open_desk(cache=True).client
    client.ask("planner", HELLO, samples=2)
    client.ask("critic", AGAIN)
    client.ask("critic", AGAIN)
    monkeypatch.setenv("EMBODIED_CASSETTE", f"replay:{cassette}")
    monkeypatch.delenv("OPENAI_API_KEY")


def test_what_was_recorded_is_played(
    endpoint: Endpoint, open_desk: Open, monkeypatch: pytest.MonkeyPatch, cassette: Path
) -> None:
    recorded(endpoint, open_desk, monkeypatch, cassette)
    entries = [json.loads(line) for line in cassette.read_text().splitlines()]
    assert [entry["status"] for entry in entries] == [500, 200, 200, 200]
    assert entries[1]["response"]["usage"]["prompt_tokens"] == 100
    desk = open_desk(base_url="", price_in=1.0)
    assert [answer.text for answer in desk.client.ask("planner", HELLO, samples=2)] == ["one", "two"]
    texts = [desk.client.ask("critic", AGAIN)[0].text for _ in range(2)]
    assert texts == ["three", "four"]
    assert len(endpoint.requests) == 4
    assert (desk.budget.model_calls, desk.budget.used.prompt_tokens) == (3, 300)
    assert desk.budget.used.cost == pytest.approx(0.0003)


def test_a_question_that_was_not_recorded(
    endpoint: Endpoint, open_desk: Open, monkeypatch: pytest.MonkeyPatch, cassette: Path
) -> None:
    recorded(endpoint, open_desk, monkeypatch, cassette)
    client = open_desk().client
    with pytest.raises(NotRecorded, match="is not in it") as caught:
        client.ask("planner", [Message("user", "Something new.")])
    assert "record:PATH" in caught.value.remedy
    client.ask("critic", AGAIN)
    client.ask("critic", AGAIN)
    with pytest.raises(NotRecorded, match="more often than it was recorded"):
        client.ask("critic", AGAIN)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read"),
        ('{"v": 1, "requ', "not a recorded exchange"),
        ('{"v": 1}', "not a recorded exchange"),
        ('{"v": 9}', "version 9"),
    ],
)
def test_a_cassette_that_cannot_be_played(
    open_desk: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, told: str
) -> None:
    path = tmp_path / "tape.jsonl"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("EMBODIED_CASSETTE", f"replay:{path}")
    with pytest.raises(BadInput, match=told):
        open_desk()


def test_a_cassette_that_cannot_be_understood(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_CASSETTE", "rewind:there")
    with pytest.raises(BadInput, match="record:PATH or replay:PATH"):
        open_desk()
