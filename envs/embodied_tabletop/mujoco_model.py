"""The scene as MJCF: franky-sim's FR3 with its hand, and the parts of every object.

The meshes are read from the installed wheel's own folder. Visual meshes are left out of the model that is
stepped (they cost a second to load); the model that is drawn has them, and the same joints in the same order.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from math import cos, hypot, sin
from pathlib import Path
from typing import Any

from embodied.errors import SetupError
from embodied_tabletop.colors import COLORS
from embodied_tabletop.engine import LEFT_FINGER, RIGHT_FINGER
from embodied_tabletop.parts import FIXED, FREE, SLIDE, Body, Part, all_bodies
from embodied_tabletop.scene import FLOOR_Z, TABLE_X, TABLE_Y, Place, Scene, Vector3

TIMESTEP_S = 0.002
GRASP_SITE = "grasp_point"
GRASP_OFFSET_M = 0.1034
"""From the hand's origin to the middle between the finger tips, along the hand's z."""


_WORLD_BITS: dict[str, Any] = {"contype": "1", "conaffinity": "3"}
_ARM_BITS = {"contype": "2", "conaffinity": "0"}
_STEADY = {"solref": "0.008 1", "solimp": "0.95 0.99 0.001"}
CAMERAS: Mapping[str, tuple[Vector3, Vector3]] = {
    "corner": ((1.30, -0.85, 0.85), (0.36, 0.02, 0.20)),
    "front": ((1.62, 0.0, 0.85), (0.30, 0.0, 0.20)),
    "side": ((0.45, -1.35, 0.70), (0.40, 0.0, 0.16)),
    "top": ((0.46, 0.0, 1.55), (0.461, 0.0, 0.0)),
}
"""Cameras that stand: where, and what they look at [m]. One more, "hand", moves with the hand."""

HAND_CAMERA = "hand"

_LIGHTS = (
    ("0.6 -0.8 2.2", "0 0.3 -1", "0.42 0.42 0.40", "true"),
    ("0.2 1.2 2.0", "0 -0.5 -1", "0.2 0.2 0.22", "false"),
)


def assets_folder() -> Path:
    """Where franky-sim keeps the arm. Raises SetupError if it is not installed."""
    found = find_spec("franky_sim")
    if found is None or found.origin is None:
        raise SetupError(
            "The arm's model (franky-sim) is not installed.",
            remedy="Install the extra: pip install 'embodied-agent[arm]'.",
        )
    return Path(found.origin).parent / "assets"


def scene_xml(scene: Scene, *, visual: bool) -> str:
    """The whole world as MJCF."""
    root = _arm(visual=visual)
    world = _child(root, "worldbody")
    _surroundings(root, world)
    for place in scene.marked:
        _pad(world, place)
    bodies = all_bodies(scene)
    colors = {thing.name: thing.color for thing in scene.objects}
    fixed: dict[str, ET.Element] = {}
    for thing in scene.objects:
        if thing.fastened:
            fixed[thing.name] = ET.SubElement(world, "body", name=f"{thing.name}.base")
    contact = _child(root, "contact")
    for body in bodies:
        parent = fixed.get(body.object, world)
        element = parent if body.joint == FIXED else ET.SubElement(parent, "body", name=body.name)
        _joint(element, body)
        _geoms(element, body, COLORS[colors[body.object]])
        if body.joint == SLIDE:
            ET.SubElement(contact, "exclude", body1=f"{body.object}.base", body2=body.name)
    return ET.tostring(root, encoding="unicode")


def arm_xml() -> str:
    """The arm with its hand alone, with collision shapes and no visuals: for kinematics."""
    root = _arm(visual=False)
    for geom in root.iter("geom"):
        for bits in _ARM_BITS:
            geom.attrib.pop(bits, None)
    return ET.tostring(root, encoding="unicode")


def _arm(*, visual: bool) -> ET.Element:
    assets = assets_folder()
    root = ET.parse(assets / "fr3.xml").getroot()
    root.set("model", "tabletop")
    compiler = _child(root, "compiler")
    compiler.set("meshdir", str(assets / "meshes"))
    option = _child(root, "option")
    option.set("timestep", str(TIMESTEP_S))
    option.set("cone", "elliptic")
    option.set("impratio", "50")
    ET.SubElement(option, "flag", autoreset="disable")  # what blows up is reported, never reset silently
    for part in ("keyframe", "actuator", "tendon", "equality"):
        root.remove(_child(root, part))
    for joint in root.iter("joint"):
        joint.attrib.pop("frictionloss", None)  # costs a constraint each, and moves nothing that we measure
    for body in root.iter("body"):
        body.set("gravcomp", "1")  # as the arm's own controller does
    _collisions(root)
    _fingers(root)
    if not visual:
        _strip_visuals(root)
    _actuators(root)
    hand = _body(root, "hand")
    ET.SubElement(hand, "site", name=GRASP_SITE, pos=f"0 0 {GRASP_OFFSET_M}")
    if visual:
        ET.SubElement(hand, "camera", name=HAND_CAMERA, pos="0.07 0 0.02", xyaxes="0 1 0 1 0 0.25", fovy="70")
    return root


def _collisions(root: ET.Element) -> None:
    """Arm links meet the world, not one another: the bridge refuses motions in which they would."""
    for body in root.iter("body"):
        for geom in body.findall("geom"):
            if geom.get("class") == "collision":
                geom.attrib.update(_ARM_BITS)
                if "name" not in geom.attrib:
                    geom.set("name", f"{body.get('name')}_collision")


def _fingers(root: ET.Element) -> None:
    """Two boxes a finger: a broad flat pad that grips, and the finger above it."""
    for name in (LEFT_FINGER, RIGHT_FINGER):
        finger = _body(root, name)
        for geom in finger.findall("geom"):
            if geom.get("class") != "visual":
                finger.remove(geom)
        grip = {"friction": "1.0 0.05 0.0005", "condim": "4", "priority": "1", **_STEADY, **_ARM_BITS}
        ET.SubElement(
            finger, "geom", {"class": "collision", **grip}, name=f"{name}_pad", type="box",
            size="0.0095 0.006 0.0089", pos="0 0.006 0.0449", friction=grip["friction"],
        )  # fmt: skip
        ET.SubElement(
            finger, "geom", {"class": "collision", **_ARM_BITS}, name=f"{name}_stem", type="box",
            size="0.0105 0.0105 0.018", pos="0 0.016 0.018",
        )  # fmt: skip
        joint = finger.find("joint")
        assert joint is not None
        joint.set("armature", "0.1")
        joint.set("damping", "1")


def _strip_visuals(root: ET.Element) -> None:
    for body in root.iter("body"):
        for geom in body.findall("geom"):
            if geom.get("class") == "visual":
                body.remove(geom)
    used = {geom.get("mesh") for geom in root.iter("geom")}
    asset = _child(root, "asset")
    for entry in list(asset):
        if entry.tag == "material" or entry.get("name") not in used:
            asset.remove(entry)


def _actuators(root: ET.Element) -> None:
    """Stiff position servos, as the arm's own; fed with velocity by the engine, so that they do not lag."""
    actuator = ET.SubElement(root, "actuator")
    gains = ((4500, 450), (4500, 450), (3500, 350), (3500, 350), (2000, 200), (2000, 200), (2000, 200))
    for number, (kp, kv) in enumerate(gains, start=1):
        joint = f"fr3_joint{number}"
        ET.SubElement(actuator, "position", name=joint, joint=joint, kp=str(kp), kv=str(kv))
    ET.SubElement(
        actuator, "general", name="gripper", tendon="fingers", biastype="affine",
        gainprm="8000 0 0", biasprm="0 -8000 -80", forcelimited="true", forcerange="-140 140",
    )  # fmt: skip
    tendon = ET.SubElement(ET.SubElement(root, "tendon"), "fixed", name="fingers")
    for number in (1, 2):
        ET.SubElement(tendon, "joint", joint=f"finger_joint{number}", coef="0.5")
    ET.SubElement(
        ET.SubElement(root, "equality"), "joint", joint1="finger_joint1", joint2="finger_joint2",
        solimp="0.95 0.99 0.001", solref="0.005 1",
    )  # fmt: skip


def _surroundings(root: ET.Element, world: ET.Element) -> None:
    visual = ET.SubElement(root, "visual")
    ET.SubElement(visual, "headlight", diffuse="0.28 0.28 0.28", ambient="0.34 0.34 0.34", specular="0 0 0")
    ET.SubElement(visual, "global", offwidth="1280", offheight="960")
    ET.SubElement(visual, "quality", shadowsize="1024", offsamples="4")
    ET.SubElement(visual, "map", znear="0.02")
    asset = _child(root, "asset")
    ET.SubElement(
        asset, "texture", name="sky", type="skybox", builtin="gradient",
        rgb1="0.78 0.84 0.90", rgb2="0.95 0.96 0.98", width="64", height="384",
    )  # fmt: skip
    for place, direction, diffuse, shadow in _LIGHTS:
        ET.SubElement(world, "light", pos=place, dir=direction, diffuse=diffuse, castshadow=shadow)
    for name, (position, target) in CAMERAS.items():
        axes = _looking(position, target)
        ET.SubElement(world, "camera", name=name, pos=_numbers(position), xyaxes=axes, fovy="42")
    length, width = TABLE_X[1] - TABLE_X[0], TABLE_Y[1] - TABLE_Y[0]
    ET.SubElement(
        world, "geom", name="table", type="box", size=f"{length / 2} {width / 2} 0.02",
        pos=f"{sum(TABLE_X) / 2} {sum(TABLE_Y) / 2} -0.02", rgba="0.80 0.74 0.64 1",
        friction="0.7 0.005 0.0001", **_WORLD_BITS,
    )  # fmt: skip
    ET.SubElement(
        world, "geom", name="floor", type="plane", size="3 3 0.1", pos=f"0 0 {FLOOR_Z}",
        rgba="0.62 0.64 0.66 1", **_WORLD_BITS,
    )  # fmt: skip


def _looking(position: Vector3, target: Vector3) -> str:
    """The camera's x and y axes, upright, for a look from one point to another."""
    fx, fy, fz = (there - here for here, there in zip(position, target, strict=True))
    flat = hypot(fx, fy)
    length = hypot(flat, fz)
    up = (-fx * fz / flat / length, -fy * fz / flat / length, flat / length)
    return _numbers((fy / flat, -fx / flat, 0, *up))


def _pad(world: ET.Element, place: Place) -> None:
    x, y = place.region.center
    half_x = (place.region.x_max - place.region.x_min) / 2
    half_y = (place.region.y_max - place.region.y_min) / 2
    rgba = _rgba(COLORS[place.color], 0.75) if place.color else "0.97 0.97 0.97 0.9"
    ET.SubElement(
        world, "geom", name=f"{place.name}.mark", type="box", size=f"{half_x} {half_y} 0.0004",
        pos=f"{x} {y} 0.0006", rgba=rgba, contype="0", conaffinity="0",
    )  # fmt: skip


def _joint(element: ET.Element, body: Body) -> None:
    if body.joint == FREE:
        ET.SubElement(element, "freejoint", name=body.name)
    elif body.joint == SLIDE:
        ET.SubElement(
            element, "joint", name=body.name, type="slide", axis=_numbers(body.axis),
            range=f"0 {body.travel}", limited="true", stiffness=str(body.stiffness),
            damping=str(body.damping), frictionloss=str(body.friction), armature="0.02",
        )  # fmt: skip


def _geoms(element: ET.Element, body: Body, color: tuple[float, float, float]) -> None:
    volume = sum(_volume(part) for part in body.parts)
    for number, part in enumerate(body.parts):
        half = [extent / 2 for extent in part.size]
        size = half if part.shape == "box" else [half[0], half[2]]
        geom = ET.SubElement(
            element, "geom", name=f"{body.name}#{number}", type=part.shape, size=_numbers(size),
            pos=_numbers(part.position), quat=_numbers((cos(part.yaw / 2), 0, 0, sin(part.yaw / 2))),
            rgba=_rgba(color, 1.0, part.shade), friction="0.8 0.01 0.0001", condim="4", **_WORLD_BITS,
        )  # fmt: skip
        if body.mass:
            geom.set("mass", str(body.mass * _volume(part) / volume))


def _volume(part: Part) -> float:
    x, y, z = part.size
    return x * y * z


def _rgba(color: Iterable[float], alpha: float, shade: float = 1.0) -> str:
    return _numbers([min(1.0, channel * shade) for channel in color] + [alpha])


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.9g}" for value in values)


def _child(root: ET.Element, tag: str) -> ET.Element:
    found = root.find(tag)
    assert found is not None, f"franky-sim's fr3.xml has no <{tag}>"
    return found


def _body(root: ET.Element, name: str) -> ET.Element:
    return next(body for body in root.iter("body") if body.get("name") == name)
