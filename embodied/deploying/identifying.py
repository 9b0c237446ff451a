"""Small safe motions of each joint around where an arm stands, and what its log says of them.

Every motion is the primitive `move_joints`: planned whole, checked by the collision model before anything
moves, through the gate and its limits. A joint that has no room one way goes the other, or less far, or is
left out, and it is said why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from embodied.arms.identifying import JointResponse, fit
from embodied.arms.log import Tick
from embodied.errors import BadInput
from embodied.outcome import PrimitiveResult

AMPLITUDES_RAD: Final = (0.08, 0.04, 0.02)
"""How far a joint goes to either side; the next one where there is no room."""
SPEED: Final = 0.5
"""Share of the allowed speed."""
REST_S: Final = 0.5
_ROOM: Final = frozenset({"limit", "collision", "unreachable", "outside_workspace"})
"""Failures of a plan: nothing has moved. Anything else ends it."""

Call = Callable[[str, Mapping[str, Any]], PrimitiveResult]


@dataclass(frozen=True)
class Moved:
    """What was done with one joint.

    Attributes:
        began, ended: Unix time [s].
        rests: (Unix time [s], target [rad], side from which it came) of moments at rest.
        why_not: why it was not moved, "" if it was.
    """

    joint: int
    began: float = 0.0
    ended: float = 0.0
    rests: tuple[tuple[float, float, int], ...] = ()
    why_not: str = ""


def excite(
    call: Call,
    joints: Sequence[float],
    *,
    tell: Callable[[int], object] = lambda joint: None,
    clock: Callable[[], float] = time.time,
) -> list[Moved]:
    """Move each joint a little to both sides and back.

    Args:
        call: a primitive of the arm.
        joints: where they are [rad].
        tell: which joint comes next.

    Raises:
        BadInput: something was in the way, or the arm was stopped; it is at rest.
    """
    moved = []
    for number in range(len(joints)):
        tell(number)
        moved.append(_one(call, list(joints), number, clock))
    return moved


def _one(call: Call, joints: list[float], number: int, clock: Callable[[], float]) -> Moved:
    began, why_not = clock(), ""
    rests: list[tuple[float, float, int]] = []
    for side in (1, -1):
        for amplitude in AMPLITUDES_RAD:
            there = list(joints)
            there[number] += side * amplitude
            why_not = _go(call, there)
            if not why_not:
                back = _go(call, joints)
                if back:
                    raise BadInput(
                        f"Joint {number + 1} could not go back: {back}.", remedy="Look at the arm."
                    )
                rests.append((clock(), joints[number], side))
                break
    if not rests:
        return Moved(number, why_not=f"no room: {why_not}")
    return Moved(number, began, clock(), tuple(rests))


def _go(call: Call, joints: Sequence[float]) -> str:
    """Why a plan was refused, "" once the arm is there and has rested. Raises BadInput."""
    result = call("move_joints", {"positions": list(joints), "speed": SPEED})
    if not result.ok and result.error not in _ROOM:
        raise BadInput(
            f"The arm did not get to where it was sent: {result.message}.",
            remedy="See that nothing is in its way, then identify it again.",
        )
    if not result.ok:
        return result.message
    rested = call("wait", {"seconds": REST_S})
    if not rested.ok:
        raise BadInput(f"The arm could not rest: {rested.message}.", remedy="Look at the arm.")
    return ""


def responses(
    ticks: Sequence[Tick], moved: Sequence[Moved], names: Sequence[str]
) -> tuple[JointResponse, ...]:
    """What the log says of each joint."""
    walls = np.array([tick.wall_ns for tick in ticks]) / 1e9
    told = []
    for one in moved:
        name = names[one.joint]
        if one.why_not:
            told.append(JointResponse(name, why_not=one.why_not))
            continue
        first, last = np.searchsorted(walls, [one.began, one.ended])
        part = _steady(ticks[first:last])
        if len(part) < 2:
            told.append(JointResponse(name, why_not="its motion is not in the log"))
            continue
        times = np.array([tick.time_s for tick in part])
        measured = np.array([tick.position[one.joint] for tick in part])
        own = np.array([tick.wall_ns for tick in part]) / 1e9
        rests = [(max(0, int(np.searchsorted(own, at)) - 1), target, side) for at, target, side in one.rests]
        told.append(fit(name, times, _sent(part, one.joint), measured, rests))
    return tuple(told)


def _steady(ticks: Sequence[Tick]) -> list[Tick]:
    """Without the ticks in which the arm's clock stood still."""
    kept: list[Tick] = []
    for tick in ticks:
        if not kept or tick.time_s > kept[-1].time_s:
            kept.append(tick)
    return kept


def _sent(ticks: Sequence[Tick], joint: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    now = next((tick.applied[joint] for tick in ticks if tick.applied is not None), ticks[0].position[joint])
    told = []
    for tick in ticks:
        now = tick.applied[joint] if tick.applied is not None else now
        told.append(now)
    return np.array(told)
