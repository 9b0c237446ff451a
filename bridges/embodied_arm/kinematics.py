"""Joint positions for a place of the hand: inverse kinematics with the tool straight down.

Targets are solved with mink (differential inverse kinematics as a quadratic program, solver daqp), from
several seeds. Following a line from a known posture takes damped Newton steps instead (Nakamura and
Hanafusa 1986), twenty times cheaper and continuous.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from embodied.arms import ArmDescription
from embodied_arm.model import GRASP_POINT, Array, PlanningModel

POSITION_TOLERANCE: Final = 1e-4  # [m]
ANGLE_TOLERANCE: Final = 1e-3  # [rad]
SINGULAR: Final = 0.035
"""Least singular value of the Jacobian at which a posture still counts as free to move."""
ITERATIONS: Final = 40
NEAR_ENOUGH: Final = 0.05
"""From so near (norm of [m] and [rad] together) Newton steps find the target."""
NEWTON_STEPS: Final = 8
RESTARTS: Final = 6
DAMPING: Final = 1e-5
POSTURE_PULL: Final = 0.15
"""Share of the way towards the easy posture that the elbow takes at each Newton step."""


@dataclass(frozen=True)
class Target:
    """A place for the grasp point, tool down: position [m, world frame] and yaw [rad]."""

    position: tuple[float, float, float]
    yaw: float

    def rotation(self) -> Array:
        """The hand's rotation matrix: z down, x turned by yaw from the world's x."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])


def yaw_of(rotation: Array) -> float:
    """The turn of a hand about the world's z axis, in (-pi/2, pi/2] since the hand is symmetric [rad]."""
    return half_turn(math.atan2(rotation[1, 0], rotation[0, 0]))


def half_turn(angle: float) -> float:
    """The equal of an angle modulo pi in (-pi/2, pi/2] [rad]."""
    angle = math.remainder(angle, math.pi)
    return angle + math.pi if angle <= -math.pi / 2 + 1e-9 else angle


def nearest_yaw(wanted: float, present: float) -> float:
    """The angle equal to `wanted` modulo pi that is nearest to `present` [rad]."""
    return present + math.remainder(wanted - present, math.pi)


class Kinematics:
    """Inverse kinematics of a `PlanningModel`, within joint limits. Not for several threads at once.

    Args:
        lower, upper: joint limits [rad], shape (n,), margin already taken off.
    """

    def __init__(self, model: PlanningModel, description: ArmDescription, lower: Array, upper: Array) -> None:
        self._model = model
        self._lower, self._upper = lower, upper
        self._home = np.clip(np.array(description.home), lower, upper)
        model.set_range(lower, upper)
        self._descent: _Descent | None = None

    def easy(self, position: Array) -> Array:
        """The posture that the elbow is drawn to: home, turned about the base towards `position`."""
        posture: Array = self._home.copy()
        posture[0] = np.clip(
            posture[0] + math.atan2(position[1], position[0]), self._lower[0], self._upper[0]
        )
        return posture

    def solve(self, target: Target, seed: Array) -> Array | None:
        """Joint positions that put the grasp point on `target`, nearest to `seed` first; None if no seed
        leads there."""
        for start in self._seeds(target, seed):
            found = self._descend(target, start)
            if found is not None:
                return found
        return None

    def track(self, goal: Array, rotation: Array, seed: Array, ease: float = 1.0) -> Array | None:
        """Joint positions for a pose of the grasp point (position (3,), rotation (3, 3)) by Newton steps from
        a posture already close to it; None if they do not lead there within the limits.

        `ease`, from 0 to 1, is how far the elbow may give way to the easy posture; in proportion to the
        length of a step on a path, or short steps would move the elbow more than the hand.
        """
        easy, q = self.easy(goal), seed.copy()
        model = self._model
        for step in range(NEWTON_STEPS):
            model.place(q)
            error = self._error(goal, rotation)
            close = _close(error)
            if close and step > 0:
                return q
            jacobian = model.jacobian()
            square = jacobian @ jacobian.T + DAMPING * np.eye(6)
            pull = ease * POSTURE_PULL * (easy - q) if step == 0 else np.zeros(model.n)
            change = pull + jacobian.T @ np.linalg.solve(square, error - jacobian @ pull)
            q = np.clip(q + change, self._lower, self._upper)
        model.place(q)
        return q if _close(self._error(goal, rotation)) else None

    def singularity(self, q: Array) -> float:
        """The least singular value of the grasp point's Jacobian at q."""
        self._model.place(q)
        return float(np.linalg.svd(self._model.jacobian(), compute_uv=False)[-1])

    # -- parts -------------------------------------------------------------------------------------

    def _seeds(self, target: Target, seed: Array) -> Iterator[Array]:
        yield seed
        easy = self.easy(np.array(target.position))
        yield easy
        chance = np.random.default_rng(7)
        for _ in range(RESTARTS):
            yield np.clip(easy + chance.normal(0.0, 0.6, easy.shape), self._lower, self._upper)

    def _descend(self, target: Target, start: Array) -> Array | None:
        goal, rotation = np.array(target.position), target.rotation()
        if self._descent is None:
            self._descent = _Descent(self._model)
        start = np.clip(start, self._lower, self._upper)
        q = self._descent.run(goal, rotation, start, self.easy(goal))
        return None if q is None else self.track(goal, rotation, np.clip(q, self._lower, self._upper))

    def _error(self, goal: Array, rotation: Array) -> Array:
        """World-frame difference of the grasp point to a pose, shape (6,) [m], [rad]."""
        position, present = self._model.pose()
        error = np.empty(6)
        error[:3] = goal - position
        turn = rotation @ present.T  # what is left to turn, in the world frame
        error[3] = 0.5 * (turn[2, 1] - turn[1, 2])
        error[4] = 0.5 * (turn[0, 2] - turn[2, 0])
        error[5] = 0.5 * (turn[1, 0] - turn[0, 1])
        if turn[0, 0] + turn[1, 1] + turn[2, 2] < 1.0:  # beyond a quarter turn the sine falls again
            error[3:] *= 1.0 / max(float(np.linalg.norm(error[3:])), 0.1)
            error[5] += 1.0 if not error[3:].any() else 0.0
        return error


class _Descent:
    """From a far posture towards a target, with mink. Made when first needed: lines rarely need it, and mink
    takes longer to import than all else here."""

    def __init__(self, model: PlanningModel) -> None:
        import mink

        self._mink: Any = mink
        self._model = model
        self._configuration: Any = mink.Configuration(model.model)
        self._frame: Any = mink.FrameTask(
            GRASP_POINT, "site", position_cost=1.0, orientation_cost=0.4, lm_damping=1e-3
        )
        self._posture: Any = mink.PostureTask(model.model, cost=model.velocities(np.full(model.n, 2e-3)))
        self._range: Any = mink.ConfigurationLimit(model.model)

    def run(self, goal: Array, rotation: Array, start: Array, easy: Array) -> Array | None:
        """Joint positions near a pose of the grasp point, drawn towards `easy`; None if it gets stuck."""
        configuration, model, mink = self._configuration, self._model, self._mink
        configuration.update(model.all_positions(start))
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = rotation, goal
        self._frame.set_target(mink.SE3.from_matrix(matrix))
        self._posture.set_target(model.all_positions(easy))
        last = error = math.inf
        for step in range(ITERATIONS):
            try:
                velocity = mink.solve_ik(
                    configuration, [self._frame, self._posture], 1.0, "daqp", 1e-6, limits=[self._range]
                )
            except mink.NoSolutionFound:
                return None
            configuration.integrate_inplace(velocity, 1.0)
            error = float(np.linalg.norm(self._frame.compute_error(configuration)))
            if error < 5 * POSITION_TOLERANCE or (step > 10 and error > 0.98 * last):
                break
            last = error
        return model.arm_positions(configuration.q) if error < NEAR_ENOUGH else None


def _close(error: Array) -> bool:
    return (
        float(np.linalg.norm(error[:3])) < POSITION_TOLERANCE
        and float(np.linalg.norm(error[3:])) < ANGLE_TOLERANCE
    )
