"""Set what is held down at a spot, and let go."""

import math

_OVER = 0.08
_ABOVE = 0.003  # let go this much above what it stands on [m]


def lower_at(
    object: str,
    x: float,
    y: float,
    bottom: float,
    turn: float | None = None,
    near: str = "",
    tight: bool = False,
) -> SkillResult:
    """Lower `object` so that its centre is at (x, y) and its underside at `bottom`; then let go and rise.

    `near` may be touched on the way; where it is `tight`, the fingers open only a little.
    """
    if not fact("holding", object):
        return failed(f"the {object} is not held")
    size = fact("size", object)
    if size is None:
        return failed(f"the {object} cannot be seen")
    why = ""
    for yaw in _hand_turns(object, turn):
        aim = _hand_at(object, x, y, bottom + size[2] / 2 + _ABOVE, yaw)
        thought = reach_check(aim[0], aim[1], aim[2], yaw=yaw, via="above", touch=near)
        if thought.ok and not thought.value["reachable"]:
            why = str(thought.value["message"])
            continue
        over = move_to(aim[0], aim[1], aim[2] + _OVER, yaw=yaw, via="above", speed=0.8)
        if not over.ok:
            why = over.message
            if not fact("holding", object):
                return failed(f"the {object} was lost on the way: {why}")
            continue
        aim = _hand_at(object, x, y, bottom + size[2] / 2 + _ABOVE, yaw)
        down = move_to(aim[0], aim[1], aim[2], yaw=yaw, speed=0.35, touch=near, until_contact=True)
        if down.ok:
            return _let_go(object, tight)
        why = down.message
        if not fact("holding", object):
            return failed(f"the {object} was lost on the way: {why}")
    return failed(why)


def _hand_turns(object: str, turn: float | None) -> list[float]:
    """Turns of the hand that give the thing the wanted one: it looks the same after a quarter."""
    hand = fact("hand_yaw", default=0.0)
    if turn is None:
        return [hand, hand + math.pi / 2, hand + math.pi / 4, hand - math.pi / 4]
    first = hand + turn - fact("yaw", object, default=0.0)
    quarter = math.pi / 2
    nearest = first - quarter * round((first - hand) / quarter)
    other = nearest - quarter if nearest > hand else nearest + quarter
    return [nearest, other]


def _hand_at(object: str, x: float, y: float, z: float, yaw: float) -> list[float]:
    """Where the hand must be for the thing's centre to be at (x, y, z)."""
    hand = fact("hand")
    spot = fact("pose", object)
    if hand is None or spot is None:
        return [x, y, z]
    turned = yaw - fact("hand_yaw", default=yaw)
    dx, dy = hand[0] - spot[0], hand[1] - spot[1]
    off_x = dx * math.cos(turned) - dy * math.sin(turned)
    off_y = dx * math.sin(turned) + dy * math.cos(turned)
    return [x + off_x, y + off_y, z + hand[2] - spot[2]]


def _let_go(object: str, tight: bool) -> SkillResult:
    width = fact("gripper_width", default=0.05)
    open_gripper(width=min(0.08, width + (0.012 if tight else 0.024)))
    wait(0.2)
    if fact("holding", object):
        open_gripper()
    _rise(object, 0.10)
    if fact("holding", object):
        return failed(f"the {object} does not come off the fingers")
    return done()


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
