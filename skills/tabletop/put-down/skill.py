"""Put what is held down where there is room."""

import math

_X = [0.36, 0.40, 0.44, 0.48, 0.52, 0.56, 0.60]
_Y = [-0.28, -0.24, -0.20, -0.16, -0.12, -0.08, -0.04, 0.0, 0.04, 0.08, 0.12, 0.16, 0.20, 0.24, 0.28]
_ENOUGH = 0.06
_WAY = 0.24  # that a drawer and the hand on its handle come out [m]


def put_down(object: str) -> SkillResult:
    """Set `object` on the table, away from other things and from marked places."""
    if not fact("holding", object):
        return failed(f"the {object} is not held")
    why = "there is no room on the table"
    for spot in _spots(object):
        lowered = lower_at(object, spot[1], spot[2], 0.0)
        if lowered.ok and fact("on", object, "table"):
            return done(x=spot[1], y=spot[2])
        why = lowered.reason if not lowered.ok else f"the {object} does not lie on the table"
        if not fact("holding", object):
            return failed(why)
    return failed(why)


def _spots(object: str) -> list[list[float]]:
    """The best few spots as [score, x, y], best first."""
    hand = fact("hand", default=(0.5, 0.0, 0.3))
    scored = _with_room(_things(object, True), hand)
    if len(scored) == 0:
        scored = _with_room(_things(object, False), hand)
    best: list[list[float]] = []
    for _ in range(4):
        top = [-9.0, 0.0, 0.0]
        for one in scored:
            if one[0] > top[0] and one not in best:
                top = one
        if top[0] > -9.0:
            best.append(top)
    return best


def _with_room(things: list[list[float]], hand: tuple[float, ...]) -> list[list[float]]:
    """Spots [score, x, y] that are in nothing's way; those with room and near the hand score high."""
    scored: list[list[float]] = []
    for x in _X:
        for y in _Y:
            room = _ENOUGH
            for other in things:
                room = min(room, math.hypot(other[0] - x, other[1] - y) - other[2])
            if room > 0.0:
                scored.append([room - 0.03 * math.hypot(hand[0] - x, hand[1] - y), x, y])
    return scored


def _things(object: str, clear_of_drawers: bool) -> list[list[float]]:
    """Circles [x, y, radius] that the thing's centre must stay out of; with the way of drawers or not."""
    kinds = facts("kind")
    poses = facts("pose")
    sizes = facts("size")
    own = 0.035
    circles: list[list[float]] = []
    for name in poses:
        if name == object or name not in sizes:
            continue
        kind = kinds.get(name, "")
        size = sizes[name]
        spot = poses[name]
        if kind == "place":
            if max(size[0], size[1]) < 0.2:
                circles.append([spot[0], spot[1], 0.5 * max(size[0], size[1]) + own - 0.01])
        elif kind == "drawer":
            turn = fact("yaw", name, default=0.0)
            opening = fact("opening", name, default=0.0)
            way = [_WAY / 3, 2 * _WAY / 3, _WAY] if clear_of_drawers else []
            for out in [-opening, 0.0, *way]:  # shut, as it is, and on its way
                x, y = spot[0] - out * math.cos(turn), spot[1] - out * math.sin(turn)
                circles.append([x, y, 0.6 * max(size[0], size[1]) + own])
        elif kind in ("bowl", "button"):
            circles.append([spot[0], spot[1], 0.5 * size[0] + own + 0.02])
        else:
            circles.append([spot[0], spot[1], 0.5 * math.hypot(size[0], size[1]) + own])
    return circles
