"""A socket on which short questions in JSON are answered one by one, in a thread of its own."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import zmq

from embodied.bridge.keys import BridgeKeys, Owners
from embodied.bridge.server import doorman
from embodied.errors import SetupError

_log = logging.getLogger(__name__)

LONGEST: Final = 4096
"""Of a message [bytes]."""
LOOK_MS: Final = 200
REFUSED: Final = {"ok": False, "message": "this key is not admitted any more"}

Answer = Callable[[bytes, str], Mapping[str, Any]]
"""Answers a message; told whose key it came with, "" without keys."""


class Channel:
    """Answers until `close`.

    Args:
        endpoint: where; a port `*` is chosen by the system.
        keys: only whose keys they admit is heard; None on loopback.

    Attributes:
        endpoint: the one that was bound.

    Raises:
        SetupError: it cannot be bound.
    """

    def __init__(self, endpoint: str, answer: Answer, keys: BridgeKeys | None = None) -> None:
        self._answer, self._owners = answer, Owners(keys)
        self._context = zmq.Context()
        self._doorman = doorman(self._context, keys) if keys is not None else None
        self._socket = self._context.socket(zmq.REP)
        self._socket.linger = 0
        self._socket.setsockopt(zmq.MAXMSGSIZE, LONGEST)
        self._socket.setsockopt(zmq.IPV6, 1 if "[" in endpoint else 0)
        if keys is not None:
            self._socket.curve_server = True
            self._socket.curve_publickey, self._socket.curve_secretkey = keys.public, keys.secret
        try:
            self._socket.bind(endpoint)
        except zmq.ZMQError as failed:
            self._end()
            raise SetupError(
                f"The operator's channel cannot listen at {endpoint}: {failed.strerror}.",
                remedy="Choose another port: the operator's is the one after the bridge's.",
            ) from failed
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="operator", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Idempotent."""
        self._ending.set()
        self._thread.join(2.0)

    def _serve(self) -> None:
        try:
            while not self._ending.is_set():
                if self._socket.poll(LOOK_MS):
                    frames = self._socket.recv_multipart(copy=False)  # one left unread, and no answer may go
                    self._socket.send(self._answered(frames))
        finally:
            self._end()

    def _answered(self, frames: Sequence[zmq.Frame]) -> bytes:
        try:
            owner = self._owners.of(str(frames[0].get("User-Id")) if self._doorman else "")
            said = frames[0].bytes if len(frames) == 1 else b""
            return json.dumps(REFUSED if owner is None else self._answer(said, owner)).encode()
        except Exception as broken:  # noqa: BLE001 - whatever it was, the operator is heard again
            _log.exception("the operator's word has no answer")
            message = f"it broke: {type(broken).__name__}: {broken}"
            return json.dumps({"ok": False, "message": message}).encode()

    def _end(self) -> None:
        self._socket.close()
        if self._doorman is not None:
            self._doorman.stop()
        self._context.term()
