"""Take a station along."""


def take_station(item: str, x: int, y: int, z: int) -> SkillResult:
    """Dig the station at the cell and pick it up."""
    before = fact("inventory", item)
    dug = dig(x, y, z)
    if dug.error == "out_of_reach":
        go_to(x, y, z, range=2.5)
        dug = dig(x, y, z)
    if not dug.ok:
        return failed(f"the {item} could not be dug up: {dug.message}")
    for radius in [4.0, 8.0]:
        if fact("inventory", item) > before:
            return done()
        collect(radius=radius)
    if fact("inventory", item) > before:
        return done()
    return failed(f"the {item} was dug up but not picked up")
