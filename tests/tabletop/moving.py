"""Move the simulated arm without the bridge: least squares on the arm's own model, straight to the point."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, sin

import mujoco
import numpy as np
from embodied_tabletop.engine import HOME, JOINTS
from embodied_tabletop.mujoco_model import GRASP_SITE, arm_xml
from embodied_tabletop.table import Table

Point = tuple[float, float, float]


class Mover:
    """The tool points down; positions [m] are of the grasp point, yaw [rad]."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._model = mujoco.MjModel.from_xml_string(arm_xml())
        self._data = mujoco.MjData(self._model)
        self._joints = [int(self._model.joint(name).qposadr[0]) for name in JOINTS]
        self.joints = np.array(HOME)
        self.at: Point = (0.452217, 0.0, 0.345022)
        self.yaw = 0.0

    def to(self, point: Point, yaw: float | None = None, *, speed: float = 0.25) -> None:
        """In a straight line [m/s]."""
        yaw = self.yaw if yaw is None else yaw
        start, turn = np.array(self.at), self.yaw
        way = np.array(point) - start
        steps = max(2, int(np.linalg.norm(way) / speed / 0.02), int(abs(yaw - turn) / 1.0 / 0.02))
        for step in range(1, steps + 1):
            share = step / steps
            self._solve(start + share * way, turn + share * (yaw - turn))
            self.table.engine.command(self.joints)
            self.table.step()
        self.at, self.yaw = point, yaw
        self.wait(0.1)

    def gripper(self, width: float, force: float = 30.0, seconds: float = 1.0) -> None:
        self.table.opening = width > self.table.now.gripper_width
        self.table.engine.command(None, width, force)
        self.wait(seconds)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            self.table.step()

    def pick(self, name: str, yaw: float = 0.0) -> None:
        x, y, z = self.table.now.bodies[name].position
        self.to((x, y, z + 0.12), yaw)
        self.to((x, y, z))
        self.gripper(0.0)
        self.to((x, y, z + 0.15))

    def _solve(self, point: Sequence[float] | np.ndarray, yaw: float) -> None:
        model, data = self._model, self._data
        x_axis = np.array([cos(yaw), sin(yaw), 0.0])
        down = np.array([0.0, 0.0, -1.0])
        wanted = np.column_stack([x_axis, np.cross(down, x_axis), down])
        for _ in range(30):
            data.qpos[self._joints] = self.joints
            mujoco.mj_kinematics(model, data)
            mujoco.mj_comPos(model, data)
            site = data.site(GRASP_SITE)
            apart = np.asarray(point) - site.xpos
            turn = site.xmat.reshape(3, 3)
            axes = 0.5 * sum(np.cross(turn[:, n], wanted[:, n]) for n in range(3))
            error = np.concatenate([apart, axes])
            if np.linalg.norm(error) < 1e-5:
                return
            jacobian = np.zeros((6, model.nv))
            mujoco.mj_jacSite(model, data, jacobian[:3], jacobian[3:], site.id)
            arm = jacobian[:, self._joints]
            self.joints = self.joints + arm.T @ np.linalg.solve(arm @ arm.T + 1e-5 * np.eye(6), error)
