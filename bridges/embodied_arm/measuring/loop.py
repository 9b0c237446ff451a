"""How regularly the control loop of an arm runs, on an idle machine and beside a busy core."""

from __future__ import annotations

import gc
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from embodied.arms import ArmCommand, Driver
from embodied.bridge.body import CallContext, PrimitiveFailed
from embodied_arm.control import Controller
from embodied_arm.gate import Gate
from embodied_arm.guard import Guard
from embodied_arm.limits import Limits
from embodied_arm.measuring.arms import LIKE_REAL, PEERED, simulated, with_peer
from embodied_arm.priority import going_first
from embodied_arm.pulse import GAP_S, MISSED_FACTOR

IDLE: Final = "idle"
BUSY: Final = "beside a busy core"
BESIDE: Final = (IDLE, BUSY)
SWING_RAD: Final = 0.1
SWING_S: Final = 4.0
SETTLE_S: Final = 1.0


def play(group: str, beside: str, minutes: float, folder: Path) -> dict[str, Any]:
    """Streams a gentle swing of all joints through the gate, as a policy would, for so long; every period is
    measured by the clock of this machine."""
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
    periods = np.diff(ends)
    wanted = driver.description.control_period_s
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
                    ends.append(time.monotonic())
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
