"""From poses and contacts to facts: pure functions, the same for every engine.

Directions are the arm's: left is +y, in front is towards the arm's base (-x).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import hypot, radians
from typing import Any

from embodied_tabletop.engine import LEFT_FINGER, RIGHT_FINGER, TABLE, BodyState, Snapshot, Start
from embodied_tabletop.geometry import cube_yaw, height_extent, to_body, to_world, vertical_axis, yaw_of
from embodied_tabletop.parts import HANDLE_SIZE, NECK_M, floor_height, handle_position, inside
from embodied_tabletop.scene import (
    START_TOLERANCE_M,
    WALL_M,
    Place,
    Region,
    Scene,
    SceneObject,
    Vector3,
    handle_of,
    start_of,
)

OPEN_SHARE = 0.7
SHUT_M = 0.012
PRESSED_SHARE = 0.8
UPRIGHT_RAD = radians(15)
STILL_M_S = 0.03
ON_TOLERANCE_M = 0.012
ABOVE_RIM_M = 0.015
SIDE_GAP_M = 0.02
HOLD_FORCE_N = 0.5

DIGITS = 5
"""Of metres and radians in facts."""

WireFacts = dict[str, Any]


@dataclass(frozen=True)
class View:
    """One instant of one scene: what all facts are read from.

    Attributes:
        scene, start: what was built, and where it stood.
        now: the engine's snapshot.
        pressed: buttons that have been pushed down fully since the reset.
    """

    scene: Scene
    start: Start
    now: Snapshot
    pressed: Collection[str] = ()

    @cached_property
    def held(self) -> frozenset[str]:
        """What both fingers press on; a drawer's handle counts as its own."""
        names = [*self.scene.by_name, *(handle_of(t.name) for t in self.scene.objects if t.kind == "drawer")]
        return frozenset(
            name
            for name in names
            if self.now.touches(name, LEFT_FINGER)
            and self.now.touches(name, RIGHT_FINGER)
            and self.now.gripper_force >= HOLD_FORCE_N
            and self.now.gripper_width >= self._least_width(name)
        )

    def _least_width(self, name: str) -> float:
        """Fingers nearer to each other than this press beside a thing, as when a fist pushes it [m]."""
        thing = self.scene.by_name.get(name)
        if thing is None:
            return 0.6 * NECK_M
        return 0.6 * (WALL_M if thing.contains_things else min(thing.size[:2]))

    @cached_property
    def loose(self) -> tuple[SceneObject, ...]:
        """What can be carried."""
        return tuple(thing for thing in self.scene.objects if not thing.fastened)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All places, those where objects stood included."""
        starts = (Place(name, region) for name, region in _starts(self.scene, self.start))
        return (*self.scene.places, *starts)

    @cached_property
    def drawers(self) -> tuple[SceneObject, ...]:
        return tuple(thing for thing in self.scene.objects if thing.kind == "drawer")

    @cached_property
    def sides(self) -> tuple[tuple[str, str, str], ...]:
        """(family, one, other) of what is beside, before or behind what."""
        return tuple(_sides(self))

    def state(self, name: str) -> BodyState:
        return self.now.bodies[name]

    def height(self, thing: SceneObject) -> float:
        """From its lowest to its highest point as it lies now [m]."""
        return height_extent(self.state(thing.name).quaternion, thing.size)

    def still(self, name: str) -> bool:
        velocity = self.state(name).velocity
        return hypot(*velocity) < STILL_M_S


def marks(scene: Scene, start: Start) -> dict[str, Region]:
    """Where every place is, by name; it stays there."""
    return {**{place.name: place.region for place in scene.places}, **dict(_starts(scene, start))}


def _starts(scene: Scene, start: Start) -> Iterator[tuple[str, Region]]:
    r = START_TOLERANCE_M
    for thing in scene.objects:
        x, y, _ = start.poses[thing.name].position
        yield start_of(thing.name), Region(x - r, y - r, x + r, y + r)


def facts(view: View) -> WireFacts:
    """Every family of `embodied_tabletop.families.FAMILIES`, as on the wire."""
    return {family: read(view) for family, read in READERS.items()}


def buttons_down(scene: Scene, now: Snapshot) -> Iterator[str]:
    """The buttons that are pushed down fully at this instant."""
    for thing in scene.objects:
        if thing.kind == "button" and now.slides[thing.name] >= PRESSED_SHARE * thing.travel:
            yield thing.name


def handle_pose(view: View, drawer: SceneObject) -> Vector3:
    """The middle of a drawer's handle now, world frame [m]."""
    return to_world(view.state(drawer.name), handle_position(drawer))


def _poses(view: View) -> Iterator[tuple[str, list[float]]]:
    for thing in view.scene.objects:
        yield thing.name, _rounded(view.state(thing.name).position)
        if thing.kind == "drawer":
            yield handle_of(thing.name), _rounded(handle_pose(view, thing))
    for place in view.places:
        yield place.name, _rounded((*place.region.center, 0.0))
    for target, point in view.start.targets.items():
        yield target, list(point)


def _yaws(view: View) -> Iterator[tuple[str, float]]:
    for thing in view.scene.objects:
        turn = view.state(thing.name).quaternion
        square = thing.kind == "cube" and len({round(extent, 4) for extent in thing.size}) == 1
        yield thing.name, round(cube_yaw(turn) if square else yaw_of(turn), DIGITS)
        if thing.kind == "drawer":
            yield handle_of(thing.name), round(yaw_of(turn), DIGITS)


def _sizes(view: View) -> Iterator[tuple[str, list[float]]]:
    for thing in view.scene.objects:
        yield thing.name, list(thing.size)
        if thing.kind == "drawer":
            yield handle_of(thing.name), list(HANDLE_SIZE)
    for place in view.places:
        region = place.region
        yield place.name, _rounded((region.x_max - region.x_min, region.y_max - region.y_min, 0.0))


def _kinds(view: View) -> Iterator[tuple[str, str]]:
    for thing in view.scene.objects:
        yield thing.name, thing.kind
        if thing.kind == "drawer":
            yield handle_of(thing.name), "handle"
    for place in view.places:
        yield place.name, "place"
    for target in view.start.targets:
        yield target, "target"


def _on(view: View) -> Iterator[tuple[str, str]]:
    for thing in view.loose:
        if thing.name in view.held:
            continue
        if view.now.touches(thing.name, TABLE):
            yield thing.name, TABLE
        below = list(_touched_from_above(view, thing))
        over = [other for other in below if _over(view, thing, other)]
        across = below if len(below) > 1 else []  # like a bridge, its centre over none of them
        for other in over or across:
            yield thing.name, other.name


def _touched_from_above(view: View, thing: SceneObject) -> Iterator[SceneObject]:
    bottom = view.state(thing.name).position[2] - view.height(thing) / 2
    for other in view.scene.objects:
        if other is thing or not view.now.touches(thing.name, other.name):
            continue
        if other.contains_things and other.kind != "drawer":
            continue  # what touches a bowl's floor is in it
        top = view.state(other.name).position[2] + _height(view, other) / 2
        if abs(bottom - top) <= ON_TOLERANCE_M:
            yield other


def _height(view: View, thing: SceneObject) -> float:
    return thing.size[2] if thing.fastened else view.height(thing)


def _over(view: View, thing: SceneObject, other: SceneObject) -> bool:
    """Whether the centre of one is above the footprint of the other."""
    center = view.state(thing.name).position
    there = _base(view, other)
    if other.kind in ("bowl", "button"):
        return hypot(center[0] - there.position[0], center[1] - there.position[1]) <= other.size[0] / 2
    upright = BodyState(there.position, there.quaternion)
    local = to_body(upright, center)
    axis, _ = vertical_axis(there.quaternion)
    return all(abs(local[n]) <= other.size[n] / 2 for n in range(3) if n != axis)


def _base(view: View, thing: SceneObject) -> BodyState:
    """The body, or of what is fastened the fastened part."""
    return view.start.poses[thing.name] if thing.fastened else view.state(thing.name)


def _in(view: View) -> Iterator[tuple[str, str]]:
    for thing in view.loose:
        if thing.name in view.held or thing.contains_things:
            continue
        for container in view.scene.objects:
            if container.contains_things and is_inside(view, thing, container):
                yield thing.name, container.name


def is_inside(view: View, thing: SceneObject, container: SceneObject) -> bool:
    """Whether the centre of one lies within the other's walls, and not above its rim."""
    state = view.state(container.name)
    local = to_body(state, view.state(thing.name).position)
    x, y, _ = inside(container)
    bottom = -container.size[2] / 2 + floor_height(container)
    rim = container.size[2] / 2 + (0.0 if container.kind == "drawer" else ABOVE_RIM_M)
    if not bottom <= local[2] <= rim:
        return False
    if container.kind == "bowl":
        return hypot(local[0], local[1]) <= x / 2
    return abs(local[0]) <= x / 2 and abs(local[1]) <= y / 2


def _at(view: View) -> Iterator[tuple[str, str]]:
    for thing in view.scene.objects:
        if thing.fastened or thing.name in view.held or not view.still(thing.name):
            continue
        x, y, z = view.state(thing.name).position
        if z < 0:  # on the floor
            continue
        if not any(thing.name in pair for pair in view.now.contacts):
            continue
        for place in view.places:
            if place.region.contains(x, y):
                yield thing.name, place.name


def _clear(view: View) -> Iterator[str]:
    for thing in view.scene.objects:
        if thing.name not in view.held and not any(
            _in_the_way(view, thing, other) for other in view.scene.objects if other.name not in view.held
        ):  # what hangs in the hand over a thing is not on it
            yield thing.name


def _in_the_way(view: View, thing: SceneObject, other: SceneObject) -> bool:
    """Whether the other is above the thing, so that a hand from above would meet it first."""
    if other is thing:
        return False
    if thing.contains_things and not other.fastened and is_inside(view, other, thing):
        return False  # what is in a bowl is not in the way of putting more in
    if other.kind == "drawer":  # its cabinet roofs what is in the shut part of its box
        return _under_roof(view, thing, other)
    mine, its = view.state(thing.name).position, view.state(other.name).position
    if its[2] - mine[2] < 0.25 * (thing.size[2] + other.size[2]):
        return False
    apart = hypot(its[0] - mine[0], its[1] - mine[1])
    return apart < 0.45 * (min(thing.size[:2]) + min(other.size[:2]))


def _under_roof(view: View, thing: SceneObject, drawer: SceneObject) -> bool:
    if thing.fastened:
        return False
    local = to_body(_base(view, drawer), view.state(thing.name).position)
    x, y, z = drawer.size
    margin = thing.radius
    return local[2] < z / 2 and -x / 2 - margin < local[0] < x / 2 and abs(local[1]) < y / 2


def _is_free(view: View, place: Place) -> bool:
    for thing in view.scene.objects:
        if thing.name in view.held:
            continue
        x, y, z = _base(view, thing).position
        margin = 0.35 * min(thing.size[:2])
        if z > 0 and place.region.contains(x, y, margin):
            return False
    return True


def _beside(family: str) -> Callable[[View], Any]:
    return lambda view: [[[one, other], True] for name, one, other in view.sides if name == family]


def _sides(view: View) -> Iterator[tuple[str, str, str]]:
    names = [thing.name for thing in view.scene.objects]
    for one in names:
        for other in names:
            if one == other:
                continue
            a, b = view.state(one).position, view.state(other).position
            dx, dy = a[0] - b[0], a[1] - b[1]
            if abs(dy) >= abs(dx) and abs(dy) > SIDE_GAP_M:
                yield ("left_of" if dy > 0 else "right_of"), one, other
            elif abs(dx) > abs(dy) and abs(dx) > SIDE_GAP_M:
                yield ("behind" if dx > 0 else "in_front_of"), one, other


def _upright(view: View, thing: SceneObject) -> bool:
    axis, lean = vertical_axis(view.state(thing.name).quaternion)
    return lean <= UPRIGHT_RAD and (thing.kind == "cube" or axis == 2)


def rounded(values: Vector3) -> Vector3:
    """As facts tell it."""
    x, y, z = values
    return round(x, DIGITS), round(y, DIGITS), round(z, DIGITS)


def _rounded(values: Vector3) -> list[float]:
    return list(rounded(values))


def _pairs(read: Callable[[View], Iterator[tuple[str, str]]]) -> Callable[[View], Any]:
    return lambda view: [[list(pair), True] for pair in read(view)]


READERS: Mapping[str, Callable[[View], Any]] = {
    "pose": lambda view: dict(_poses(view)),
    "yaw": lambda view: dict(_yaws(view)),
    "size": lambda view: dict(_sizes(view)),
    "color": lambda view: (
        {t.name: t.color for t in view.scene.objects}
        | {p.name: p.color for p in view.scene.marked if p.color}
    ),
    "kind": lambda view: dict(_kinds(view)),
    "on": _pairs(_on),
    "in": _pairs(_in),
    "at": _pairs(_at),
    "holding": lambda view: {name: True for name in sorted(view.held)},
    "hand_empty": lambda view: not view.held,
    "clear": lambda view: {name: True for name in _clear(view)},
    "free": lambda view: {place.name: True for place in view.places if _is_free(view, place)},
    **{family: _beside(family) for family in ("left_of", "right_of", "in_front_of", "behind")},
    "opening": lambda view: {t.name: view.now.slides[t.name] for t in view.drawers},
    "is_open": lambda view: {
        t.name: True for t in view.drawers if view.now.slides[t.name] >= OPEN_SHARE * t.travel
    },
    "is_closed": lambda view: {t.name: True for t in view.drawers if view.now.slides[t.name] <= SHUT_M},
    "pressed": lambda view: {name: True for name in sorted(view.pressed)},
    "upright": lambda view: {t.name: True for t in view.scene.objects if _upright(view, t)},
}
"""How each family is read, as on the wire: {key: value}, or [[keys, value], ...] for two keys."""
