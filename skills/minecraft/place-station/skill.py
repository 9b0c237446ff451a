"""Have a station within reach."""

import math

_SIDES = [[1, 0], [-1, 0], [0, 1], [0, -1]]


def place_station(item: str) -> SkillResult:
    """Walk to a standing `item`, or place the one held. Gives x, y, z, placed."""
    held = fact("inventory", item) > 0
    standing = find_blocks([item], radius=6 if held else 20, count=3)
    if standing.ok:
        for block in standing.value["blocks"]:
            if block["distance"] < 3.0 or go_to(block["x"], block["y"], block["z"], range=2.5).ok:
                return done(x=block["x"], y=block["y"], z=block["z"], placed=False)
    if not held:
        return failed(f"no {item} is held and none stands near")
    for _ in range(4):
        spot = find_place()
        if spot.ok:
            x, y, z = spot.value["x"], spot.value["y"], spot.value["z"]
            if place(item, x, y, z).ok:
                return done(x=x, y=y, z=z, placed=True)
        made = _make_room()
        if made is not None and place(item, made[0], made[1], made[2]).ok:
            return done(x=made[0], y=made[1], z=made[2], placed=True)
        here = fact("position")
        if here is not None:
            go_to(here[0] + random_int(-4, 4), here[1], here[2] + random_int(-4, 4), range=1.5)
    return failed(f"no room to place the {item}")


def _make_room() -> list[int] | None:
    """Dig one cell beside the body that has solid ground below it."""
    here = fact("position")
    if here is None:
        return None
    x, y, z = math.floor(here[0]), math.floor(here[1] + 0.2), math.floor(here[2])
    for side in _SIDES:
        for level in [0, 1]:
            cell = [x + side[0], y + level, z + side[1]]
            there = block_at(cell[0], cell[1], cell[2])
            below = block_at(cell[0], cell[1] - 1, cell[2])
            if not there.ok or not below.ok or not there.value["solid"] or below.value["liquid"]:
                continue
            if dig(cell[0], cell[1], cell[2], harvest=False).ok:
                return cell
    return None
