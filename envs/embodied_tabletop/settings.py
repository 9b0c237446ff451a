"""The [world] table of a tabletop launch file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from embodied_tabletop.scenefile import DEFAULT_SCENE

ENGINES = ("mujoco", "pybullet")

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "scene": {
            "type": "string",
            "minLength": 1,
            "default": DEFAULT_SCENE,
            "description": "What stands on the table: a packaged scene, or the path of a scene file.",
        },
        "engine": {
            "enum": list(ENGINES),
            "default": "mujoco",
            "description": "Which physics engine.",
        },
        "seed": {
            "type": "integer",
            "minimum": 0,
            "maximum": 2147483647,
            "default": 1,
            "description": "Draws the positions that the scene leaves open.",
        },
        "real_time": {
            "type": "boolean",
            "default": False,
            "description": "Keep pace with the clock, and go on between calls; otherwise as fast as it can.",
        },
        "record": {
            "type": "string",
            "default": "",
            "description": "Film the run into this .mp4 file; empty: no film.",
        },
        "view": {
            "type": "boolean",
            "default": False,
            "description": "Show the table live in a browser, at the pace of the clock; the address is told.",
        },
        "nudges": {
            "type": "number",
            "minimum": 0,
            "maximum": 60,
            "default": 0.0,
            "description": "On purpose: how many times a simulated minute an object is pushed by nobody.",
        },
        "failed_grasps": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "default": 0.0,
            "description": "On purpose: the share of grasps in which the finger tips hardly grip.",
        },
        "own_process": {
            "type": "boolean",
            "default": True,
            "description": "The physics in a process of its own, which can be killed. False begins sooner: "
            "for benchmarks of many short runs.",
        },
    },
}


@dataclass(frozen=True)
class Settings:
    """The checked [world] table."""

    scene: str = DEFAULT_SCENE
    engine: str = "mujoco"
    seed: int = 1
    real_time: bool = False
    record: str = ""
    view: bool = False
    nudges: float = 0.0
    failed_grasps: float = 0.0
    own_process: bool = True

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Settings:
        return cls(**{name: table[name] for name in cls.__dataclass_fields__ if name in table})

    def to_table(self) -> dict[str, Any]:
        return asdict(self)
