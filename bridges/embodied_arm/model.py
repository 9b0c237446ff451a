"""The arm and what lies around it as a MuJoCo model for planning: posed, asked, never stepped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import mujoco
import numpy as np
from numpy.typing import NDArray

from embodied.arms import ArmDescription, Obstacle
from embodied.errors import SetupError

Array = NDArray[np.float64]
Point = tuple[float, float, float]

GRASP_POINT: Final = "planned_grasp_point"
ARM, THING = 1, 2
"""Collision types: the arm (and what it carries) meets itself and things; things do not meet each other."""
CARRIED_PARTS: Final = 6
HELD: Final = "what is held"
CLEARANCE_M: Final = 0.002
"""How near a thing may come before it counts as touched; a contact's depth is measured from there [m]."""
SHAPES: Final = {
    "box": mujoco.mjtGeom.mjGEOM_BOX,
    "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
    "sphere": mujoco.mjtGeom.mjGEOM_SPHERE,
}
TABLE: Final = Obstacle("table", "box", (4.0, 4.0, 0.1), (0.0, 0.0, -0.05))
"""What is assumed to stand there where nothing tells of a table."""


@dataclass(frozen=True)
class Contact:
    """Two things too near to each other.

    Attributes:
        thing: an object of the scene, "table", or the arm's own part.
        part: the arm's part, or "what is held".
        depth_m: how much nearer than allowed [m].
    """

    thing: str
    part: str
    depth_m: float

    def words(self) -> str:
        return f"{self.part} would hit {self.thing}"


class PlanningModel:
    """Kinematics and collision checks of one arm. Not for several threads at once.

    Vectors q are joint positions [rad], shape (n,), base to hand. Positions are in the world frame [m].
    """

    def __init__(self, description: ArmDescription, obstacles: Sequence[Obstacle] = (TABLE,)) -> None:
        spec = _arm(description)
        for index, part in enumerate(obstacles):
            _add_obstacle(spec, index, part)
        self.model: Any = spec.compile()
        self.data: Any = mujoco.MjData(self.model)
        self.n = len(description.joint_names)
        joints = [self.model.joint(name) for name in description.joint_names]
        self._q = np.array([joint.qposadr[0] for joint in joints])
        self._v = np.array([joint.dofadr[0] for joint in joints])
        self._joints = [int(joint.id) for joint in joints]
        arm = set(self._q.tolist())
        self._fingers = [j for j in range(self.model.njnt) if int(self.model.jnt_qposadr[j]) not in arm]
        self._site = self.model.site(GRASP_POINT).id
        self._jacobian = np.zeros((6, self.model.nv))
        self._posed = b""  # what `place` was told last; empty where the model was changed since
        self._names = self._geom_names(obstacles)
        self._carried = [self.model.geom(f"carried_{i}").id for i in range(CARRIED_PARTS)]
        self._hand = int(self.model.geom_bodyid[self._carried[0]])
        self._owners = [part.object for part in obstacles]
        self.own_range = self._range()
        self._present = np.ones(len(obstacles), dtype=bool)
        self._ignored: set[tuple[str, str]] = set()
        first = int(joints[0].bodyid[0])
        self._base = {self._names[g] for g in range(self.model.ngeom) if self.model.geom_bodyid[g] <= first}
        self._ignored = self._always_touching(description)

    @property
    def hand_parts(self) -> set[str]:
        """Names of the arm's parts from the hand on: the hand itself and the fingers."""
        fingers = {str(self.model.body(self.model.jnt_bodyid[joint]).name) for joint in self._fingers}
        return {*fingers, str(self.model.body(self._hand).name), HELD}

    def lever_arms(self, q: Array) -> Array:
        """How far the grasp point is from each joint's axis at q; at least half of the farthest [m], (n,)."""
        self.place(q)
        arms = np.linalg.norm(self.jacobian()[:3], axis=0)
        lever: Array = np.maximum(arms, arms.max() / 2)
        return lever

    # -- kinematics --------------------------------------------------------------------------------

    def place(self, q: Array) -> None:
        """Pose the arm; `pose` and `jacobian` then tell of this posture."""
        posture = q.tobytes()
        if posture != self._posed:
            self.data.qpos[self._q] = q
            mujoco.mj_kinematics(self.model, self.data)
            self._posed = posture

    def pose(self) -> tuple[Array, Array]:
        """Position (3,) and rotation matrix (3, 3) of the grasp point in the world frame."""
        return self.data.site_xpos[self._site], self.data.site_xmat[self._site].reshape(3, 3)

    def point(self) -> Point:
        """Where the grasp point is in this posture [m]."""
        x, y, z = self.data.site_xpos[self._site].tolist()
        return x, y, z

    def jacobian(self) -> Array:
        """World-frame Jacobian of the grasp point, shape (6, n): linear [m/rad], then angular."""
        mujoco.mj_comPos(self.model, self.data)
        mujoco.mj_jacSite(self.model, self.data, self._jacobian[:3], self._jacobian[3:], self._site)
        return self._jacobian[:, self._v]

    def position(self, q: Array) -> Array:
        """Where the grasp point is with the joints at q, shape (3,); a copy."""
        self.place(q)
        position: Array = self.pose()[0].copy()
        return position

    def all_positions(self, q: Array) -> Array:
        """The whole model's configuration, fingers included, with the arm at q: what mink works with."""
        whole: Array = self.data.qpos.copy()
        whole[self._q] = q
        return whole

    def arm_positions(self, whole: Array) -> Array:
        """The inverse of `all_positions`."""
        q: Array = whole[self._q].copy()
        return q

    def velocities(self, values: Array) -> Array:
        """A vector over all degrees of freedom of the model with `values` (n,) at the arm's, else 0."""
        whole: Array = np.zeros(self.model.nv)
        whole[self._v] = values
        return whole

    def set_range(self, lower: Array, upper: Array) -> None:
        """Narrow the model's own joint limits [rad]."""
        for joint, low, high in zip(self._joints, lower, upper, strict=True):
            self.model.jnt_range[joint] = low, high
            self.model.jnt_limited[joint] = 1

    # -- what lies around --------------------------------------------------------------------------

    def set_fingers(self, width: float) -> None:
        """Set the distance of the fingers [m]."""
        self._posed = b""
        for joint in self._fingers:
            low, high = self.model.jnt_range[joint]
            self.data.qpos[self.model.jnt_qposadr[joint]] = min(max(width / 2, low), high)

    def set_obstacles(self, obstacles: Sequence[Obstacle], held: str = "") -> None:
        """Put the things where they are now. What is `held` is carried with the hand, which must be posed
        (`place`) as it is now."""
        position, rotation = self.data.xpos[self._hand], self.data.xmat[self._hand].reshape(3, 3)
        self._posed = b""
        slots = list(self._carried)
        for index, part in enumerate(obstacles):
            self.data.mocap_pos[index] = part.position
            self.data.mocap_quat[index] = part.quaternion
            self._present[index] = part.object != held
            if part.object == held and slots:
                self._carry(slots.pop(), part, position, rotation)
        for geom in slots:
            self.model.geom_contype[geom] = self.model.geom_conaffinity[geom] = 0

    def contacts(self, q: Array) -> list[Contact]:
        """What the arm, or what it carries, is too near to with the joints at q, deepest first."""
        self.place(q)
        mujoco.mj_collision(self.model, self.data)
        if not self.data.ncon:
            return []
        found = []
        names = self._names
        for (one, other), distance in zip(
            self.data.contact.geom.tolist(), self.data.contact.dist.tolist(), strict=True
        ):
            thing, part = names[one], names[other]
            if thing not in self._owners:
                thing, part = part, thing
            if thing not in self._owners and part not in self._owners:
                depth = -distance
            else:
                depth = CLEARANCE_M - distance
            if self._counts(one, other, thing, part, depth):
                found.append(Contact(thing, part, depth))
        return sorted(found, key=lambda contact: -contact.depth_m)

    # -- parts -------------------------------------------------------------------------------------

    def _range(self) -> tuple[Array, Array]:
        """Lower and upper ends of the joints, by the model's file [rad]; infinite where it has none."""
        limited = self.model.jnt_limited[self._joints].astype(bool)
        ends = self.model.jnt_range[self._joints].astype(float)
        return np.where(limited, ends[:, 0], -np.inf), np.where(limited, ends[:, 1], np.inf)

    def _always_touching(self, description: ArmDescription) -> set[tuple[str, str]]:
        """Pairs of the arm's own parts that meet by design: the fingers, and what touches at home."""
        hand = self.hand_parts
        pairs = {(one, other) for one in hand for other in hand}
        for width in (0.0, description.gripper_width_max):
            self.set_fingers(width)
            found = self.contacts(np.array(description.home))
            pairs |= {(each.thing, each.part) for each in found if each.thing not in self._owners}
        return pairs

    def _counts(self, one: int, other: int, thing: str, part: str, depth: float) -> bool:
        if depth <= 0 or (thing, part) in self._ignored or (part, thing) in self._ignored:
            return False
        if thing in self._owners:
            if part in self._base:
                return False
            body = self.model.geom_bodyid[one if self._names[one] == thing else other]
            return bool(self._present[self.model.body_mocapid[body]])
        return thing != part

    def _carry(self, geom: int, part: Obstacle, position: Array, rotation: Array) -> None:
        quaternion, turn = np.zeros(4), np.zeros(9)
        mujoco.mju_quat2Mat(turn, np.array(part.quaternion))
        mujoco.mju_mat2Quat(quaternion, (rotation.T @ turn.reshape(3, 3)).flatten())
        half = np.array(part.size) / 2
        self.model.geom_pos[geom] = rotation.T @ (np.array(part.position) - position)
        self.model.geom_quat[geom] = quaternion
        self.model.geom_size[geom] = half
        self.model.geom_aabb[geom] = [0, 0, 0, *half]
        self.model.geom_sameframe[geom] = 0  # it was compiled at the body's own frame
        self.model.geom_rbound[geom] = float(np.linalg.norm(half))
        self.model.geom_contype[geom] = self.model.geom_conaffinity[geom] = ARM

    def _geom_names(self, obstacles: Sequence[Obstacle]) -> list[str]:
        names = []
        for geom in range(self.model.ngeom):
            body = int(self.model.geom_bodyid[geom])
            mocap = int(self.model.body_mocapid[body])
            carried = str(self.model.geom(geom).name).startswith("carried_")
            if mocap >= 0:
                names.append(obstacles[mocap].object)
            else:
                names.append(HELD if carried else str(self.model.body(body).name))
        return names


def _arm(description: ArmDescription) -> Any:
    """The arm alone: collision shapes, joints and the grasp point."""
    path = description.model
    try:
        spec: Any = mujoco.MjSpec.from_file(str(path))
    except (OSError, ValueError) as wrong:
        raise SetupError(
            f"The model of {description.name} cannot be read: {wrong}.",
            remedy="Install the package that ships it: `pip install 'embodied-agent[arm]'`.",
        ) from wrong
    spec.meshdir = _mesh_folder(spec, path.parent)
    spec.option.disableflags |= int(
        mujoco.mjtDisableBit.mjDSBL_MIDPHASE
    )  # its boxes do not follow the carried
    for kind in (spec.keys, spec.actuators, spec.tendons, spec.equalities, spec.sensors):
        for element in list(kind):
            element.delete()
    for geom in list(spec.geoms):
        if geom.contype == 0 and geom.conaffinity == 0:
            geom.delete()
        else:
            geom.contype, geom.conaffinity = ARM, ARM
    used = {geom.meshname for geom in spec.geoms}
    for mesh in [mesh for mesh in spec.meshes if mesh.name not in used]:
        mesh.delete()
    frame = spec.site(description.end_effector)
    hand = frame.parent if frame is not None else spec.body(description.end_effector)
    if hand is None:
        raise SetupError(
            f"The model of {description.name} has no site or body {description.end_effector!r}.",
            remedy="The driver's description must name one of its model.",
        )
    offset = np.array(description.end_effector_offset)
    hand.add_site(name=GRASP_POINT, pos=offset + (frame.pos if frame is not None else 0.0))
    for index in range(CARRIED_PARTS):
        hand.add_geom(
            name=f"carried_{index}",
            type=mujoco.mjtGeom.mjGEOM_BOX,
            size=[0.01, 0.01, 0.01],
            contype=0,
            conaffinity=0,
            mass=0,
        )
    return spec


def _mesh_folder(spec: Any, beside: Path) -> str:
    """Where the model's meshes are: where it says, or in "meshes" beside it (as in franky-sim, whose model
    names a folder that the package does not have)."""
    for folder in (beside / spec.meshdir, beside / "meshes", beside):
        if all((folder / mesh.file).is_file() for mesh in spec.meshes):
            return str(folder)
    return str(spec.meshdir)


def _add_obstacle(spec: Any, index: int, part: Obstacle) -> None:
    body = spec.worldbody.add_body(name=f"thing_{index}", mocap=True, pos=part.position, quat=part.quaternion)
    x, y, z = (extent / 2 for extent in part.size)
    size = {"box": [x, y, z], "cylinder": [x, z, 0.0], "sphere": [x, 0.0, 0.0]}[part.shape]
    body.add_geom(
        type=SHAPES[part.shape], size=size, contype=THING, conaffinity=ARM, margin=CLEARANCE_M, gap=0.0
    )
