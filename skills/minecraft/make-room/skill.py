"""Throw away what is not worth keeping."""


def make_room(keep: dict[str, int]) -> SkillResult:
    """Throw away all that is held beyond `keep` (item to how many), and walk off."""
    free = fact("free_slots", default=0)
    here = fact("position")
    if here is not None:
        look_at(here[0] + 8.0, here[1] + 1.6, here[2])
    held = facts("inventory")
    thrown: list[str] = []
    for item in held:
        surplus = int(held[item]) - keep.get(item, 0)
        if surplus > 0:
            if drop(item, surplus).ok:
                thrown.append(item)
    if here is not None and thrown:
        go_toward(here[0] - 12.0, here[2], dig=False, build=False)
    now = fact("free_slots", default=0)
    if now <= free:
        return failed(f"still only {now} slots are free", thrown=len(thrown))
    return done(free=now, thrown=len(thrown))
