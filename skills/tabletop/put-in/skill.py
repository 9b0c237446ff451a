"""Put what is held into a container."""

import math


def put_in(object: str, container: str) -> SkillResult:
    """Let `object` down inside `container`."""
    if not fact("holding", object):
        return failed(f"the {object} is not held")
    if fact("kind", container, default="") == "drawer" and not fact("is_open", container):
        return failed(f"the {container} is not open")
    why = f"there is no room in the {container}"
    for height in [0.01, 0.05, 0.09]:
        for spot in _spots(object, container):
            lowered = lower_at(object, spot[1], spot[2], height, None, container)
            if lowered.ok:
                wait(0.4)
                if fact("in", object, container):
                    return done()
                return failed(f"the {object} did not come to lie in the {container}")
            why = lowered.reason
            if not fact("holding", object):
                return failed(why)
    return failed(why)


def _spots(object: str, container: str) -> list[list[float]]:
    """Up to three spots over the inside as [room, x, y], the roomiest first."""
    inside = _inside(container)
    poses = facts("pose")
    sizes = facts("size")
    kinds = facts("kind")
    scored: list[list[float]] = []
    for u in [0.0, -1.0, 1.0]:
        for v in [0.0, -1.0, 1.0]:
            x = inside[0] + u * inside[2]
            y = inside[1] + v * inside[3]
            room = 0.08 - 0.002 * (abs(u) + abs(v))
            for name in poses:
                if name != object and kinds.get(name, "") == "cube" and name in sizes:
                    room = min(room, math.hypot(poses[name][0] - x, poses[name][1] - y))
            scored.append([room, x, y])
    best: list[list[float]] = []
    for _ in range(3):
        top = [-9.0, 0.0, 0.0]
        for one in scored:
            if one[0] > top[0] and one not in best:
                top = one
        best.append(top)
    return best


def _inside(container: str) -> list[float]:
    """Middle of the inside that is open above [x, y], and how far from it things may go [dx, dy]."""
    spot = fact("pose", container, default=(0.0, 0.0, 0.0))
    size = fact("size", container, default=(0.1, 0.1, 0.1))
    if fact("kind", container, default="") != "drawer":
        return [spot[0], spot[1], max(0.0, 0.25 * size[0] - 0.013), max(0.0, 0.25 * size[1] - 0.013)]
    opening = fact("opening", container, default=0.0)
    turn = fact("yaw", container, default=0.0)
    back = size[0] / 2 - opening / 2 - 0.004
    x = spot[0] - math.cos(turn) * back
    y = spot[1] - math.sin(turn) * back
    return [x, y, max(0.0, opening / 2 - 0.055), 0.035]
