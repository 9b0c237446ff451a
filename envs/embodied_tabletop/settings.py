"""The [world] table of a tabletop launch file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from embodied_tabletop.scenefile import DEFAULT_SCENE

ENGINES = ("mujoco", "pybullet")


def _number(low: float, high: float, meaning: str) -> Mapping[str, Any]:
    return {"type": "number", "minimum": low, "maximum": high, "description": meaning}


def _point(meaning: str) -> Mapping[str, Any]:
    axis = {"type": "number", "minimum": -0.9, "maximum": 0.9}
    up = {"type": "number", "minimum": 0.0, "maximum": 1.2}
    return {
        "type": "array",
        "prefixItems": [axis, axis, up],
        "minItems": 3,
        "maxItems": 3,
        "description": meaning,
    }


def _joints(meaning: str) -> Mapping[str, Any]:
    each = {"type": "number"}
    return {"type": "array", "items": each, "minItems": 7, "maxItems": 7, "description": meaning}


LIMITS: Mapping[str, Any] = {
    "hand_speed": _number(0.01, 0.8, "Of the hand [m/s]; 0.8 unless said."),
    "hand_acceleration": _number(0.1, 2.0, "Of the hand [m/s²]; 2 unless said."),
    "velocity_share": _number(0.01, 0.8, "Share of the joints' own velocities; 0.8 unless said."),
    "acceleration_share": _number(0.01, 1.0, "Share of the joints' own accelerations; 1 unless said."),
    "jerk_share": _number(0.01, 1.0, "Share of the joints' own jerk; 1 unless said."),
    "joint_lower": _joints("Lower ends of the joints [rad]; within the arm's own."),
    "joint_upper": _joints("Upper ends of the joints [rad]; within the arm's own."),
    "joint_velocity": _joints("Of each joint [rad/s]; the arm's own or less."),
    "joint_acceleration": _joints("Of each joint [rad/s²]; the arm's own or less."),
    "joint_jerk": _joints("Of each joint [rad/s³]; the arm's own or less."),
    "joint_margin": _number(0.02, 0.5, "Kept free before the end of every joint [rad]; 0.02 unless said."),
    "workspace_low": _point("Lowest corner of the hand's box [x, y, z in m]; [-0.9, -0.9, 0] unless said."),
    "workspace_high": _point("Highest corner of that box; [0.9, 0.9, 1.2] unless said."),
    "keep_out": {
        "type": "array",
        "items": {"type": "object"},
        "description": "Zones that no part of the arm may enter: tables of name, shape, position and size.",
    },
    "table_press": _number(0.0, 0.01, "How far below the table's top the finger tips may press [m]; 0.01."),
    "singular_slow": _number(1.0, 17.0, "Condition number at which a streamed motion slows; 17."),
    "singular_stop": _number(1.0, 30.0, "Condition number at which it stops; 30."),
    "external_force": _number(1.0, 50.0, "At the hand, of what the arm feels [N]; 50 unless said."),
    "external_torque": _number(0.5, 30.0, "At a joint, of what the arm feels [Nm]; 30 unless said."),
    "gripper_force": _number(0.0, 70.0, "The most that the fingers press with [N]; 70 unless said."),
    "step": _number(0.01, 0.4, "How far a joint's target may be from where it is [rad]; 0.4 unless said."),
}
"""What the arm's bridge calls limits; within what it takes for a simulated arm unless told, never wider."""

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
        "limits": {
            "type": "object",
            "properties": LIMITS,
            "default": {},
            "description": "[world.limits]: what the arm's gate lets through; tighter than usual, not wider.",
        },
        "identified": {
            "type": "string",
            "default": "",
            "description": "What `embodied arm identify` wrote: policies are trained for an arm that late.",
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
    limits: Mapping[str, Any] = field(default_factory=dict)
    own_process: bool = True
    identified: str = ""

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Settings:
        return cls(**{name: table[name] for name in cls.__dataclass_fields__ if name in table})

    def to_table(self) -> dict[str, Any]:
        return asdict(self)
