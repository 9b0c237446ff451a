"""The key is in no journal, no cassette, no cache and no message, whatever the endpoint does with it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied.errors import EmbodiedError
from embodied.models import Message
from embodied.models.endpoint import HIDDEN
from embodied.models.line import HttpLine
from tests.models.conftest import KEY, Endpoint, Open, Reply, refused, said

SPELLED = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
HOSTILE = [
    said(f"your key is {KEY}"),
    said(None, refusal=f"not for {KEY}"),
    Reply(f'{{"choices": [{{"message": {{"content": "{SPELLED}"}}}}]}}'),
    refused(400, f"bad key {KEY} " * 30),
    refused(400, "x" * 290 + KEY),
    refused(401, f"Incorrect API key provided: {KEY}"),
    refused(403, KEY),
    refused(404, KEY),
    refused(429, KEY),
    refused(500, KEY),
    Reply({"error": {"message": KEY, "key": KEY}}),
    Reply(f"<html>{KEY}</html>"),
    Reply(f'{{"{KEY}'),
]


def written(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_text(encoding="utf-8")


@pytest.mark.parametrize("cassette", [True, False])
@pytest.mark.parametrize("reply", HOSTILE, ids=range(len(HOSTILE)))
def test_a_server_that_repeats_the_key(
    endpoint: Endpoint,
    open_desk: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reply: Reply,
    cassette: bool,
) -> None:
    if cassette:
        monkeypatch.setenv("EMBODIED_CASSETTE", f"record:{tmp_path / 'traffic.jsonl'}")
    endpoint.plays(reply)
    desk = open_desk(cache=True)
    seen = ""
    try:
        (answer,) = desk.client.ask("planner", [Message("user", f"my key is {KEY}, keep it")])
        seen = answer.text
    except EmbodiedError as error:
        seen = "".join(traceback.format_exception(error)) + repr(vars(error))
    assert endpoint.keys[0] == f"Bearer {KEY}"
    texts = [seen, *written(tmp_path)]
    assert len(texts) > 1
    for text in texts:
        assert KEY not in text
        assert SPELLED not in text
        assert KEY[:-2] not in text
    assert any(HIDDEN in text for text in texts)


def test_a_client_shows_no_key(open_desk: Open) -> None:
    client = open_desk().client
    assert isinstance(client.line, HttpLine)
    assert KEY not in repr(client)
