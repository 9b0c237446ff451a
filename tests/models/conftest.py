"""A real HTTP server that speaks the protocol of OpenAI, and does wrong on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from embodied.budget import Budget
from embodied.journal import Journal, read
from embodied.launchfile import Limits
from embodied.models.client import OpenAIClient, connect
from embodied.models.patience import Patience
from embodied.models.settings import Model

KEY = "sk-test-0123456789abcdef"
DEADLINE_S = 20.0


@dataclass
class Reply:
    """What the server does with one request: a status and a body, or a fault of the transport."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""


def said(*texts: str | None, finish: str = "stop", refusal: str | None = None, usage: bool = True) -> Reply:
    """A completion with these answers."""
    choices = [
        {
            "index": number,
            "finish_reason": finish,
            "message": {"role": "assistant", "content": text, "refusal": refusal},
        }
        for number, text in enumerate(texts)
    ]
    body: dict[str, Any] = {"id": "c1", "object": "chat.completion", "model": "m", "choices": choices}
    if usage:
        body["usage"] = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    return Reply(body)


def refused(status: int, message: str, code: str = "", **headers: str) -> Reply:
    error = {"message": message, "type": "error", "code": code or None}
    return Reply({"error": error}, status, {key.replace("_", "-"): value for key, value in headers.items()})


Decide = Callable[[dict[str, Any]], Reply]


class Endpoint:
    """Plays replies in order, the last one for ever; or asks a function. Keeps what it was sent."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [said("hello")]
        self.decide: Decide | None = None
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.released = threading.Event()
        self.asked = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def plays(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(DEADLINE_S)

    def _next(self, body: dict[str, Any]) -> Reply:
        self.requests.append(body)
        self.asked.set()
        if self.decide is not None:
            return self.decide(body)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Silent."""

            def do_GET(self) -> None:
                self._send(Reply({"object": "list", "data": [{"id": "small-model"}, {"id": "large-model"}]}))

            def do_POST(self) -> None:
                endpoint.keys.append(self.headers.get("authorization", ""))
                length = int(self.headers.get("content-length", 0))
                self._send(endpoint._next(json.loads(self.rfile.read(length))))

            def _send(self, reply: Reply) -> None:
                data = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
                raw = data.encode()
                if reply.fault == "late":
                    endpoint.released.wait(DEADLINE_S)
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                self.send_header("content-type", "application/json")
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.fault == "chunks cut":
                    self.send_header("transfer-encoding", "chunked")
                    self.end_headers()
                    self.wfile.write(f"{len(raw[:20]):x}\r\n".encode() + raw[:20] + b"\r\n")
                    self.close_connection = True
                    return
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                if reply.fault == "drip":
                    self._drip(raw)
                    return
                self.wfile.write(raw[:20] if reply.fault == "cut" else raw)
                self.close_connection = bool(reply.fault)

            def _drip(self, raw: bytes) -> None:
                until = time.monotonic() + DEADLINE_S
                for letter in raw:
                    if endpoint.released.wait(0.05) or time.monotonic() > until:
                        break
                    try:
                        self.wfile.write(bytes([letter]))
                    except OSError:
                        break
                self.close_connection = True

        return Handler


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    yield server
    server.close()


@dataclass
class Desk:
    """A client at work on an endpoint, with its budget and its journal."""

    client: OpenAIClient
    budget: Budget
    path: Path

    def calls(self) -> list[dict[str, Any]]:
        return [record for record in read(self.path) if record["type"] == "model_call"]

    def tried(self) -> list[dict[str, Any]]:
        return [record for record in read(self.path) if record["type"] == "model_tried"]


Open = Callable[..., Desk]


@pytest.fixture
def open_desk(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens clients as a run does; waits between tries are short, everything else is real."""
    monkeypatch.setenv("EMBODIED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name in ("OPENAI_BASE_URL", "EMBODIED_CASSETTE"):
        monkeypatch.delenv(name, raising=False)
    opened: list[OpenAIClient | Journal] = []

    def begin(*, minutes: float = 5.0, stop: threading.Event | None = None, **settings: Any) -> Desk:
        table = {
            "name": "small-model",
            "base_url": endpoint.url,
            "api_key_env": "OPENAI_API_KEY",
            "cache": False,
            "timeout_s": 10.0,
        }
        model = Model(**{**table, **settings})
        budget = Budget(Limits(minutes, 10, 10), model=model)
        journal = Journal(tmp_path / f"run{len(opened)}" / "journal.jsonl")
        opened.append(journal)
        client = connect(model, budget, journal.write, stop=stop)
        quick = Patience(first_wait_s=0.001, longest_wait_s=0.5)
        client.patience = client._sender.patience = quick
        opened.append(client)
        return Desk(client, budget, journal.path)

    yield begin
    endpoint.released.set()
    for held in opened:
        held.close()
