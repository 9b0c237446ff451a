"""Whoever is killed, the others notice within 2 s and nothing is left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from embodied.bridge.process import ChildProcess
from embodied.errors import BridgeLost, SetupError, WorldError
from embodied.mini.body import Faults
from embodied.mini.bridge import start
from tests.bridge.conftest import eventually

READY = "print('{\"ready\": true}', flush=True)"


def _gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_killed_bridge_is_lost_within_two_seconds(tmp_path: Path) -> None:
    with start(1, Faults(), tmp_path) as client:
        child = client._child
        assert child is not None
        killer = threading.Timer(0.3, os.kill, args=(child.pid, signal.SIGKILL))
        killer.start()
        began = time.monotonic()
        with pytest.raises(BridgeLost, match=r"its process ended \(signal SIGKILL\)"):
            client.call("wait", {"seconds": 30})
        assert time.monotonic() - began < 2.3
        killer.join(5.0)
        with pytest.raises(BridgeLost):
            client.observe()


def test_a_frozen_bridge_is_lost_soon(tmp_path: Path) -> None:
    with start(1, Faults(), tmp_path) as client:
        child = client._child
        assert child is not None
        os.kill(child.pid, signal.SIGSTOP)
        with pytest.raises(BridgeLost, match="has not answered"):
            client.call("wait", {"seconds": 30})


def test_a_bridge_that_dies_in_a_call_says_so(tmp_path: Path) -> None:
    with start(1, Faults(die_nth=2), tmp_path) as client:
        assert client.call("walk", {"x": 1, "y": 1}).ok
        with pytest.raises(BridgeLost, match="exit code 70"):
            client.call("walk", {"x": 2, "y": 1})


def test_a_killed_parent_takes_the_bridge_with_it(tmp_path: Path) -> None:
    code = (
        "import sys, threading; from pathlib import Path\n"
        "from embodied.mini.bridge import start; from embodied.mini.body import Faults\n"
        "client = start(1, Faults(), Path(sys.argv[1])); print(client._child.pid, flush=True)\n"
        "client.call('wait', {'seconds': 60})\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent, parent.stdout:
        child = int(parent.stdout.readline())
        assert not _gone(child)
        parent.kill()
        parent.wait(5.0)
        assert eventually(lambda: _gone(child), 10.0)


def test_many_signals_at_once_end_the_bridge(tmp_path: Path) -> None:
    """A parent with many threads that dies sends one each; the second may come while the first is handled."""
    for round in range(10):
        client = start(1, Faults(), tmp_path / str(round))
        child = client._child
        assert child is not None
        for _ in range(50):
            os.kill(child.pid, signal.SIGTERM)
        assert eventually(lambda child=child: not child.alive, 10.0)  # type: ignore[misc]
        assert child.exit_code == 0
        client.close()


def test_close_ends_the_bridge(tmp_path: Path) -> None:
    client = start(1, Faults(), tmp_path)
    child = client._child
    assert child is not None
    client.close()
    client.close()
    assert _gone(child.pid)
    assert child.exit_code == 0


def test_close_ends_a_child_that_will_not_go_and_its_own_children(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys, json, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(json.dumps({'ready': True, 'grandchild': grandchild.pid}), flush=True)\n"
        "threading.Event().wait()\n"
    )
    codes: list[int] = []
    child = ChildProcess(
        [sys.executable, "-c", code], name="the stubborn", log=tmp_path / "log", on_exit=codes.append
    )
    grandchild = child.wait_ready(10.0)["grandchild"]
    child.close(grace_s=0.2)
    assert not child.alive
    assert eventually(lambda: codes == [-signal.SIGKILL] and _gone(grandchild))


def test_a_child_that_says_why_it_cannot_start(tmp_path: Path) -> None:
    error = {
        "ready": False,
        "error": {"code": "no_server", "message": "no server at :1", "remedy": "Start one."},
    }
    child = ChildProcess(
        [sys.executable, "-c", f"print({json.dumps(json.dumps(error))})"], name="it", log=tmp_path / "l"
    )
    with pytest.raises(SetupError, match=r"it could not start: no server at :1\n  Start one\."):
        child.wait_ready(10.0)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import sys; sys.exit('no such module')", r"exit code 1 before it was ready[\s\S]*no such module"),
        ("print('hello')", "should have said that it is ready, but said 'hello'"),
        ("print('[1]')", "should have said that it is ready"),
        ("import time; time.sleep(30)", r"not ready within 0\.5 s"),
    ],
)
def test_a_child_that_does_not_become_ready(tmp_path: Path, code: str, expected: str) -> None:
    child = ChildProcess([sys.executable, "-c", code], name="it", log=tmp_path / "log")
    with pytest.raises(WorldError, match=expected):
        child.wait_ready(0.5 if "sleep" in code else 10.0)
    assert not child.alive


def test_a_missing_program_is_a_setup_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="there is no program no-such-program"):
        ChildProcess(["no-such-program"], name="it", log=tmp_path / "log")


def test_an_exit_is_told_at_once(tmp_path: Path) -> None:
    child = ChildProcess([sys.executable, "-c", f"{READY}; input()"], name="it", log=tmp_path / "log")
    child.wait_ready(10.0)
    told = threading.Event()
    child.on_exit(lambda _code: told.set())
    os.kill(child.pid, signal.SIGKILL)
    assert told.wait(10.0)
    late: list[int] = []
    child.on_exit(late.append)
    assert late == [-signal.SIGKILL]
    child.close()
