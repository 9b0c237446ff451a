"""Find and mine an ore below the ground."""

import math

_LEG = 6
_WIDE = 40
_PICKAXES = [
    "netherite_pickaxe", "diamond_pickaxe", "iron_pickaxe", "stone_pickaxe", "golden_pickaxe", "wooden_pickaxe",
]  # fmt: skip
_KEPT = 20  # uses that are kept for the ore itself
_LAVA_LEVEL = 14  # caves hold lava up to height 10


def branch_mine(block: str, item: str, count: int = 1, y: int = 12) -> SkillResult:
    """Stairs down to height `y`, then tunnels, until `count` more of `item` are held."""
    start = fact("inventory", item)
    names = (
        [block, "deepslate_" + block]
        if block.endswith("_ore") and not block.startswith("deepslate_")
        else [block]
    )
    avoid: list[list[int]] = []
    heading = random_int(0, 3)
    stuck = 0
    legs = 0
    while fact("inventory", item) - start < count:
        taken = _take_seen(names, item, _WIDE if legs % 3 == 0 else 10, avoid)
        if taken == "no_tool":
            return failed(f"the tools held do not harvest {block}", gained=fact("inventory", item) - start)
        if taken == "took":
            continue
        legs += 1
        pickaxe = _best_pickaxe()
        if pickaxe == "":
            return failed("the pickaxes are worn out", gained=fact("inventory", item) - start)
        before = fact("position")
        if before is None:
            return failed("where the body is cannot be told")
        side = [[1, 0], [0, 1], [-1, 0], [0, -1]][heading]
        drop = max(-_LEG, min(_LEG, y - math.floor(before[1] + 0.2)))
        x, z = math.floor(before[0]), math.floor(before[2])
        way = tunnel_to(
            x + side[0] * _LEG,
            math.floor(before[1] + 0.2) + drop,
            z + side[1] * _LEG,
            reach=1.2,
            steps=14,
            spare=pickaxe,
        )
        after = fact("position")
        if after is None or (not way.ok and math.dist(before, after) < 3.0):
            stuck += 1
            heading = (heading + (1 if stuck % 3 else 2)) % 4
            if stuck > 10:
                return failed("the tunnel is shut in on every side", gained=fact("inventory", item) - start)
        elif legs % 12 == 0:
            heading = (heading + 1) % 4
            stuck = 0
        if seconds_left() < 5.0:
            return failed(f"no more {block} was found in time", gained=fact("inventory", item) - start)
    return done(gained=fact("inventory", item) - start)


def _best_pickaxe() -> str:
    """The best pickaxe that is held, or "" where too little is left of all of them to go on."""
    best = ""
    left = 0
    for name in _PICKAXES:
        uses = int(fact("uses", name))
        left += uses
        if uses > 0 and best == "":
            best = name
    return best if left > _KEPT else ""


def _take_seen(names: list[str], item: str, radius: int, avoid: list[list[int]]) -> str:
    """Mine the nearest ore in view and its vein. Gives "took", "none" or "no_tool"."""
    found = find_blocks(names, radius=radius, count=16)
    if not found.ok:
        return "none"
    if not found.value["blocks"] and radius == _WIDE:
        found = find_hidden_blocks(names, radius=radius, count=8)  # refused unless the launch file allows it
        if not found.ok:
            return "none"
    for one in found.value["blocks"]:
        cell = [one["x"], one["y"], one["z"]]
        if cell in avoid:
            continue
        if _near_lava(cell):
            avoid.append(cell)
            continue
        if not _approach(cell, one["distance"]):
            avoid.append(cell)
            continue
        dug = dig(cell[0], cell[1], cell[2])
        if dug.error == "blocked_view":
            tunnel_to(cell[0], cell[1], cell[2], reach=2.0, steps=12)
            dug = dig(cell[0], cell[1], cell[2])
        if dug.error == "cannot_harvest":
            return "no_tool"
        if not dug.ok:
            avoid.append(cell)
            continue
        held = fact("inventory", item)
        collect(radius=6.0)
        if fact("inventory", item) == held:
            tunnel_to(cell[0], cell[1], cell[2], reach=1.0, steps=8)
            collect(radius=4.0)
        return "took"
    return "none"


def _near_lava(cell: list[int]) -> bool:
    """Lava beside or above an ore runs out, or is stepped into."""
    for side in [[0, 1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]]:
        beside = block_at(cell[0] + side[0], cell[1] + side[1], cell[2] + side[2])
        if beside.ok and beside.value["name"] == "lava":
            return True
    return False


def _approach(cell: list[int], distance: float) -> bool:
    here = fact("position")
    if (
        here is not None
        and math.dist([here[0], here[1] + 1.6, here[2]], [cell[0] + 0.5, cell[1] + 0.5, cell[2] + 0.5]) < 4.2
    ):
        return True
    if distance > 24.0 and cell[1] > _LAVA_LEVEL and go_to(cell[0], cell[1], cell[2], range=3.0).ok:
        return True
    steps = int(distance * 2.0) + 16
    return tunnel_to(cell[0], cell[1], cell[2], reach=3.2, steps=steps, spare=_best_pickaxe()).ok
