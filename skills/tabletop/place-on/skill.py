"""Set what is held on top of another thing."""


def place_on(object: str, support: str) -> SkillResult:
    """Set `object` squarely on `support`."""
    if not fact("holding", object):
        return failed(f"the {object} is not held")
    if not fact("clear", support):
        return failed(f"something is on the {support} already")
    why = ""
    for _ in range(2):
        spot = fact("pose", support)
        size = fact("size", support)
        if spot is None or size is None:
            return failed(f"the {support} cannot be seen")
        turn = fact("yaw", support, default=0.0)
        lowered = lower_at(object, spot[0], spot[1], spot[2] + size[2] / 2, turn, support)
        if lowered.ok:
            wait(0.3)
            if fact("on", object, support):
                return done()
            return failed(f"the {object} did not stay on the {support}")
        why = lowered.reason
        if not fact("holding", object):
            return failed(why)
    return failed(why)
