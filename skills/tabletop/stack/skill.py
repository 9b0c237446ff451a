"""Take a thing and set it on another."""


def stack(object: str, support: str) -> SkillResult:
    """Pick `object` and place it on `support`; once more if it slid off."""
    why = ""
    for _ in range(2):
        if fact("on", object, support):
            return done()
        taken = pick(object)
        if not taken.ok:
            return taken
        set_on = place_on(object, support)
        if set_on.ok:
            return done()
        why = set_on.reason
        if fact("holding", object):
            return set_on
        log(f"once more: {why}")
    return failed(why)
