"""Where the hand of any arm is: forward kinematics on the model that its driver names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mujoco
import numpy as np

from embodied.arms.driver import ArmDescription
from embodied.errors import SetupError
from embodied_tabletop.engine import BodyState
from embodied_tabletop.mujoco_warnings import to_the_log

to_the_log()


class Hand:
    """The grasp point of an arm, from its joints."""

    def __init__(self, description: ArmDescription) -> None:
        spec: Any = mujoco.MjSpec.from_file(str(description.model))
        for mesh in list(spec.meshes):  # shapes do not matter here
            for geom in [geom for geom in spec.geoms if geom.meshname == mesh.name]:
                geom.delete()
            mesh.delete()
        for kind in (spec.keys, spec.actuators, spec.tendons, spec.equalities, spec.sensors):
            for element in list(kind):
                element.delete()
        site = spec.site(description.end_effector)
        parent = site.parent if site is not None else spec.body(description.end_effector)
        if parent is None:
            raise SetupError(
                f"The model of {description.name} has no site or body {description.end_effector!r}.",
                remedy="The driver's description must name one of its model.",
            )
        offset = np.array(description.end_effector_offset)
        turn = np.array((1.0, 0.0, 0.0, 0.0)) if site is None else np.array(site.quat)
        if site is not None:
            moved = np.zeros(3)
            mujoco.mju_rotVecQuat(moved, offset, turn)
            offset = np.array(site.pos) + moved
        parent.add_site(name="embodied_grasp_point", pos=offset, quat=turn)
        self._model: Any = spec.compile()
        self._data: Any = mujoco.MjData(self._model)
        self._q = np.array([self._model.joint(name).qposadr[0] for name in description.joint_names])
        self._site = int(self._model.site("embodied_grasp_point").id)

    def at(self, joints: Sequence[float]) -> BodyState:
        """Its pose with the joints there, world frame."""
        self._data.qpos[self._q] = joints
        mujoco.mj_kinematics(self._model, self._data)
        x, y, z = self._data.site_xpos[self._site].tolist()
        quaternion = np.zeros(4)
        mujoco.mju_mat2Quat(quaternion, self._data.site_xmat[self._site])
        w, i, j, k = quaternion.tolist()
        return BodyState((x, y, z), (w, i, j, k))
