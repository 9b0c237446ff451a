"""A cable between an agent and an arm's machine that can be pulled, and remembers what went to the arm."""

from __future__ import annotations

import selectors
import socket
import threading
from types import TracebackType
from typing import Any, Self


class Cable:
    """Forwards what comes in at `port` to another port of this machine. Held, it passes nothing on and loses
    nothing: what was sent meanwhile comes late."""

    def __init__(self, to: int) -> None:
        self.recorded = b""
        """What the first client sent."""
        self._to = to
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._free = threading.Event()
        self._free.set()
        self._ended = threading.Event()
        self._first: socket.socket | None = None
        self._other: dict[socket.socket, socket.socket] = {}
        self._thread = threading.Thread(target=self._forward, name="cable", daemon=True)
        self._thread.start()

    def hold(self) -> None:
        self._free.clear()

    def let_go(self) -> None:
        self._free.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._free.set()
        self._thread.join(5.0)
        for one in (self._door, *self._other):
            one.close()

    def _forward(self) -> None:
        with selectors.DefaultSelector() as chosen:
            chosen.register(self._door, selectors.EVENT_READ)
            while not self._ended.is_set():
                for key, _ in chosen.select(0.05):
                    self._free.wait()
                    ready: Any = key.fileobj
                    if ready is self._door:
                        self._open(chosen)
                    elif ready in self._other:
                        self._pass_on(ready, chosen)

    def _open(self, chosen: selectors.BaseSelector) -> None:
        ours, _ = self._door.accept()
        theirs = socket.create_connection(("127.0.0.1", self._to), timeout=5.0)
        self._first = self._first or ours
        for one, other in ((ours, theirs), (theirs, ours)):
            self._other[one] = other
            chosen.register(one, selectors.EVENT_READ)

    def _pass_on(self, ready: socket.socket, chosen: selectors.BaseSelector) -> None:
        other = self._other[ready]
        try:
            data = ready.recv(65536)
            if data:
                other.sendall(data)
        except OSError:
            data = b""
        if ready is self._first:
            self.recorded += data
        if not data:
            for one in (ready, other):
                chosen.unregister(one)
                del self._other[one]
                one.close()
