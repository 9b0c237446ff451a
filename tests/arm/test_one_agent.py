"""One agent per arm; and an agent that dies or hangs leaves its arm at rest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")

from embodied.arms.locking import ArmLock, arms_folder
from embodied.arms.log import NAME, read_log
from embodied.arms.running import find_running, reset, stop
from embodied.bridge.client import BridgeClient
from embodied.errors import BadInput, SetupError
from embodied.plugins import load_bridge
from tests.arm.test_process import installed

__all__ = ["installed"]

HOLDER = """
import sys
from embodied.arms.locking import ArmLock
lock = ArmLock("ur5e@h")
print(1, flush=True)
sys.stdin.read()
"""
AGENT = """
import sys
from pathlib import Path
from embodied.plugins import load_bridge
config = {"driver": "kinematic", "settings": {"real": True}, "limits": {}}
world = load_bridge("arm").start(config, run_dir=Path(sys.argv[1]))
print("ready", flush=True)
world.call("move_to", {"x": 0.5, "y": 0.4, "z": 0.2, "speed": 0.2})
"""
Start = Callable[..., BridgeClient]


@pytest.fixture
def start(installed: None, tmp_path: Path) -> Iterator[Start]:
    clients: list[BridgeClient] = []

    def begin(folder: str = "run", **config: Any) -> BridgeClient:
        whole = {"driver": "kinematic", "settings": {"real": True}, **config}
        client = load_bridge("arm").start(whole, run_dir=tmp_path / folder)
        assert isinstance(client, BridgeClient)
        clients.append(client)
        return client

    yield begin
    for client in clients:
        client.close()


def wait_until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20.0
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_second_agent_is_refused_and_told_who_has_the_arm(start: Start) -> None:
    first = start()
    with pytest.raises(SetupError, match=r"is in use by process \d+ since .*\n.*One agent per arm"):
        start("second")
    first.close()
    assert start("third").observe().get("alive")


def test_a_lock_of_a_dead_process_is_taken_over() -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline()
    with pytest.raises(BadInput, match=f"ur5e@h is in use by process {holder.pid}"):
        ArmLock("ur5e@h")
    other = ArmLock("ur5e@other")
    holder.kill()
    holder.communicate()
    ArmLock("ur5e@h").release()
    other.release()
    assert len(list(arms_folder().glob("*.lock"))) == 2  # the files stay; what counts is the lock


def test_an_agent_that_is_killed_in_motion_leaves_the_arm_at_rest(installed: None, tmp_path: Path) -> None:
    agent = subprocess.Popen(
        [sys.executable, "-c", AGENT, str(tmp_path / "run")], stdout=subprocess.PIPE, env=dict(os.environ)
    )
    assert agent.stdout is not None
    assert agent.stdout.readline() == b"ready\n"
    log = tmp_path / "run" / NAME
    wait_until(lambda: log.exists() and moving(log))
    agent.send_signal(signal.SIGKILL)
    agent.communicate()
    wait_until(lambda: not find_running())  # the bridge has let go of the arm
    ticks = list(read_log(log)[1])
    assert max(abs(speed) for speed in ticks[-1].velocity) < 0.01
    assert any(max(abs(speed) for speed in tick.velocity) > 0.02 for tick in ticks)


def moving(log: Path) -> bool:
    return any(max(abs(speed) for speed in tick.velocity) > 0.02 for tick in read_log(log)[1])


def test_an_agent_that_hangs_loses_a_moving_arm_soon(start: Start) -> None:
    """Its lease is 200 ms while the arm moves; of an arm at rest 2 s."""
    world = start()
    result: list[Any] = []
    call = {"x": 0.5, "y": 0.4, "z": 0.2, "speed": 0.05}
    agent = threading.Thread(target=lambda: result.append(world.call("move_to", call)))
    agent.start()
    wait_until(lambda: world.observe().get("moving"))
    world._line._application_lives = lambda now: False  # type: ignore[method-assign]
    agent.join(20.0)
    assert result[0].error == "lease_lost"
    wait_until(lambda: not world.observe().get("moving"))


def test_the_operator_reaches_the_bridge_of_an_agent_that_moves(start: Start) -> None:
    world = start(settings={}, real_time=True)  # no real arm: a busy machine would cost it its short lease
    result: list[Any] = []
    call = {"x": 0.5, "y": 0.4, "z": 0.2, "speed": 0.05}
    agent = threading.Thread(target=lambda: result.append(world.call("move_to", call)))
    agent.start()
    wait_until(lambda: world.observe().get("moving"))
    assert stop("kinematic", "from another terminal") == ["kinematic"]
    agent.join(20.0)
    assert result[0].error == "halted"
    assert "from another terminal" in result[0].message
    assert world.call("home", {}).error == "halted"
    wait_until(lambda: not world.observe().get("moving"))
    assert reset("kinematic") == "from another terminal"
    assert not world.observe().get("moving")
    assert world.call("move_by", {"dz": 0.01}).ok
