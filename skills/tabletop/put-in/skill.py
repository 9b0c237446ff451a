"""Put what is held into a container."""

import math

_WALL = 0.008  # of containers [m]


def put_in(object: str, container: str) -> SkillResult:
    """Let `object` down inside `container`."""
    if not fact("holding", object):
        return failed(f"the {object} is not held")
    if fact("kind", container) == "drawer" and not fact("is_open", container):
        return failed(f"the {container} is not open")
    why = f"there is no room in the {container}"
    turn = fact("yaw", container, default=0.0)
    spots = _spots(object, container)
    dropped = _shaken(_tries(spots[:3], [0.06, 0.09], 0.0))
    for one in [*_tries(spots, [0.01, 0.025, 0.04], 0.04), *dropped]:
        lowered = lower_at(object, one[0], one[1], one[2], turn, "", True)
        if lowered.ok:
            wait(0.4)
            if fact("in", object, container):
                return done()
            return failed(f"the {object} did not come to lie in the {container}")
        why = lowered.reason
        if not fact("holding", object):
            return failed(why)
    return failed(why)


def _tries(spots: list[list[float]], heights: list[float], least: float) -> list[list[float]]:
    """[x, y, height] for the spots with at least so much room, as low as can be."""
    return [[spot[1], spot[2], height] for spot in spots for height in heights if spot[0] >= least]


def _shaken(tries: list[list[float]]) -> list[list[float]]:
    """The same a little aside, elsewhere each time: what fell badly once may fall well beside."""
    return [
        [one[0] + random_int(-8, 8) / 1000, one[1] + random_int(-8, 8) / 1000, one[2]] for one in tries
    ]


def _spots(object: str, container: str) -> list[list[float]]:
    """Spots over the inside as [room, x, y], the roomiest first."""
    inside = _inside(object, container)
    poses = facts("pose")
    sizes = facts("size")
    kinds = facts("kind")
    scored: list[list[float]] = []
    is_round = fact("kind", container) == "bowl"
    for u in [1.0, -1.0, 0.0]:
        for v in [1.0, -1.0, 0.0]:
            if is_round and abs(u) + abs(v) > 1.0:
                continue  # there the wall leaves no room for the fingers that take it out again
            x = inside[0] + u * inside[2] * math.cos(inside[4]) - v * inside[3] * math.sin(inside[4])
            y = inside[1] + u * inside[2] * math.sin(inside[4]) + v * inside[3] * math.cos(inside[4])
            room = 0.08 + 0.002 * (abs(u) + abs(v))  # to the side first: more will fit
            for name in poses:
                if name != object and kinds.get(name, "") == "cube" and name in sizes:
                    room = min(room, math.hypot(poses[name][0] - x, poses[name][1] - y))
            scored.append([room, x, y])
    best: list[list[float]] = []
    for _ in range(6):
        top = [-9.0, 0.0, 0.0]
        for one in scored:
            if one[0] > top[0] and one not in best:
                top = one
        best.append(top)
    return best


def _inside(object: str, container: str) -> list[float]:
    """Middle of the inside that is open above [x, y], how far from it things may go [dx, dy], and its turn."""
    spot = fact("pose", container, default=(0.0, 0.0, 0.0))
    size = fact("size", container, default=(0.1, 0.1, 0.1))
    own = fact("size", object, default=(0.045, 0.045, 0.045))
    half = max(own[0], own[1]) / 2 + 0.002
    turn = fact("yaw", container, default=0.0)
    kind = fact("kind", container)
    if kind == "bowl":
        inner = size[0] / 2 - _WALL
        round_one = max(0.0, math.sqrt(max(0.0, inner * inner - half * half)) - half - 0.004)
        return [spot[0], spot[1], round_one, round_one, turn]
    if kind == "tray":
        wide = [max(0.0, side / 2 - _WALL - half - 0.004) for side in size]
        return [spot[0], spot[1], wide[0], wide[1], turn]
    opening = fact("opening", container, default=0.0)
    back = size[0] / 2 - opening / 2 - 0.004
    x = spot[0] - math.cos(turn) * back
    y = spot[1] - math.sin(turn) * back
    across = max(0.0, size[1] / 2 - 3 * _WALL - half - 0.012)
    return [x, y, max(0.0, opening / 2 - half - 0.035), min(across, 0.04), turn]
