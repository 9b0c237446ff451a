"""Keep-out zones: places that no part of the arm may enter, from a launch file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from embodied.arms import Obstacle
from embodied.bridge.body import PrimitiveFailed
from embodied.errors import BadInput, did_you_mean

MOST_ZONES: Final = 32
"""Each is looked at with every command."""
ZONE_MARGIN_M: Final = 0.005
"""By how much zones are larger than said, for the gate; plans keep twice that."""
FARTHEST_M: Final = 5.0
PREFIX: Final = "keep-out zone "
EXAMPLE: Final = '{ name = "screen", shape = "box", position = [0.6, 0.3, 0.2], size = [0.1, 0.4, 0.4] }'
SIZES: Final[Mapping[str, tuple[str, ...]]] = {
    "box": ("size",),
    "sphere": ("radius",),
    "cylinder": ("radius", "height"),
}


@dataclass(frozen=True)
class Zone:
    """A place that no part of the arm may enter: not the hand, not the elbow, nor what lies between.

    Attributes:
        name: for messages.
        shape: "box", "sphere" or "cylinder" (axis z).
        position: centre [m, world frame].
        size: full extents [m]; of a cylinder diameter, diameter, height.
        yaw: turn about z [rad].
    """

    name: str
    shape: str
    position: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float = 0.0

    def obstacle(self, margin: float) -> Obstacle:
        """The zone, larger by `margin` on every side [m]."""
        x, y, z = self.size
        grown = (x + 2 * margin, y + 2 * margin, z + 2 * margin)
        turn = (math.cos(self.yaw / 2), 0.0, 0.0, math.sin(self.yaw / 2))
        return Obstacle(PREFIX + self.name, self.shape, grown, self.position, turn)


def read_zones(table: Any) -> tuple[Zone, ...]:
    """The zones of `keep_out`, a list of tables: name, shape, position, and size (of a box), radius (of a
    sphere), radius and height (of a cylinder), yaw.

    Raises:
        BadInput: what is wrong, with the zone it is wrong in.
    """
    if not isinstance(table, Sequence) or isinstance(table, str) or len(table) > MOST_ZONES:
        raise BadInput(
            f"[limits] keep_out is not a list of at most {MOST_ZONES} zones.", remedy=f"Such as {EXAMPLE}."
        )
    zones = [_zone(index, entry) for index, entry in enumerate(table)]
    names = [zone.name for zone in zones]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(
                f"[limits] keep_out has two zones {name!r}.", remedy="Give each a name of its own."
            )
    return tuple(zones)


def ruled_zones(boxes: Sequence[Mapping[str, Any]]) -> tuple[Zone, ...]:
    """Zones of a person's rules, as they are handed over: boxes with a name, a position and a size.

    Raises:
        PrimitiveFailed: "bad_rules", for what is no box, or too many of them.
    """
    table = [{**box, "shape": "box", "name": f"rule {n}: {box['name']}"} for n, box in enumerate(boxes, 1)]
    try:
        return read_zones(table)
    except BadInput as wrong:
        raise PrimitiveFailed("bad_rules", wrong.message) from wrong


def _zone(index: int, entry: Any) -> Zone:
    where = f"[limits] keep_out, zone {index + 1}"
    if not isinstance(entry, Mapping):
        raise BadInput(f"{where} is not a table.", remedy=f"Such as {EXAMPLE}.")
    shape = str(entry.get("shape"))
    if shape not in SIZES:
        raise BadInput(f"{where}: shape = {shape!r} is not one of {', '.join(SIZES)}.")
    known = ("name", "shape", "position", "yaw", *SIZES[shape])
    for key in entry:
        if key not in known:
            hint = did_you_mean(key, known)
            raise BadInput(
                f"{where}: a {shape} has no {key!r}.", remedy=f"{hint} It has: {', '.join(known)}."
            )
    x, y, z = _vector(where, "position", entry.get("position"), -FARTHEST_M)
    if shape == "box":
        size = _vector(where, "size", entry.get("size"), 1e-3)
    else:
        across = 2 * _number(where, "radius", entry.get("radius"), 1e-3)
        tall = _number(where, "height", entry.get("height"), 1e-3) if shape == "cylinder" else across
        size = (across, across, tall)
    yaw = _number(where, "yaw", entry.get("yaw", 0.0), -10.0)
    return Zone(str(entry.get("name") or index + 1), shape, (x, y, z), size, yaw)


def _vector(where: str, name: str, value: Any, low: float) -> tuple[float, float, float]:
    if not isinstance(value, (list, tuple)) or len(value) != 3:
        raise BadInput(f"{where}: {name} = {value!r} is not three numbers (metres).")
    x, y, z = (_number(where, name, part, low) for part in value)
    return (x, y, z)


def _number(where: str, name: str, value: Any, low: float) -> float:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not low <= value <= 10.0:
        raise BadInput(f"{where}: {name} = {value!r} is not a number from {low:g} to 10.")
    return float(value)
