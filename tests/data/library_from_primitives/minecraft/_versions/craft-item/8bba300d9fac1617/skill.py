"""Craft an item up to a total, with a crafting table where the recipe needs one."""

import math

_TABLE = "crafting_table"
_TRIES = 5


def craft_item(item: str, count: int = 1) -> SkillResult:
    """Craft from what is held until `count` of `item` are held in total."""
    if fact("inventory", item) >= count:
        return done(held=fact("inventory", item))
    spot: list[int] = []
    placed = False
    problem = ""
    for _ in range(_TRIES):
        missing = count - fact("inventory", item)
        if missing <= 0:
            break
        if spot:
            made = craft(item, missing, spot[0], spot[1], spot[2])
        else:
            made = craft(item, missing)
        if made.ok:
            problem = "fewer came out than were asked for"
            continue
        problem = f"{made.error}: {made.message}"
        log(f"craft {missing} {item}: {problem}")
        if made.error == "no_table":
            if placed:
                break
            spot = _standing_table()
            if not spot:
                if fact("inventory", _TABLE) < 1:
                    problem = "a crafting table is needed: none stands near and none is held"
                    break
                spot = _place_table()
                if not spot:
                    problem = "there is no place for the crafting table here"
                    break
                placed = True
        elif made.error == "not_crafted":
            wait(1.0)
        else:
            break
    if placed and not _take_back(spot):
        log("the crafting table could not be taken along again")
    held = fact("inventory", item)
    if held >= count:
        return done(held=held)
    return failed(f"only {held} of {count} {item} held: {problem}")


def _standing_table() -> list[int]:
    """Go to a crafting table that stands near; [] if none can be reached."""
    radius = 8 if fact("inventory", _TABLE) >= 1 else 32
    seen = find_blocks([_TABLE], radius=radius, count=4)
    if not seen.ok:
        log(f"find_blocks: {seen.error}: {seen.message}")
        return []
    for table in seen.value["blocks"]:
        x, y, z = int(table["x"]), int(table["y"]), int(table["z"])
        went = reach(x, y, z)
        if went.ok:
            return [x, y, z]
        log(f"reach table {x} {y} {z}: {went.error}: {went.message}")
    return []


def _place_table() -> list[int]:
    """Place the held table near. Gives its cell, [] if it did not work."""
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
    sides = [[1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1], [1, 1, 0], [-1, 1, 0], [0, 1, 1], [0, 1, -1]]
    for step in sides:
        cell = [x + step[0], y + step[1], z + step[2]]
        there = block_at(cell[0], cell[1], cell[2])
        if not there.ok or there.value["liquid"]:
            continue
        if there.value["diggable"]:
            dug = dig(cell[0], cell[1], cell[2], harvest=False)
            if not dug.ok:
                log(f"dig {cell}: {dug.error}: {dug.message}")
                continue
        if _put(cell):
            return cell
    return []


def _put(cell: list[int]) -> bool:
    """Place the table in a cell. Tells whether it stands there."""
    put = place(_TABLE, cell[0], cell[1], cell[2])
    if not put.ok:
        log(f"place at {cell}: {put.error}: {put.message}")
    return put.ok


def _take_back(cell: list[int]) -> bool:
    """Dig up the table that was placed and pick it up."""
    before = fact("inventory", _TABLE)
    for _ in range(3):
        dug = dig(cell[0], cell[1], cell[2])
        if dug.ok or dug.error == "not_there":
            break
        log(f"dig table: {dug.error}: {dug.message}")
        went = reach(cell[0], cell[1], cell[2])
        if not went.ok:
            log(f"reach table: {went.error}: {went.message}")
    for _ in range(4):
        got = collect(radius=8.0)
        if fact("inventory", _TABLE) > before:
            return True
        if not got.ok:
            log(f"collect: {got.error}: {got.message}")
        wait(0.7)
    return fact("inventory", _TABLE) > before
