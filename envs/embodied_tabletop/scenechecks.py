"""Whether a scene can stand: names, reach, and room for everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import cos, hypot, sin

from embodied.errors import did_you_mean
from embodied_tabletop.scene import (
    EDGES,
    HANDLE_LENGTH_M,
    REACH_MAX_M,
    REACH_MIN_M,
    Scene,
    SceneObject,
    start_of,
)

GRIPPER_WIDTH_M = 0.08
GRASP_MARGIN_M = 0.01
RESERVED = frozenset({"table", "hand", "arm"})

Found = tuple[str, str, str]
"""Where ("object.0.size"), what is wrong, what to do."""


def mistakes_in_scene(scene: Scene) -> Iterator[Found]:
    """Every mistake that one entry alone or two together make."""
    yield from _names(scene)
    for number, thing in enumerate(scene.objects):
        yield from _extents(thing, f"object.{number}")
        yield from _reach(thing, f"object.{number}")
        yield from _support(scene, thing, f"object.{number}")
    for number, place in enumerate(scene.marked):
        x, y = place.region.center
        if not REACH_MIN_M <= hypot(x, y) <= REACH_MAX_M:
            yield _out_of_reach(f"place.{number}", place.name, x, y)
    yield from _overlaps(scene)


def _names(scene: Scene) -> Iterator[Found]:
    taken = Counter([*(edge.name for edge in EDGES), *RESERVED])
    entries = [(f"object.{n}", thing.name) for n, thing in enumerate(scene.objects)]
    entries += [(f"place.{n}", place.name) for n, place in enumerate(scene.marked)]
    entries += [(f"target.{n}", target.name) for n, target in enumerate(scene.targets)]
    starts = {start_of(thing.name) for thing in scene.objects}
    for where, name in entries:
        taken[name] += 1
        if taken[name] > 1 or name in starts:
            kind = "a name of the world's own" if name in RESERVED | starts else "taken already"
            yield (f"{where}.name", f'The name "{name}" is {kind}.', 'Give another: name = "...".')


def _extents(thing: SceneObject, where: str) -> Iterator[Found]:
    smallest, largest = min(thing.size), max(thing.size)
    if thing.kind == "cube" and smallest < 0.015:
        yield (f"{where}.size", f"{thing.name} is {smallest} m small; the fingers need 0.015 m.", "")
    if thing.kind == "cube" and min(thing.size[:2]) > GRIPPER_WIDTH_M - GRASP_MARGIN_M:
        limit = GRIPPER_WIDTH_M - GRASP_MARGIN_M
        yield (
            f"{where}.size",
            f"{thing.name} is too wide for the gripper.",
            f"One horizontal side must be at most {limit:g} m.",
        )
    if thing.kind == "bowl" and thing.size[0] < 0.08:
        yield (f"{where}.size", f"{thing.name} is too narrow to hold anything.", "At least [0.08, 0.03].")
    if thing.kind == "drawer" and (thing.size[0] < 0.12 or thing.size[1] < 0.12 or thing.size[2] < 0.06):
        yield (f"{where}.size", f"{thing.name} is too small.", "A drawer is at least [0.12, 0.12, 0.06].")
    if largest > 0.5:
        yield (f"{where}.size", f"{thing.name} is {largest} m large; at most 0.5 m.", "Sizes are in metres.")


def _reach(thing: SceneObject, where: str) -> Iterator[Found]:
    if thing.on:
        return
    key = "region" if thing.region.corners()[0] != thing.region.corners()[-1] else "position"
    for x, y in thing.region.corners():
        if thing.kind == "drawer":
            for out in (thing.size[0] / 2 + 0.5 * HANDLE_LENGTH_M, 0.5 * HANDLE_LENGTH_M + thing.travel):
                for turn in thing.yaw:
                    hx, hy = x - out * cos(turn), y - out * sin(turn)
                    if not REACH_MIN_M <= hypot(hx, hy) <= REACH_MAX_M:
                        yield _out_of_reach(f"{where}.{key}", f"The handle of {thing.name}", hx, hy)
                        return
        elif not REACH_MIN_M <= hypot(x, y) <= REACH_MAX_M or x < 0.0:
            yield _out_of_reach(f"{where}.{key}", thing.name, x, y)
            return


def _out_of_reach(where: str, name: str, x: float, y: float) -> Found:
    return (
        where,
        f"{name} at ({x:.2f}, {y:.2f}) is out of reach: {hypot(x, y):.2f} m from the arm's base.",
        f"Between {REACH_MIN_M} and {REACH_MAX_M} m, in front of the base (x > 0).",
    )


def _support(scene: Scene, thing: SceneObject, where: str) -> Iterator[Found]:
    if not thing.on:
        return
    below = scene.by_name.get(thing.on)
    if below is None:
        hint = did_you_mean(thing.on, scene.by_name) or f"There are: {', '.join(scene.by_name)}."
        yield (f"{where}.on", f'There is no object "{thing.on}" for {thing.name} to stand on.', hint)
    elif thing.fastened or below.kind == "button":
        yield (f"{where}.on", f"{thing.name} cannot stand on {below.name}.", "")
    else:
        seen = {thing.name}
        while below is not None and below.on:
            if below.name in seen:
                yield (
                    f"{where}.on",
                    f"{thing.name} stands on itself.",
                    "One must stand on the table.",
                )
                return
            seen.add(below.name)
            below = scene.by_name.get(below.on)


def _overlaps(scene: Scene) -> Iterator[Found]:
    standing = [(n, thing) for n, thing in enumerate(scene.objects) if not thing.on]
    for index, (number, thing) in enumerate(standing):
        for _, other in standing[:index]:
            if always_overlap(thing, other):
                yield (
                    f"object.{number}",
                    f"{thing.name} overlaps {other.name}, wherever they stand.",
                    "Move one of them, or give it a larger region.",
                )


def always_overlap(one: SceneObject, other: SceneObject) -> bool:
    """Whether no two positions in their regions keep their footprints apart."""
    for ax, ay in one.region.corners():
        for bx, by in other.region.corners():
            if not footprints_overlap(one, (ax, ay, one.yaw[0]), other, (bx, by, other.yaw[0])):
                return False
    return True


def footprints_overlap(
    one: SceneObject,
    at: tuple[float, float, float],
    other: SceneObject,
    there: tuple[float, float, float],
    gap: float = 0.0,
) -> bool:
    """Whether two footprints, each at (x, y, yaw), come nearer than `gap` [m]; exact for rectangles."""
    if one.kind in ("bowl", "button") and other.kind in ("bowl", "button"):
        return hypot(at[0] - there[0], at[1] - there[1]) < one.radius + other.radius + gap
    rectangles = (_rectangle(one, at), _rectangle(other, there))
    axes = [axis for _, axes, _ in rectangles for axis in axes]
    dx, dy = there[0] - at[0], there[1] - at[1]
    for ux, uy in axes:
        reach = sum(
            abs(vx * ux + vy * uy) * half
            for _, own, halves in rectangles
            for (vx, vy), half in zip(own, halves, strict=True)
        )
        if abs(dx * ux + dy * uy) >= reach + gap:
            return False
    return True


def _rectangle(
    thing: SceneObject, at: tuple[float, float, float]
) -> tuple[tuple[float, float], tuple[tuple[float, float], tuple[float, float]], tuple[float, float]]:
    c, s = cos(at[2]), sin(at[2])
    return (at[0], at[1]), ((c, s), (-s, c)), (thing.size[0] / 2, thing.size[1] / 2)
