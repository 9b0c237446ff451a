"""Put what is held beside another thing."""

import math

_SIDES = {"left_of": [0.0, 1.0], "right_of": [0.0, -1.0], "in_front_of": [-1.0, 0.0], "behind": [1.0, 0.0]}


def place_beside(object: str, side: str, other: str) -> SkillResult:
    """Set `object` on the table to the given side of `other`."""
    if not fact("holding", object):
        return failed(f"the {object} is not held")
    if side not in _SIDES:
        return failed(f"{side} is no side: left_of, right_of, in_front_of or behind")
    why = f"there is no room {side} the {other}"
    for spot in _spots(object, _SIDES[side], other):
        if not reach_check(spot[0], spot[1], 0.05, via="above").value.get("reachable", False):
            continue
        lowered = lower_at(object, spot[0], spot[1], 0.0)
        if lowered.ok and _is_so(side, object, other):
            return done()
        why = lowered.reason if not lowered.ok else f"the {object} is not {side} the {other}"
        if not fact("holding", object):
            return failed(why)
    return failed(why)


def _is_so(side: str, object: str, other: str) -> bool:
    if side == "left_of":
        return fact("left_of", object, other)
    if side == "right_of":
        return fact("right_of", object, other)
    if side == "in_front_of":
        return fact("in_front_of", object, other)
    return fact("behind", object, other)


def _spots(object: str, way: list[float], other: str) -> list[list[float]]:
    """Spots with room, the nearest first."""
    spot = fact("pose", other)
    size = fact("size", other)
    if spot is None or size is None:
        return []
    least = 0.5 * max(size[0], size[1]) + 0.06
    found: list[list[float]] = []
    for step in range(7):
        for shift in [0.0, 0.5, -0.5]:
            far = least + 0.03 * step
            x = spot[0] + way[0] * far + way[1] * shift * far
            y = spot[1] + way[1] * far + way[0] * shift * far
            if _is_free(object, x, y):
                found.append([x, y])
    return found


def _is_free(object: str, x: float, y: float) -> bool:
    kinds = facts("kind")
    poses = facts("pose")
    sizes = facts("size")
    for name in poses:
        if name == object or name not in sizes or kinds.get(name, "") == "place":
            continue
        size = sizes[name]
        least = 0.5 * math.hypot(size[0], size[1]) + 0.05
        if math.hypot(poses[name][0] - x, poses[name][1] - y) < least:
            return False
    return True
