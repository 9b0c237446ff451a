"""Domain randomisation: what may differ from episode to episode, and between which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from embodied.errors import BadInput, did_you_mean
from embodied_tabletop.colors import COLORS
from embodied_tabletop.scene import Scene, SceneObject

Range = tuple[float, float]

RANGES: Final[Mapping[str, Range]] = {
    "friction": (0.7, 1.3),
    "mass": (0.5, 2.0),
    "size": (0.85, 1.15),
    "delay": (0, 2),
    "noise": (0.0, 0.004),
}
"""What `randomize=True` draws from, evenly: factors of all friction, of each cube's mass and of its size;
agent steps by which actions come late; standard deviation of the noise on observed positions [m]."""

LIMITS: Final[Mapping[str, Range]] = {
    "friction": (0.05, 5.0),
    "mass": (0.05, 20.0),
    "size": (0.5, 1.5),
    "delay": (0, 10),
    "noise": (0.0, 0.1),
}
"""What may be asked for at all."""

COLORS_TOO: Final = "colors"
LARGEST_CUBE_M: Final = 0.07
"""The fingers open by 0.08 m."""


@dataclass(frozen=True)
class Drawn:
    """One episode's values; the defaults are the world as built."""

    friction: float = 1.0
    mass: tuple[float, ...] = ()
    size: tuple[float, ...] = ()
    delay: int = 0
    noise: float = 0.0
    colors: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        return asdict(self)


def read_ranges(given: bool | Mapping[str, Any]) -> Mapping[str, Range | bool]:
    """What is to be drawn, and between which bounds.

    Args:
        given: True for all of `RANGES` and colours, False for nothing, or {"friction": (0.8, 1.2),
            "noise": True, "colors": True}: True stands for the range in `RANGES`.

    Raises:
        BadInput: there is no such thing to draw, or its bounds cannot be.
    """
    if isinstance(given, bool):
        return {**RANGES, COLORS_TOO: True} if given else {}
    if not isinstance(given, Mapping):
        raise BadInput(f"randomize is {given!r}.", remedy="Give True, False or {'friction': (0.8, 1.2)}.")
    known = (*RANGES, COLORS_TOO)
    ranges: dict[str, Range | bool] = {}
    for name, value in given.items():
        if name not in known:
            hint = did_you_mean(str(name), known)
            raise BadInput(
                f"{name!r} cannot be randomised.", remedy=f"{hint} There are: {', '.join(known)}.".strip()
            )
        if value is False:
            continue
        ranges[name] = True if name == COLORS_TOO else RANGES[name] if value is True else _range(name, value)
    return ranges


def draw(ranges: Mapping[str, Range | bool], scene: Scene, rng: np.random.Generator) -> Drawn:
    """One episode's values, always in the same order."""
    cubes = [thing for thing in scene.objects if thing.kind == "cube"]
    values: dict[str, Any] = {}
    for name in RANGES:
        bounds = ranges.get(name)
        if not isinstance(bounds, tuple):
            continue
        if name in ("mass", "size"):
            values[name] = tuple(float(rng.uniform(*bounds)) for _ in cubes)
        elif name == "delay":
            values[name] = int(rng.integers(int(bounds[0]), int(bounds[1]), endpoint=True))
        else:
            values[name] = float(rng.uniform(*bounds))
    if ranges.get(COLORS_TOO):
        values[COLORS_TOO] = tuple(str(name) for name in rng.choice(sorted(COLORS), len(scene.objects)))
    return Drawn(**values)


def varied(scene: Scene, drawn: Drawn) -> Scene:
    """The scene with an episode's sizes, masses and colours."""
    cube = 0
    objects: list[SceneObject] = []
    for number, thing in enumerate(scene.objects):
        if thing.kind == "cube":
            if drawn.size:
                factor = min(drawn.size[cube], LARGEST_CUBE_M / max(thing.size[:2]))
                x, y, z = (extent * factor for extent in thing.size)
                thing = replace(thing, size=(x, y, z))
            if drawn.mass:
                thing = replace(thing, mass=thing.mass * drawn.mass[cube])
            cube += 1
        objects.append(replace(thing, color=drawn.colors[number]) if drawn.colors else thing)
    return replace(scene, objects=tuple(objects))


def _range(name: str, value: Any) -> Range:
    low, high = LIMITS[name]
    try:
        bounds = float(value[0]), float(value[1])
        fits = len(value) == 2 and low <= bounds[0] <= bounds[1] <= high
    except (TypeError, ValueError, IndexError):
        fits = False
    if not fits:
        raise BadInput(
            f"The range of {name} is {value!r}.",
            remedy=f"Give (least, most) within {low:g} and {high:g}, or True for {RANGES[name]}.",
        )
    return bounds
