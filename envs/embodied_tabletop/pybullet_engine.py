"""The tabletop in PyBullet.

The arm's motors are Bullet's: constraints on joint velocities, limited by the FR3's torques. The world is
built anew at every reset, so that nothing of the last run (cached contacts) is left.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pybullet
from numpy.typing import NDArray
from pybullet_utils.bullet_client import BulletClient

from embodied.learning.errors import CannotForesee
from embodied_tabletop.engine import (
    ARM,
    CONTROL_PERIOD_S,
    FLOOR,
    GRIPPER_FORCE_MAX_N,
    GRIPPER_SPEED_M_S,
    GRIPPER_WIDTH_MAX_M,
    HOME,
    JOINTS,
    LEFT_FINGER,
    RIGHT_FINGER,
    TABLE,
    ArmReading,
    BodyState,
    Snapshot,
    Start,
)
from embodied_tabletop.geometry import rotation
from embodied_tabletop.output_aside import output_aside
from embodied_tabletop.parts import BUTTON_FORCE_N, SLIDE, bodies_of
from embodied_tabletop.pybullet_model import FINGER_JOINTS, FINGER_LINKS, TIP_LINK, object_urdf, write_scene
from embodied_tabletop.scene import FLOOR_Z, TABLE_X, TABLE_Y, Scene, SceneObject, Vector3, handle_of

SUBSTEPS = 5
TIMESTEP_S = CONTROL_PERIOD_S / SUBSTEPS
FASTEST_M_S = 20.0
GRAVITY = (0.0, 0.0, -9.81)

TORQUES = (87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0)
PAD_FRICTION = 1.25
THING_FRICTION = 0.8
TABLE_FRICTION = 1.0
"""Bullet multiplies those of the two that touch."""
CONTACT_M = 0.001

Owner = dict[tuple[int, int], str]


class PybulletEngine:
    """Implements `embodied_tabletop.engine.Engine`."""

    name = "pybullet"

    def __init__(self, scene: Scene, folder: Path | None = None) -> None:
        self._scene = scene
        self._folder = Path(tempfile.mkdtemp(prefix="embodied-tabletop-", dir=folder))
        self._forget = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        write_scene(scene, self._folder)
        self._files = {thing.name: self._folder / f"{thing.name}.urdf" for thing in scene.objects}
        self._varied = 0
        with output_aside():
            self._bullet = BulletClient(pybullet.DIRECT)
        self._bodies: dict[str, int] = {}
        self._owner: Owner = {}
        self._slides = {b.name: b for thing in scene.objects for b in bodies_of(thing) if b.joint == SLIDE}
        self._pushes: dict[str, Vector3] = {}
        self._target = list(HOME)
        self._reached = list(HOME)
        self._width = self._width_goal = GRIPPER_WIDTH_MAX_M
        self._force = GRIPPER_FORCE_MAX_N
        self._friction = 1.0
        self._time_s = 0.0

    def reset(self, start: Start) -> None:
        """See `Engine.reset`. The only place where poses are written."""
        bullet = self._bullet
        bullet.resetSimulation()
        bullet.setPhysicsEngineParameter(
            fixedTimeStep=TIMESTEP_S, numSolverIterations=100, deterministicOverlappingPairs=1
        )
        bullet.setGravity(*GRAVITY)
        self._owner = {}
        self._bodies = {}
        self._pushes.clear()
        self._surroundings()
        self._width = self._width_goal = start.gripper_width
        self._force = GRIPPER_FORCE_MAX_N
        if start.held:
            self._width = min(self._scene.by_name[start.held].size[:2])
            self._width_goal, self._force = 0.0, 30.0
        self._load_arm(start.joints)
        for thing in self._scene.objects:
            self._load(thing, start)
        self._target, self._reached = list(start.joints), list(start.joints)
        self._time_s = 0.0

    def command(
        self,
        joints: Sequence[float] | None = None,
        gripper_width: float | None = None,
        gripper_force: float | None = None,
    ) -> None:
        if joints is not None:
            self._target = [float(q) for q in joints]
        if gripper_width is not None:
            self._width_goal = min(max(gripper_width, 0.0), GRIPPER_WIDTH_MAX_M)
            if self._width_goal > self._width:  # from where the fingers are, not from what they aim at
                self._width = max(self._width, min(self._opening(), self._width_goal))
        if gripper_force is not None:
            self._force = min(max(gripper_force, 0.0), GRIPPER_FORCE_MAX_N)

    def step(self) -> None:
        bullet = self._bullet
        way = [(to - at) / SUBSTEPS for at, to in zip(self._reached, self._target, strict=True)]
        speed = [part / TIMESTEP_S for part in way]
        reach = GRIPPER_SPEED_M_S * TIMESTEP_S
        for number in range(1, SUBSTEPS + 1):
            bullet.setJointMotorControlArray(
                self._arm,
                self._joints,
                pybullet.POSITION_CONTROL,
                targetPositions=[q + number * part for q, part in zip(self._reached, way, strict=True)],
                targetVelocities=speed,
                forces=TORQUES,
                positionGains=[0.5] * 7,
                velocityGains=[1.0] * 7,
            )
            self._width += min(max(self._width_goal - self._width, -reach), reach)
            self._drive_fingers()
            for body, force in self._pushes.items():
                center = bullet.getBasePositionAndOrientation(self._bodies[body])[0]
                bullet.applyExternalForce(self._bodies[body], -1, force, center, pybullet.WORLD_FRAME)
            bullet.stepSimulation()
        self._reached = list(self._target)
        self._pushes.clear()
        self._time_s += CONTROL_PERIOD_S

    def arm(self) -> ArmReading:
        states = self._bullet.getJointStates(self._arm, self._joints)
        return ArmReading(
            position=tuple(state[0] for state in states),
            velocity=tuple(state[1] for state in states),
            torque=tuple(state[3] for state in states),
            gripper_width=self._opening(),
            gripper_force=self._grip_force(self._bullet.getContactPoints(bodyA=self._arm)),
        )

    def snapshot(self) -> Snapshot:
        bullet = self._bullet
        touching = bullet.getContactPoints() or ()
        pairs = set()
        for contact in touching:
            if contact[8] < CONTACT_M:
                one = self._owner.get((contact[1], contact[3]), ARM)
                other = self._owner.get((contact[2], contact[4]), ARM)
                if one != other:
                    pairs.add((one, other) if one < other else (other, one))
        return Snapshot(
            time_s=self._time_s,
            bodies={thing.name: self._state(thing) for thing in self._scene.objects},
            slides={name: self._slide(name)[0] for name in self._slides},
            contacts=frozenset(pairs),
            grasp_point=self.hand(),
            gripper_width=self._opening(),
            gripper_force=self._grip_force([c for c in touching if self._arm in (c[1], c[2])]),
        )

    def joints(self) -> tuple[float, ...]:
        return tuple(state[0] for state in self._bullet.getJointStates(self._arm, self._joints))

    def gripper_width(self) -> float:
        return self._opening()

    def hand(self) -> BodyState:
        link = self._bullet.getLinkState(
            self._arm, self._tip, computeLinkVelocity=1, computeForwardKinematics=1
        )
        return BodyState(link[4], _wxyz(link[5]), link[6], link[7])

    def body(self, name: str) -> BodyState:
        return self._state(self._scene.by_name[name])

    def slide(self, name: str) -> float:
        return self._slide(name)[0]

    def jacobian(self) -> NDArray[np.float64]:
        positions = [state[0] for state in self._bullet.getJointStates(self._arm, self._moving)]
        zeros = [0.0] * len(positions)
        linear, angular = self._bullet.calculateJacobian(
            self._arm, self._tip, (0, 0, 0), positions, zeros, zeros
        )
        whole: NDArray[np.float64] = np.array(linear + angular)
        return whole[:, self._columns]

    def finite(self) -> bool:
        for thing in self._scene.objects:
            if thing.fastened:
                numbers = self._slide(thing.name)[:2]
            else:
                position, turn = self._bullet.getBasePositionAndOrientation(self._bodies[thing.name])
                velocity, spin = self._bullet.getBaseVelocity(self._bodies[thing.name])
                numbers = (*position, *turn, *velocity, *spin)
                if max(map(abs, velocity)) > FASTEST_M_S:
                    return False
            if not all(map(isfinite, numbers)):
                return False
        return all(
            isfinite(state[0]) and abs(state[1]) < 10 * FASTEST_M_S
            for state in self._bullet.getJointStates(self._arm, self._joints)
        )

    def push(self, body: str, force: Vector3) -> None:
        self._pushes[body] = force

    def vary(self, scene: Scene, friction: float = 1.0) -> None:
        for old, new in zip(self._scene.objects, scene.objects, strict=True):
            if (old.size, old.mass) != (new.size, new.mass):
                self._files[new.name].unlink()
                self._varied += 1  # Bullet keeps the text of a file that it has read
                self._files[new.name] = self._folder / f"{new.name}-{self._varied}.urdf"
                self._files[new.name].write_text(object_urdf(new), encoding="utf-8")
        # Bullet multiplies the friction of the two that touch.
        self._scene, self._friction = scene, friction**0.5

    def set_grip(self, friction: float) -> None:
        scale = friction * self._friction
        for link in self._fingers.values():
            self._bullet.changeDynamics(
                self._arm, link, lateralFriction=PAD_FRICTION * scale, spinningFriction=0.01 * scale
            )

    def save(self) -> Any:
        """PyBullet's states leave out its contacts' memory, so steps from one would not be the same."""
        raise CannotForesee(
            "PyBullet cannot be put back exactly to where it was, so nothing can be planned by trying.",
            remedy="Take --engine mujoco for planning, or train with --trainer sac, guided or cma.",
        )

    def restore(self, moment: Any) -> None:
        self.save()

    def close(self) -> None:
        if self._bullet.isConnected():
            self._bullet.disconnect()
        self._forget()

    # -- building ----------------------------------------------------------------------------------

    def _surroundings(self) -> None:
        bullet = self._bullet
        half = [(TABLE_X[1] - TABLE_X[0]) / 2, (TABLE_Y[1] - TABLE_Y[0]) / 2, 0.02]
        shape = bullet.createCollisionShape(pybullet.GEOM_BOX, halfExtents=half)
        table = bullet.createMultiBody(0, shape, basePosition=[sum(TABLE_X) / 2, sum(TABLE_Y) / 2, -0.02])
        bullet.changeDynamics(table, -1, lateralFriction=TABLE_FRICTION * self._friction)
        plane = bullet.createCollisionShape(pybullet.GEOM_PLANE)
        floor = bullet.createMultiBody(0, plane, basePosition=[0, 0, FLOOR_Z])
        self._owner |= {(table, -1): TABLE, (floor, -1): FLOOR}

    def _load_arm(self, posture: Sequence[float]) -> None:
        bullet = self._bullet
        self._arm = bullet.loadURDF(f"{self._folder}/arm.urdf", useFixedBase=True)
        number = {
            bullet.getJointInfo(self._arm, n)[1].decode(): n for n in range(bullet.getNumJoints(self._arm))
        }
        links = {bullet.getJointInfo(self._arm, n)[12].decode(): n for n in number.values()}
        self._joints = [number[name] for name in JOINTS]
        self._finger_joints = [number[name] for name in FINGER_JOINTS]
        self._tip = links[TIP_LINK]
        moving = sorted((*self._joints, *self._finger_joints))
        self._moving, self._columns = moving, [moving.index(joint) for joint in self._joints]
        self._fingers = {owner: links[name] for name, owner in FINGER_LINKS.items()}
        self._owner |= {(self._arm, link): owner for owner, link in self._fingers.items()}
        for joint, q in zip(self._joints, posture, strict=True):
            bullet.resetJointState(self._arm, joint, q)
        for joint in self._finger_joints:
            bullet.resetJointState(self._arm, joint, self._width / 2)
        for link in range(-1, bullet.getNumJoints(self._arm)):
            bullet.changeDynamics(self._arm, link, linearDamping=0, angularDamping=0)
        self.set_grip(1.0)
        left, right = (self._fingers[name] for name in (LEFT_FINGER, RIGHT_FINGER))
        gear = bullet.createConstraint(
            self._arm, left, self._arm, right, pybullet.JOINT_GEAR, [1, 0, 0], [0, 0, 0], [0, 0, 0]
        )
        bullet.changeConstraint(gear, gearRatio=-1, erp=0.2, maxForce=200)

    def _load(self, thing: SceneObject, start: Start) -> None:
        bullet = self._bullet
        pose = start.poses[thing.name]
        w, x, y, z = pose.quaternion
        body = bullet.loadURDF(
            str(self._files[thing.name]),
            basePosition=pose.position,
            baseOrientation=(x, y, z, w),
            useFixedBase=thing.fastened,
            flags=pybullet.URDF_USE_INERTIA_FROM_FILE,
        )
        self._bodies[thing.name] = body
        self._owner[body, -1] = thing.name
        for link in range(bullet.getNumJoints(body)):
            name = bullet.getJointInfo(body, link)[12].decode()
            self._owner[body, link] = handle_of(thing.name) if name == handle_of(thing.name) else thing.name
        for link in range(-1, bullet.getNumJoints(body)):
            bullet.changeDynamics(
                body, link, lateralFriction=THING_FRICTION * self._friction, spinningFriction=0.002,
                rollingFriction=0.0, linearDamping=0.02, angularDamping=0.02,
            )  # fmt: skip
        if thing.name in self._slides:
            self._hold_slide(thing, body, start.slides.get(thing.name, 0.0))

    def _hold_slide(self, thing: SceneObject, body: int, opening: float) -> None:
        """A drawer's box rubs; a button's cap is pressed up."""
        bullet = self._bullet
        bullet.resetJointState(body, 0, opening)
        slide = self._slides[thing.name]
        if thing.kind == "drawer":
            bullet.setJointMotorControl2(
                body, 0, pybullet.VELOCITY_CONTROL, targetVelocity=0, force=slide.friction
            )
        else:
            bullet.setJointMotorControl2(
                body, 0, pybullet.POSITION_CONTROL, targetPosition=0, force=BUTTON_FORCE_N, maxVelocity=0.5
            )

    # -- reading -----------------------------------------------------------------------------------

    def _drive_fingers(self) -> None:
        self._bullet.setJointMotorControlArray(
            self._arm,
            self._finger_joints,
            pybullet.POSITION_CONTROL,
            targetPositions=[self._width / 2] * 2,
            forces=[self._force] * 2,
            positionGains=[0.3] * 2,
            velocityGains=[1.0] * 2,
        )

    def _opening(self) -> float:
        return float(sum(state[0] for state in self._bullet.getJointStates(self._arm, self._finger_joints)))

    def _slide(self, name: str) -> tuple[float, float]:
        position, velocity, *_ = self._bullet.getJointState(self._bodies[name], 0)
        return float(position), float(velocity)

    def _state(self, thing: SceneObject) -> BodyState:
        bullet = self._bullet
        body = self._bodies[thing.name]
        position, turn = bullet.getBasePositionAndOrientation(body)
        if thing.name not in self._slides:
            velocity, spin = bullet.getBaseVelocity(body)
            return BodyState(position, _wxyz(turn), velocity, spin)
        moved, rate = self._slide(thing.name)
        rows = rotation(_wxyz(turn))
        axis = self._slides[thing.name].axis
        x, y, z = (sum(row[n] * axis[n] for n in range(3)) for row in rows)
        px, py, pz = position
        return BodyState(
            (px + moved * x, py + moved * y, pz + moved * z), _wxyz(turn), (rate * x, rate * y, rate * z)
        )

    def _grip_force(self, touching: Sequence[Any]) -> float:
        """The lesser of what the two fingers press with, along their own way [N]."""
        if not touching:
            return 0.0
        link = self._bullet.getLinkState(self._arm, self._tip)
        rows = rotation(_wxyz(link[5]))
        axis = tuple(row[1] for row in rows)
        pressed = dict.fromkeys(self._fingers, 0.0)
        for contact in touching:
            for body, part in ((contact[1], contact[3]), (contact[2], contact[4])):
                owner = self._owner.get((body, part), ARM)
                if owner in pressed:
                    along = sum(n * a for n, a in zip(contact[7], axis, strict=True))
                    pressed[owner] += abs(contact[9] * along)
        return min(pressed.values())


def _wxyz(turn: Sequence[float]) -> tuple[float, float, float, float]:
    x, y, z, w = turn
    return w, x, y, z
