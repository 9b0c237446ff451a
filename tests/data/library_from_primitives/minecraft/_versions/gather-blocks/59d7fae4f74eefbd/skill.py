"""Dig exposed blocks of one kind and pick up what they drop."""

import math
from typing import Any

_SIGHT = 64
_FAR = 28.0
_LEG = 38.0
_LEGS = 10
_MISSES = 5
_ROUNDS = 50


def gather_blocks(block: str, item: str, count: int = 1) -> SkillResult:
    """Dig exposed `block`s and collect drops until `count` of `item` are held in total."""
    if fact("inventory", item) >= count:
        return done(held=fact("inventory", item))
    collect(radius=8.0)
    bad: list[str] = []
    heading = random_int(0, 7) * 45
    legs = 0
    misses = 0
    for _ in range(_ROUNDS + 6 * count):
        held = fact("inventory", item)
        if held >= count:
            return done(held=held)
        state = f"only {held} of {count} {item} held"
        if seconds_left() < 40:
            return failed(f"{state}: out of time, call again to go on")
        seen = find_blocks([block], radius=_SIGHT, count=128)
        if not seen.ok:
            return failed(f"{state}: {seen.error}: {seen.message}")
        target = _choose(seen.value["blocks"], bad)
        if not target or misses >= _MISSES:
            if legs >= _LEGS:
                return failed(f"{state}: no {block} that could be reached, after {legs} legs of exploring")
            if seconds_left() < 75:
                return failed(f"{state}: no {block} in sight and too little time to explore, call again to go on")
            legs += 1
            misses = 0
            log(f"exploring, leg {legs}, heading {heading}")
            heading = _explore(heading)
            continue
        x, y, z = target[0], target[1], target[2]
        if _apart(x, z) > _FAR:
            if not _come_near(x, z):
                bad.append(f"{x} {y} {z}")
                misses += 1
            continue
        problem = _take(x, y, z)
        if problem == "cannot_harvest":
            return failed(f"{state}: no tool held can harvest {block}")
        if problem == "died":
            return failed(f"{state}: the body died")
        if problem:
            misses += 1
            bad.append(f"{x} {y} {z}")
            continue
        misses = 0
        if _pick_up(item, held) == "inventory_full":
            return failed(f"{state}: the inventory is full")
    held = fact("inventory", item)
    if held >= count:
        return done(held=held)
    return failed(f"only {held} of {count} {item} held after many tries")


def _choose(blocks: list[dict[str, Any]], bad: list[str]) -> list[int]:
    """The best cell to dig next: near, not high up, not right under the feet; [] if none."""
    spot = fact("position")
    best: list[int] = []
    lowest = 1e9
    for found in blocks:
        x, y, z = int(found["x"]), int(found["y"]), int(found["z"])
        if f"{x} {y} {z}" in bad:
            continue
        cost = float(found["distance"])
        if spot is not None:
            rise = y - math.floor(spot[1])
            cost += 2.0 * max(0, rise - 3) + 1.0 * max(0, -rise - 2)
            if rise < 0 and x == math.floor(spot[0]) and z == math.floor(spot[2]):
                cost += 8.0
        if cost < lowest:
            lowest = cost
            best = [x, y, z]
    return best


def _take(x: int, y: int, z: int) -> str:
    """Travel to one block and dig it. Gives "" or the code of what went wrong."""
    for step in [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]:
        beside = block_at(x + step[0], y + step[1], z + step[2])
        if beside.ok and beside.value["name"] == "lava":
            log(f"left out {x} {y} {z}: beside lava")
            return "lava"
    went = reach(x, y, z)
    if not went.ok:
        log(f"reach {x} {y} {z}: {went.error}: {went.message}")
        return went.error
    for _ in range(6):
        dug = dig(x, y, z)
        if dug.ok:
            return ""
        log(f"dig {x} {y} {z}: {dug.error}: {dug.message}")
        if dug.error == "blocked_view" and "x" in dug.value:
            cleared = dig(int(dug.value["x"]), int(dug.value["y"]), int(dug.value["z"]), harvest=False)
            if not cleared.ok:
                log(f"clearing the view: {cleared.error}: {cleared.message}")
                return "blocked_view"
        elif dug.error == "out_of_reach":
            nearer = go_to(float(x), float(y), float(z), range=2.0)
            if not nearer.ok:
                return nearer.error
        else:
            return dug.error
    return "blocked_view"


def _pick_up(item: str, before: int) -> str:
    """Collect the drops; once more after a moment if nothing was gained. Gives "" or a code."""
    for radius in [6.0, 8.0, 12.0]:
        got = collect(radius=radius)
        if fact("inventory", item) > before:
            return ""
        if not got.ok:
            log(f"collect: {got.error}: {got.message}")
            if got.error == "inventory_full":
                return "inventory_full"
        wait(0.7)
    log(f"no {item} was gained from this block")
    return ""


def _apart(x: int, z: int) -> float:
    """Horizontal distance from the body to a column."""
    spot = fact("position")
    if spot is None:
        return 0.0
    return math.hypot(x + 0.5 - spot[0], z + 0.5 - spot[2])


def _come_near(x: int, z: int) -> bool:
    """Travel toward a far column. Tells whether the body came clearly nearer."""
    before = _apart(x, z)
    went = go_toward(float(x), float(z), range=10.0)
    if not went.ok:
        log(f"go_toward {x} {z}: {went.error}: {went.message}")
    return _apart(x, z) < before - 5.0


def _explore(heading: int) -> int:
    """Walk one leg over land, turning where there is no way. Gives the heading of the next leg."""
    spot = fact("position")
    if spot is None:
        wait(1.0)
        return heading
    for turn in [0, 90, -90, 180]:
        if seconds_left() < 70:
            break
        angle = math.radians(heading + turn)
        went = go_toward(spot[0] + _LEG * math.cos(angle), spot[2] + _LEG * math.sin(angle))
        if not went.ok:
            log(f"exploring {heading + turn}: {went.error}: {went.message}")
        now = fact("position")
        if now is not None and math.hypot(now[0] - spot[0], now[2] - spot[2]) > 12.0:
            return heading + turn + random_int(-25, 25)
    return heading + random_int(60, 150)
