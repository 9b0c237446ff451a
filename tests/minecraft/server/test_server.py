"""The embedded server as a process, and its rules through a real client (the JavaScript tests)."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from embodied_minecraft.server import DATA_DIR, PACKAGE_DIR, EmbeddedServer, ServerConfig

from embodied import node
from embodied.errors import SetupError

pytestmark = pytest.mark.node

JS = Path(__file__).parent / "js"
CLIENT_DIR = Path(__file__).parents[3] / "bridges" / "embodied_mineflayer" / "js"
FLAT = JS / "flat_world.js"


@pytest.fixture(autouse=True)
def _flat_world_finds_its_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_SERVER_DIR", str(node.prepare(PACKAGE_DIR)))


def config(tmp_path: Path, **changes: object) -> ServerConfig:
    given = {"world_dir": tmp_path / "world", "log": tmp_path / "server.log", "generator": FLAT, **changes}
    return ServerConfig(**given)  # type: ignore[arg-type]


def test_starts_answers_and_saves_when_closed(tmp_path: Path) -> None:
    with EmbeddedServer(config(tmp_path, seed=7)) as server:
        assert (server.host, server.spawn, server.seed) == ("127.0.0.1", (8, 64, 8), 7)
        assert server.player("nobody") is None
        with socket.create_connection((server.host, server.port), timeout=2):
            pass
    assert not server.alive
    assert json.loads((tmp_path / "world" / "world.json").read_text())["seed"] == 7
    assert [file.name for file in (tmp_path / "world").iterdir()] == ["world.json"]


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SetupError, match=f"port {port} on 127.0.0.1 is in use"):
            EmbeddedServer(config(tmp_path, port=port))


def test_only_loopback_is_listened_on(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"'host' is \"0\.0\.0\.0\"; expected one of 127\.0\.0\.1"):
        EmbeddedServer(config(tmp_path, host="0.0.0.0"))


def test_a_world_of_another_seed_is_refused(tmp_path: Path) -> None:
    EmbeddedServer(config(tmp_path, seed=1)).close()
    with pytest.raises(SetupError, match="has seed 1, not 2"):
        EmbeddedServer(config(tmp_path, seed=2))


def _started_by_hand(tmp_path: Path, **changes: object) -> tuple[subprocess.Popen[bytes], dict[str, object]]:
    file = tmp_path / "config.json"
    settings = {"world_dir": str(tmp_path / "world"), "generator": str(FLAT), "data_dir": str(DATA_DIR)}
    file.write_text(json.dumps({**settings, **changes}))
    process = subprocess.Popen(
        [str(node.find_node()), str(node.prepare(PACKAGE_DIR) / "main.js"), str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def _finish(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def test_sigterm_saves(tmp_path: Path) -> None:
    process, ready = _started_by_hand(tmp_path)
    try:
        assert ready["ready"] is True
        process.send_signal(signal.SIGTERM)
        assert process.wait(3) == 0
        assert (tmp_path / "world" / "world.json").is_file()
    finally:
        _finish(process)


def test_ends_when_the_parent_is_gone(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process, _ready = _started_by_hand(tmp_path, parent_pid=parent.pid)
    try:
        parent.communicate(b"\n")
        assert process.wait(3) == 0
        assert (tmp_path / "world" / "world.json").is_file()
    finally:
        _finish(process)


def test_answers_on_stdin_too_and_says_what_it_cannot_answer(tmp_path: Path) -> None:
    process, _ready = _started_by_hand(tmp_path, truth=True)
    try:
        out, _err = process.communicate(b'{"id": 1, "ask": "time"}\n{"id": 2, "ask": "moon"}\nnonsense\n', 5)
        answers = [json.loads(line) for line in out.splitlines()]
        assert answers[0]["id"] == 1
        assert isinstance(answers[0]["time"], int)
        assert "ask player, players, deeds or time" in answers[1]["error"]["message"]
        assert answers[2]["error"]["code"] == "bad_question"
    finally:
        _finish(process)


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    process, ready = _started_by_hand(tmp_path, sede=3)
    try:
        assert ready["ready"] is False
        error = ready["error"]
        assert isinstance(error, dict)
        assert "unknown key 'sede'" in error["message"]
        assert process.wait(3) == 2
    finally:
        _finish(process)


@pytest.mark.parametrize("script", ["parts", "rules", "windows", "life", "joining", "chat"])
def test_rules_with_a_real_client(script: str) -> None:
    environment = {**os.environ, "EMBODIED_CLIENT_DIR": str(node.prepare(CLIENT_DIR))}
    done = subprocess.run(
        [str(node.find_node()), "--test", str(JS / f"{script}.test.js")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout[-6000:]
