"""Let go of a handle."""


def let_go(handle: str) -> SkillResult:
    """Open the hand around `handle` and go up, out of its way."""
    if fact("kind", handle) != "handle":
        return failed(f"the {handle} is no handle: put it down instead")
    opened = open_gripper()
    if not opened.ok:
        return failed(opened.message)
    away = move_by(dz=0.12, speed=0.6, touch=handle)
    if not away.ok:
        away = move_by(dz=0.04, touch=handle)
    if not fact("hand_empty"):
        return failed(f"the hand does not come off the {handle}")
    return done() if away.ok else failed(away.message)
