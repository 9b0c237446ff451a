"""Smelt items in a furnace."""

_BATCH = 8


def smelt_item(item: str, output: str, count: int = 1, fuel: str = "coal") -> SkillResult:
    """Smelt `count` of `item` into `output`, burning `fuel`."""
    before = fact("inventory", output)
    station = place_station("furnace")
    if not station.ok:
        return station
    x, y, z = int(station.value["x"]), int(station.value["y"]), int(station.value["z"])
    problem = ""
    while fact("inventory", output) - before < count:
        batch = min(_BATCH, count - (fact("inventory", output) - before))
        done_now = smelt(x, y, z, item, fuel, batch)
        if not done_now.ok and done_now.error == "no_furnace":
            go_to(x, y, z, range=2.0)
            done_now = smelt(x, y, z, item, fuel, batch)
        if not done_now.ok:
            problem = done_now.message
            break
    if station.value["placed"]:
        taken = take_station("furnace", x, y, z)
        if not taken.ok:
            log(taken.reason)
    gained = fact("inventory", output) - before
    if gained < count:
        return failed(problem or f"{gained} of {count} smelted", smelted=gained)
    return done(smelted=gained)
