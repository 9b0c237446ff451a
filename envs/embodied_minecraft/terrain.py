"""Which blocks the world has, and how hard they are to come by.

The generator writes `data/world_blocks.json`; without it, a world like the embedded one is assumed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from embodied_minecraft.data_files import optional_table


@dataclass(frozen=True, slots=True)
class Presence:
    """How a block occurs.

    Attributes:
        search_s: time to find a first exposed one by walking about [s]; None if there is none to see.
        dig_y: the best height to tunnel for it [m]; None if tunnelling is no way to it.
        tunnel: how many other blocks a tunnel at that height takes out until it meets a vein.
        vein: how many blocks a vein yields.
    """

    search_s: float | None
    dig_y: int | None = None
    tunnel: float = 0.0
    vein: float = 1.0

    def tunnelled(self, digs: int) -> int:
        """How many other blocks are dug for `digs` of this kind."""
        return math.ceil(self.tunnel * math.ceil(digs / self.vein))


_COMMON, _USUAL, _RARE = 5.0, 20.0, 120.0

_VEINS: Mapping[str, tuple[int, float, float]] = {
    # height, other blocks dug per vein, ore per vein: from vanilla 1.16's vein counts, a tunnel of 1 by 2
    # laying bare four blocks for each that it takes out, and caves on the way making a third of that up
    "coal_ore": (48, 30.0, 8.0),
    "copper_ore": (46, 50.0, 6.0),
    "iron_ore": (36, 25.0, 5.0),
    "gold_ore": (16, 90.0, 5.0),
    "lapis_ore": (15, 120.0, 4.0),
    "redstone_ore": (11, 20.0, 5.0),
    "diamond_ore": (11, 130.0, 4.0),
    "emerald_ore": (20, 200.0, 1.0),
}
_DEEP: Mapping[str, tuple[int, float, float]] = {"deepslate": (-6, 30.0, 64.0), "tuff": (-6, 40.0, 16.0)}

_IN_WATER = re.compile(r"coral|kelp|seagrass|sea_pickle|^water$|^lava$|^clay$")

_ASSUMED: Mapping[str, Presence] = {
    **dict.fromkeys(("grass_block", "dirt", "stone", "short_grass"), Presence(_COMMON)),
    **dict.fromkeys(("oak_log", "oak_leaves", "birch_log", "birch_leaves"), Presence(12.0)),
    **dict.fromkeys(("sand", "gravel", "water", "dandelion", "poppy", "tall_grass"), Presence(_USUAL)),
    **dict.fromkeys(("sandstone", "clay", "sugar_cane", "granite", "diorite", "andesite"), Presence(40.0)),
    "lava": Presence(_RARE),
    "coal_ore": Presence(30.0, *_VEINS["coal_ore"]),
    "copper_ore": Presence(60.0, *_VEINS["copper_ore"]),
    "iron_ore": Presence(80.0, *_VEINS["iron_ore"]),
    **{
        name: Presence(None, *_VEINS[name])
        for name in ("gold_ore", "lapis_ore", "redstone_ore", "diamond_ore")
    },
    **{name: Presence(None, *way) for name, way in _DEEP.items()},
}


_SURFACE = 60
"""Below this height nothing lies open to the sky: caves and sea floors [m]."""
_CHUNK_S = 2.0
"""To look over one more chunk while exploring [s]."""


@cache
def world_blocks() -> Mapping[str, Presence]:
    """Every block that the world has, by name."""
    raw = optional_table("world_blocks.json")
    if raw is None:
        return _ASSUMED
    return {name: _presence(name, entry) for name, entry in raw.items()}


def _presence(name: str, entry: Mapping[str, Any]) -> Presence:
    """From the generator's census: `chunks_with` an exposed one, and the heights `y` it lies between."""
    share = float(entry["chunks_with"])
    low, high = entry["y"]
    search = _COMMON + _CHUNK_S / share if share > 0 else None
    kind = name.removeprefix("deepslate_")
    if kind in _VEINS:
        assumed = _ASSUMED.get(kind)
        way = _VEINS[kind] if kind == name else (-8, *_VEINS[kind][1:])
        return Presence(assumed.search_s if assumed and kind == name else None, *way)
    if name in _DEEP:
        return Presence(None, *_DEEP[name])
    if high > _SURFACE or _IN_WATER.search(name) or search is None:
        return Presence(search)
    met = min(400.0, 10.0 / share)
    return Presence(None, max(11, (low + high) // 2), met, 4.0)
