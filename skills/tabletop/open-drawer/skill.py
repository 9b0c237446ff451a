"""Pull a drawer open by its handle."""

import math


def open_drawer(drawer: str) -> SkillResult:
    """Grasp the handle of `drawer` from above and pull."""
    if not fact("hand_empty"):
        return failed("the hand holds something")
    why = ""
    for attempt in range(4):
        if fact("is_open", drawer):
            return done()
        why = _pull(drawer, attempt)
        open_gripper()
        if not move_by(dz=0.12, speed=0.6, touch=drawer + "_handle").ok:
            move_by(dz=0.04, touch=drawer + "_handle")
        if why != "":
            log(f"pull {attempt + 1} failed: {why}")
    if fact("is_open", drawer):
        return done()
    return failed(why if why != "" else f"the {drawer} did not come open")


def _pull(drawer: str, attempt: int) -> str:
    handle = drawer + "_handle"
    spot = fact("pose", handle)
    size = fact("size", drawer)
    if spot is None or size is None:
        return f"there is no drawer {drawer}"
    turn = fact("yaw", handle, default=0.0)
    opened = open_gripper(width=0.05)
    if not opened.ok:
        return opened.message
    over = move_to(spot[0], spot[1], spot[2] + 0.10, yaw=turn, via="above")
    if not over.ok:
        return over.message
    deeper = 0.004 * attempt
    down = move_to(spot[0], spot[1], spot[2] - deeper, yaw=turn, speed=0.5, touch=handle)
    if not down.ok:
        return down.message
    closed = close_gripper(force=50.0)
    if not closed.ok:
        return closed.message
    far = size[0] - 0.03 - fact("opening", drawer, default=0.0) - 0.004
    pulled = move_by(
        dx=-far * math.cos(turn), dy=-far * math.sin(turn), speed=0.4, touch=drawer, until_contact=True
    )
    return "" if pulled.ok else pulled.message
