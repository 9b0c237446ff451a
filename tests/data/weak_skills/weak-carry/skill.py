"""Take a thing to a point in the air, with a poor eye."""

_MISSES = 30  # by so many millimetres at most, along x and y
_HIGH = 0.012  # over the thing's centre [m]


def weak_carry(object: str, target: str) -> SkillResult:
    """Grasp `object` where it seems to be, and bring it to `target`."""
    spot = fact("pose", object)
    goal = fact("pose", target)
    if spot is None or goal is None:
        return failed("it cannot be seen")
    x = spot[0] + random_int(-_MISSES, _MISSES) / 1000
    y = spot[1] + random_int(-_MISSES, _MISSES) / 1000
    open_gripper()
    move_to(x, y, spot[2] + 0.10, via="above")
    move_to(x, y, spot[2] + _HIGH, touch=object)
    closed = close_gripper(must_hold=False)
    if not closed.ok:
        return failed(closed.message)
    held = fact("pose", object, default=spot)
    hand = fact("hand", default=spot)
    move_to(goal[0] + hand[0] - held[0], goal[1] + hand[1] - held[1], goal[2] + hand[2] - held[2])
    return done()
