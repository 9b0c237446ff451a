"""Walk to the nearest thing of a kind and take it."""


def gather_thing(thing: str, item: str, count: int = 1) -> SkillResult:
    """Take things of one kind until `count` more of `item` are held."""
    start = fact("inventory", item)
    while fact("inventory", item) - start < count:
        place = _nearest(thing)
        if not place:
            return failed(f"there is no {thing} left", gained=fact("inventory", item) - start)
        went = walk(place[0], place[1])
        if not went.ok:
            return failed(went.message)
        taken = gather(thing)
        if not taken.ok:
            return failed(taken.message)
    return done(gained=fact("inventory", item) - start)


def _nearest(thing: str) -> list[int]:
    seen = look()
    if not seen.ok:
        return []
    for one in seen.value["things"]:
        if one["thing"] == thing:
            return [one["x"], one["y"]]
    return []
