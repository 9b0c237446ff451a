"""The JavaScript bridge as a process: how it starts, why it cannot, and that it never outlives its parent."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from embodied_mineflayer import BRIDGE
from embodied_mineflayer.bridge import PACKAGE_DIR, connect, launch

from embodied.errors import BadInput, SetupError
from embodied.node import find_node, prepare
from tests.bridges.mineflayer.peer import Peer

pytestmark = pytest.mark.node

TEST_BODY = {"body": {"kind": "test"}}


def test_the_engines_client_talks_to_it_and_ends_it(tmp_path: Path) -> None:
    child = launch(TEST_BODY, tmp_path)
    with connect(child, 30.0) as client:
        assert (client.spec.kind, client.spec.identity) == ("test", "t-1")
        assert client.call("move", {"x": 3}).value == {"x": 3}
        assert client.observe().get("x") == 3
        assert client.call("move", {"x": 101}).error == "wall"
        client.halt("stop")
        assert client.call("count", {}).ok
        assert client.call("xray", {}).assistance == {"xray": 1}
    assert child.exit_code == 0


def test_a_setting_it_does_not_have_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no setting 'hots'\.\s+Did you mean 'host'"):
        BRIDGE.start({"hots": "x"}, run_dir=tmp_path)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    config = {
        "host": "127.0.0.1",
        "port": port,
        "version": "1.20.4",
        "username": "embodied",
        "auth": "offline",
    }
    with pytest.raises(
        SetupError, match=rf"no Minecraft server answers at 127\.0\.0\.1:{port}[\s\S]*Start that"
    ):
        BRIDGE.start(config, run_dir=tmp_path)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"endpoint": "tcp://0.0.0.0:0"}, r"can be reached from other machines[\s\S]*127\.0\.0\.1"),
        ({"endpoint": "inproc://x"}, "not an endpoint"),
        ({"body": {"kind": "test", "failure": "kicked"}}, r"asked for it[\s\S]*let the bot in"),
        ({"body": {"kind": "test", "failure": "wrong_version"}}, "version of"),
    ],
)
def test_why_it_cannot_start(config: dict[str, object], expected: str, tmp_path: Path) -> None:
    child = launch({**TEST_BODY, **config}, tmp_path)
    with pytest.raises(SetupError, match=expected):
        child.wait_ready(30.0)
    assert child.exit_code == 1


def test_a_taken_port_is_named(tmp_path: Path, endpoint: str) -> None:
    child = launch({**TEST_BODY, "endpoint": endpoint}, tmp_path)
    with pytest.raises(SetupError, match=rf"{endpoint} is in use[\s\S]*Choose another port"):
        child.wait_ready(30.0)


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    done = subprocess.run(
        [find_node(), prepare(PACKAGE_DIR) / "main.js", tmp_path / "none.json"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "bad_config"


PARENT = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:4], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(child.pid, child.stdout.readline().decode(), flush=True)
child.wait()
"""


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("blocked", [False, True], ids=["idle", "event loop blocked"])
def test_it_ends_when_its_parent_is_killed(blocked: bool, tmp_path: Path) -> None:
    # The parent is a bare one, so that nothing but the bridge itself watches over it.
    config = tmp_path / "config.json"
    config.write_text(json.dumps(TEST_BODY))
    argv = [
        sys.executable,
        "-c",
        PARENT,
        str(find_node()),
        str(prepare(PACKAGE_DIR) / "main.js"),
        str(config),
    ]
    parent = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout is not None
    with parent, parent.stdout:
        pid, ready = parent.stdout.readline().split(b" ", 1)
        bridge = psutil.Process(int(pid))
        with Peer(json.loads(ready)["endpoint"]) as peer:
            peer.hello()
            if blocked:
                peer.start("block", {"ms": 30_000})
                peer.halt()
            began = time.monotonic()
            parent.kill()
            while _runs(bridge):
                assert time.monotonic() - began < 2.5, "still there, though its parent is gone"
                threading.Event().wait(0.02)
