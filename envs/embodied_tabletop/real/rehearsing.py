"""From what an arm and its table look like now to a simulation that stands the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from embodied.errors import BadInput
from embodied.facts import UNKNOWN, Observation
from embodied_tabletop.engine import JOINTS
from embodied_tabletop.scene import Scene, SceneObject
from embodied_tabletop.scenefile import load_scene

if TYPE_CHECKING:
    from embodied_tabletop.real.world import Settings


def rehearsal(settings: Settings, details: Mapping[str, Any], seen: Observation) -> dict[str, Any]:
    """The [world] table of the simulation: an FR3's in MuJoCo, any other arm's as a twin without physics.

    Raises:
        BadInput: something is in the hand, or nothing tells where a thing is.
    """
    described = details["description"]
    joints = [float(value) for _, value in seen.items("joint")]  # type: ignore[arg-type]
    setup = setup_of(load_scene(settings.scene), seen)
    common = {
        "arm": f"rehearsal of {settings.name}",
        "rehearses": settings.name,
        "scene": settings.scene,
        "seed": settings.seed,
        "limits": _as_strict(settings.limits, details),
        "tool": dict(settings.tool),
    }
    if len(joints) == len(JOINTS) and tuple(described["joint_names"]) == JOINTS:
        return {**common, "driver": "tabletop", "setup": {**setup, "joints": joints}}
    twin = {"like": dict(described), "joints": joints, "gripper_width": seen.get("gripper_width")}
    return {**common, "driver": "twin", "objects": "fixed", "connection": twin, "setup": setup}


def setup_of(scene: Scene, seen: Observation) -> dict[str, Any]:
    """How things stand, as `embodied_tabletop.placing` sets them up. Raises BadInput."""
    held = [keys[0] for keys, value in seen.items("holding") if value is True]
    if held:
        raise BadInput(
            f"The hand holds {held[0]}, and a rehearsal begins with an empty hand.",
            remedy="Put it down first:  embodied arm jog.",
        )
    opened = {keys[0]: value for keys, value in seen.items("opening")} if "opening" in seen.families else {}
    objects = {thing.name: _where(thing, scene, seen) for thing in scene.objects}
    points = {name: seen.get("pose", name) for name in scene.target_names}
    targets = {name: list(point) for name, point in points.items() if isinstance(point, tuple)}
    return {"objects": objects, "open": opened, **({"targets": targets} if targets else {})}


def _where(thing: SceneObject, scene: Scene, seen: Observation) -> dict[str, Any]:
    for other in scene.objects:
        if seen.get("on", thing.name, other.name) is True:
            return {"on": other.name}
        if seen.get("in", thing.name, other.name) is True:
            return {"in": other.name}
    pose, yaw = seen.get("pose", thing.name), seen.get("yaw", thing.name)
    if pose is UNKNOWN or not isinstance(pose, tuple):
        raise BadInput(
            f"Nothing tells where {thing.name} is.", remedy="Show it to the camera, or correct the scene."
        )
    turn = float(yaw) if isinstance(yaw, int | float) else 0.0
    return {"position": [pose[0], pose[1], turn]}


def _as_strict(limits: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    """The limits of the launch file, and the speed that a real arm has where it says none."""
    speed = details.get("limits", {}).get("hand_speed_m_s")
    return {**({"hand_speed": speed} if speed is not None else {}), **limits}
