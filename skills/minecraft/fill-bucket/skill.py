"""Fill a bucket."""

import math


def fill_bucket(item: str = "water_bucket") -> SkillResult:
    """Turn one bucket into `item`: "water_bucket" or "lava_bucket"."""
    liquid = "lava" if item == "lava_bucket" else "water"
    before = fact("inventory", item)
    avoid: list[list[int]] = []
    for tries in range(12):
        spot = _nearest(liquid, avoid)
        if spot is None:
            looked = _search(liquid)
            if not looked.ok:
                return looked
            continue
        way = go_to(spot[0], spot[1], spot[2], range=3.0)
        if not way.ok:
            tunnel_to(spot[0], spot[1] + 1, spot[2], reach=3.0, steps=60)
        use_on(spot[0], spot[1], spot[2], item="bucket")
        if fact("inventory", item) > before:
            return done()
        avoid.append(spot)
    return failed(f"no {liquid} could be taken up")


def _nearest(liquid: str, avoid: list[list[int]]) -> list[int] | None:
    found = find_blocks([liquid], radius=48, count=32)
    if not found.ok:
        return None
    for one in found.value["blocks"]:
        cell = [one["x"], one["y"], one["z"]]
        if cell not in avoid:
            return cell
    return None


def _search(liquid: str) -> SkillResult:
    if liquid == "water":
        return explore(["water"])
    here = fact("position")
    if here is None:
        return failed("where the body is cannot be told")
    return tunnel_to(
        math.floor(here[0]) + random_int(-16, 16), 12, math.floor(here[2]) + random_int(-16, 16), reach=4.0
    )
