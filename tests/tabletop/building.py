"""Tables for tests: a scene from a few lines, in either engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embodied_tabletop.engines import make_engine
from embodied_tabletop.faults import Faults
from embodied_tabletop.placing import place, read_setup
from embodied_tabletop.scene import Scene
from embodied_tabletop.scenefile import load_scene, parse_scene
from embodied_tabletop.table import Table

ENGINES = ("mujoco", "pybullet")

TWO_CUBES = """
[[object]]
kind = "cube"
color = "red"
position = [0.50, 0.10]

[[object]]
kind = "cube"
color = "blue"
position = [0.50, -0.10]

[[place]]
name = "red_pad"
color = "red"
position = [0.36, 0.20]
"""


def two_cubes() -> Scene:
    return parse_scene(TWO_CUBES, "two_cubes.toml", name="two_cubes")


def table(
    engine: str,
    scene: Scene | str = "default",
    *,
    seed: int = 1,
    setup: Mapping[str, Any] | None = None,
    faults: Faults | None = None,
) -> Table:
    chosen = load_scene(scene) if isinstance(scene, str) else scene
    made = Table(chosen, make_engine(engine, chosen), faults)
    made.reset(place(chosen, seed, read_setup(setup or {}, chosen)))
    return made


def pairs(facts: Mapping[str, Any], family: str) -> set[tuple[str, ...]]:
    """The keys of a family of two keys that are true."""
    return {tuple(keys) for keys, value in facts[family] if value}
