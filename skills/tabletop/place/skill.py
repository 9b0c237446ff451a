"""Put what is held at a named place."""

import math

_WIDE = 0.15  # from this extent on, several things fit [m]


def place(object: str, at: str) -> SkillResult:
    """Set `object` on the table within the place `at`."""
    if not fact("holding", object):
        return failed(f"the {object} is not held")
    middle = fact("pose", at)
    size = fact("size", at)
    if middle is None or size is None:
        return failed(f"there is no place {at}")
    why = f"there is no room at {at}"
    for spot in _spots(object, middle, size):
        lowered = lower_at(object, spot[1], spot[2], 0.0, 0.0 if max(size[0], size[1]) < _WIDE else None)
        if lowered.ok and fact("at", object, at):
            return done()
        why = lowered.reason if not lowered.ok else f"the {object} did not come to rest at {at}"
        if not fact("holding", object):
            return failed(why)
    return failed(why)


def _spots(object: str, middle: tuple[float, ...], size: tuple[float, ...]) -> list[list[float]]:
    """Where to put it, as [score, x, y], best first: about the middle, or where a wide place has room."""
    if max(size[0], size[1]) < _WIDE:
        near = [[0.0, 0.0], [0.2, 0.0], [-0.2, 0.0], [0.0, 0.2], [0.0, -0.2]]
        return [[0.0, middle[0] + one[0] * size[0], middle[1] + one[1] * size[1]] for one in near]
    hand = fact("hand", default=(0.5, 0.0, 0.3))
    things = _things(object)
    scored: list[list[float]] = []
    for along in [-0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4]:
        for across in [0.0, -0.25, 0.25]:
            lengthwise = size[0] > size[1]
            x = middle[0] + (along if lengthwise else across) * size[0]
            y = middle[1] + (across if lengthwise else along) * size[1]
            room = 0.06
            for other in things:
                room = min(room, math.hypot(other[0] - x, other[1] - y) - other[2])
            if room > 0.0:
                scored.append([room - 0.05 * math.hypot(hand[0] - x, hand[1] - y), x, y])
    best: list[list[float]] = []
    for _ in range(5):
        top = [-9.0, 0.0, 0.0]
        for one in scored:
            if one[0] > top[0] and one not in best:
                top = one
        if top[0] > -9.0:
            best.append(top)
    return best


def _things(object: str) -> list[list[float]]:
    """Circles [x, y, radius] that the thing's centre must stay out of."""
    kinds = facts("kind")
    poses = facts("pose")
    sizes = facts("size")
    circles: list[list[float]] = []
    for name in poses:
        if name == object or name not in sizes or kinds.get(name, "") == "place":
            continue
        size = sizes[name]
        circles.append([poses[name][0], poses[name][1], 0.5 * math.hypot(size[0], size[1]) + 0.035])
    return circles
