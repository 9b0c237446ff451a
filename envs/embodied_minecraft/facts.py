"""The families of facts that a Minecraft body reports."""

from __future__ import annotations

from collections.abc import Mapping

from embodied.facts import FactFamily, Value


def _family(
    name: str,
    kind: str,
    doc: str,
    *keys: str,
    closed: bool = False,
    default: Value | None = None,
) -> FactFamily:
    return FactFamily(name=name, keys=keys, kind=kind, doc=doc, closed=closed, default=default)


_ALL = (
    _family(
        "inventory",
        "int",
        "How many of an item are held: main inventory, hotbar, off hand and worn armour.",
        "item",
        closed=True,
        default=0,
    ),
    _family(
        "uses",
        "int",
        "Remaining uses (durability), summed over all held tools of that kind.",
        "item",
        closed=True,
        default=0,
    ),
    _family("equipment", "str", "Item in a slot: hand, off_hand, head, torso, legs or feet.", "slot"),
    _family("health", "float", "Health, 0 to 20 [half hearts]."),
    _family("food", "float", "Food level, 0 to 20 [half drumsticks]."),
    _family("oxygen", "float", "Breath left, 0 to 20 [half bubbles]."),
    _family("position", "vector", "Position of the feet [m, world frame; y is up]."),
    _family("time_of_day", "int", "Time of day [ticks, 0 to 23999; 0 is sunrise]."),
    _family("is_day", "bool", "True by day."),
    _family("biome", "str", "Biome at the feet."),
    _family("dimension", "str", "Dimension: overworld, the_nether or the_end."),
    _family("on_ground", "bool", "True if the body stands on something."),
    _family("in_water", "bool", "True if the body is in water."),
    _family("block_ahead", "str", "The block that the body looks at, within reach."),
    _family("alive", "bool", "False between death and respawn."),
    _family("free_slots", "int", "Empty slots of the main inventory and hotbar."),
    _family("xp_level", "int", "Experience level."),
    _family(
        "nearby_block",
        "float",
        "Distance to the nearest block of a kind with an exposed face, within 24 m [m].",
        "block",
    ),
    _family("nearby_entity", "float", "Distance to the nearest entity of a kind, within 24 m [m].", "kind"),
)

FAMILIES: Mapping[str, FactFamily] = {family.name: family for family in _ALL}
