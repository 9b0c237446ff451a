"""Push a thing over the table to a place, in straight legs around what stands in between."""

import math

_PUSHES = 14
_VAIN = 8
_LONGEST = 0.18  # of one push, before it is looked at again [m]
_SLANTED = 0.10  # the same where the fingers do not meet a face squarely, and the thing will turn [m]
_GRID = 0.06
_INSIDE = 0.02  # how far within the place the thing's centre shall come to lie [m]
_LEG = 0.10  # what going around the thing for another push is worth, in metres of way
_EXPANDED = 40
_TABLE = [0.25, 0.72, -0.42, 0.42]  # where waypoints may lie: x, y [m]
_REACH = [0.25, 0.775]  # of the hand from the arm's base [m]

# The hand, about the point between its finger tips: the fingers low over the table, and the palm above them.
_STEM = 0.0265  # from the inside of a finger to its outside; half of both when they are shut [m]
_DEPTH = 0.0105  # half of a finger, across the way in which it opens [m]
_PALM = 0.104
_PALM_DEPTH = 0.03
_UNDER_PALM = 0.053  # what is higher than this does not pass under the palm [m]

_UNDER_HIGH_PALM = 0.067

# Four manners of pushing. 0: shut fingers side by side behind the thing. 1: one behind the other, where the
# palm, which is long, must pass between tall things. 2: open fingers on both sides, wider than the thing, so that
# the one behind it pushes: where there is no room for both behind. 3: the same as high as they reach the thing.
_MANNERS = [0, 2, 1, 3]
_EXTRA = [0.0, 0.06, 0.03, 0.08]
_HIGHER = 0.0145  # the fingers are in the fourth manner [m]
_GAPS = [0.02, 0.006]  # the hand comes down this far behind the thing [m]
_SLACKS = [0.014, 0.008]  # open fingers stay this far from either side [m]
_WIDEST = 0.08


def push_to(object: str, place: str) -> SkillResult:
    """Push `object` until it lies within `place`, looking after each push."""
    if not fact("hand_empty"):
        return failed("the hand holds something")
    why = ""
    spoilt: list[list[float]] = []
    vain = 0
    for _ in range(_PUSHES):
        if fact("at", object, place):
            return done()
        if not fact("clear", object):
            return failed(f"something is on the {object}")
        spot = fact("pose", object)
        size = fact("size", object)
        if spot is None or size is None or fact("pose", place) is None:
            return failed(f"where the {object} or {place} is cannot be told")
        leg = _first_leg(object, place, spot, size, spoilt)
        if not leg and spoilt:
            spoilt = []
            leg = _first_leg(object, place, spot, size, spoilt)
        if not leg:
            return failed(_reason(object, place, spot, why))
        spoilt.append([spot[0], spot[1], -1.0])  # no way leads back there
        problem = _push(object, spot, size, leg, spoilt)
        if problem != "":
            why = problem
            log(why)
            vain += 1
            if vain > _VAIN:
                break
    if fact("at", object, place):
        return done()
    return failed(why if why != "" else f"the {object} did not come to lie at {place}")


# ------------------------------------------------------------------------------------------- one push


def _push(
    object: str, spot: tuple[float, ...], size: tuple[float, ...], leg: list[float], spoilt: list[list[float]]
) -> str:
    """Push along a leg; "" if it went as meant. What cannot be is added to `spoilt`."""
    z = max(0.018, spot[2] - 0.004) + (_HIGHER if leg[2] == 3 else 0.0)
    hand = _hand(spot, leg[0], leg[1], leg, max(size[0], size[1]) / 2)
    end = [hand[2], hand[3]]
    for x, y in [[hand[0], hand[1]], end]:
        thought = reach_check(x, y, z, yaw=hand[4], via="above", touch=object)
        if thought.ok and not thought.value["reachable"]:
            spoilt.append([x, y, leg[2]])
            return str(thought.value["message"])
    down = _come_down(object, hand, z, leg)
    if not down.ok:
        spoilt.append([hand[0], hand[1], leg[2]])
        _rise(object)
        return down.message
    pushed = move_to(end[0], end[1], z, yaw=hand[4], speed=0.35, touch=object)
    if not pushed.ok:
        spoilt.append([end[0], end[1], leg[2]])
    back = 0.02 if leg[2] < 2 else _SLACKS[1]
    ux, uy = leg[5], leg[6]
    move_by(dx=-ux * back, dy=-uy * back, speed=0.5, touch=object)
    risen = _rise(object)
    return pushed.message if not pushed.ok else risen


def _come_down(object: str, hand: list[float], z: float, leg: list[float]) -> Result:
    """Beside the thing; once more from the home posture where the arm had wound itself up."""
    down = _descend(object, hand, z, leg)
    if down.error == "limit":
        _rise(object)
        if home().ok:
            down = _descend(object, hand, z, leg)
    return down


def _descend(object: str, hand: list[float], z: float, leg: list[float]) -> Result:
    over = move_to(hand[0], hand[1], z + 0.09, yaw=hand[4], via="above")
    if not over.ok:
        return over
    fingers = open_gripper(width=leg[4]) if leg[2] >= 2 else close_gripper(force=20.0, must_hold=False)
    if not fingers.ok:
        return fingers
    return move_to(hand[0], hand[1], z, yaw=hand[4], speed=0.6, touch=object)


def _rise(object: str) -> str:
    """Straight up; turning where a joint is at its end."""
    up = move_by(dz=0.10, speed=0.8, touch=object)
    if up.ok:
        return ""
    if fact("gripper_width", default=0.0) > 0.03:
        open_gripper()  # as they turn, fingers around the thing would grip it
    for turn in [0.0, 0.5, -0.5]:
        if move_by(dz=0.05, dyaw=turn, touch=object).ok:
            break
    return "" if home().ok else up.message


def _hand(spot: tuple[float, ...], x: float, y: float, leg: list[float], half: float) -> list[float]:
    """Where the hand begins and ends to push the thing's centre to (x, y): [x, y, x, y, yaw]."""
    ux, uy = leg[5], leg[6]
    ahead = math.atan2(uy, ux)
    far = math.hypot(x - spot[0], y - spot[1])
    far = min(far, _LONGEST if leg[7] < 0.3 else _SLANTED)
    behind = _DEPTH if leg[2] == 0 else _STEM
    begin = 0.0 if leg[2] >= 2 else -(leg[8] + behind + leg[3])
    end = far + leg[4] / 2 - half if leg[2] >= 2 else far - half - behind
    turn = ahead if leg[2] == 0 else ahead + math.pi / 2
    return [spot[0] + ux * begin, spot[1] + uy * begin, spot[0] + ux * end, spot[1] + uy * end, turn]


# ------------------------------------------------------------------------------------------- the way


def _first_leg(
    object: str, place: str, spot: tuple[float, ...], size: tuple[float, ...], spoilt: list[list[float]]
) -> list[float]:
    """The first leg of the shortest way, with much room beside it or with little; [] if there is none.

    A leg is [x, y, manner, gap, width of the fingers, ux, uy, slant, half of the thing along the way].
    """
    things = _things(object)
    middle = fact("pose", place, default=spot)
    extent = fact("size", place, default=size)
    yaw = fact("yaw", object, default=0.0)
    wide = [max(0.0, extent[0] / 2 - _INSIDE), max(0.0, extent[1] / 2 - _INSIDE)]
    half = max(size[0], size[1]) / 2
    for room in [0.010, 0.0045, 0.0025]:
        leg = _search(spot, half, yaw, things, [middle[0], middle[1], wide[0], wide[1]], room, spoilt)
        if leg:
            return leg
    return []


def _search(
    spot: tuple[float, ...],
    half: float,
    yaw: float,
    things: list[list[float]],
    target: list[float],
    room: float,
    spoilt: list[list[float]],
) -> list[float]:
    """A* over points of the table, any of which is joined to any other by a straight free push."""
    goals = [one for one in _goals(spot, target) if _is_free(things, one, half, room)]
    ways = [one for one in _waypoints(spot, yaw, target) if _is_free(things, one, half, room)]
    points = [[spot[0], spot[1]], *goals, *ways]
    last_goal = len(goals)
    least = [99.0 for _ in points]
    left = [_left(one, target) for one in points]
    first: list[list[float]] = [[] for _ in points]
    turns = [yaw for _ in points]
    closed = [False for _ in points]
    least[0] = 0.0
    for _ in range(_EXPANDED):
        here = -1
        for n in range(len(points)):
            if (
                not closed[n]
                and least[n] < 90.0
                and (here < 0 or least[n] + left[n] < least[here] + left[here])
            ):
                here = n
        if here < 0:
            return []
        if 0 < here <= last_goal:
            return first[here]
        closed[here] = True
        for n in range(1, len(points)):
            far = math.hypot(points[n][0] - points[here][0], points[n][1] - points[here][1])
            cost = least[here] + far + _LEG
            if closed[n] or far < 0.015 or cost >= least[n]:
                continue
            leg = _leg(points[here], points[n], half, turns[here], things, room, spoilt if here == 0 else [])
            if not leg:
                continue
            cost += _EXTRA[int(leg[2])] + 0.06 * leg[7]
            if cost < least[n]:
                least[n] = cost
                turns[n] = math.atan2(leg[6], leg[5])  # it turns until a face lies on the fingers
                first[n] = leg if here == 0 else first[here]
    return []


def _left(point: list[float], target: list[float]) -> float:
    """No more than what is left to go from a point into the place."""
    dx = max(0.0, abs(point[0] - target[0]) - target[2])
    dy = max(0.0, abs(point[1] - target[1]) - target[3])
    return math.hypot(dx, dy) + (_LEG if dx + dy > 0.001 else 0.0)


def _goals(spot: tuple[float, ...], target: list[float]) -> list[list[float]]:
    """Points of the place: the nearest, and others all over it."""
    nearest = [
        min(max(spot[0], target[0] - target[2]), target[0] + target[2]),
        min(max(spot[1], target[1] - target[3]), target[1] + target[3]),
    ]
    found = [nearest]
    nx, ny = int(2 * target[2] / 0.04), int(2 * target[3] / 0.04)
    for i in range(nx + 1):
        for j in range(ny + 1):
            x = target[0] + (target[2] * (2.0 * i / nx - 1.0) if nx > 0 else 0.0)
            y = target[1] + (target[3] * (2.0 * j / ny - 1.0) if ny > 0 else 0.0)
            found.append([x, y])
    return found


def _waypoints(spot: tuple[float, ...], yaw: float, target: list[float]) -> list[list[float]]:
    """Points straight away from the thing's faces, between them, and all over the table."""
    found: list[list[float]] = []
    for eighth in range(8):
        turn = yaw + eighth * math.pi / 4
        for far in [0.03, 0.06, 0.10, 0.15]:
            found.append([spot[0] + far * math.cos(turn), spot[1] + far * math.sin(turn)])
    for i in range(int((_TABLE[1] - _TABLE[0]) / _GRID) + 1):
        for j in range(int((_TABLE[3] - _TABLE[2]) / _GRID) + 1):
            found.append([_TABLE[0] + i * _GRID, _TABLE[2] + j * _GRID])
    return [
        one
        for one in found
        if _TABLE[0] <= one[0] <= _TABLE[1]
        and _TABLE[2] <= one[1] <= _TABLE[3]
        and math.hypot(one[0], one[1]) < 0.76
    ]


def _leg(
    start: list[float],
    end: list[float],
    half: float,
    yaw: float,
    things: list[list[float]],
    room: float,
    spoilt: list[list[float]],
) -> list[float]:
    """How to push straight from one point to another, or [] if there is no free way to."""
    far = math.hypot(end[0] - start[0], end[1] - start[1])
    ux, uy = (end[0] - start[0]) / far, (end[1] - start[1]) / far
    skew = yaw - math.atan2(uy, ux)
    slant = abs(math.sin(2 * skew))
    own = half * (abs(math.cos(skew)) + abs(math.sin(skew)))
    room += 0.012 * slant  # it turns as it goes
    if any(one[2] < 0 and math.hypot(one[0] - end[0], one[1] - end[1]) < 0.02 for one in spoilt):
        return []
    if _meets(things, start, ux, uy, -own, far + own, own + room, room, 0.0):
        return []
    for manner in _MANNERS:
        for gap in _GAPS if manner < 2 else _SLACKS:
            width = 2 * (own + gap)
            if manner >= 2 and width > _WIDEST:
                continue
            leg = [end[0], end[1], float(manner), gap, width, ux, uy, slant, own]
            hand = _hand((start[0], start[1]), end[0], end[1], leg, half)
            if _is_out(hand, manner, spoilt):
                continue
            if manner >= 2:
                low, high, broad = -width / 2 - _STEM, far + width - own + _STEM, _DEPTH
            else:
                reach = _DEPTH if manner == 0 else _STEM
                low, high, broad = -own - gap - 2 * reach, far, _STEM if manner == 0 else _DEPTH
            if _meets(things, start, ux, uy, low, high, broad + room, room, 0.0):
                continue
            under = _UNDER_HIGH_PALM if manner == 3 else _UNDER_PALM
            long, deep = (_PALM_DEPTH, _PALM) if manner == 0 else (_PALM, _PALM_DEPTH)
            centre = 0.0 if manner >= 2 else low + (_DEPTH if manner == 0 else _STEM)
            last = far + (width / 2 - half if manner >= 2 else -half - _DEPTH)
            if not _meets(things, start, ux, uy, centre - long, last + long, deep + room, room, under):
                return leg
    return []


def _is_out(hand: list[float], manner: int, spoilt: list[list[float]]) -> bool:
    """Whether the hand would begin or end out of reach, or where it was in vain before."""
    for x, y in [[hand[0], hand[1]], [hand[2], hand[3]]]:
        if not _REACH[0] <= math.hypot(x, y) <= _REACH[1]:
            return True
        for one in spoilt:
            if one[2] == manner and math.hypot(one[0] - x, one[1] - y) < 0.015:
                return True
    return False


# ------------------------------------------------------------------------------------------- what stands around


def _things(object: str) -> list[list[float]]:
    """All other things as [x, y, half extents, cosine and sine of the yaw, radius (0: a box), top]."""
    kinds, poses, sizes = facts("kind"), facts("pose"), facts("size")
    yaws = facts("yaw")
    found: list[list[float]] = []
    for name in poses:
        if name == object or name not in sizes or kinds.get(name, "") == "place":
            continue
        spot, size, kind = poses[name], sizes[name], kinds.get(name, "")
        turn = yaws.get(name, 0.0)
        out = fact("opening", name, default=0.0) if kind == "drawer" else 0.0
        c, s = math.cos(turn), math.sin(turn)
        x, y = spot[0] + c * out / 2, spot[1] + s * out / 2
        radius = 0.51 * size[0] if kind in ["bowl", "button"] else 0.0
        found.append([x, y, (size[0] + out) / 2, size[1] / 2, c, s, radius, spot[2] + size[2] / 2])
    return found


def _is_free(things: list[list[float]], point: list[float], half: float, room: float) -> bool:
    return not _meets(things, point, 1.0, 0.0, -half, half, half + room, room, 0.0)


def _meets(
    things: list[list[float]],
    start: list[float],
    ux: float,
    uy: float,
    low: float,
    high: float,
    broad: float,
    room: float,
    under: float,
) -> bool:
    """Whether something lies in the strip from `low` to `high` along (ux, uy), `broad` to both sides.

    What is no higher than `under` does not count.
    """
    half = (high - low) / 2 + room
    middle = (high + low) / 2
    mx, my = start[0] + ux * middle, start[1] + uy * middle
    for one in things:
        if one[7] <= under:
            continue
        dx, dy = one[0] - mx, one[1] - my
        along, aside = abs(dx * ux + dy * uy), abs(dy * ux - dx * uy)
        if one[6] > 0.0:
            a, b = max(0.0, along - half), max(0.0, aside - broad)
            if a * a + b * b < one[6] * one[6]:
                return True
            continue
        c, s = abs(ux * one[4] + uy * one[5]), abs(ux * one[5] - uy * one[4])
        if along > half + one[2] * c + one[3] * s or aside > broad + one[2] * s + one[3] * c:
            continue
        if abs(dx * one[4] + dy * one[5]) > one[2] + half * c + broad * s:
            continue
        if abs(dy * one[4] - dx * one[5]) > one[3] + half * s + broad * c:
            continue
        return True
    return False


def _reason(object: str, place: str, spot: tuple[float, ...], why: str) -> str:
    """Why there is no way."""
    kinds, poses, sizes = facts("kind"), facts("pose"), facts("size")
    near = [
        name
        for name in poses
        if name != object
        and name in sizes
        and kinds.get(name, "") != "place"
        and math.hypot(poses[name][0] - spot[0], poses[name][1] - spot[1]) < 0.12 + sizes[name][0] / 2
    ]
    told = f"no way over the table leads the {object} to {place}"
    if near:
        told += ": near it " + ("stand " if len(near) > 1 else "stands ") + " and ".join(near)
    return told + (f" (last tried: {why})" if why != "" else "")
