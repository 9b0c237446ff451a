"""Recorded traffic: every exchange with a model as one JSON line, played back by what was asked.

    EMBODIED_CASSETTE=record:PATH    ask for real, and append each exchange to PATH
    EMBODIED_CASSETTE=replay:PATH    ask nobody; the same question gets the recorded answers, in their order

A line holds the request's body, which never has the key in it, and the answer's body with its usage.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embodied.errors import BadInput, NotRecorded
from embodied.models.endpoint import Endpoint
from embodied.models.line import Exchange, Line

VARIABLE = "EMBODIED_CASSETTE"
VERSION = 1


def request_hash(body: Mapping[str, Any]) -> str:
    """The same for the same question, whatever the order of its fields."""
    plain = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def cassette_asked_for(environ: Mapping[str, str] = os.environ) -> tuple[str, Path] | None:
    """("record" or "replay", path) from the environment; raises BadInput if it cannot be read."""
    text = environ.get(VARIABLE, "")
    if not text:
        return None
    mode, _, path = text.partition(":")
    if mode not in ("record", "replay") or not path:
        raise BadInput(
            f"{VARIABLE} is {text!r}; expected record:PATH or replay:PATH.",
            remedy=f"For instance {VARIABLE}=record:traffic.jsonl.",
        )
    return mode, Path(path).expanduser()


class RecordingLine:
    """Passes requests on to another line, and appends what came to a cassette."""

    def __init__(self, line: Line, path: Path, endpoint: Endpoint) -> None:
        self._line = line
        self._path = path
        self._endpoint = endpoint
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("a").close()
        except OSError as refused:
            raise BadInput(
                f"The cassette {path} cannot be written: {refused.strerror}.",
                remedy=f"Name another file: {VARIABLE}=record:PATH.",
            ) from refused

    def post(self, body: Mapping[str, Any], *, deadline_s: float, stop: threading.Event) -> Exchange:
        exchange = self._line.post(body, deadline_s=deadline_s, stop=stop)
        if exchange.failure != "stopped":
            entry = _entry(body, exchange)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(self._endpoint.hide(entry), ensure_ascii=False) + "\n")
        return exchange

    def models(self) -> list[str]:
        return self._line.models()

    def close(self) -> None:
        self._line.close()


class ReplayLine:
    """Answers from a cassette. The same request gets its recorded answers one after the other.

    Raises:
        BadInput: the cassette is missing, damaged, or from a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._recorded: dict[str, deque[Exchange]] = defaultdict(deque)
        for number, line in enumerate(_lines(path), 1):
            if line.strip():
                key, exchange = _read(line, f"{path}:{number}")
                self._recorded[key].append(exchange)

    def post(self, body: Mapping[str, Any], *, deadline_s: float, stop: threading.Event) -> Exchange:
        waiting = self._recorded.get(request_hash(body))
        if not waiting:
            told = "was asked more often than it was recorded" if waiting is not None else "is not in it"
            raise NotRecorded(
                f"The cassette {self._path} is played, and a question to {body.get('model')} {told}.",
                remedy=f"A changed prompt is a new question: record again with {VARIABLE}=record:PATH.",
            )
        return waiting.popleft()

    def models(self) -> list[str]:
        return []

    def close(self) -> None:
        """Nothing to close."""


def _entry(body: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
    try:
        response = json.loads(exchange.text)
    except ValueError:
        response = exchange.text
    return {
        "v": VERSION,
        "hash": request_hash(body),
        "request": dict(body),
        "status": exchange.status,
        "failure": exchange.failure,
        "seconds": round(exchange.seconds, 3),
        "response": response,
    }


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as broken:
        raise BadInput(
            f"The cassette {path} cannot be read: {broken}.",
            remedy=f"Record one with {VARIABLE}=record:PATH.",
        ) from broken


def _read(line: str, place: str) -> tuple[str, Exchange]:
    try:
        entry = json.loads(line)
        if entry["v"] > VERSION:
            raise BadInput(f"{place}: cassette version {entry['v']}; this program reads up to {VERSION}.")
        response = entry["response"]
        text = response if isinstance(response, str) else json.dumps(response, ensure_ascii=False)
        exchange = Exchange(int(entry["status"]), text, float(entry["seconds"]), None, str(entry["failure"]))
        return request_hash(entry["request"]), exchange
    except (ValueError, KeyError, TypeError) as damaged:
        raise BadInput(
            f"{place}: not a recorded exchange ({damaged}).", remedy="Record it again."
        ) from damaged
