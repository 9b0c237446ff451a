"""Dig a walkable way to a cell."""

import math

_FILL = [
    "cobblestone",
    "cobbled_deepslate",
    "dirt",
    "netherrack",
    "andesite",
    "diorite",
    "granite",
    "oak_planks",
]

_SOFT = [
    "dirt",
    "grass_block",
    "gravel",
    "sand",
    "red_sand",
    "clay",
    "coarse_dirt",
    "podzol",
    "mud",
    "snow_block",
]
_KEPT = 20


def tunnel_to(x: int, y: int, z: int, reach: float = 3.5, steps: int = 160, spare: str = "") -> SkillResult:
    """Tunnel until the feet are within `reach` [m] of the cell, in at most `steps` steps.

    The last uses of the pickaxe `spare` are kept while another is held.
    """
    turned: list[list[int]] = []
    refused = 0
    for taken in range(steps):
        here = _cell()
        if math.dist(here, [x, y, z]) <= reach:
            return done(steps=taken)
        moved = False
        for move in _moves(here, [x, y, z], turned):
            if _step(here, move, spare):
                moved = True
                break
        after = _cell()
        turned = (turned + [here])[-6:]
        if not moved or after == here:
            refused += 1
            if refused >= 4:
                return failed(
                    "the tunnel cannot go on: rock that cannot be dug, lava or a deep drop on every side"
                )
        else:
            refused = 0
    return failed(f"not there after {steps} steps")


def _cell() -> list[int]:
    spot = fact("position")
    if spot is None:
        return [0, 0, 0]
    return [math.floor(spot[0]), math.floor(spot[1] + 0.2), math.floor(spot[2])]


def _moves(here: list[int], goal: list[int], recent: list[list[int]]) -> list[list[int]]:
    """Steps worth trying, best first: toward the goal, then aside; never straight back."""
    dx, dy, dz = goal[0] - here[0], goal[1] - here[1], goal[2] - here[2]
    rise = 0 if dy == 0 else (1 if dy > 0 else -1)
    along_x = [1 if dx >= 0 else -1, 0]
    along_z = [0, 1 if dz >= 0 else -1]
    if dx == 0 and dz == 0:
        # straight above or below: a spiral stair, always turning the same way
        sides = [[1, 0], [0, 1], [-1, 0], [0, -1]]
        turn = (here[1] % 4 + 4) % 4
        sides = sides[turn:] + sides[:turn]
    elif abs(dx) >= abs(dz):
        sides = [along_x, along_z, [0, -along_z[1]], [-along_x[0], 0]]
    else:
        sides = [along_z, along_x, [-along_x[0], 0], [0, -along_z[1]]]
    moves: list[list[int]] = []
    for side in sides:
        for up in [rise, 0, 1, -1]:
            move = [side[0], up, side[1]]
            cell = [here[0] + move[0], here[1] + up, here[2] + move[2]]
            if move not in moves and cell not in recent:
                moves.append(move)
    return moves


def _step(here: list[int], move: list[int], spare: str) -> bool:
    """Clear the cells that the step needs, see to the floor, and walk."""
    x, y, z = here[0] + move[0], here[1] + move[1], here[2] + move[2]
    cells = [[x, y + 1, z], [x, y, z]]
    if move[1] < 0:
        cells = [[x, y + 2, z]] + cells
    if move[1] > 0:
        cells = [[here[0], here[1] + 2, here[2]]] + cells
    for cell in cells:
        if not _clear(cell, spare):
            return False
    if not _floor([x, y - 1, z]):
        return False
    return walk_to(x + 0.5, y, z + 0.5).ok


def _clear(cell: list[int], spare: str) -> bool:
    """Dig a cell free; gravel and sand may fall in again."""
    for _ in range(12):
        there = block_at(cell[0], cell[1], cell[2])
        if not there.ok:
            return False
        if there.value["liquid"]:
            return False
        if not there.value["solid"]:
            return True
        soft = there.value["name"] in _SOFT
        dug = dig(cell[0], cell[1], cell[2], tool=None if soft else _tool(spare), harvest=False)
        if not dug.ok and dug.error != "not_there":
            return False
        for side in [[1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1], [0, 1, 0]]:
            beside = block_at(cell[0] + side[0], cell[1] + side[1], cell[2] + side[2])
            if beside.ok and beside.value["name"] == "lava":
                _plug(cell)
                return False
    return False


def _tool(spare: str) -> str | None:
    """Another pickaxe, where `spare` must be kept; None leaves the choice to the body."""
    if spare == "" or fact("uses", spare) > _KEPT:
        return None
    for other in ["stone_pickaxe", "wooden_pickaxe", "iron_pickaxe", "golden_pickaxe", "diamond_pickaxe"]:
        if other != spare and fact("uses", other) > 0:
            return other
    return None


def _floor(cell: list[int]) -> bool:
    """Something to stand on, or a drop that is safe; a deep gap is bridged."""
    for depth in range(3):
        below = block_at(cell[0], cell[1] - depth, cell[2])
        if not below.ok:
            return False
        if below.value["name"] == "lava":
            return False
        if below.value["solid"] or not below.value["known"]:
            return True
        if below.value["liquid"]:
            return depth == 0 and _plug(cell)
    return _plug(cell)


def _plug(cell: list[int]) -> bool:
    for item in _FILL:
        if fact("inventory", item) > 0:
            return place(item, cell[0], cell[1], cell[2]).ok
    return False
