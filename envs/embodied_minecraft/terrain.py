"""Which blocks the world has, and how hard they are to come by.

The generator writes `data/world_blocks.json`; without it, a world like the embedded one is assumed.
"""

from __future__ import annotations

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
        tunnel: how many other blocks a tunnel at that height takes out per block of this kind.
    """

    search_s: float | None
    dig_y: int | None = None
    tunnel: float = 0.0


_COMMON, _USUAL, _RARE = 5.0, 20.0, 90.0

_ASSUMED: Mapping[str, Presence] = {
    **dict.fromkeys(("grass_block", "dirt", "stone", "short_grass"), Presence(_COMMON)),
    **dict.fromkeys(("oak_log", "oak_leaves", "birch_log", "birch_leaves"), Presence(12.0)),
    **dict.fromkeys(("sand", "gravel", "water", "dandelion", "poppy", "tall_grass"), Presence(_USUAL)),
    **dict.fromkeys(("sandstone", "clay", "sugar_cane", "granite", "diorite", "andesite"), Presence(40.0)),
    **dict.fromkeys(("deepslate", "tuff"), Presence(None, -10, 1.0)),
    "lava": Presence(_RARE),
    "coal_ore": Presence(30.0, 48, 10.0),
    "copper_ore": Presence(60.0, 48, 12.0),
    "iron_ore": Presence(45.0, 16, 14.0),
    "gold_ore": Presence(None, -16, 45.0),
    "lapis_ore": Presence(None, 0, 60.0),
    "redstone_ore": Presence(None, -50, 20.0),
    "diamond_ore": Presence(None, -55, 60.0),
}

_DEEP_ORES: Mapping[str, tuple[int, float]] = {
    # height to tunnel at, other blocks dug per ore block: vanilla's 1.18+ densities, roughly
    "coal_ore": (48, 10.0),
    "copper_ore": (48, 12.0),
    "iron_ore": (16, 14.0),
    "gold_ore": (-16, 45.0),
    "lapis_ore": (0, 60.0),
    "redstone_ore": (-50, 20.0),
    "diamond_ore": (-55, 60.0),
    "emerald_ore": (64, 300.0),
}


@cache
def world_blocks() -> Mapping[str, Presence]:
    """Every block that the world has, by name."""
    raw = optional_table("world_blocks.json")
    if raw is None:
        return _ASSUMED
    return {name: _presence(name, entry) for name, entry in _entries(raw).items()}


def _entries(raw: Any) -> Mapping[str, Mapping[str, Any]]:
    blocks = raw.get("blocks", raw) if isinstance(raw, dict) else raw
    if isinstance(blocks, dict):
        return {name: entry if isinstance(entry, dict) else {} for name, entry in blocks.items()}
    return {str(name): {} for name in blocks}


def _presence(name: str, entry: Mapping[str, Any]) -> Presence:
    assumed = _ASSUMED.get(name, Presence(_RARE))
    search = entry.get("search_s", assumed.search_s)
    dig_y, tunnel = _DEEP_ORES.get(name, (assumed.dig_y, assumed.tunnel))
    return Presence(search, dig_y, tunnel)
