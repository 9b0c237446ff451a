"""Mine blocks of one kind."""

import math

_BELOW_GROUND = [
    "stone", "deepslate", "andesite", "diorite", "granite", "tuff", "coal_ore", "iron_ore", "copper_ore",
    "gold_ore", "redstone_ore", "lapis_ore", "diamond_ore", "emerald_ore",
]  # fmt: skip
_IN_WATER = ["seagrass", "tall_seagrass", "kelp", "kelp_plant", "bubble_column"]
_REACH = 4.2
_FAR = 40.0
_WET = 150.0
_SOIL = [
    "grass_block",
    "dirt",
    "coarse_dirt",
    "podzol",
    "rooted_dirt",
    "mycelium",
    "sand",
    "red_sand",
    "snow_block",
]
_SOIL_DEEP = 5
_WORTH_A_WALK = 20.0
_PATIENCE_S = 150.0


def mine_block(block: str, item: str, count: int = 1) -> SkillResult:
    """Dig exposed `block`s until `count` more of `item` are held."""
    start = fact("inventory", item)
    names = (
        [block, "deepslate_" + block]
        if block.endswith("_ore") and not block.startswith("deepslate_")
        else [block]
    )
    avoid: list[list[int]] = []
    searches = 0
    dug_down = False
    most = start
    give_up = seconds_left() - _PATIENCE_S
    while fact("inventory", item) - start < count:
        if fact("inventory", item) > most:
            most = fact("inventory", item)
            give_up = seconds_left() - _PATIENCE_S
        if seconds_left() < give_up:
            return failed(
                f"no {item} came of {int(_PATIENCE_S)} s of looking for {block}",
                gained=fact("inventory", item) - start,
            )
        spot = _nearest(names, avoid)
        if block == "stone" and not dug_down and _is_nearer_below(spot):
            dug_down = True
            _dig_down()
            continue
        if spot is None or (block in _BELOW_GROUND and _is_wet(spot) and searches < 3):
            searches += 1
            if searches > 4:
                return failed(f"no {block} was found", gained=fact("inventory", item) - start)
            looked = _search(block, names)
            if not looked.ok:
                return failed(looked.reason, gained=fact("inventory", item) - start)
            continue
        searches = 0
        held = fact("inventory", item)
        problem = _mine_at(spot, names, count - (held - start), avoid)
        if problem == "no_tool":
            return failed(f"the tools held do not harvest {block}", gained=fact("inventory", item) - start)
        if problem:
            avoid.append(spot)
    return done(gained=fact("inventory", item) - start)


def _nearest(names: list[str], avoid: list[list[int]]) -> list[int] | None:
    """The nearest block that was not given up: at the body's own height first, and not under water."""
    here = fact("position")
    best: list[int] | None = None
    least = 1000.0
    for radius in [8, 24, 48, 128]:
        found = find_blocks(names, radius=radius, count=24)
        if not found.ok:
            return None
        for one in found.value["blocks"]:
            cell = [one["x"], one["y"], one["z"]]
            if cell in avoid:
                continue
            effort = one["distance"] + (0.0 if here is None else abs(one["y"] - here[1]))
            if effort < least and _is_wet(cell):
                effort += _WET
            if effort < least:
                best, least = cell, effort
        if least < _WET:
            return best
    return best


def _effort(spot: list[int]) -> float:
    """The way there [m], where each metre up or down counts twice."""
    here = fact("position")
    return 0.0 if here is None else math.dist(here, spot) + abs(spot[1] - here[1])


def _is_nearer_below(spot: list[int] | None) -> bool:
    """Whether the stone under the soil on which the body stands is nearer than any that lies open."""
    here = fact("position")
    if (
        here is None
        or fact("in_water", default=False)
        or (spot is not None and _effort(spot) < _WORTH_A_WALK)
    ):
        return False
    ground = block_at(math.floor(here[0]), math.floor(here[1] + 0.2) - 1, math.floor(here[2]))
    return ground.ok and ground.value["name"] in _SOIL


def _dig_down() -> None:
    """A short stair through the soil."""
    here = fact("position")
    if here is not None:
        tunnel_to(
            math.floor(here[0]) + _SOIL_DEEP,
            math.floor(here[1] + 0.2) - _SOIL_DEEP,
            math.floor(here[2]),
            reach=1.0,
            steps=_SOIL_DEEP + 3,
        )


def _is_wet(cell: list[int]) -> bool:
    """Digging in water takes five times as long, and breath."""
    for side in [[0, 1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]]:
        beside = block_at(cell[0] + side[0], cell[1] + side[1], cell[2] + side[2])
        if beside.ok and (beside.value["liquid"] or beside.value["name"] in _IN_WATER):
            return True
    return False


def _mine_at(spot: list[int], names: list[str], wanted: int, avoid: list[list[int]]) -> str:
    """Go to one block, dig it and its like within reach, and pick up. Gives "" or what went wrong."""
    problem = _approach(spot)
    if problem:
        return problem
    dug = dig(spot[0], spot[1], spot[2])
    for _ in range(3):
        if dug.error == "blocked_view" and "x" in dug.value:
            if not dig(int(dug.value["x"]), int(dug.value["y"]), int(dug.value["z"]), harvest=False).ok:
                break
        elif dug.error == "out_of_reach" or dug.error == "blocked_view":
            go_to(spot[0], spot[1], spot[2], range=2.0)
        else:
            break
        dug = dig(spot[0], spot[1], spot[2])
    if dug.error == "cannot_harvest":
        return "no_tool"
    if not dug.ok:
        return dug.error
    wanted -= 1
    if wanted > 0:
        near = find_blocks(names, radius=5, count=12)
        if near.ok:
            for one in near.value["blocks"]:
                if wanted <= 0:
                    break
                if [one["x"], one["y"], one["z"]] in avoid or not _within_reach(one["x"], one["y"], one["z"]):
                    continue
                if dig(one["x"], one["y"], one["z"]).ok:
                    wanted -= 1
    collect(radius=7.0)
    return ""


def _approach(spot: list[int]) -> str:
    if _within_reach(spot[0], spot[1], spot[2]):
        return ""
    here = fact("position")
    if here is not None and math.dist([here[0], here[2]], [spot[0], spot[2]]) > _FAR:
        go_toward(spot[0], spot[2], range=12.0, dig=False)
    way = reach(spot[0], spot[1], spot[2])
    if way.ok:
        return ""
    if way.error in ("no_path", "stuck", "timeout"):
        steps = 8 + 2 * int(_effort(spot))
        if steps <= 60 and tunnel_to(spot[0], spot[1], spot[2], reach=3.2, steps=steps).ok:
            return ""
    return way.error


def _within_reach(x: int, y: int, z: int) -> bool:
    here = fact("position")
    return (
        here is not None
        and math.dist([here[0], here[1] + 1.6, here[2]], [x + 0.5, y + 0.5, z + 0.5]) < _REACH
    )


def _search(block: str, names: list[str]) -> SkillResult:
    """Dig down for what lies below the ground; look over land for the rest."""
    if fact("in_water", default=False):
        to_shore()
    here = fact("position")
    if here is not None and block in _BELOW_GROUND:
        side = [[6, 0], [0, 6], [-6, 0], [0, -6]][random_int(0, 3)]
        depth = int(here[1]) - 7 if here[1] > 16 else int(here[1])
        return tunnel_to(
            math.floor(here[0]) + side[0], depth, math.floor(here[2]) + side[1], reach=1.5, steps=24
        )
    return explore(names)
