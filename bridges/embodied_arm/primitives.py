"""What an arm can be asked to do.

World frame [m]: the arm's base at the origin, x forward, y to the left, z up, the table's top at z = 0. A
position of the hand is that of the *grasp point*, the middle between the finger tips. The tool always
points straight down; yaw [rad] turns it about the world's z axis: at yaw 0 the fingers close along y, at
yaw pi/2 along x. The hand is symmetric, so yaw counts modulo pi, and the nearer turn is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from embodied.primitives import PrimitiveSpec

Schema = dict[str, Any]

FAR: Final = 5.0
"""Positions beyond this many metres are refused as arguments, before any thought is given to them."""


def _object(required: tuple[str, ...] = (), **properties: Any) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _metres(doc: str, low: float = -FAR, high: float = FAR, **more: Any) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high, "description": f"{doc} [m]", **more}


_YAW: Final[Schema] = {
    "type": ["number", "null"],
    "minimum": -10,
    "maximum": 10,
    "description": "turn of the hand about z [rad]; null keeps it",
    "default": None,
}
_POINT: Final[Schema] = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
_POLICY: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 64}
SLOWEST: Final = 0.01
"""Motions are planned whole, tick by tick: one that takes hours has no place in memory."""
_SPEED: Final[Schema] = {
    "type": "number",
    "minimum": SLOWEST,
    "maximum": 1,
    "description": "share of the allowed speed",
    "default": 1.0,
}
_TOUCH: Final[Schema] = {
    "type": "string",
    "description": "the object that this motion may touch, push or pull, with its parts; '' for none",
    "default": "",
}
_VIA: Final[Schema] = {
    "type": "string",
    "enum": ["line", "above"],
    "description": "'line': straight; 'above': up, across and down, over what stands in between",
    "default": "line",
}
_UNTIL_CONTACT: Final[Schema] = {
    "type": "boolean",
    "description": "stop without error where the hand meets resistance",
    "default": False,
}
_TARGET: Final = {"x": _metres("forward"), "y": _metres("left"), "z": _metres("up")}
_REACHED: Final[Schema] = _object(
    x=_metres("where the grasp point came to rest"),
    y=_metres("left"),
    z=_metres("up"),
    yaw={"type": "number", "description": "[rad]"},
    off_m={"type": "number", "description": "distance to what was asked [m]"},
    contact={"type": "boolean", "description": "it met resistance (only with until_contact)"},
)
_GRASP: Final[Schema] = _object(
    width={"type": "number", "description": "distance of the fingers [m]"},
    force={"type": "number", "description": "what they press with [N]"},
    holds={"type": "boolean", "description": "they are closed on something"},
    object={"type": "string", "description": "what is held by the scene's facts; '' if none or not known"},
)
_SEEN: Final[Schema] = _object(
    name={"type": "string"},
    kind={"type": "string"},
    color={"type": "string"},
    x={"type": "number"},
    y={"type": "number"},
    z={"type": "number"},
    yaw={"type": "number"},
    size={"type": "array", "items": {"type": "number"}},
)

_SCENE_ERRORS: Final[Mapping[str, str]] = {
    "dropped": "what was held fell; the arm came to rest; look where it lies",
    "slipped": "what is held slid between the fingers, or out of them; the arm came to rest",
    "bumped": "an object that was not to be touched moved; the arm came to rest",
    "blew_up": "the simulation became unstable and was stopped; only a reset helps",
    "arm_lost": "the connection to the arm, or its simulator, broke",
    "frozen": "the arm's clock stands still; it came to rest as far as it listens",
}
_MOTION_ERRORS: Final[Mapping[str, str]] = {
    "unreachable": "not with the tool down; value['nearest'] {x, y, z} is the nearest that is",
    "collision": "the hand or arm would hit something; value['object'] says what. Nothing moved",
    "outside_workspace": "outside the allowed box; value['nearest'] {x, y, z} is the nearest point inside",
    "limit": "a joint limit or a singularity on the way; nothing moved, or the arm came to rest",
    "blocked": "the arm did not get there: something is in its way or holds it; it came to rest",
    **_SCENE_ERRORS,
}

_ALL: Final = (
    PrimitiveSpec(
        "observe",
        "Facts now.",
        _object(since={"type": "integer"}),
        {"type": "object"},
        moves=False,
    ),
    PrimitiveSpec(
        "objects",
        "All things on the table with centre [m, world frame], turn about z [rad] and full extents [m].",
        _object(),
        _object(objects={"type": "array", "items": _SEEN}),
        moves=False,
    ),
    PrimitiveSpec(
        "home",
        "Go to the home posture, tool down over the middle of the table, straight up first if needed. The "
        "fingers stay as they are.",
        _object(speed=_SPEED),
        _REACHED,
        _MOTION_ERRORS,
        timeout_s=60.0,
    ),
    PrimitiveSpec(
        "move_to",
        "Move the grasp point along a straight line to (x, y, z) [m, world frame], tool down, turning to yaw "
        "[rad] on the way. Checked whole before anything moves: limits, collisions with the table, the arm "
        "itself and all objects but the held one and `touch`.",
        _object(
            ("x", "y", "z"),
            **_TARGET,
            yaw=_YAW,
            speed=_SPEED,
            via=_VIA,
            touch=_TOUCH,
            until_contact=_UNTIL_CONTACT,
        ),
        _REACHED,
        _MOTION_ERRORS,
        timeout_s=60.0,
    ),
    PrimitiveSpec(
        "move_by",
        "Move the grasp point by (dx, dy, dz) [m, world frame] from where it is, in a straight line, turning "
        "by dyaw [rad]. Checks as in move_to.",
        _object(
            dx=_metres("forward", default=0.0),
            dy=_metres("left", default=0.0),
            dz=_metres("up", default=0.0),
            dyaw={"type": "number", "minimum": -10, "maximum": 10, "description": "[rad]", "default": 0.0},
            speed=_SPEED,
            touch=_TOUCH,
            until_contact=_UNTIL_CONTACT,
        ),
        _REACHED,
        _MOTION_ERRORS,
        timeout_s=60.0,
    ),
    PrimitiveSpec(
        "move_joints",
        "Move all joints to `positions` [rad], base to hand, together; the hand's path is not straight. The "
        "tool may end in any direction.",
        _object(
            ("positions",),
            positions={
                "type": "array",
                "items": {"type": "number", "minimum": -1000, "maximum": 1000},
                "minItems": 1,
                "maxItems": 32,
            },
            speed=_SPEED,
            touch=_TOUCH,
        ),
        _REACHED,
        {**_MOTION_ERRORS, "wrong_joints": "not as many positions as the arm has joints"},
        timeout_s=60.0,
    ),
    PrimitiveSpec(
        "follow",
        "Move the grasp point through `points` [{x, y, z, yaw}], in order, in straight lines, stopping at "
        "none but the last; yaw may be left out. At most 50 points; checked whole before anything moves.",
        _object(
            ("points",),
            points={
                "type": "array",
                "minItems": 1,
                "maxItems": 50,
                "items": _object(("x", "y", "z"), **_TARGET, yaw=_YAW),
            },
            speed=_SPEED,
            touch=_TOUCH,
        ),
        _REACHED,
        _MOTION_ERRORS,
        timeout_s=120.0,
    ),
    PrimitiveSpec(
        "open_gripper",
        "Open (or close, without pressing) the fingers to a distance of `width` [m]; null opens them wholly.",
        _object(
            width={
                "type": ["number", "null"],
                "minimum": 0,
                "maximum": 1,
                "description": "[m]; more than the hand has means wholly",
                "default": None,
            }
        ),
        _GRASP,
        {"blocked": "the fingers met something before they were there", **_SCENE_ERRORS},
    ),
    PrimitiveSpec(
        "close_gripper",
        "Close the fingers with `force` [N] until they come to rest on something, and keep pressing.",
        _object(
            force={
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 1000,
                "description": "[N]; limited to what the hand allows",
                "default": 30.0,
            },
            must_hold={
                "type": "boolean",
                "description": "closing on nothing is an error; False to make a fist",
                "default": True,
            },
        ),
        _GRASP,
        {"no_grasp": "the fingers closed on nothing", **_SCENE_ERRORS},
    ),
    PrimitiveSpec(
        "grasp_check",
        "Whether the fingers hold something, by their distance and force.",
        _object(),
        _GRASP,
        moves=False,
    ),
    PrimitiveSpec(
        "reach_check",
        "Whether move_to(x, y, z, yaw) could end there from here, moving nothing: if not, why (a code of "
        "move_to's errors), what is in the way, and the nearest point that can be reached.",
        _object(("x", "y", "z"), **_TARGET, yaw=_YAW, via=_VIA, touch=_TOUCH),
        _object(
            reachable={"type": "boolean"},
            reason={"type": "string", "description": "code of an error, or ''"},
            message={"type": "string"},
            object={"type": "string", "description": "what is in the way, or ''"},
            x=_metres("nearest point that can be reached"),
            y=_metres("left"),
            z=_metres("up"),
        ),
        moves=False,
    ),
    PrimitiveSpec(
        "look",
        "Take a picture with a camera and keep it as a PNG file beside the run's records; returns its path.",
        _object(
            camera={"type": "string", "description": "'' for the first camera", "default": ""},
            width={"type": "integer", "minimum": 16, "maximum": 1920, "default": 640},
            height={"type": "integer", "minimum": 16, "maximum": 1080, "default": 480},
        ),
        _object(
            path={"type": "string"},
            camera={"type": "string"},
            width={"type": "integer"},
            height={"type": "integer"},
        ),
        {"no_camera": "there is no such camera; message names those there are"},
    ),
    PrimitiveSpec(
        "wait",
        "Let time pass, holding still [s, of the arm's own clock].",
        _object(("seconds",), seconds={"type": "number", "minimum": 0, "maximum": 600}),
        _object(),
        {code: _SCENE_ERRORS[code] for code in ("frozen", "blew_up", "arm_lost")},
        timeout_s=660.0,
    ),
    PrimitiveSpec("stop", "Come to rest and hold.", _object(), _REACHED),
    PrimitiveSpec(
        "run_policy",
        "Let a trained policy drive the arm until the condition `until` has held for 5 of its steps, for at "
        "most `seconds` [s of the arm's clock]. It may touch, move and drop what `touch` names. The policy "
        "is named by the hash of its file, which came with the skill that runs it. All limits hold.",
        _object(
            ("policy",),
            policy={**_POLICY, "description": "SHA-256 of the policy's file"},
            until={
                "type": "string",
                "maxLength": 2000,
                "description": "a condition, such as is_open[drawer]; '' for none",
                "default": "",
            },
            touch={
                "type": "array",
                "items": {"type": "string", "maxLength": 64},
                "maxItems": 16,
                "description": "objects that it may touch, with their parts",
                "default": [],
            },
            seconds={"type": "number", "exclusiveMinimum": 0, "maximum": 600, "default": 10.0},
        ),
        _object(
            steps={"type": "integer", "description": "steps of the policy"},
            ended={"type": "string", "description": "'reached' or 'time'"},
            seconds={"type": "number", "description": "of the arm's clock [s]"},
            missed={"type": "integer", "description": "control periods that came too late (real time only)"},
            periods={
                "type": "object",
                "description": "how long they lasted [ms] (real time only)",
            },
            interventions={"type": "object", "description": "how often each limit acted"},
        ),
        {
            "no_policy": "no policy of that hash was handed over",
            "wrong_policy": "its actions, steps or condition do not fit this arm; nothing moved",
            "no_source": "nothing tells a fact that it sees; value['facts'] says which. Nothing moved, or "
            "the arm came to rest",
            "too_slow": "the control loop missed its deadlines; the arm came to rest",
            **_MOTION_ERRORS,
        },
        timeout_s=660.0,
    ),
    PrimitiveSpec(
        "take_policy",
        "Take over a part of a policy's file, in order: for whoever brings it from the library.",
        _object(
            ("policy", "at", "part"),
            policy=_POLICY,
            at={"type": "integer", "minimum": 0, "description": "where the part begins [bytes]"},
            part={"type": "string", "maxLength": 700_000, "description": "base64"},
        ),
        _object(have={"type": "integer"}, complete={"type": "boolean"}),
        {"bad_policy": "it is no policy, or too large"},
        moves=False,
    ),
    PrimitiveSpec(
        "take_rules",
        "Take over the rules of a person that hold from the next motion on, all at once: what is left out is "
        "lifted. They tighten the workspace, never widen it.",
        _object(
            ceiling={
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "description": "how high the grasp point may go [m]",
                "default": None,
            },
            ceiling_held={
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "description": "the same while the hand holds something, and for policies [m]",
                "default": None,
            },
            keep_out={
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "position", "size"],
                    "properties": {
                        "name": {"type": "string"},
                        "position": _POINT,
                        "size": _POINT,
                    },
                    "additionalProperties": False,
                },
                "description": "boxes that no part of the arm enters, hand, elbow and all between [m]",
                "default": [],
            },
        ),
        _object(),
        {"bad_rules": "a box that is none, or too many", "busy": "the arm moves"},
        moves=False,
    ),
)

SPECS: Final[Mapping[str, PrimitiveSpec]] = {spec.name: spec for spec in _ALL}
