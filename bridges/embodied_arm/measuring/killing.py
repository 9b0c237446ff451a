"""Agent, bridge or network gone in the middle of a motion: in three processes and real time."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from embodied.arms import ArmDescription
from embodied.errors import WorldError
from embodied_arm.limits import Limits
from embodied_arm.measuring.arms import LIKE_REAL, PEERED, TABLE, simulated, twin_of, with_peer
from embodied_arm.measuring.faults import Streamed, row
from embodied_arm.measuring.judge import Judge, rest_after, step_of
from embodied_arm.measuring.peers import Peer, loopback_address
from embodied_arm.measuring.proxy import Proxy
from embodied_arm.model import Array

AGENT: Final = "agent killed"
BRIDGE: Final = "bridge killed"
CUT: Final = "network cut"
KILLED: Final = (AGENT, BRIDGE, CUT)
READY_S: Final = 90.0
REST_S: Final = 6.0
STILL_S: Final = 0.15
"""So long without motion is rest [s]: an SO-101 that rests is then lowered, and moves again."""
LOOK_S: Final = 0.05
NOTHING: Final = Streamed(0, "", {})


def play_with_peer(group: str, fault: str, seed: int, folder: Path) -> dict[str, Any]:
    """In the middle of a swing; the peer measures."""
    run_dir = _fresh(folder, group, fault, seed)
    through = loopback_address() if fault == CUT and group != "so101" else ""
    arm = with_peer(group, run_dir, through)
    description = _description(group)
    limits = Limits.of(description, {})
    chance = np.random.default_rng(seed)
    proxy = Proxy(group, through, arm.address) if through else None
    file = run_dir / "peer.npy"
    try:
        with arm.peer as peer:
            peer.record(file)
            config = {"driver": arm.driver, "settings": dict(arm.settings)}
            with _agent({"bridge": config}, description, limits, run_dir) as agent:
                now = _in_motion(peer, float(chance.uniform(0.0, 0.8)))
                _break(fault, agent, peer, proxy)
                peer.at_rest(STILL_S + 0.3, REST_S)
                times, joints = peer.recorded(file)
    finally:
        if proxy is not None:
            proxy.close()
    return _judged(description, limits, times, joints, now)


def play_simulated(group: str, seed: int, folder: Path) -> dict[str, Any]:
    """The agent of a simulated arm is killed; what its bridge recorded is judged."""
    run_dir = _fresh(folder, group, AGENT, seed)
    description = twin_of(group) if group != TABLE else _table(run_dir)
    limits = Limits.of(description, LIKE_REAL)
    chance = np.random.default_rng(seed)
    file = run_dir / "rows.bin"
    host = {"group": group, "seed": seed, "run_dir": str(run_dir), "file": str(file)}
    with _agent({"host": host}, description, limits, run_dir) as agent:
        time.sleep(float(chance.uniform(0.3, 1.3)))
        bridge = _bridge_of(agent)
        os.kill(agent.pid, signal.SIGKILL)
        now = time.monotonic()
        with suppress(psutil.TimeoutExpired, psutil.NoSuchProcess):
            bridge.wait(REST_S)
    n = len(description.joint_names)
    rows = np.frombuffer(file.read_bytes(), dtype=np.float64)
    rows = rows[: len(rows) // (1 + 2 * n) * (1 + 2 * n)].reshape(-1, 1 + 2 * n)
    period, at = description.control_period_s, int(np.searchsorted(rows[:, 0], now))
    judge = Judge(description, limits)
    violations = judge.targets(rows[:, 1 : 1 + n])
    if group == TABLE:
        violations += judge.joints(rows[:, 1 + n :], period)
    rest = rest_after(rows[:, 1 + n :], period, min(at, len(rows) - 2), STILL_S)
    return row(violations, judge.worst, rest, NOTHING)


def _judged(arm: ArmDescription, limits: Limits, times: Array, joints: Array, now: float) -> dict[str, Any]:
    step, at = step_of(times), int(np.searchsorted(times, now))
    judge = Judge(arm, limits)
    before = np.arange(len(joints)) <= at  # afterwards the arm brakes by its own means
    violations = judge.joints(joints, step, before)
    return row(violations, judge.worst, rest_after(joints, step, at, STILL_S), NOTHING)


def _break(fault: str, agent: subprocess.Popen[str], peer: Peer, proxy: Proxy | None) -> None:
    if fault == AGENT:
        os.kill(agent.pid, signal.SIGKILL)
    elif fault == BRIDGE:
        _bridge_of(agent).kill()
    elif proxy is not None:
        proxy.cut()
    else:
        peer.ask("fall silent")


@contextmanager
def _agent(
    config: Mapping[str, Any], arm: ArmDescription, limits: Limits, run_dir: Path
) -> Iterator[subprocess.Popen[str]]:
    """An agent that swings; ended, with its bridge, at the end. Raises WorldError if it does not move."""
    path = run_dir / "agent.json"
    home = np.clip(arm.home, limits.lower, limits.upper).tolist()
    path.write_text(json.dumps({**config, "home": home, "run_dir": str(run_dir)}), encoding="utf-8")
    environment = {**os.environ, "EMBODIED_HOME": str(run_dir / "home")}
    with (run_dir / "agent.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "embodied_arm.measuring.agent", str(path)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )
    children: list[psutil.Process] = []
    try:
        said = json.loads(_line(process) or '{"moving": false, "why": "it ended"}')
        if not said["moving"]:
            raise WorldError(f"the agent could not move the arm: {said['why']}")
        children = psutil.Process(process.pid).children(recursive=True)
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as chosen:
        chosen.register(process.stdout, selectors.EVENT_READ)
        return process.stdout.readline() if chosen.select(READY_S) else ""


def _in_motion(peer: Peer, after_s: float) -> float:
    """Wait until it moves, and a while longer; the peer's time then [s]."""
    time.sleep(after_s)
    if not peer.moving(10.0):
        raise WorldError("the arm was not seen to move")
    return float(peer.ask("measure")["now"])


def _bridge_of(agent: subprocess.Popen[str]) -> psutil.Process:
    for child in psutil.Process(agent.pid).children(recursive=True):
        words = " ".join(child.cmdline())
        if "embodied_arm.bridge" in words or "embodied_arm.measuring.host" in words:
            return child
    raise WorldError("the agent has no bridge")


def _fresh(folder: Path, group: str, fault: str, seed: int) -> Path:
    run_dir = folder.absolute() / f"{group} {fault} {seed} {os.getpid()}".replace(" ", "-")
    run_dir.mkdir(parents=True, exist_ok=True)
    return run_dir


def _description(group: str) -> ArmDescription:
    return twin_of(
        {"franka": "twin of an FR3", "ur5e": "twin of a UR5e", "so101": "twin of an SO-101"}[group]
    )


def _table(folder: Path) -> ArmDescription:
    driver = simulated(TABLE, 1, folder)
    driver.close()
    return driver.description


def faults_of(group: str) -> tuple[str, ...]:
    """What can be killed under an arm: without a peer nobody measures when its bridge is gone."""
    return KILLED if group in PEERED else (AGENT,)
