"""Push a drawer shut."""

import math


def close_drawer(drawer: str) -> SkillResult:
    """Push the handle of `drawer` until the drawer is shut."""
    if not fact("hand_empty"):
        return failed("the hand holds something")
    why = ""
    for attempt in range(4):
        if fact("is_closed", drawer):
            return done()
        why = _shove(drawer)
        if why != "":
            log(f"push {attempt + 1} failed: {why}")
        turn = fact("yaw", drawer, default=0.0)
        move_by(dx=-0.03 * math.cos(turn), dy=-0.03 * math.sin(turn), touch=drawer + "_handle")
        if not move_by(dz=0.12, speed=0.6, touch=drawer + "_handle").ok:
            home()
    if fact("is_closed", drawer):
        return done()
    return failed(why if why != "" else f"the {drawer} did not shut")


def _shove(drawer: str) -> str:
    handle = drawer + "_handle"
    spot = fact("pose", handle)
    size = fact("size", handle)
    if spot is None or size is None:
        return f"there is no drawer {drawer}"
    turn = fact("yaw", handle, default=0.0)
    ahead = [math.cos(turn), math.sin(turn)]
    fist = close_gripper(force=20.0, must_hold=False)
    if not fist.ok:
        return fist.message
    begin = 0.6 * size[0] + 0.04
    over = move_to(
        spot[0] - ahead[0] * begin, spot[1] - ahead[1] * begin, spot[2] + 0.10, yaw=turn, via="above"
    )
    if not over.ok:
        return over.message
    down = move_to(spot[0] - ahead[0] * begin, spot[1] - ahead[1] * begin, spot[2], yaw=turn, speed=0.6)
    if not down.ok:
        return down.message
    far = fact("opening", drawer, default=0.0) + 0.04
    pushed = move_by(
        dx=far * ahead[0], dy=far * ahead[1], speed=0.35, touch=handle, until_contact=True
    )
    return "" if pushed.ok else pushed.message
