"""What stands on the table: objects, marked places, and where they may be when a run begins.

The world frame [m]: the arm's base at the origin, x forward (away from the base), y to the left, z up; the
table's top is z = 0. A scene says nothing about an engine: both engines are built from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import hypot

KINDS = ("cube", "bowl", "tray", "drawer", "button")
FIXED_KINDS = frozenset({"drawer", "button"})
CONTAINER_KINDS = frozenset({"bowl", "tray", "drawer"})

TABLE_X = (-0.25, 0.90)
TABLE_Y = (-0.60, 0.60)
FLOOR_Z = -0.40

REACH_MIN_M = 0.24
REACH_MAX_M = 0.78
"""Between these distances from the base's axis the tool can stand straight down near the table."""

START_TOLERANCE_M = 0.03
WALL_M = 0.008
"""Thickness of the walls of bowls, trays and drawers."""

HANDLE_LENGTH_M = 0.07
"""How far a drawer's handle stands out from its front."""

Vector3 = tuple[float, float, float]


@dataclass(frozen=True)
class Region:
    """A rectangle on the table [m], world frame."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float

    @property
    def center(self) -> tuple[float, float]:
        return (self.x_min + self.x_max) / 2, (self.y_min + self.y_max) / 2

    def corners(self) -> tuple[tuple[float, float], ...]:
        return (
            (self.x_min, self.y_min),
            (self.x_min, self.y_max),
            (self.x_max, self.y_min),
            (self.x_max, self.y_max),
        )

    def contains(self, x: float, y: float, margin: float = 0.0) -> bool:
        return (
            self.x_min - margin <= x <= self.x_max + margin
            and self.y_min - margin <= y <= self.y_max + margin
        )


@dataclass(frozen=True)
class SceneObject:
    """One thing on the table.

    Attributes:
        name: unique, e.g. "red_cube".
        kind: one of `KINDS`.
        color: a name of `embodied_tabletop.colors.COLORS`.
        size: full extents along its own axes [m]; diameter, diameter, height of a bowl or a button; of a
            drawer those of the closed cabinet (depth along its own x, which it opens against).
        region: where its centre may be when a run begins; a single point for a fixed position.
        yaw: from where to where it may be turned [rad].
        mass: [kg]; 0 for what is fastened to the table.
        on: the object it stands on at the beginning, "" for the table.
    """

    name: str
    kind: str
    color: str
    size: Vector3
    region: Region
    yaw: tuple[float, float] = (0.0, 0.0)
    mass: float = 0.0
    on: str = ""

    @property
    def fastened(self) -> bool:
        return self.kind in FIXED_KINDS

    @property
    def contains_things(self) -> bool:
        return self.kind in CONTAINER_KINDS

    @property
    def travel(self) -> float:
        """How far its moving part goes [m]: a drawer's box, a button's cap; 0 for others."""
        if self.kind == "drawer":
            return round(self.size[0] - 0.03, 6)
        return min(0.012, round(self.size[2] * 0.4, 6)) if self.kind == "button" else 0.0

    @property
    def radius(self) -> float:
        """Of the circle around its footprint [m]."""
        if self.kind in ("bowl", "button"):
            return self.size[0] / 2
        return hypot(self.size[0], self.size[1]) / 2


@dataclass(frozen=True)
class Place:
    """A region of the table with a name; nothing that can be touched.

    Attributes:
        color: "" for a place that is not painted on the table.
        marked: whether it is drawn.
    """

    name: str
    region: Region
    color: str = ""
    marked: bool = False


@dataclass(frozen=True)
class Target:
    """A point that something is to be brought to; nothing that can be touched.

    Attributes:
        region: where it may be; a single point for a fixed position.
        height: from where to where it may be above the table [m]; None: as high as what it is beside.
        beside: the object that it is drawn around, "" for anywhere in the region.
        apart: how far from it, least and most [m].
    """

    name: str
    region: Region
    height: tuple[float, float] | None
    beside: str = ""
    apart: tuple[float, float] = (0.0, 0.0)


EDGES: tuple[Place, ...] = (
    Place("left_edge", Region(0.30, 0.33, 0.66, 0.47)),
    Place("right_edge", Region(0.30, -0.47, 0.66, -0.33)),
    Place("front_edge", Region(0.22, -0.30, 0.31, 0.30)),
    Place("back_edge", Region(0.69, -0.20, 0.80, 0.20)),
)
"""Strips along the borders of what the arm reaches: left is +y, front is towards the arm's base."""


@dataclass(frozen=True)
class Scene:
    """A scene as written, before a seed has drawn the positions.

    Attributes:
        name: of its file, or what the file says.
        title: one sentence for a person.
        objects, marked, targets: in the order of the file.
        origin: where it was read from.
    """

    name: str
    title: str
    objects: tuple[SceneObject, ...]
    marked: tuple[Place, ...] = ()
    origin: str = "(no file)"
    targets: tuple[Target, ...] = ()
    by_name: Mapping[str, SceneObject] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {thing.name: thing for thing in self.objects})

    @property
    def places(self) -> tuple[Place, ...]:
        """Marked places, then the edges. Each object's `start_of_<object>` joins them at reset."""
        return (*self.marked, *EDGES)

    @property
    def place_names(self) -> tuple[str, ...]:
        """Every name that `at[object, place]` knows."""
        return (*(place.name for place in self.places), *(start_of(thing.name) for thing in self.objects))

    @property
    def target_names(self) -> tuple[str, ...]:
        return tuple(target.name for target in self.targets)


def start_of(name: str) -> str:
    """The place where an object stood when the run began."""
    return f"start_of_{name}"


def handle_of(name: str) -> str:
    """A drawer's handle, as facts name it."""
    return f"{name}_handle"
