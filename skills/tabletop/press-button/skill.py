"""Press a button."""


def press_button(button: str) -> SkillResult:
    """Push `button` down with closed fingers until it has been pressed."""
    if not fact("hand_empty"):
        return failed("the hand holds something")
    why = ""
    for attempt in range(4):
        if fact("pressed", button):
            return done()
        why = _press(button, attempt)
        if not move_by(dz=0.10, speed=0.8, touch=button).ok:
            home()
        if why != "":
            log(f"press {attempt + 1} failed: {why}")
    if fact("pressed", button):
        return done()
    return failed(why if why != "" else f"the {button} was not pressed fully")


def _press(button: str, attempt: int) -> str:
    spot = fact("pose", button)
    size = fact("size", button)
    if spot is None or size is None:
        return f"there is no button {button}"
    fist = close_gripper(force=20.0, must_hold=False)
    if not fist.ok:
        return fist.message
    top = spot[2] + 0.3 * size[2]
    over = move_to(spot[0], spot[1], top + 0.08, via="above")
    if not over.ok:
        return over.message
    deep = 0.4 * size[2] + 0.004 * attempt
    pressed = move_to(spot[0], spot[1], max(0.004, top - deep), speed=0.35, touch=button, until_contact=True)
    return "" if pressed.ok else pressed.message
