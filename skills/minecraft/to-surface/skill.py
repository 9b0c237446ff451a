"""Climb out."""

import math

_LAND = ["grass_block", "sand", "red_sand", "snow_block", "mycelium", "podzol", "terracotta"]
_SEA_LEVEL = 62


def to_surface(tries: int = 6) -> SkillResult:
    """Tunnel up until the body stands on open land."""
    for _ in range(tries):
        spot = fact("position")
        if spot is None:
            return failed("where the body is cannot be told")
        if spot[1] >= _SEA_LEVEL - 1 and _open_sky(spot):
            return done(y=spot[1])
        height = max(_SEA_LEVEL + 3, int(spot[1]) + 12)
        climbed = tunnel_to(int(spot[0]) + 6 + _ * 3, height, int(spot[2]) + 2, reach=2.5)
        now = fact("position")
        if now is not None and now[1] >= _SEA_LEVEL - 2:
            land = find_blocks(_LAND, radius=16, count=4)
            if land.ok:
                for block in land.value["blocks"]:
                    if block["y"] >= _SEA_LEVEL - 1 and go_to(block["x"], block["y"] + 1, block["z"]).ok:
                        return done(y=block["y"] + 1)
        if not climbed.ok:
            log(climbed.reason)
    return failed("no way up was found")


def _open_sky(spot: tuple[float, ...]) -> bool:
    """Nothing solid within the ten cells above the head, but leaves."""
    x, y, z = math.floor(spot[0]), math.floor(spot[1]) + 2, math.floor(spot[2])
    for height in range(10):
        above = block_at(x, y + height, z)
        if (
            above.ok
            and (not above.value["known"] or above.value["solid"])
            and not above.value["name"].endswith("_leaves")
        ):
            return False
    return True
