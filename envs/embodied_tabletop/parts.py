"""What a scene's objects are made of: boxes and cylinders on bodies, the same for both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin, sqrt, tan

from embodied_tabletop.scene import HANDLE_LENGTH_M, WALL_M, Scene, SceneObject, Vector3, handle_of

FREE, FIXED, SLIDE = "free", "fixed", "slide"

BOWL_SIDES = 12
GAP_M = 0.002
"""Between what slides and what it slides in, and between a bowl's walls and the table."""

BUTTON_FORCE_N = 4.0
"""That a button pushed down fully pushes back with."""


@dataclass(frozen=True)
class Part:
    """A convex piece of a body.

    Attributes:
        shape: "box" or "cylinder" (axis z).
        size: full extents [m]; diameter, diameter, height of a cylinder.
        position: centre in the object's frame [m].
        yaw: turn about the object's z axis [rad].
        object: whose part it is, as facts and obstacles name it.
        shade: how light it is drawn; 1 is the object's own colour.
    """

    shape: str
    size: Vector3
    position: Vector3
    object: str
    yaw: float = 0.0
    shade: float = 1.0


@dataclass(frozen=True)
class Body:
    """A rigid body of an object.

    Attributes:
        name: the object's own name for the part of it that moves; "drawer.base" for what does not.
        object: the object it belongs to.
        joint: `FREE`, `FIXED` (to the table) or `SLIDE`.
        mass: [kg]; 0 if fixed.
        axis: of the slide, in the object's frame.
        travel: of the slide [m].
        stiffness, damping, friction: of the slide [N/m], [Ns/m], [N].
    """

    name: str
    object: str
    joint: str
    parts: tuple[Part, ...]
    mass: float = 0.0
    axis: Vector3 = (0.0, 0.0, 0.0)
    travel: float = 0.0
    stiffness: float = 0.0
    damping: float = 0.0
    friction: float = 0.0


def bodies_of(thing: SceneObject) -> tuple[Body, ...]:
    """The bodies of one object; parts are placed in the object's frame, whose origin is its centre."""
    match thing.kind:
        case "cube":
            part = Part("box", thing.size, (0.0, 0.0, 0.0), thing.name)
            return (Body(thing.name, thing.name, FREE, (part,), thing.mass),)
        case "bowl":
            return (Body(thing.name, thing.name, FREE, tuple(_bowl(thing)), thing.mass),)
        case "tray":
            return (Body(thing.name, thing.name, FREE, tuple(_tray(thing)), thing.mass),)
        case "drawer":
            return _drawer(thing)
        case "button":
            return _button(thing)
    raise ValueError(f"no object is of kind {thing.kind!r}")


def all_bodies(scene: Scene) -> tuple[Body, ...]:
    """Every body of a scene, in the order of its objects."""
    return tuple(body for thing in scene.objects for body in bodies_of(thing))


def handle_position(drawer: SceneObject) -> Vector3:
    """The middle of the handle's neck, where fingers go, in the drawer's frame with the drawer shut [m]."""
    return (-drawer.size[0] / 2 - 0.4 * HANDLE_LENGTH_M, 0.0, 0.15 * drawer.size[2])


NECK_M = 0.014
"""How wide the handle is where the fingers close on it."""

HANDLE_SIZE: Vector3 = (HANDLE_LENGTH_M, 0.05, 0.03)


def floor_height(thing: SceneObject) -> float:
    """Of the inside's floor of a container, above the container's own bottom [m]."""
    return {"bowl": 0.006, "tray": 0.005, "drawer": 0.008}.get(thing.kind, 0.0)


def inside(thing: SceneObject) -> Vector3:
    """Extents of a container's inside [m]: a bowl's diameter twice and depth, else x, y and depth."""
    x, y, z = thing.size
    depth = z - floor_height(thing)
    if thing.kind == "drawer":
        return x - 3 * WALL_M, y - 4 * WALL_M, depth - WALL_M
    return x - 2 * WALL_M, y - 2 * WALL_M, depth


def _bowl(thing: SceneObject) -> Iterator[Part]:
    radius, height = thing.size[0] / 2, thing.size[2]
    floor = floor_height(thing)
    side = 2 * (radius - WALL_M) / sqrt(2)
    bottom = -height / 2
    # The lower square alone touches the table: few contacts, and it stands still.
    yield Part("box", (side, side, floor), (0, 0, bottom + floor / 2), thing.name)
    yield Part(
        "box", (side, side, floor - GAP_M), (0, 0, bottom + (floor + GAP_M) / 2 - 0.0005), thing.name, pi / 4
    )
    wall_height = height - GAP_M
    middle = radius - WALL_M / 2
    length = 2 * radius * tan(pi / BOWL_SIDES)
    for side_number in range(BOWL_SIDES):
        angle = 2 * pi * side_number / BOWL_SIDES
        yield Part(
            "box",
            (WALL_M, length, wall_height),
            (middle * cos(angle), middle * sin(angle), bottom + GAP_M + wall_height / 2),
            thing.name,
            angle,
            0.92,
        )


def _tray(thing: SceneObject) -> Iterator[Part]:
    x, y, z = thing.size
    floor = floor_height(thing)
    yield Part("box", (x, y, floor), (0, 0, -z / 2 + floor / 2), thing.name)
    wall, middle = z - floor, floor / 2
    for sign in (-1, 1):
        yield Part("box", (WALL_M, y, wall), (sign * (x - WALL_M) / 2, 0, middle), thing.name, shade=0.85)
        yield Part(
            "box",
            (x - 2 * WALL_M, WALL_M, wall),
            (0, sign * (y - WALL_M) / 2, middle),
            thing.name,
            shade=0.85,
        )


def _drawer(thing: SceneObject) -> tuple[Body, Body]:
    x, y, z = thing.size
    wall = WALL_M
    name = thing.name
    cabinet = [
        Part("box", (x - wall, wall, z), (wall / 2, sign * (y - wall) / 2, 0), name, shade=0.8)
        for sign in (-1, 1)
    ]
    cabinet.append(Part("box", (x - wall, y, wall), (wall / 2, 0, (z - wall) / 2), name))
    cabinet.append(Part("box", (wall, y, z), ((x - wall) / 2, 0, 0), name, shade=0.8))
    inner_y = y - 2 * wall - 2 * GAP_M
    length = x - 2 * wall - GAP_M
    low = -z / 2 + GAP_M
    floor = floor_height(thing) - GAP_M
    side_height = z - 2 * wall - 3 * GAP_M - floor
    middle = low + floor + side_height / 2
    center = (-x / 2 + wall) + length / 2
    box = [
        Part("box", (length, inner_y, floor), (center, 0, low + floor / 2), name, shade=1.2),
        Part("box", (wall, inner_y, side_height), (center + (length - wall) / 2, 0, middle), name, shade=1.1),
        Part("box", (wall, y, z - GAP_M), (-x / 2 + wall / 2, 0, GAP_M / 2), name, shade=1.15),
    ]
    box += [
        Part(
            "box", (length, wall, side_height), (center, sign * (inner_y - wall) / 2, middle), name, shade=1.1
        )
        for sign in (-1, 1)
    ]
    box += _handle(thing)
    return (
        Body(f"{name}.base", name, FIXED, tuple(cabinet)),
        Body(name, name, SLIDE, tuple(box), 0.4, (-1.0, 0.0, 0.0), thing.travel, damping=4.0, friction=0.6),
    )


def _handle(thing: SceneObject) -> list[Part]:
    """A neck for the fingers to close on, with a wider end that they cannot slip from."""
    owner, z = handle_of(thing.name), handle_position(thing)[2]
    front, end = -thing.size[0] / 2, 0.012
    neck = HANDLE_LENGTH_M - end
    return [
        Part("box", (neck, NECK_M, 0.022), (front - neck / 2, 0, z), owner, shade=0.6),
        Part("box", (end, HANDLE_SIZE[1], HANDLE_SIZE[2]), (front - neck - end / 2, 0, z), owner, shade=0.6),
    ]


def _button(thing: SceneObject) -> tuple[Body, Body]:
    diameter, _, height = thing.size
    base = height - thing.travel - 0.004
    cap = height * 0.6
    return (
        Body(
            f"{thing.name}.base",
            thing.name,
            FIXED,
            (
                Part(
                    "cylinder",
                    (diameter, diameter, base),
                    (0, 0, (base - height) / 2),
                    thing.name,
                    shade=0.35,
                ),
            ),
        ),
        Body(
            thing.name,
            thing.name,
            SLIDE,
            (
                Part(
                    "cylinder", (0.7 * diameter, 0.7 * diameter, cap), (0, 0, (height - cap) / 2), thing.name
                ),
            ),
            0.05,
            (0.0, 0.0, -1.0),
            thing.travel,
            stiffness=BUTTON_FORCE_N / thing.travel,
            damping=3.0,
        ),
    )
