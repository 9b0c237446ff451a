"""What the safety layer costs: microseconds of one command, part by part."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from embodied.arms import ArmCommand, ArmDescription, ArmState
from embodied_arm.gate import Gate
from embodied_arm.guard import Guard
from embodied_arm.limits import Limits
from embodied_arm.model import Array
from embodied_arm.stopping import Stop

AIM_US: Final = 100.0
WARM_UP: Final = 200
SWING_RAD: Final = 0.1
SWING_S: Final = 4.0

Microseconds = Mapping[str, float]


def measure_overhead(
    arm: ArmDescription, limits: Mapping[str, object] | None = None, commands: int = 5000
) -> Mapping[str, Microseconds]:
    """Computing time per command, of the processor, so that a busy machine does not count [us].

    As p50, p99, worst: "passed" (within the limits, as plans and policies are), "streamed" (the same with
    singularities looked for), "stopped short" (at the limits all the time), and of one command's parts "way
    to rest" and "collisions of one posture".

    Args:
        limits: as of a launch file.
        commands: how many of each.
    """
    allowed = Limits.of(arm, limits or {})
    first = np.clip(np.array(arm.home), allowed.lower + SWING_RAD, allowed.upper - SWING_RAD)
    guard = Guard(arm, allowed)
    times = {
        "passed": _timed(
            Gate(allowed, arm.control_period_s, guard, first), _gentle(arm, first, commands), False
        ),
        "streamed": _timed(
            Gate(allowed, arm.control_period_s, guard, first), _gentle(arm, first, commands), True
        ),
        "stopped short": _timed(
            Gate(allowed, arm.control_period_s, guard, first), _wild(arm, commands), True
        ),
    }
    gate = Gate(allowed, arm.control_period_s, guard, first)
    bounds, slow = gate.bounds, allowed.velocity / 4
    times["way to rest"] = _each(lambda: Stop(first, slow, slow, bounds), commands)
    times["collisions of one posture"] = _each(lambda: guard.begin(first), commands)
    return {name: _told(values) for name, values in times.items()}


def _gentle(arm: ArmDescription, first: Array, commands: int) -> Iterator[Array]:
    """A swing of all joints well within their limits."""
    for k in range(commands + WARM_UP):
        angle = 2 * math.pi * k * arm.control_period_s / SWING_S
        yield first + SWING_RAD / 2 * (1 - math.cos(angle))


def _wild(arm: ArmDescription, commands: int) -> Iterator[Array]:
    chance = np.random.default_rng(0)
    lower, upper = np.maximum(arm.lower, -math.pi), np.minimum(arm.upper, math.pi)
    target = chance.uniform(lower, upper)
    for k in range(commands + WARM_UP):
        if k % 50 == 0:
            target = chance.uniform(lower, upper)
        yield target


def _timed(gate: Gate, targets: Iterator[Array], streamed: bool) -> list[float]:
    period, still = gate.bounds.period, (0.0,) * len(gate.last)
    taken, clock = [], 0.0
    for target in targets:
        clock += period
        state = ArmState(clock, tuple(gate.last.tolist()), still, still, 0.04, 0.0)
        command = ArmCommand(position=tuple(target.tolist()))
        began = time.thread_time()
        gate.pass_on(command, state, streamed=streamed)
        taken.append(time.thread_time() - began)
    return taken[WARM_UP:]


def _each(call: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.thread_time()
        call()
        taken.append(time.thread_time() - began)
    return taken


def _told(seconds: list[float]) -> Microseconds:
    p50, p99, worst = (float(1e6 * value) for value in np.percentile(seconds, [50, 99, 100]))
    return {"p50": round(p50, 1), "p99": round(p99, 1), "worst": round(worst, 1)}
