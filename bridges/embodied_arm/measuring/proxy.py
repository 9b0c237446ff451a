"""A cable that can be cut: a proxy between a driver and its peer, for TCP, and the UDP that a Franka adds."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

PORTS: Final = {"ur5e": (29999, 30001, 30002, 30003, 30004), "franka": (1337, 1338)}
HEADERS: Final = {1337: 12, 1338: 10}
"""Where a Franka's first message, to its arm or its hand, names version and UDP port: after its header."""
LOOK_S: Final = 0.2
MOST_BYTES: Final = 65536


@dataclass
class _Way:
    """Where what comes in at a socket goes out; `to` is None for a stream's other end."""

    out: socket.socket
    to: tuple[str, int] | None = None


class Proxy:
    """Listens at `host` on the ports of an arm, and forwards to its peer until `cut`."""

    def __init__(self, group: str, host: str, peer: str) -> None:
        self._peer = peer
        self._host = host
        self._lock = threading.Lock()
        self._cut = threading.Event()
        self._ended = threading.Event()
        self._chosen = selectors.DefaultSelector()
        self._ways: dict[socket.socket, _Way] = {}
        self._first: dict[socket.socket, int] = {}
        self._doors: dict[socket.socket, int] = {}
        for port in PORTS[group]:
            door = socket.create_server((host, port))
            self._doors[door] = port
            self._chosen.register(door, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._forward, name="proxy", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Nothing goes through any more; connections stay open, as with a pulled cable."""
        self._cut.set()

    def close(self) -> None:
        """Let go of all ports. Idempotent."""
        self._ended.set()
        self._thread.join(2.0)
        for one in (*self._doors, *self._ways):
            one.close()

    def _forward(self) -> None:
        while not self._ended.is_set():
            for key, _ in self._chosen.select(LOOK_S):
                ready: Any = key.fileobj
                if ready in self._doors:
                    self._open(ready)
                else:
                    self._pass_on(ready)

    def _open(self, door: socket.socket) -> None:
        port = self._doors[door]
        ours, address = door.accept()
        if self._cut.is_set():
            ours.close()
            return
        theirs = socket.create_connection((self._peer, port), timeout=5.0)
        for one, other in ((ours, theirs), (theirs, ours)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._add(one, _Way(other))
        if port in HEADERS:
            self._first[ours] = port
        del address

    def _add(self, one: socket.socket, way: _Way) -> None:
        self._ways[one] = way
        self._chosen.register(one, selectors.EVENT_READ)

    def _pass_on(self, ready: socket.socket) -> None:
        way = self._ways[ready]
        try:
            data, sender = ready.recvfrom(MOST_BYTES)
        except OSError:
            data, sender = b"", None
        if not data and ready.type == socket.SOCK_STREAM:
            self._end(ready)
            return
        if self._cut.is_set():
            return
        if ready in self._first:
            data = self._through_us(ready, data, self._first.pop(ready))
        with suppress(OSError):
            if ready.type == socket.SOCK_STREAM:
                way.out.sendall(data)
            elif way.to is not None:
                back = self._ways[way.out]
                if back.to is None:
                    back.to = sender  # the peer, who speaks first
                way.out.sendto(data, way.to)

    def _through_us(self, ours: socket.socket, data: bytes, port: int) -> bytes:
        """A Franka's states come by UDP to a port that its client names: ours is named instead."""
        at = HEADERS[port] + 2
        (theirs,) = struct.unpack_from("<H", data, at)
        to_peer, to_client = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        to_peer.bind(("0.0.0.0", 0))
        to_client.bind((self._host, 0))
        client = ours.getpeername()[0]
        self._add(to_peer, _Way(to_client, (client, theirs)))
        self._add(to_client, _Way(to_peer))
        return data[:at] + struct.pack("<H", to_peer.getsockname()[1]) + data[at + 2 :]

    def _end(self, one: socket.socket) -> None:
        other = self._ways.pop(one).out
        self._chosen.unregister(one)
        one.close()
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)
