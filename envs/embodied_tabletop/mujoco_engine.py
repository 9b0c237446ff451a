"""The tabletop in MuJoCo."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import mujoco
import mujoco.rollout
import numpy as np
from numpy.typing import NDArray

from embodied_tabletop.engine import (
    ARM,
    CONTROL_PERIOD_S,
    FINGERS,
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
from embodied_tabletop.mujoco_model import GRASP_SITE, TIMESTEP_S, scene_xml
from embodied_tabletop.mujoco_warnings import to_the_log
from embodied_tabletop.parts import FREE, SLIDE, all_bodies
from embodied_tabletop.scene import Scene, SceneObject, Vector3

to_the_log()

SUBSTEPS = round(CONTROL_PERIOD_S / TIMESTEP_S)
NUMBERS = np.arange(1, SUBSTEPS + 1)[:, None]
FASTEST_M_S = 20.0
"""A thing that is faster than this was thrown by the solver, not by the arm."""

Floats = NDArray[np.float64]


@lru_cache(maxsize=8)
def _compiled(scene: Scene) -> Any:
    return mujoco.MjModel.from_xml_string(scene_xml(scene, visual=False))


class MujocoEngine:
    """Implements `embodied_tabletop.engine.Engine`."""

    name = "mujoco"

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._model = copy.copy(_compiled(scene))
        self._data = mujoco.MjData(self._model)
        model = self._model
        self._arm_q = np.array([model.joint(name).qposadr[0] for name in JOINTS])
        self._arm_v = np.array([model.joint(name).dofadr[0] for name in JOINTS])
        self._finger_q = np.array([model.joint(f"finger_joint{n}").qposadr[0] for n in (1, 2)])
        self._finger_v = np.array([model.joint(f"finger_joint{n}").dofadr[0] for n in (1, 2)])
        self._arm_ctrl = np.array([model.actuator(name).id for name in JOINTS])
        self._grip_ctrl = int(model.actuator("gripper").id)
        gain, bias = model.actuator_gainprm[self._arm_ctrl, 0], model.actuator_biasprm[self._arm_ctrl, 2]
        self._lead = -bias / gain
        self._site = int(model.site(GRASP_SITE).id)
        bodies = all_bodies(scene)
        self._free = {b.name: int(model.body(b.name).id) for b in bodies if b.joint == FREE}
        self._slides = {b.name: int(model.body(b.name).id) for b in bodies if b.joint == SLIDE}
        self._slide_q = {name: int(model.joint(name).qposadr[0]) for name in self._slides}
        self._jacobian = np.zeros((6, model.nv))
        self._pads = [int(model.geom(f"{name}_pad").id) for name in (LEFT_FINGER, RIGHT_FINGER)]
        self._pad_friction = model.geom_friction[self._pads].copy()
        self._owner = self._geom_owners()
        self._target = np.array(HOME)
        self._reached = np.array(HOME)
        self._width = self._width_goal = GRIPPER_WIDTH_MAX_M
        self._pushes: dict[int, Vector3] = {}
        self._built, self._scale = scene, 1.0
        self._rollout = Substeps(model)

    def reset(self, start: Start) -> None:
        """See `Engine.reset`. The only place where poses are written."""
        model, data = self._model, self._data
        mujoco.mj_resetData(model, data)
        self.set_grip(1.0)
        self._pushes.clear()
        for thing in self._scene.objects:
            pose = start.poses[thing.name]
            if thing.fastened:
                base = model.body(f"{thing.name}.base").id
                model.body_pos[base] = pose.position
                model.body_quat[base] = pose.quaternion
                data.joint(thing.name).qpos[0] = start.slides.get(thing.name, 0.0)
            else:
                data.joint(thing.name).qpos[:] = (*pose.position, *pose.quaternion)
        data.qpos[self._arm_q] = start.joints
        self._target[:] = start.joints
        self._reached[:] = start.joints
        self._width = self._width_goal = start.gripper_width
        if start.held:
            self._width = min(self._scene.by_name[start.held].size[:2])
            self._width_goal = 0.0
        data.qpos[self._finger_q] = self._width / 2
        data.ctrl[self._arm_ctrl] = start.joints
        self.command(gripper_force=30.0 if start.held else GRIPPER_FORCE_MAX_N)
        mujoco.mj_forward(model, data)

    def command(
        self,
        joints: Sequence[float] | None = None,
        gripper_width: float | None = None,
        gripper_force: float | None = None,
    ) -> None:
        if joints is not None:
            self._target[:] = joints
        if gripper_width is not None:
            self._width_goal = min(max(gripper_width, 0.0), GRIPPER_WIDTH_MAX_M)
            if self._width_goal > self._width:  # from where the fingers are, not from what they aim at
                self._width = max(self._width, min(self._opening, self._width_goal))
        if gripper_force is not None:
            force = min(max(gripper_force, 0.0), GRIPPER_FORCE_MAX_N)
            self._model.actuator_forcerange[self._grip_ctrl] = (-2 * force, 2 * force)

    def step(self) -> None:
        data = self._data
        way = (self._target - self._reached) / SUBSTEPS
        lead = self._lead * way / TIMESTEP_S  # cancels the servo's damping of the wanted speed
        reach = GRIPPER_SPEED_M_S * TIMESTEP_S
        controls = self._rollout.controls
        controls[:, self._arm_ctrl] = self._reached + NUMBERS * way + lead
        if self._width == self._width_goal:
            controls[:, self._grip_ctrl] = self._width / 2
        else:
            for control in controls:
                self._width += min(max(self._width_goal - self._width, -reach), reach)
                control[self._grip_ctrl] = self._width / 2
        if self._pushes:
            self._pushed_step(controls)
        else:
            self._rollout.run(self._model, data)
        # mj_step leaves places where they were a substep ago. Who has the joints, as an arm's bridge has,
        # computes where the hand is now: both must see the same.
        mujoco.mj_kinematics(self._model, data)
        mujoco.mj_comPos(self._model, data)
        self._reached[:] = self._target

    def _pushed_step(self, controls: Floats) -> None:
        data = self._data
        for body, force in self._pushes.items():
            data.xfrc_applied[body, :3] = force
        for control in controls:
            data.ctrl[:] = control
            mujoco.mj_step(self._model, data)
        for body in self._pushes:
            data.xfrc_applied[body] = 0.0
        self._pushes.clear()

    def arm(self) -> ArmReading:
        data = self._data
        return ArmReading(
            position=tuple(data.qpos[self._arm_q].tolist()),
            velocity=tuple(data.qvel[self._arm_v].tolist()),
            torque=tuple(data.qfrc_actuator[self._arm_v].tolist()),
            gripper_width=self._opening,
            gripper_force=self._grip_force(),
        )

    def snapshot(self) -> Snapshot:
        data = self._data
        bodies = {name: self._body_state(body) for name, body in self._free.items()}
        bodies |= {name: self._body_state(body) for name, body in self._slides.items()}
        return Snapshot(
            time_s=float(data.time),
            bodies=bodies,
            slides={name: self.slide(name) for name in self._slides},
            contacts=self._contacts(),
            grasp_point=self.hand(),
            gripper_width=self._opening,
            gripper_force=self._grip_force(),
        )

    def joints(self) -> tuple[float, ...]:
        return tuple(self._data.qpos[self._arm_q].tolist())

    def gripper_width(self) -> float:
        return self._opening

    def hand(self) -> BodyState:
        data, rotation, velocity = self._data, np.empty(4), np.empty(6)
        mujoco.mju_mat2Quat(rotation, data.site_xmat[self._site])
        mujoco.mj_objectVelocity(self._model, data, mujoco.mjtObj.mjOBJ_SITE, self._site, velocity, 0)
        return BodyState(
            _triple(data.site_xpos[self._site]), _quad(rotation), _triple(velocity[3:]), _triple(velocity[:3])
        )

    def body(self, name: str) -> BodyState:
        return self._body_state(self._free[name] if name in self._free else self._slides[name])

    def slide(self, name: str) -> float:
        return float(self._data.qpos[self._slide_q[name]])

    def jacobian(self) -> Floats:
        mujoco.mj_jacSite(self._model, self._data, self._jacobian[:3], self._jacobian[3:], self._site)
        columns: Floats = self._jacobian[:, self._arm_v]
        return columns

    def finite(self) -> bool:
        data = self._data
        if data.warning[mujoco.mjtWarning.mjWARN_BADQACC].number or not np.isfinite(data.qpos).all():
            return False
        return bool(np.abs(data.qvel).max() < 10 * FASTEST_M_S) and all(
            float(np.abs(data.cvel[body, 3:]).max()) < FASTEST_M_S for body in self._free.values()
        )

    def push(self, body: str, force: Vector3) -> None:
        self._pushes[self._free[body]] = force

    def vary(self, scene: Scene, friction: float = 1.0) -> None:
        model = self._model = copy.copy(_compiled(self._built))
        self._scene, self._scale = scene, friction
        model.geom_friction[:] *= friction
        changed = [
            thing for thing in scene.objects if _shape(thing) != _shape(self._built.by_name[thing.name])
        ]
        for thing in changed:
            resize(model, thing)
        if changed:
            mujoco.mj_setConst(model, self._data)

    def set_grip(self, friction: float) -> None:
        self._model.geom_friction[self._pads] = self._pad_friction * friction * self._scale

    def save(self) -> Any:
        """See `Engine.save`."""
        state = self._target.copy(), self._reached.copy(), self._width, self._width_goal, dict(self._pushes)
        return copy.copy(self._data), self._model.actuator_forcerange[self._grip_ctrl].copy(), state

    def restore(self, moment: Any) -> None:
        """See `Engine.restore`. All of MuJoCo's data: what it derived lags behind by a substep."""
        data, force, (target, reached, self._width, self._width_goal, pushes) = moment
        self._data = copy.copy(data)
        self._model.actuator_forcerange[self._grip_ctrl] = force
        self._target[:], self._reached[:], self._pushes = target, reached, dict(pushes)

    def close(self) -> None:
        """MuJoCo's memory goes with the object."""

    @property
    def _opening(self) -> float:
        return float(self._data.qpos[self._finger_q].sum())

    @property
    def qpos(self) -> Floats:
        """All joint positions; a copy. For drawing, and for comparing trajectories."""
        positions: Floats = self._data.qpos.copy()
        return positions

    @property
    def fixed_poses(self) -> dict[str, tuple[Floats, Floats]]:
        """Position and quaternion of every fastened part, by body."""
        names = [f"{thing.name}.base" for thing in self._scene.objects if thing.fastened]
        model = self._model
        return {n: (model.body(n).pos.copy(), model.body(n).quat.copy()) for n in names}

    def _geom_owners(self) -> list[str]:
        """Whose each geom is, as `Snapshot.contacts` names it."""
        model = self._model
        parts = {f"{b.name}#{n}": p.object for b in all_bodies(self._scene) for n, p in enumerate(b.parts)}
        owners = []
        for geom in range(model.ngeom):
            name = model.geom(geom).name
            body = model.body(model.geom_bodyid[geom]).name
            if name in parts:
                owners.append(parts[name])
            elif name in (TABLE, FLOOR):
                owners.append(name)
            else:
                owners.append(body if body in FINGERS else ARM)
        return owners

    def _contacts(self) -> frozenset[tuple[str, str]]:
        owner = self._owner
        data = self._data
        near = data.contact.dist[: data.ncon] < 0.001
        pairs = set()
        for one, other in data.contact.geom[: data.ncon][near].tolist():
            a, b = owner[one], owner[other]
            if a != b:
                pairs.add((a, b) if a < b else (b, a))
        return frozenset(pairs)

    def _grip_force(self) -> float:
        """The lesser of what the two finger tips press with [N]; 0 if one of them touches nothing."""
        data = self._data
        if not data.ncon:
            return 0.0
        pressed = [0.0, 0.0]
        wrench = np.empty(6)
        for index, (one, other) in enumerate(data.contact.geom[: data.ncon].tolist()):
            for finger, pad in enumerate(self._pads):
                if pad in (one, other):
                    mujoco.mj_contactForce(self._model, data, index, wrench)
                    axis = data.site_xmat[self._site].reshape(3, 3)[:, 1]
                    normal = data.contact.frame[index, :3]
                    pressed[finger] += abs(float(wrench[0] * (normal @ axis)))
        return min(pressed)

    def _body_state(self, body: int) -> BodyState:
        data = self._data
        velocity = np.empty(6)
        mujoco.mj_objectVelocity(self._model, data, mujoco.mjtObj.mjOBJ_BODY, body, velocity, 0)
        return BodyState(
            _triple(data.xpos[body]), _quad(data.xquat[body]), _triple(velocity[3:]), _triple(velocity[:3])
        )


class Substeps:
    """The substeps of a control period in one call, which lets other threads of Python run meanwhile.

    Step for step the same as `mj_step`, bit by bit.
    """

    def __init__(self, model: Any) -> None:
        size = mujoco.mj_stateSize(model, mujoco.mjtState.mjSTATE_FULLPHYSICS)
        self.controls: Floats = np.zeros((SUBSTEPS, model.nu))
        """To be filled before `run`; shape (substeps, actuators)."""
        self._state, self._warm = np.empty((1, size)), np.empty((1, model.nv))
        self._states = np.empty((1, SUBSTEPS, size))
        self._sensors = np.empty((1, SUBSTEPS, model.nsensordata))
        self._rollout = mujoco.rollout.Rollout(nthread=0)

    def run(self, model: Any, data: Any) -> None:
        mujoco.mj_getState(model, data, self._state[0], mujoco.mjtState.mjSTATE_FULLPHYSICS)
        self._warm[0] = data.qacc_warmstart
        self._rollout.rollout(
            [model], [data], self._state, self.controls[None], skip_checks=True, nstep=SUBSTEPS,
            initial_warmstart=self._warm, state=self._states, sensordata=self._sensors,
        )  # fmt: skip


def _shape(thing: SceneObject) -> tuple[Vector3, float]:
    return thing.size, thing.mass


def resize(model: Any, cube: SceneObject) -> None:
    """Give a cube of a compiled model another size [m] and mass [kg], as if built so."""
    half = np.array(cube.size) / 2
    body, geom = model.body(cube.name).id, model.geom(f"{cube.name}#0").id
    model.geom_size[geom] = half
    model.geom_rbound[geom] = np.linalg.norm(half)
    model.geom_aabb[geom] = (0.0, 0.0, 0.0, *half)
    if model.body_bvhnum[body]:
        model.bvh_aabb[model.body_bvhadr[body]] = (0.0, 0.0, 0.0, *half)
    model.body_mass[body] = cube.mass
    # of a solid box about its own axes
    square = np.array(cube.size) ** 2
    model.body_inertia[body] = cube.mass / 12 * (square.sum() - square)


def _triple(values: Floats) -> Vector3:
    x, y, z = values.tolist()
    return x, y, z


def _quad(values: Floats) -> tuple[float, float, float, float]:
    w, x, y, z = values.tolist()
    return w, x, y, z
