"""Push a thing over the table with the finger tips."""

import math

_TRIES = 9
_BEHIND = 0.03  # the hand begins this far behind the thing's edge [m]
_LONGEST = 0.16
_PALM = 0.055  # what is higher than this is in the palm's way [m]
_AROUND = [0.0, 0.06, -0.06, 0.12, -0.12, 0.18, -0.18]
_INSIDE = 0.03  # how far within the place the thing's centre shall come to lie [m]
_FINGERS = 0.012  # half their depth along the push [m]


def push_to(object: str, place: str) -> SkillResult:
    """Push `object` until it lies within `place`, looking after each push."""
    if not fact("hand_empty"):
        return failed("the hand holds something")
    why = ""
    vain = 0
    for _ in range(_TRIES):
        if fact("at", object, place):
            return done()
        if not fact("clear", object):
            return failed(f"something is on the {object}")
        why = _push(object, place, vain)
        vain = 0 if why == "" else vain + 1
        if vain > 4:
            return failed(why)
        if why != "":
            log(why)
            if not move_by(dz=0.10, touch=object).ok:
                home()
    if fact("at", object, place):
        return done()
    return failed(why if why != "" else f"the {object} did not come to lie at {place}")


def _push(object: str, place: str, vain: int) -> str:
    """One push; "" if it went as meant. After vain ones, the hand is turned or another way is taken."""
    spot = fact("pose", object)
    size = fact("size", object)
    if spot is None or size is None:
        return f"where the {object} is cannot be told"
    across = vain % 2 == 0
    goal = _goal(object, place, spot, across, vain)
    if not goal:
        across = not across
        goal = _goal(object, place, spot, across, vain)
    if not goal:
        return f"something stands between the {object} and {place}"
    far = math.hypot(goal[0] - spot[0], goal[1] - spot[1])
    if far < 0.002:
        return f"the {object} is there already"
    ux, uy = (goal[0] - spot[0]) / far, (goal[1] - spot[1]) / far
    ahead = math.atan2(uy, ux)
    turn = ahead if across else ahead + math.pi / 2
    skew = fact("yaw", object, default=0.0) - ahead
    half = size[0] / 2 * (abs(math.cos(skew)) + abs(math.sin(skew)))
    step = min(far, _LONGEST)
    z = max(0.018, spot[2] - 0.004)
    shut = close_gripper(force=20.0, must_hold=False)
    if not shut.ok:
        return shut.message
    begin = half + _FINGERS + (_BEHIND if vain != 1 else 0.012)
    over = move_to(spot[0] - ux * begin, spot[1] - uy * begin, z + 0.09, yaw=turn, via="above")
    if not over.ok:
        return over.message
    down = move_to(spot[0] - ux * begin, spot[1] - uy * begin, z, yaw=turn, speed=0.6)
    if not down.ok:
        return down.message
    end = step - size[0] / 2 - _FINGERS
    pushed = move_to(spot[0] + ux * end, spot[1] + uy * end, z, yaw=turn, speed=0.35, touch=object)
    if not pushed.ok:
        return pushed.message
    move_by(dx=-ux * 0.02, dy=-uy * 0.02, speed=0.5, touch=object)
    up = move_by(dz=0.10, speed=0.8, touch=object)
    return "" if up.ok else up.message


def _goal(object: str, place: str, spot: tuple[float, ...], across: bool, vain: int) -> list[float]:
    """Where to push it next: the point of the place with the shortest free way, or a spot on a way around.

    `across`: whether the palm, which is long, is turned across the way; it must pass by what is tall.
    """
    middle = fact("pose", place)
    size = fact("size", place)
    if middle is None or size is None:
        return []
    things = _things(object, across)
    direct = _end(middle, size, things, spot[0], spot[1])
    if direct and vain < 2:
        return [direct[0], direct[1]]
    best: list[float] = []
    least = 99.0
    for dx in _AROUND:
        for dy in _AROUND:
            x, y = spot[0] + dx, spot[1] + dy
            leg = math.hypot(dx, dy)
            if leg < 0.03 or not (0.33 <= x <= 0.66 and -0.36 <= y <= 0.36) or leg >= least:
                continue
            if not _is_free(things, spot[0], spot[1], x, y):
                continue
            last = _end(middle, size, things, x, y)
            if last and leg + last[2] < least:
                best = [x, y]
                least = leg + last[2]
    return best


def _end(
    middle: tuple[float, ...],
    size: tuple[float, ...],
    things: list[list[float]],
    from_x: float,
    from_y: float,
) -> list[float]:
    """The nearest point of the place with a free straight way to it, and how far it is; or []."""
    wide = [max(0.0, size[0] / 2 - _INSIDE), max(0.0, size[1] / 2 - _INSIDE)]
    best: list[float] = []
    least = 99.0
    for shift in [0.0, 0.06, -0.06, 0.12, -0.12, 0.18, -0.18]:
        along = shift if size[0] >= size[1] else 0.0
        across = shift if size[1] > size[0] else 0.0
        x = min(max(from_x + along, middle[0] - wide[0]), middle[0] + wide[0])
        y = min(max(from_y + across, middle[1] - wide[1]), middle[1] + wide[1])
        away = math.hypot(x - from_x, y - from_y)
        if away < least and _is_free(things, from_x, from_y, x, y):
            best = [x, y, away]
            least = away
    return best


def _things(object: str, across: bool) -> list[list[float]]:
    """All other things as [x, y, half of what the way must be wide, more of it before and behind]."""
    kinds = facts("kind")
    poses = facts("pose")
    sizes = facts("size")
    circles: list[list[float]] = []
    for name in poses:
        if name != object and name in sizes and kinds.get(name, "") != "place":
            radius = 0.6 * max(sizes[name][0], sizes[name][1])
            tall = poses[name][2] + sizes[name][2] / 2 > _PALM
            wide = radius + (0.105 if tall and across else 0.04)
            circles.append([poses[name][0], poses[name][1], wide, radius + (0.10 if tall and not across else 0.03)])
    return circles


def _is_free(things: list[list[float]], from_x: float, from_y: float, x: float, y: float) -> bool:
    """Whether nothing stands on the straight way, or where the hand begins behind the thing."""
    length = math.hypot(x - from_x, y - from_y)
    if length < 0.002:
        return True
    ux, uy = (x - from_x) / length, (y - from_y) / length
    for one in things:
        dx, dy = one[0] - from_x, one[1] - from_y
        along = dx * ux + dy * uy
        aside = abs(dx * uy - dy * ux)
        if aside < one[2] and -0.07 - one[3] < along < length + one[3]:
            return False
    return True
