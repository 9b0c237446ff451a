"""Take a thing from above with two fingers."""

import math

_OVER = 0.09
_LIFT = 0.12
_FINGER = 0.022  # room that a finger takes beside the thing [m]
_TRIES = 4


def pick(object: str) -> SkillResult:
    """Grasp `object` and lift it; other sides and a firmer grasp where one fails."""
    if fact("holding", object):
        return done()
    if not fact("hand_empty"):
        return failed("the hand already holds something else")
    why = ""
    for attempt in range(_TRIES):
        if not fact("clear", object):
            return failed(f"something is on the {object}, or over it")
        why = _grasp(object, attempt)
        if why == "":
            return done(attempts=attempt + 1)
        log(f"grasp {attempt + 1} of {object} failed: {why}")
        _retreat(object)
    return failed(why)


def _grasp(object: str, attempt: int) -> str:
    """One try; "" if it is held in the air, else why not."""
    spot = fact("pose", object)
    size = fact("size", object)
    if spot is None or size is None:
        return f"where the {object} is cannot be told"
    z = max(spot[2] - (0.006 if attempt >= 2 else 0.0), 0.014)
    way = _way_in(object, spot, size, z, attempt)
    if len(way) == 0:
        return "the fingers do not open"
    turn, z = way[0], way[1]
    over = move_to(spot[0], spot[1], spot[2] + size[2] / 2 + _OVER, yaw=turn, via="above")
    if not over.ok:
        return over.message
    now = fact("pose", object)
    if now is None or math.dist(now, spot) > 0.01:
        return "it moved meanwhile"
    down = move_to(now[0], now[1], z, yaw=turn, speed=0.5, touch=object)
    if not down.ok:
        return down.message
    closed = close_gripper(force=40.0 if attempt < 2 else 60.0)
    if not closed.ok:
        return closed.message
    lifted = move_by(dz=_LIFT, speed=0.6)
    if not lifted.ok and lifted.error != "collision":
        return lifted.message
    if not fact("holding", object):
        return "it slipped out of the fingers"
    return ""


def _way_in(
    object: str, spot: tuple[float, ...], size: tuple[float, ...], z: float, attempt: int
) -> list[float]:
    """Open the fingers, widely where there is room for that, narrowly beside a wall; a turn and a height,
    or [] if they do not open.

    What stands deep in a drawer is taken by its upper part: the hand is wider than the fingers.
    """
    turns = _turns(object, spot, size)
    first = attempt % len(turns)
    for higher in [0.0, 0.2, 0.4]:
        for room in [0.030, 0.018, 0.012] if attempt % 3 != 2 else [0.018, 0.012]:
            if not open_gripper(width=min(0.08, max(size[0], size[1]) + room)).ok:
                return []
            is_narrow = False
            for turn in [turns[first], turns[first - 1]]:
                up = z + higher * size[2]
                thought = reach_check(spot[0], spot[1], up, yaw=turn, via="above", touch=object)
                if thought.ok and thought.value["reachable"]:
                    return [turn, up]
                if thought.ok and thought.value["reason"] == "collision":
                    is_narrow = True
            if not is_narrow:
                return [turns[first], z]  # out of reach, however the fingers stand
    return [turns[first], z]


def _retreat(object: str) -> None:
    """Let go and rise, so that the next try begins with a free view."""
    open_gripper()
    _rise(object, 0.10)


def _rise(object: str, up: float) -> bool:
    """Straight up, past what the fingers lean on."""
    touch = object
    for attempt in range(4):
        risen = move_by(dz=up, speed=0.6, touch=touch)
        if risen.ok:
            return True
        if risen.error == "collision" and str(risen.value.get("object", "")) != touch:
            touch = str(risen.value.get("object", ""))
        else:
            open_gripper(width=max(0.0, fact("gripper_width", default=0.05) - 0.006))
            up = up / 2
    return False


def _turns(object: str, spot: tuple[float, ...], size: tuple[float, ...]) -> list[float]:
    """Both ways to go along its sides, the one with more room for the fingers first."""
    along = fact("yaw", object, default=0.0)
    first = along
    second = along + math.pi / 2
    if size[1] > 0.075 or _room(object, spot, size[0], second) > _room(object, spot, size[1], first) + 0.004:
        first, second = second, first
    if min(size[0], size[1]) > 0.075 or max(size[0], size[1]) > 0.075:
        return [first]
    return [first, second]


def _room(object: str, spot: tuple[float, ...], width: float, turn: float) -> float:
    """How near the next thing is to where the two fingers go [m], at most 5 cm."""
    least = 0.05
    kinds = facts("kind")
    sizes = facts("size")
    poses = facts("pose")
    reach = width / 2 + _FINGER
    for sign in [-1.0, 1.0]:
        x = spot[0] - sign * reach * math.sin(turn)
        y = spot[1] + sign * reach * math.cos(turn)
        for name in poses:
            if name == object or kinds.get(name, "") in ("place", "drawer") or name not in sizes:
                continue
            other = poses[name]
            if other[2] + sizes[name][2] / 2 < spot[2] - 0.015:
                continue
            away = math.hypot(other[0] - x, other[1] - y)
            if kinds.get(name, "") in ("bowl", "tray"):
                least = min(least, abs(away - sizes[name][0] / 2))
            else:
                least = min(least, away - 0.6 * sizes[name][0])
    return least
