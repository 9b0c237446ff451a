"""Places that rules speak of: boxes between two corners, halves of a table, and areas that a person named.

"from 10 20 to 30 40" are two columns (x z of blocks, x y at a table), all heights between them included;
"10 60 20 to 30 80 40" two corners. Where positions are those of blocks (y is up), a corner names a whole one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from embodied.errors import BadRule
from embodied.facts import FactFamily
from embodied.rules.words import plain, written

_NUMBERS: Final = re.compile(r"-?\d+(?:\.\d+)?")
_AREA: Final = re.compile(
    r"(?P<name>[a-z][a-z _-]*?) (?:is|are|means|spans|goes|lies|reaches)"
    r"(?: (?:area|place|box|region|square|land))?(?: (?:from|between|in))?"
    r" (?P<corners>[xyz=\s,.()\d-]+ (?:to|and) .+)"
)
_HALVES: Final[Mapping[str, str]] = {
    "left half": "hand.y > {edge} and hand.y <= {far}",
    "left side": "hand.y > {edge} and hand.y <= {far}",
    "right half": "hand.y < -{edge} and hand.y >= -{far}",
    "right side": "hand.y < -{edge} and hand.y >= -{far}",
}
EDGE_M: Final = 0.005
"""The middle line belongs to neither half [m]."""
FAR_M: Final = 5.0


@dataclass(frozen=True)
class Area:
    """A box that a person named.

    Attributes:
        corners: as they were said, which `box_in` reads.
    """

    name: str
    corners: str


def read_area(text: str) -> Area | None:
    """ "The garden is from 10 20 to 30 40"; None if a text is no such definition.

    Raises:
        BadRule: its corners are not two.
    """
    found = _AREA.fullmatch(plain(text))
    if found is None:
        return None
    if len(_NUMBERS.findall(found["corners"])) not in (4, 6):
        raise BadRule(
            f"Cannot tell where {found['name']!r} is from {found['corners']!r}.",
            remedy="Give two corners: "
            "the garden is from 10 20 to 30 40 (x z to x z), or from 10 60 20 to 30 80 40.",
        )
    return Area(found["name"], found["corners"].strip())


def is_of_blocks(families: Mapping[str, FactFamily]) -> bool:
    """Whether positions are those of a body among blocks, where y is up."""
    return "position" in families and "health" in families


def box_in(words: str, families: Mapping[str, FactFamily], areas: Mapping[str, Area]) -> str | None:
    """The condition that the body is in a place: corners, a named area, or a half; None for none of these.

    Raises:
        BadRule: the world tells no position, or the corners are too few.
    """
    said = words.removesuffix(" of table").strip()
    if said in _HALVES and "hand" in families:
        return _HALVES[said].format(edge=written(EDGE_M), far=written(FAR_M))
    named = areas.get(said)
    numbers = [float(one) for one in _NUMBERS.findall(named.corners if named else words)]
    if not numbers:
        return None
    where = "hand" if "hand" in families else "position"
    if where not in families or len(numbers) not in (4, 6):
        raise BadRule(
            f"Cannot tell what place {words!r} is.",
            remedy="Give two corners: stay out of 10 60 10 to 20 80 20, or of 10 20 to 30 40.",
        )
    return _between(numbers, where, is_of_blocks(families))


def among_arguments(box: str) -> str:
    """The same box, of the cell that a call is about."""
    return re.sub(r"\bposition\.([xyz])", r"arg[\1]", box)


def _between(numbers: list[float], where: str, of_blocks: bool) -> str:
    axes = "xyz" if len(numbers) == 6 else "xz" if of_blocks else "xy"
    half = len(axes)
    sides = []
    for axis, a, b in zip(axes, numbers[:half], numbers[half:], strict=True):
        low, high = min(a, b), max(a, b)
        sides.append(f"{where}.{axis} >= {written(low)}")
        # A corner names a block, all of which is meant.
        sides.append(f"{where}.{axis} {'<' if of_blocks else '<='} {written(high + (1 if of_blocks else 0))}")
    return " and ".join(sides)
