"""The scene as URDF files for PyBullet: franky-sim's FR3 with its hand, and one file for every object."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

from embodied_tabletop.colors import COLORS
from embodied_tabletop.engine import LEFT_FINGER, RIGHT_FINGER
from embodied_tabletop.mujoco_model import assets_folder
from embodied_tabletop.parts import FIXED, Body, Part, bodies_of
from embodied_tabletop.scene import Scene, SceneObject, handle_of

FINGER_LINKS = {"fr3_leftfinger": LEFT_FINGER, "fr3_rightfinger": RIGHT_FINGER}
FINGER_JOINTS = ("fr3_finger_joint1", "fr3_finger_joint2")
TIP_LINK = "fr3_hand_tcp"

_FINGER_BOXES = (((0.019, 0.012, 0.0178), (0, 0.006, 0.0449)), ((0.021, 0.021, 0.036), (0, 0.016, 0.018)))
_LIGHT_KG = 1e-3


def write_scene(scene: Scene, folder: Path) -> None:
    """Write arm.urdf, and <object>.urdf for every object, into `folder`."""
    (folder / "arm.urdf").write_text(arm_urdf(), encoding="utf-8")
    for thing in scene.objects:
        (folder / f"{thing.name}.urdf").write_text(object_urdf(thing), encoding="utf-8")


def arm_urdf() -> str:
    """The FR3 with its hand: collision shapes only, meshes from the installed wheel, two boxes a finger."""
    assets = assets_folder()
    root = ET.parse(assets / "fr3.urdf").getroot()
    for link in list(root.findall("link")):
        if "accelerometer" in str(link.get("name")):
            root.remove(link)
    for joint in list(root.findall("joint")):
        if "accelerometer" in str(joint.get("name")):
            root.remove(joint)
        for extra in ("safety_controller", "position_based_velocity_limits", "mimic"):
            for child in joint.findall(extra):
                joint.remove(child)
    for link in root.findall("link"):
        for visual in link.findall("visual"):
            link.remove(visual)
        if link.get("name") in FINGER_LINKS:
            _fingers(link)
        if link.find("inertial") is None:
            _inertial(link, _LIGHT_KG, (1e-6, 1e-6, 1e-6))
    for mesh in root.iter("mesh"):
        mesh.set("filename", str(assets / str(mesh.get("filename"))))
    return ET.tostring(root, encoding="unicode")


def object_urdf(thing: SceneObject) -> str:
    """One object: its fastened part is the base, what slides is a link, a handle is a link of its own."""
    root = ET.Element("robot", name=thing.name)
    first, *rest = bodies_of(thing)
    _link(root, first.name, first, first.parts, thing)
    for body in rest:
        handle = handle_of(thing.name)
        own = [part for part in body.parts if part.object != handle]
        _link(root, body.name, body, own, thing)
        joint = ET.SubElement(root, "joint", name=body.name, type="prismatic")
        ET.SubElement(joint, "parent", link=first.name)
        ET.SubElement(joint, "child", link=body.name)
        ET.SubElement(joint, "axis", xyz=_numbers(body.axis))
        ET.SubElement(joint, "limit", lower="0", upper=str(body.travel), effort="1000", velocity="10")
        ET.SubElement(joint, "dynamics", damping=str(body.damping), friction="0")
        others = [part for part in body.parts if part.object == handle]
        if others:
            _link(root, handle, body, others, thing)
            fixed = ET.SubElement(root, "joint", name=f"{handle}.joint", type="fixed")
            ET.SubElement(fixed, "parent", link=body.name)
            ET.SubElement(fixed, "child", link=handle)
    return ET.tostring(root, encoding="unicode")


def _link(root: ET.Element, name: str, body: Body, parts: Iterable[Part], thing: SceneObject) -> None:
    link = ET.SubElement(root, "link", name=name)
    parts = list(parts)
    whole = sum(_volume(part) for part in body.parts)
    mass = body.mass * sum(_volume(part) for part in parts) / whole
    if body.joint == FIXED:
        _inertial(link, 0.0, (0.0, 0.0, 0.0))
    else:
        _inertial(link, mass, _inertia(parts, mass))
    for number, part in enumerate(parts):
        for kind in ("visual", "collision"):
            shape = ET.SubElement(link, kind)
            ET.SubElement(shape, "origin", xyz=_numbers(part.position), rpy=f"0 0 {part.yaw:.9g}")
            geometry = ET.SubElement(shape, "geometry")
            if part.shape == "box":
                ET.SubElement(geometry, "box", size=_numbers(part.size))
            else:
                ET.SubElement(
                    geometry, "cylinder", radius=f"{part.size[0] / 2:.9g}", length=f"{part.size[2]:.9g}"
                )
            if kind == "visual":
                shade = [min(1.0, part.shade * channel) for channel in COLORS[thing.color]]
                material = ET.SubElement(shape, "material", name=f"{name}#{number}")
                ET.SubElement(material, "color", rgba=_numbers([*shade, 1.0]))


def _inertia(parts: Iterable[Part], mass: float) -> tuple[float, float, float]:
    """Moments about the object's centre [kg m^2]; products, small for these shapes, are left out."""
    parts = list(parts)
    whole = sum(_volume(part) for part in parts)
    moments = [0.0, 0.0, 0.0]
    for part in parts:
        share = mass * _volume(part) / whole
        for axis in range(3):
            others = [n for n in range(3) if n != axis]
            moments[axis] += share * sum(part.size[n] ** 2 / 12 + part.position[n] ** 2 for n in others)
    return moments[0], moments[1], moments[2]


def _inertial(link: ET.Element, mass: float, moments: tuple[float, float, float]) -> None:
    inertial = ET.SubElement(link, "inertial")
    ET.SubElement(inertial, "mass", value=f"{mass:.9g}")
    ixx, iyy, izz = (f"{moment:.9g}" for moment in moments)
    ET.SubElement(inertial, "inertia", ixx=ixx, iyy=iyy, izz=izz, ixy="0", ixz="0", iyz="0")


def _fingers(link: ET.Element) -> None:
    for collision in link.findall("collision"):
        link.remove(collision)
    for size, position in _FINGER_BOXES:
        collision = ET.SubElement(link, "collision")
        ET.SubElement(collision, "origin", xyz=_numbers(position), rpy="0 0 0")
        ET.SubElement(ET.SubElement(collision, "geometry"), "box", size=_numbers(size))


def _volume(part: Part) -> float:
    x, y, z = part.size
    return x * y * z


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.9g}" for value in values)
