"""The families of facts that a tabletop scene yields; docs/tabletop.md explains them.

The arm's own (hand, joint, gripper_width, ...) come from the bridge.
"""

from __future__ import annotations

from collections.abc import Mapping

from embodied.facts import FactFamily


def _open(name: str, keys: tuple[str, ...], kind: str, doc: str) -> FactFamily:
    return FactFamily(name, keys, kind, doc)


def _said(name: str, doc: str) -> FactFamily:
    """Words about what the scene has, all of which is known; "" of anything else."""
    return FactFamily(name, ("object",), "str", doc, closed=True, default="")


def _closed(name: str, keys: tuple[str, ...], doc: str) -> FactFamily:
    return FactFamily(name, keys, "bool", doc, closed=True, default=False)


_PAIR = ("object", "object")

FAMILIES: Mapping[str, FactFamily] = {
    family.name: family
    for family in (
        _open("pose", ("object",), "vector", "Centre of a thing or place, world frame [m]."),
        _open("yaw", ("object",), "float", "Turn about the world's z axis [rad]; cubes within +-pi/4."),
        _open("size", ("object",), "vector", "Full extents along its own axes [m]."),
        _said("color", "Colour of a thing or a painted place."),
        _said("kind", "cube, bowl, tray, drawer, handle, button or place."),
        _closed("on", ("object", "support"), "The object rests on the support, or on several; or the table."),
        _closed("in", ("object", "container"), "The object is inside the bowl, tray or drawer, let go."),
        _closed("at", ("object", "place"), "The object's centre is within the place, at rest, let go."),
        _closed("holding", ("object",), "Both fingers press on the object."),
        _closed("hand_empty", (), "Nothing is between the fingers."),
        _closed("clear", ("object",), "Nothing is on or above the object, and it is not held."),
        _closed("free", ("place",), "Nothing stands in the place."),
        _closed("left_of", _PAIR, "The first is further left (+y) than the second, more than before/behind."),
        _closed("right_of", _PAIR, "The first is further right (-y) than the second, likewise."),
        _closed("in_front_of", _PAIR, "The first is nearer to the arm's base (-x), more than to the side."),
        _closed("behind", _PAIR, "The first is further from the arm's base (+x), likewise."),
        _open("opening", ("drawer",), "float", "How far the drawer is pulled out [m]."),
        _closed("is_open", ("drawer",), "The drawer is pulled out by 70 % of its travel or more."),
        _closed("is_closed", ("drawer",), "The drawer is within 12 mm of being shut."),
        _closed("pressed", ("button",), "The button has been pushed down fully since the run began."),
        _closed("upright", ("object",), "One of its own axes (of a bowl: up) points up, within 15 deg."),
    )
}
