"""Smelt or cook an item up to a total, in a furnace that stands near or is placed."""

import math

_FURNACE = "furnace"
_BATCH = 16
_TRIES = 6
_AROUND = [[1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1], [0, 1, 0], [0, -1, 0]]


def smelt_item(item: str, output: str, count: int = 1, fuel: str = "coal") -> SkillResult:
    """Smelt `item` with `fuel` until `count` of `output` are held in total."""
    missing = count - fact("inventory", output)
    if missing <= 0:
        return done(held=fact("inventory", output))
    if fact("inventory", item) < missing:
        return failed(f"{missing} {item} are needed, only {fact('inventory', item)} are held")
    if fact("inventory", fuel) < 1:
        return failed(f"no {fuel} is held to burn")
    spot = _standing()
    placed = False
    if not spot:
        if fact("inventory", _FURNACE) < 1:
            return failed("a furnace is missing: none can be reached near and none is held")
        spot = _place_furnace()
        if not spot:
            return failed("there is no place for the furnace here")
        placed = True
    problem = _smelt_all(spot, item, output, count, fuel)
    if placed and not _take_back(spot):
        log("the furnace could not be taken along again")
    held = fact("inventory", output)
    if held >= count:
        return done(held=held)
    return failed(f"only {held} of {count} {output} held: {problem}")


def _smelt_all(spot: list[int], item: str, output: str, count: int, fuel: str) -> str:
    """Smelt in batches. Gives "" or what went wrong."""
    x, y, z = spot[0], spot[1], spot[2]
    troubles = 0
    for _ in range(_TRIES + count):
        missing = count - fact("inventory", output)
        if missing <= 0:
            return ""
        able = math.floor((seconds_left() - 60.0) / 11.0)
        if able < 1:
            return "out of time, call again to go on"
        batch = max(1, min(_BATCH, missing, able, max(1, fact("inventory", item))))
        made = smelt(x, y, z, item, fuel, batch)
        if made.ok:
            log(f"smelted {made.value['smelted']} {made.value['output']}")
            if fact("inventory", output) > count - missing:
                continue
            wait(1.0)
            if fact("inventory", output) > count - missing:
                continue
        else:
            log(f"smelt {batch} {item} with {fuel}: {made.error}: {made.message}")
            if made.error not in ["no_furnace", "timeout"]:
                return f"{made.error}: {made.message}"
            went = reach(x, y, z)
            if not went.ok:
                log(f"reach furnace: {went.error}: {went.message}")
        troubles += 1
        if troubles >= 3:
            return f"smelting {item} gave no {output}"
    return "too many tries"


def _standing() -> list[int]:
    """Go to a furnace that stands near; [] if none can be reached."""
    radius = 8 if fact("inventory", _FURNACE) >= 1 else 32
    seen = find_blocks([_FURNACE], radius=radius, count=4)
    if not seen.ok:
        log(f"find_blocks: {seen.error}: {seen.message}")
        return []
    for found in seen.value["blocks"]:
        x, y, z = int(found["x"]), int(found["y"]), int(found["z"])
        went = reach(x, y, z)
        if went.ok:
            return [x, y, z]
        log(f"reach furnace {x} {y} {z}: {went.error}: {went.message}")
    return []


def _place_furnace() -> list[int]:
    """Place the held furnace near, digging a cell for it if needed. Gives its cell or []."""
    for radius in [2, 3, 4]:
        free = find_place(radius=radius)
        if not free.ok:
            log(f"find_place {radius}: {free.error}: {free.message}")
            continue
        cell = [int(free.value["x"]), int(free.value["y"]), int(free.value["z"])]
        if _put(cell):
            return cell
    here = fact("position")
    if here is None:
        return []
    x, y, z = math.floor(here[0]), math.floor(here[1] + 0.01), math.floor(here[2])
    for up in [0, 1]:
        for step in _AROUND[:4]:
            cell = [x + step[0], y + up, z + step[2]]
            if _near_liquid(cell):
                continue
            there = block_at(cell[0], cell[1], cell[2])
            if there.ok and there.value["diggable"]:
                dug = dig(cell[0], cell[1], cell[2], harvest=False)
                if not dug.ok:
                    log(f"dig {cell}: {dug.error}: {dug.message}")
                    continue
            if _put(cell):
                return cell
    return []


def _near_liquid(cell: list[int]) -> bool:
    """Tells whether a cell is water or lava, or touches some."""
    for step in [[0, 0, 0]] + _AROUND:
        there = block_at(cell[0] + step[0], cell[1] + step[1], cell[2] + step[2])
        if there.ok and there.value["liquid"]:
            return True
    return False


def _put(cell: list[int]) -> bool:
    """Place the furnace in a cell. Tells whether it stands there."""
    put = place(_FURNACE, cell[0], cell[1], cell[2])
    if not put.ok:
        log(f"place at {cell}: {put.error}: {put.message}")
    return put.ok


def _take_back(cell: list[int]) -> bool:
    """Dig up the furnace that was placed and pick it up."""
    before = fact("inventory", _FURNACE)
    for _ in range(3):
        dug = dig(cell[0], cell[1], cell[2])
        if dug.ok or dug.error == "not_there":
            break
        log(f"dig furnace: {dug.error}: {dug.message}")
        if dug.error == "cannot_harvest":
            return False
        went = reach(cell[0], cell[1], cell[2])
        if not went.ok:
            log(f"reach furnace: {went.error}: {went.message}")
    for _ in range(4):
        got = collect(radius=8.0)
        if fact("inventory", _FURNACE) > before:
            return True
        if not got.ok:
            log(f"collect: {got.error}: {got.message}")
        wait(0.7)
    return fact("inventory", _FURNACE) > before
