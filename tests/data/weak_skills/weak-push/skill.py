"""Push a thing to a point, with one look, one push and a poor eye."""

import math

_ASKEW = 10  # by so many millimetres at most to either side
_MISJUDGED = 35  # how far it is to go, by so many millimetres at most
_HALF = 0.034  # of the thing, and of the fist behind it [m]


def weak_push(object: str, target: str) -> SkillResult:
    """Push `object` straight to `target`."""
    spot = fact("pose", object)
    goal = fact("pose", target)
    if spot is None or goal is None:
        return failed("it cannot be seen")
    far = math.hypot(goal[0] - spot[0], goal[1] - spot[1])
    if far < 0.001:
        return done()
    ux, uy = (goal[0] - spot[0]) / far, (goal[1] - spot[1]) / far
    aside = random_int(-_ASKEW, _ASKEW) / 1000
    x, y = spot[0] - uy * aside, spot[1] + ux * aside
    wrong = random_int(-_MISJUDGED, _MISJUDGED) / 1000
    close_gripper(must_hold=False)
    move_to(x - ux * 0.07, y - uy * 0.07, spot[2] + 0.10, via="above")
    move_to(x - ux * 0.07, y - uy * 0.07, spot[2], touch=object)
    end = far + wrong - _HALF
    move_to(x + ux * end, y + uy * end, spot[2], speed=0.6, touch=object)
    return done()
