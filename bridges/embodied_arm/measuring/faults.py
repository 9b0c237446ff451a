"""Streams of bad commands, sensors that lie: one case each, judged by what driver or peer recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from embodied.arms import ArmCommand
from embodied.bridge.body import CallContext, PrimitiveFailed
from embodied.errors import WorldError
from embodied_arm.control import Controller
from embodied_arm.gate import Gate
from embodied_arm.guard import Guard
from embodied_arm.limits import Limits
from embodied_arm.measuring.arms import LIKE_REAL, TABLE, simulated, with_peer
from embodied_arm.measuring.judge import Judge, rest_after, step_of
from embodied_arm.measuring.sensors import STALE, Recorder, StaleSensors
from embodied_arm.measuring.streams import LASTS_S, STREAMS, leading
from embodied_arm.model import Array

SENSORS: Final = "stale sensors"
SLOW: Final = "slow policy"
REST_S: Final = 2.5
"""Within which an arm must be at rest after the last command [s]."""
HOME_S: Final = 12.0
NEAR_RAD: Final = 0.02
LONGEST_WORDS: Final = 200


@dataclass(frozen=True)
class Streamed:
    """What came of a stream.

    Attributes:
        ended: the row of the recorder at which the last command came.
        stopped_by: what the controller raised.
        interventions: of the gate, by name.
    """

    ended: int
    stopped_by: str
    interventions: Mapping[str, int]


def play_simulated(group: str, fault: str, seed: int, folder: Path) -> dict[str, Any]:
    """A stream at an arm that is computed here, as fast as it can be."""
    recorder = Recorder(simulated(group, seed, folder))
    arm = recorder.description
    limits, chance = Limits.of(arm, LIKE_REAL), np.random.default_rng(seed)
    streamed = stream(recorder, limits, fault, chance, paced=False)
    judge = Judge(arm, limits)
    violations = judge.targets(recorder.targets())
    if group == TABLE:  # its joints are moved by forces
        measured = Judge(arm, limits)
        violations += [
            f"measured {wrong}" for wrong in measured.joints(recorder.joints(), arm.control_period_s)
        ]
        judge.worst |= {f"measured {name}": value for name, value in measured.worst.items()}
    rest = rest_after(recorder.joints(), arm.control_period_s, streamed.ended)
    return row(violations, judge.worst, rest, streamed)


def play_with_peer(group: str, fault: str, seed: int, folder: Path) -> dict[str, Any]:
    """The same in real time, through a real arm's own client library; the peer measures."""
    arm = with_peer(group, folder)
    file = folder / f"peer-{group}-{seed}.npy"
    measured: list[tuple[float, Array, Array, float]] = []
    with arm.peer as peer:
        recorder = Recorder(arm.open(folder))
        limits = Limits.of(recorder.description, {})
        peer.record(file)
        began = time.monotonic()

        def ended() -> None:
            now = float(peer.ask("measure")["now"])
            peer.at_rest(0.3, REST_S)
            lasted = time.monotonic() - began
            measured.append((now, *peer.recorded(file), lasted))

        chance = np.random.default_rng(seed)
        streamed = stream(recorder, limits, fault, chance, paced=True, ended=ended)
    file.unlink(missing_ok=True)
    now, times, joints, lasted = measured[0]
    step = step_of(times)
    sent, judge = Judge(recorder.description, limits), Judge(recorder.description, limits)
    violations = [f"sent: {wrong}" for wrong in sent.targets(recorder.targets())] + judge.joints(joints, step)
    rest = rest_after(joints, step, int(np.searchsorted(times, now)))
    kept_up = {"peer_kept_up": round(float(times[-1] - times[0]) / lasted, 3)}
    return row(violations, judge.worst, rest, streamed) | kept_up


def stream(
    driver: Recorder,
    limits: Limits,
    fault: str,
    chance: np.random.Generator,
    *,
    paced: bool,
    ended: Callable[[], object] = lambda: None,
) -> Streamed:
    """Good commands, the fault, silence; through controller and gate, as a policy's are.

    Args:
        ended: called right after the last command, and watches a paced arm come to rest. Then the driver is
            closed.
    """
    arm = driver.description
    first = np.array(driver.read().position)
    how = str(chance.choice(STALE))
    sensors = StaleSensors(driver, how, int(chance.integers(1, 1 + round(0.5 / arm.control_period_s))))
    gate = Gate(limits, arm.control_period_s, Guard(arm, limits), first)
    controller = Controller(sensors, gate, paced=paced)
    context = CallContext(lambda: None, lambda value: None, lambda type, data: None)
    stopped_by = ""
    try:
        with controller.call(context), controller.streaming():
            if paced:
                first = _home(controller, np.clip(arm.home, limits.lower, limits.upper))
            for target in leading(arm, first, chance):
                controller.tick(ArmCommand(position=tuple(target.tolist())))
            if fault == SENSORS:
                sensors.begin()
            _bad(
                controller,
                STREAMS[fault](arm, gate.last.copy(), chance, _periods(LASTS_S, arm)),
                fault,
                paced,
            )
    except PrimitiveFailed as failed:
        stopped_by = f"{failed.code}: {failed.message}"
    except WorldError as broken:
        stopped_by = f"arm_lost: {broken.message}"
    at = len(driver.sent) - 1
    ended()
    if not paced:
        _tick_on(controller, _periods(REST_S, arm))
    controller.close()
    return Streamed(at, stopped_by, dict(gate.interventions))


def row(
    violations: list[str], worst: Mapping[str, float], rest: float | None, streamed: Streamed
) -> dict[str, Any]:
    """What is kept of a case; it fails where something was violated, or the arm did not come to rest."""
    reason = "; ".join(violations[:3]) or ("" if rest is not None else f"not at rest within {REST_S} s")
    return {
        "verdict": "FAILED" if reason else "PASSED",
        "reason": reason,
        "violations": violations,
        "worst": dict(worst),
        "rest_s": rest,
        "stopped_by": streamed.stopped_by[:LONGEST_WORDS],
        "interventions": dict(streamed.interventions),
    }


def _home(controller: Controller, home: Array) -> Array:
    """Go to where all joints can move, and rest there."""
    for _ in range(round(HOME_S / controller.period)):
        state = controller.tick(_command(home))
        near = np.abs(np.asarray(state.position) - home).max() < NEAR_RAD
        if near and not controller.gate.velocity.any():
            break
    return controller.gate.last.copy()


def _bad(controller: Controller, targets: Any, fault: str, paced: bool) -> None:
    for target in targets:
        if target is None and paced and fault == SLOW:
            time.sleep(controller.period)  # it is still deciding: nobody ticks
            continue
        controller.tick(_command(target))


def _command(target: Array | None) -> ArmCommand:
    return ArmCommand() if target is None else ArmCommand(position=tuple(target.tolist()))


def _tick_on(controller: Controller, periods: int) -> None:
    """Nothing is commanded any more: a simulated arm has no time but ours."""
    for _ in range(periods):
        try:
            controller.tick(deaf=True)
        except PrimitiveFailed:
            return


def _periods(seconds: float, arm: Any) -> int:
    return round(seconds / float(arm.control_period_s))
