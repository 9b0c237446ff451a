"""A bare client of the protocol: it can say what a well-behaved one never would."""

from __future__ import annotations

from itertools import count
from types import TracebackType
from typing import Any

import msgspec
import zmq

PATIENCE_MS = 8000


class Peer:
    """One DEALER and its session; every wait has a deadline."""

    def __init__(self, endpoint: str) -> None:
        self._context = zmq.Context()
        self._dealer = self._context.socket(zmq.DEALER)
        self._dealer.linger = 200
        self._dealer.connect(endpoint)
        self._ids = count(1)
        self._aside: list[dict[str, Any]] = []
        self.session = ""
        self.epoch = 1

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._dealer.close()
        self._context.term()

    def send(
        self, kind: str, body: object, *, id: str = "", timeout_ms: int = 8000, **changes: object
    ) -> str:
        id = id or f"{kind}-{next(self._ids)}"
        message = {
            "v": 1,
            "session": self.session,
            "epoch": self.epoch,
            "id": id,
            "kind": kind,
            "timeout_ms": timeout_ms,
            "body": body,
        }
        self.send_raw(msgspec.msgpack.encode({**message, **changes}))
        return id

    def send_raw(self, *frames: bytes) -> None:
        self._dealer.send_multipart(frames)

    def wait(self, *, kind: str, id: str = "", type: str = "") -> dict[str, Any]:
        """The body of the next message of this kind; others are kept for later waits."""
        for message in self._aside:
            if self._is(message, kind, id, type):
                self._aside.remove(message)
                return dict(message["body"])
        while self._dealer.poll(PATIENCE_MS):
            message = msgspec.msgpack.decode(self._dealer.recv())
            if self._is(message, kind, id, type):
                return dict(message["body"])
            self._aside.append(message)
        raise AssertionError(f"no {kind} {id or type} came; others: {self._aside}")

    def ask(self, kind: str, body: object, **options: Any) -> dict[str, Any]:
        return self.wait(kind="result", id=self.send(kind, body, **options))

    def call(self, name: str, args: object = None, **options: Any) -> dict[str, Any]:
        return self.ask("call", {"name": name, "args": args or {}}, **options)

    def start(self, name: str, args: object = None, **options: Any) -> str:
        return self.send("call", {"name": name, "args": args or {}}, **options)

    def hello(self, *, lease: bool = True) -> dict[str, Any]:
        value = dict(self.ask("hello", {"client": "test", "versions": [1]}, session="")["value"])
        self.session, self.epoch = value["session"], value["epoch"]
        if lease:
            assert self.ask("lease", {})["ok"]
        return value

    def halt(self, reason: str = "stop") -> None:
        self.epoch = self.ask("halt", {"reason": reason})["value"]["epoch"]

    def error(self, answer: dict[str, Any]) -> str:
        assert answer["ok"] is False, answer
        return str(answer["error"]["code"])

    def _is(self, message: dict[str, Any], kind: str, id: str, type: str) -> bool:
        return (
            message["kind"] == kind
            and (not id or message["id"] == id)
            and (not type or message["body"].get("type") == type)
        )
