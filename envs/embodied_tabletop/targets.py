"""Where a scene's targets are in one run: points that something is to be brought to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import cos, hypot, isfinite, pi, sin
from typing import Any, Final

from embodied.errors import BadInput, did_you_mean
from embodied_tabletop.engine import BodyState
from embodied_tabletop.scene import REACH_MAX_M, Region, Scene, Target, Vector3

Uniform = Callable[[float, float], float]
"""Draws a number between two others."""

DRAWS: Final = 100
HIGHEST_M: Final = 0.6

Found = tuple[str, str, str]
"""Where ("target.0.height"), what is wrong, what to do."""


def drawn_targets(scene: Scene, poses: Mapping[str, BodyState], uniform: Uniform) -> dict[str, Vector3]:
    """Where each target of the scene is, things standing at `poses` [m, world frame]."""
    return {target.name: _drawn(target, poses, uniform) for target in scene.targets}


def _drawn(target: Target, poses: Mapping[str, BodyState], uniform: Uniform) -> Vector3:
    region = target.region
    if target.beside:
        x, y, z = poses[target.beside].position
        there = _around(x, y, target, uniform)
    else:
        z = 0.0
        there = (
            _between((region.x_min, region.x_max), uniform),
            _between((region.y_min, region.y_max), uniform),
        )
    return *there, z if target.height is None else _between(target.height, uniform)


def _between(ends: tuple[float, float], uniform: Uniform) -> float:
    """What is fixed draws nothing."""
    return ends[0] if ends[0] == ends[1] else float(uniform(*ends))


def _around(x: float, y: float, target: Target, uniform: Uniform) -> tuple[float, float]:
    for _ in range(DRAWS):
        way, direction = uniform(*target.apart), uniform(-pi, pi)
        there = (x + way * cos(direction), y + way * sin(direction))
        if target.region.contains(*there):
            return there
    middle = target.region.center  # where there is always a way to, from wherever a thing may stand
    back = sum(target.apart) / 2 / max(hypot(x - middle[0], y - middle[1]), 1e-6)
    return x + (middle[0] - x) * back, y + (middle[1] - y) * back


def read_targets(given: Mapping[str, Any], scene: Scene) -> dict[str, Vector3]:
    """Where a set-up wants targets to be [m, world frame]. Raises BadInput."""
    found: dict[str, Vector3] = {}
    for name, point in dict(given).items():
        if name not in scene.target_names:
            hint = did_you_mean(str(name), scene.target_names)
            listed = f"There are: {', '.join(scene.target_names)}." if scene.targets else "It has none."
            raise BadInput(f"There is no target {name!r} in the scene.", remedy=hint or listed)
        numbers = [float(value) for value in point]
        if len(numbers) != 3 or not all(map(isfinite, numbers)) or hypot(*numbers[:2]) > REACH_MAX_M:
            raise BadInput(f"{name} cannot be at {point}.", remedy="Give [x, y, z] m, at most 0.78 m away.")
        found[str(name)] = (numbers[0], numbers[1], numbers[2])
    return found


def mistakes_in_targets(scene: Scene) -> Iterator[Found]:
    """What cannot be of targets."""
    for number, target in enumerate(scene.targets):
        where = f"target.{number}"
        if target.beside and target.beside not in scene.by_name:
            known = ", ".join(scene.by_name) or "no objects"
            yield (f"{where}.beside", f'There is no object "{target.beside}".', f"There are: {known}.")
        low, high = target.height or (0.0, 0.0)
        if not 0.0 <= low <= high <= HIGHEST_M:
            yield (
                f"{where}.height",
                f"{target.name} would be {low:g} to {high:g} m above the table.",
                f"From 0 to {HIGHEST_M:g} m, the lowest first.",
            )
        if not 0.0 <= target.apart[0] <= target.apart[1]:
            yield (f"{where}.apart", "apart is [least, most] metres.", "For instance [0.08, 0.18].")
        if (far := _farthest(target.region)) > REACH_MAX_M:
            yield (
                where,
                f"{target.name} may be {far:.2f} m from the arm's base, which is out of reach.",
                f"At most {REACH_MAX_M} m.",
            )


def _farthest(region: Region) -> float:
    return max(hypot(x, y) for x, y in region.corners())
