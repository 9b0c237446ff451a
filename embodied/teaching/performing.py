"""Doing one motion that a person asked for, through the session, within the body's own limits."""

from __future__ import annotations

import math
from typing import Any, Final

from embodied.facts import Observation
from embodied.jogging import Body
from embodied.outcome import PrimitiveResult
from embodied.teaching.lesson import OVER_M, Part

NEEDED: Final = frozenset({"move_to", "move_by", "open_gripper", "close_gripper", "reach_check"})
"""What a body must be able to do to be shown motions with."""

LOWEST_M: Final = 0.014
LOWERING: Final = 0.5
"""Share of the speed with which a thing is neared."""


def held(now: Observation) -> str:
    """What the hand holds; "" if nothing."""
    return next((keys[0] for keys, value in now.items("holding") if value is True and keys), "")


def perform(session: Body, part: Part, reference: str, speed: float = 1.0) -> PrimitiveResult:
    """Do a motion now.

    Args:
        reference: the thing that was last named; a motion may touch it.
    """
    now = session.observe()
    match part.kind:
        case "above" | "at":
            return _to(session, part, now, speed)
        case "by":
            return _by(session, part, now, reference, speed)
        case "turn":
            return session.call("move_by", dyaw=part.turn, speed=speed, touch=reference)
        case "close":
            return session.call("close_gripper", force=40.0)
        case "open":
            wide = now.number("gripper_width", default=0.05) + 0.024
            return session.call("open_gripper", **({"width": min(0.08, wide)} if held(now) else {}))
        case "home":
            return session.call("home", speed=speed)
    raise AssertionError(part.kind)


def _to(session: Body, part: Part, now: Observation, speed: float) -> PrimitiveResult:
    spot, size = now.get("pose", part.thing), now.get("size", part.thing)
    if not isinstance(spot, tuple) or not isinstance(size, tuple):
        return PrimitiveResult(False, error="unseen", message=f"where the {part.thing} is cannot be told")
    x, y = spot[0] + part.offset[0], spot[1] + part.offset[1]
    holding = held(now)
    carried = _height(now, holding) / 2 if holding else 0.0
    if part.kind == "above":
        top = spot[2] + size[2] / 2
        yaw = {} if holding else _turn(session, now, part.thing, (x, y, max(spot[2], LOWEST_M)))
        return session.call(
            "move_to", x=x, y=y, z=top + OVER_M + carried + part.offset[2], via="above", speed=speed, **yaw
        )
    if not holding:
        z = max(spot[2] + part.offset[2], LOWEST_M)
        return session.call("move_to", x=x, y=y, z=z, speed=speed * LOWERING, touch=part.thing)
    top = spot[2] + size[2] / 2
    for under in (min(spot[2] - size[2] / 2 + 0.012, top), top):  # inside it, or else on it
        z = max(under + carried + 0.003 + part.offset[2], LOWEST_M)
        if session.call("reach_check", x=x, y=y, z=z, touch=part.thing).value.get("reachable"):
            break
    return session.call(
        "move_to", x=x, y=y, z=z, speed=speed * LOWERING, touch=part.thing, until_contact=True
    )


def _by(session: Body, part: Part, now: Observation, reference: str, speed: float) -> PrimitiveResult:
    dx, dy, dz = part.offset
    if part.until_contact:
        hand = now.get("hand")
        height = hand[2] if isinstance(hand, tuple) else 0.0
        dz = max(dz, LOWEST_M - height + _height(now, held(now)) / 2)
    more: dict[str, Any] = {"until_contact": True, "speed": speed * LOWERING} if part.until_contact else {}
    way: dict[str, Any] = {"dx": dx, "dy": dy, "dz": dz, "speed": speed, **more}
    result = session.call("move_by", **way, touch=reference)
    if dz > 0 and result.error == "collision":  # upwards also past what the fingers lean on
        result = session.call("move_by", **way, touch=str(result.value.get("object", reference)))
    return result


def _turn(session: Body, now: Observation, thing: str, spot: tuple[float, float, float]) -> dict[str, float]:
    """Along the thing's sides: the way in which a grasp of it could be reached."""
    along = now.number("yaw", thing)
    for turn in (along, along + math.pi / 2):
        thought = session.call(
            "reach_check", x=spot[0], y=spot[1], z=spot[2], yaw=turn, via="above", touch=thing
        )
        if thought.ok and thought.value.get("reachable"):
            return {"yaw": turn}
    return {"yaw": along}


def _height(now: Observation, thing: str) -> float:
    size = now.get("size", thing) if thing else None
    return size[2] if isinstance(size, tuple) else 0.0
