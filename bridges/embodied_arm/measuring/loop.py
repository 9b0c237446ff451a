"""How regularly the control loop of an arm runs, on an idle machine and beside a busy core."""

from __future__ import annotations

import gc
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from embodied.arms import ArmCommand, Driver
from embodied.bridge.body import CallContext, PrimitiveFailed
from embodied.errors import BadInput
from embodied_arm.control import Controller
from embodied_arm.gate import Gate
from embodied_arm.guard import Guard
from embodied_arm.limits import Limits
from embodied_arm.measuring import lerobot_loop
from embodied_arm.measuring.arms import LIKE_REAL, PEERED, simulated, with_peer
from embodied_arm.priority import going_first
from embodied_arm.pulse import GAP_S, MISSED_FACTOR

IDLE: Final = "idle"
BUSY: Final = "beside a busy core"
BESIDE: Final = (IDLE, BUSY)
SWING_RAD: Final = 0.1
SWING_S: Final = 4.0
SETTLE_S: Final = 1.0
LEROBOT: Final = "LeRobot's teleop_loop"
LEROBOT_PERIOD_S: Final = 0.01


def play_lerobot(python: str, beside: str, minutes: float) -> dict[str, Any]:
    """LeRobot's own loop at the rate of an FR3's, with a Python that has it; see `lerobot_loop`. Raises
    BadInput."""
    with ExitStack() as held:
        if beside == BUSY:
            held.enter_context(_busy_core())
        before = _idle_share()
        words = [python, lerobot_loop.__file__, str(round(1 / LEROBOT_PERIOD_S)), str(60 * minutes)]
        ran = subprocess.run(words, capture_output=True, text=True, timeout=60 * minutes + 120, check=False)
        cores = _idle_share() - before
    if ran.returncode:
        raise BadInput(
            f"LeRobot's loop did not run with {python}: {ran.stderr.strip()[-200:]}",
            remedy="Name a Python that has it: pip install lerobot==0.4.4, in an environment of its own.",
        )
    return _told(json.loads(ran.stdout), LEROBOT_PERIOD_S, "", beside, minutes, cores)


def play(group: str, beside: str, minutes: float, folder: Path) -> dict[str, Any]:
    """Streams a gentle swing of all joints through the gate, as a policy would, for so long; every period is
    measured by the clock of this machine, or of a simulated arm that has one of its own."""
    with ExitStack() as held:
        if group in PEERED:
            arm = with_peer(group, folder)
            held.enter_context(arm.peer)
            driver, said = arm.open(folder), {}
        else:
            driver, said = simulated(group, 1, folder), LIKE_REAL
        limits = Limits.of(driver.description, said)
        if beside == BUSY:
            held.enter_context(_busy_core())
        before = _idle_share()
        with going_first():  # as the arm's bridge does
            ends, stopped_by = _loop(driver, limits, 60 * minutes)
        cores = _idle_share() - before
    return _told(ends, driver.description.control_period_s, stopped_by, beside, minutes, cores)


def _told(
    ends: Sequence[float], wanted: float, stopped_by: str, beside: str, minutes: float, cores: float
) -> dict[str, Any]:
    """The row of a loop whose periods ended then [s]."""
    periods = np.diff(ends)
    if not len(periods):
        return {"verdict": "FAILED", "reason": stopped_by or "there was no period", "beside": beside}
    missed = int((periods > MISSED_FACTOR * wanted).sum())
    p50, p99, worst = (float(1000 * value) for value in np.percentile(periods, [50, 99, 100]))
    return {
        "verdict": "FAILED" if stopped_by else "PASSED",
        "reason": stopped_by,
        "beside": beside,
        "minutes": minutes,
        "wanted_ms": 1000 * wanted,
        "periods": len(periods),
        "p50_ms": round(p50, 3),
        "p99_ms": round(p99, 3),
        "worst_ms": round(worst, 3),
        "missed": missed,
        "gaps": int((periods > GAP_S).sum()),
        "idle_core_s": round(cores, 1),
    }


def _loop(driver: Driver, limits: Limits, seconds: float) -> tuple[list[float], str]:
    """When each period ended [s], and what ended the loop early."""
    arm = driver.description
    first = np.array(driver.read().position)
    gate = Gate(limits, arm.control_period_s, Guard(arm, limits), first)
    controller = Controller(driver, gate, paced=True)
    home = np.clip(first, limits.lower + SWING_RAD, limits.upper - SWING_RAD)
    context = CallContext(lambda: None, lambda value: None, lambda type, data: None)
    ends: list[float] = []
    stopped_by = ""
    gc.collect()
    gc.disable()
    try:
        with controller.call(context), controller.streaming():
            began, k = time.monotonic(), 0
            while (now := time.monotonic()) - began < SETTLE_S + seconds:
                angle = 2 * math.pi * k * arm.control_period_s / SWING_S
                target = home + SWING_RAD / 2 * (1 - math.cos(angle))
                controller.tick(ArmCommand(position=tuple(target.tolist())))
                k += 1
                if now - began > SETTLE_S:
                    own = "own_clock" in arm.capabilities  # it may be slower than ours
                    ends.append(controller.state.time_s if own else time.monotonic())
    except PrimitiveFailed as failed:
        stopped_by = f"{failed.code}: {failed.message}"
    finally:
        gc.enable()
        controller.close()
    return ends, stopped_by


@contextmanager
def _busy_core() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _idle_share() -> float:
    """Core seconds that nobody used on this machine so far, so that a reader sees how busy it was."""
    return float(psutil.cpu_times().idle) if os.name == "posix" else 0.0
