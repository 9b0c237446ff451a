"""A server of the user's own: joined and acted on where it can be, and named where it cannot."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest
from embodied_minecraft.server import EmbeddedServer, ServerConfig

from tests.e2e.command import minecraft, started

pytestmark = pytest.mark.node
DEADLINE_S = 30


def at(port: int, version: str = "") -> tuple[str, ...]:
    version_given = ("--set", f"world.version={version}") if version else ()
    return minecraft("--set", "world.host=127.0.0.1", "--set", f"world.port={port}", *version_given)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    log = tmp_path_factory.mktemp("own") / "server.log"
    with EmbeddedServer(ServerConfig(world_dir=None, log=log, seed=5, fast=True)) as running:
        yield running


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def test_a_goal_is_reached_on_a_server_of_ones_own(tmp_path: Path, server: EmbeddedServer) -> None:
    with started(tmp_path, *at(server.port)) as command:
        code, report = command.finish()
        assert (code, report["verdict"], report["assistance"]) == (0, "PASSED", {}), command.err[-2000:]
        assert not list(command.runs.glob("*/world")), "no world of our own was made"
        ready = command.wait_for("world_ready")
        command.no_orphans()
    assert ready["identity"] == f"minecraft 127.0.0.1:{server.port}"
    assert server.alive


def test_another_version_than_the_servers_is_named(tmp_path: Path, server: EmbeddedServer) -> None:
    with started(tmp_path, *at(server.port, "1.19.4")) as command:
        code, _ = command.finish(DEADLINE_S)
        command.no_orphans()
    assert code == 2
    assert "speaks 1.20.4, and [world] version is 1.19.4" in command.err
    assert "Set version of [world]" in command.err
    assert server.alive


def test_a_version_that_does_not_exist_is_named(tmp_path: Path, server: EmbeddedServer) -> None:
    with started(tmp_path, *at(server.port, "1.99")) as command:
        code, _ = command.finish(DEADLINE_S)
        command.no_orphans()
    assert code == 2
    assert "1.99" in command.err


def test_no_server_there(tmp_path: Path, free_port: int) -> None:
    with started(tmp_path, *at(free_port)) as command:
        code, report = command.finish(DEADLINE_S)
        command.no_orphans()
    assert code == 2
    assert f"no Minecraft server answers at 127.0.0.1:{free_port}" in command.err
    assert "host and port" in report["error"]["remedy"]


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(tmp_path, *minecraft("--set", f"world.port={port}")) as command:
            code, report = command.finish(DEADLINE_S)
            command.no_orphans()
    assert code == 2
    assert f"port {port} on 127.0.0.1 is in use" in command.err
    assert report["error"]["remedy"]


def test_a_server_that_sends_the_bot_away(tmp_path: Path) -> None:
    with (
        _Unfriendly("You are not on the guest list.") as unfriendly,
        started(tmp_path, *at(unfriendly.port, "1.20.4")) as command,
    ):
        code, report = command.finish(DEADLINE_S)
        command.no_orphans()
    assert code == 2
    assert "You are not on the guest list." in command.err
    assert report["error"]["remedy"]


class _Unfriendly(socketserver.ThreadingTCPServer):
    """A Minecraft server that answers every login with a disconnect packet."""

    def __init__(self, words: str) -> None:
        super().__init__(("127.0.0.1", 0), _SendAway)
        reason = json.dumps({"text": words}).encode()
        packet = b"\x00" + _varint(len(reason)) + reason
        self.answer = _varint(len(packet)) + packet
        self.port: int = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever)

    def __enter__(self) -> _Unfriendly:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join(5)
        self.server_close()


class _SendAway(socketserver.StreamRequestHandler):
    server: _Unfriendly

    def handle(self) -> None:
        with suppress(OSError, EOFError):  # it left early
            for _packet in range(2):  # the handshake, and the login
                self.rfile.read(_read_varint(self.rfile))
            self.wfile.write(self.server.answer)
            self.connection.shutdown(socket.SHUT_WR)
            self.rfile.read()


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _read_varint(stream: BinaryIO) -> int:
    number = shift = 0
    while byte := stream.read(1):
        number |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            return number
    raise EOFError
