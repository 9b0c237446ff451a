"""Out of the water."""

import math

_GROUND = [
    "grass_block", "sand", "dirt", "gravel", "stone", "clay", "podzol", "red_sand", "mud", "snow_block",
    "coarse_dirt", "sandstone", "andesite", "diorite", "granite",
]  # fmt: skip


def to_shore() -> SkillResult:
    """Go to the nearest dry ground."""
    here = fact("position")
    if here is None:
        return failed("where the body is cannot be told")
    tried = 0
    for radius in [10, 24, 48]:
        ground = find_blocks(_GROUND, radius=radius, count=64)
        if not ground.ok:
            return failed(ground.message)
        for block in ground.value["blocks"]:
            x, y, z = int(block["x"]), int(block["y"]), int(block["z"])
            if y + 1 < math.floor(here[1]) or tried > 6 or not _dry(x, y + 1, z):
                continue
            tried += 1
            if go_to(x, y + 1, z, range=0.8).ok:
                return done(y=y + 1)
    return failed("no dry ground was reached")


def _dry(x: int, y: int, z: int) -> bool:
    for height in [0, 1]:
        cell = block_at(x, y + height, z)
        if not cell.ok or cell.value["solid"] or cell.value["liquid"]:
            return False
    return True
