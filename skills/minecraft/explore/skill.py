"""Walk until something is in sight."""

import math

_LEG = 80.0
_SIGHT = 112
_NEAR_MIDDLE = 250.0
_OF_THE_SEA = ["kelp", "seagrass", "coral", "sea_pickle"]


def explore(blocks: list[str], legs: int = 10) -> SkillResult:
    """Go over the surface in legs of 80 m until one of `blocks` is exposed within 112 m."""
    seen = _look(blocks)
    if seen.ok:
        return seen
    to_surface()
    heading = _first_heading()
    turn = 1 if random_int(0, 1) else -1
    blocked = 0
    swum = 0
    at_sea = _lives_in_the_sea(blocks[0])
    for leg in range(legs):
        spot = fact("position")
        if spot is None:
            return failed("where the body is cannot be told")
        angle = heading * math.pi / 4.0
        way = go_toward(spot[0] + math.cos(angle) * _LEG, spot[2] + math.sin(angle) * _LEG, dig=False)
        if not way.ok and way.error in ("no_path", "stuck"):
            way = go_toward(spot[0] + math.cos(angle) * _LEG, spot[2] + math.sin(angle) * _LEG)
        seen = _look(blocks)
        if seen.ok:
            log(f"found {seen.value['name']} after {leg + 1} legs")
            return seen
        swum = swum + 1 if fact("in_water", default=False) else 0
        if swum >= 2 and not at_sea:  # open water: there is land to one side of it sooner than ahead
            heading = (heading + turn * 2) % 8
            swum = 0
        after = fact("position")
        if not way.ok or after is None or math.dist(spot, after) < 20.0:
            blocked += 1
            heading = (heading + turn * (3 if blocked % 2 else 2)) % 8
            if blocked > 8:
                return failed("every way is blocked")
    return failed(f"no {', '.join(blocks)} seen within {legs} legs of {int(_LEG)} m")


def _lives_in_the_sea(block: str) -> bool:
    for word in _OF_THE_SEA:
        if word in block:
            return True
    return False


def _first_heading() -> int:
    """Any way from the middle of the world; farther out, along a circle, so as not to come back."""
    spot = fact("position")
    if spot is None or math.hypot(spot[0], spot[2]) < _NEAR_MIDDLE:
        return random_int(0, 7)
    outward = math.atan2(spot[2], spot[0])
    return round(outward / (math.pi / 4.0) + 2) % 8


def _look(blocks: list[str]) -> SkillResult:
    found = find_blocks(blocks, radius=_SIGHT, count=1)
    if not found.ok:
        return failed(found.message)
    for block in found.value["blocks"]:
        return done(name=block["name"], x=block["x"], y=block["y"], z=block["z"])
    return failed("none in sight")
