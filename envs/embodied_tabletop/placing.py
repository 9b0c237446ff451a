"""Where everything is when a run begins: a seed draws the positions that the scene leaves open.

A gate or a benchmark may set more up: {"objects": {"red_cube": {"position": [0.5, 0.1]}, "blue_cube":
{"on": "red_cube"}, "green_cube": {"in": "drawer"}}, "open": {"drawer": 0.12}, "holding": "red_cube",
"targets": {"target": [0.5, 0.1, 0.2]}, "joints": [0, -0.3, 0, -2.35, 0, 2.05, 0.785]}.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import atan2, cos, hypot, isfinite, sin
from typing import Any

from embodied.errors import BadInput, did_you_mean
from embodied_tabletop.engine import HOME, BodyState, Start
from embodied_tabletop.parts import floor_height, inside
from embodied_tabletop.scene import REACH_MAX_M, Scene, SceneObject, Vector3
from embodied_tabletop.scenechecks import footprints_overlap
from embodied_tabletop.targets import drawn_targets, read_targets

GAP_M = 0.055
"""Between things at the beginning, where there is room: the fingers need it."""
TRIES = 400
HELD_POSITION: Vector3 = (0.452217, 0.0, 0.345022)
"""The grasp point of the arm at home [m]."""

Spot = tuple[float, float, float]
"""x [m], y [m], yaw [rad]"""


@dataclass(frozen=True)
class Setup:
    """What a test asks for beyond the scene. Keys are objects.

    Attributes:
        spots: fixed places; on, into: what stands on or in what; slides: how far drawers are open [m].
        joints: of the arm [rad]; empty for home.
        targets: where targets are [m, world frame].
    """

    spots: Mapping[str, tuple[float, float, float | None]]
    on: Mapping[str, str]
    into: Mapping[str, str]
    slides: Mapping[str, float]
    holding: str = ""
    joints: tuple[float, ...] = ()
    targets: Mapping[str, Vector3] = field(default_factory=dict)


def read_setup(given: Mapping[str, Any], scene: Scene) -> Setup:
    """Check what a gate's scene asks for; raises BadInput naming what is wrong."""
    known = ("objects", "open", "holding", "joints", "targets")
    for key in given:
        if key not in known:
            raise BadInput(f"A tabletop set-up has no {key!r}.", remedy=f"It has: {', '.join(known)}.")
    spots, on, into = {}, {}, {}
    for name, wish in dict(given.get("objects", {})).items():
        _known(name, scene)
        for key, value in dict(wish).items():
            if key == "position" and len(value) in (2, 3):
                x, y = float(value[0]), float(value[1])
                if hypot(x, y) > REACH_MAX_M:
                    raise BadInput(
                        f"{name} at ({x:g}, {y:g}) is out of reach.", remedy="At most 0.78 m away."
                    )
                spots[name] = (x, y, float(value[2]) if len(value) == 3 else None)
            elif key == "on":
                on[name] = _known(value, scene).name
            elif key == "in":
                if not _known(value, scene).contains_things:
                    raise BadInput(
                        f"Nothing can be put into {value!r}.", remedy="Name a bowl, tray or drawer."
                    )
                into[name] = value
            else:
                raise BadInput(
                    f"{name} is to be {key} = {value!r}; that cannot be set up.",
                    remedy="Give position = [x, y] or [x, y, yaw], on = object, or in = container.",
                )
    slides = {}
    for name, opening in dict(given.get("open", {})).items():
        drawer = _known(name, scene)
        if drawer.kind != "drawer" or not 0 <= float(opening) <= drawer.travel:
            raise BadInput(
                f"{name} cannot be open by {opening!r}.", remedy="A drawer opens by 0 to its travel [m]."
            )
        slides[name] = float(opening)
    holding = str(given.get("holding", ""))
    if holding and _known(holding, scene).kind != "cube":
        raise BadInput(f"{holding} cannot be held at the beginning.", remedy="Name a cube.")
    targets = read_targets(given.get("targets", {}), scene)
    return Setup(spots, on, into, slides, holding, _joints(given.get("joints", ())), targets)


def _joints(given: Any) -> tuple[float, ...]:
    joints = tuple(float(joint) for joint in given)
    if joints and (len(joints) != len(HOME) or not all(isfinite(joint) for joint in joints)):
        raise BadInput(f"joints = {list(given)} cannot be set up.", remedy=f"Give {len(HOME)} angles [rad].")
    return joints


def place(scene: Scene, seed: int, setup: Setup | None = None) -> Start:
    """Draw all positions; the same scene, seed and set-up give the same. Raises BadInput without room."""
    asked = setup or Setup({}, {}, {}, {})
    rng = random.Random(f"tabletop {seed}")
    spots: dict[str, Spot] = {}
    elsewhere = {*asked.on, *asked.into, asked.holding}
    on = {thing.name: thing.on for thing in scene.objects if thing.on} | dict(asked.on)
    for name in (*asked.spots, *asked.into, asked.holding):
        on.pop(name, None)
    standing = [thing for thing in scene.objects if thing.name not in on and thing.name not in elsewhere]
    for _ in range(20):
        drawn = _draw(standing, asked, rng)
        if drawn is not None:
            spots = drawn
            break
    else:
        raise BadInput(
            f"The objects of {scene.name!r} do not fit into their regions (seed {seed}).",
            remedy="Make the regions larger, or the objects fewer.",
        )
    poses = {thing.name: _pose(thing, spots[thing.name], thing.size[2] / 2) for thing in standing}
    _put_inside(scene, asked, poses, rng)
    if asked.holding:
        poses[asked.holding] = BodyState(HELD_POSITION, (1.0, 0.0, 0.0, 0.0))
    _pile(scene, on, poses)
    return Start(
        {thing.name: poses[thing.name] for thing in scene.objects},
        dict(asked.slides),
        asked.holding,
        asked.joints or HOME,
        targets={**drawn_targets(scene, poses, rng.uniform), **asked.targets},
    )


def _draw(standing: list[SceneObject], asked: Setup, rng: random.Random) -> dict[str, Spot] | None:
    """A spot for every object, fixed ones first; None if one finds no room."""
    spots: dict[str, Spot] = {}
    order = sorted(
        standing, key=lambda t: t.name not in asked.spots and t.region.corners()[0] != t.region.corners()[3]
    )
    for thing in order:
        region = thing.region
        for attempt in range(TRIES):
            spot = (
                rng.uniform(region.x_min, region.x_max),
                rng.uniform(region.y_min, region.y_max),
                rng.uniform(*thing.yaw),
            )
            if thing.name in asked.spots:
                x, y, yaw = asked.spots[thing.name]
                spot = (x, y, spot[2] if yaw is None else yaw)
                gap = 0.0
            else:
                gap = GAP_M * (1 - attempt / TRIES)  # the fingers' room first, then whatever is left
            others = ((other, spots[other.name]) for other in order if other.name in spots)
            if not any(footprints_overlap(thing, spot, other, there, gap) for other, there in others):
                spots[thing.name] = spot
                break
        else:
            return None
    return spots


def _put_inside(scene: Scene, asked: Setup, poses: dict[str, BodyState], rng: random.Random) -> None:
    """Side by side along the container's own y, from its middle outwards."""
    counts: dict[str, int] = {}
    for name, holder_name in asked.into.items():
        thing, holder = scene.by_name[name], scene.by_name[holder_name]
        number = counts.get(holder_name, 0)
        counts[holder_name] = number + 1
        side = ((number + 1) // 2) * (1 if number % 2 else -1) * (thing.size[1] + 0.008)
        if abs(side) + thing.size[1] / 2 > inside(holder)[1] / 2:
            raise BadInput(f"{name} does not fit into {holder_name} any more.", remedy="Put fewer things in.")
        at = poses[holder_name]
        yaw = _yaw(at)
        along = -asked.slides.get(holder_name, 0.0)
        x = at.position[0] + along * cos(yaw) - side * sin(yaw)
        y = at.position[1] + along * sin(yaw) + side * cos(yaw)
        z = floor_height(holder) + thing.size[2] / 2 + 0.001
        poses[name] = _pose(thing, (x, y, yaw), z)


def _pile(scene: Scene, on: Mapping[str, str], poses: dict[str, BodyState]) -> None:
    waiting = dict(on)
    while waiting:
        ready = [name for name, below in waiting.items() if below in poses]
        if not ready:
            raise BadInput(
                f"{', '.join(sorted(waiting))} cannot stand on one another in a circle.",
                remedy="One must stand on the table.",
            )
        for name in ready:
            thing, below = scene.by_name[name], scene.by_name[waiting.pop(name)]
            x, y, z = poses[below.name].position
            if below.contains_things:
                raise BadInput(f"{name} cannot stand on {below.name}.", remedy='Use "in" for containers.')
            height = z + below.size[2] / 2 + thing.size[2] / 2
            poses[name] = _pose(thing, (x, y, _yaw(poses[below.name])), height)


def _pose(thing: SceneObject, spot: Spot, z: float) -> BodyState:
    x, y, yaw = spot
    return BodyState((x, y, z), (cos(yaw / 2), 0.0, 0.0, sin(yaw / 2)))


def _yaw(state: BodyState) -> float:
    w, _, _, z = state.quaternion
    return 2 * atan2(z, w)


def _known(name: Any, scene: Scene) -> SceneObject:
    thing = scene.by_name.get(str(name))
    if thing is None:
        hint = did_you_mean(str(name), scene.by_name)
        raise BadInput(
            f"There is no object {name!r} in the scene.",
            remedy=f"{hint} There are: {', '.join(scene.by_name)}.".strip(),
        )
    return thing
