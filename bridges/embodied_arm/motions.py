"""The primitives that move the hand: read the scene, plan, go, and say where it came to rest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from embodied.arms import ArmState
from embodied.bridge.body import PrimitiveFailed
from embodied_arm.control import Controller, Watch
from embodied_arm.kinematics import Target, yaw_of
from embodied_arm.model import Array
from embodied_arm.planner import Plan, Planner, Scene
from embodied_arm.surroundings import Surroundings, Watchman

Args = Mapping[str, Any]
Value = Mapping[str, Any]

OFF_M: Final = 0.01
"""A hand that comes to rest farther than this from its target did not get there [m]."""
RESISTANCE_M: Final = 0.008
"""The hand this far from its target, beyond what lag explains, has met something [m]."""
LAG_S: Final = 0.12
"""The most that a driver's joints run behind their targets [s]."""


class Motions:
    """See the module's docstring. Every method is one primitive, with its arguments and result."""

    def __init__(self, controller: Controller, planner: Planner, around: Surroundings) -> None:
        self._controller = controller
        self._planner = planner
        self._around = around

    def home(self, args: Args) -> Value:
        scene, start = self._begin("")
        plan = self._planner.home(start, scene, float(args["speed"]))
        return self._go(plan, scene)

    def move_to(self, args: Args) -> Value:
        scene, start = self._begin(args["touch"])
        return self._go(_to(self._planner, start, scene, args), scene, bool(args["until_contact"]))

    def move_by(self, args: Args) -> Value:
        scene, start = self._begin(args["touch"])
        position, rotation = self._planner.where(start)
        goal = position + np.array([float(args[name]) for name in ("dx", "dy", "dz")])
        target = Target(
            (float(goal[0]), float(goal[1]), float(goal[2])), yaw_of(rotation) + float(args["dyaw"])
        )
        plan = self._planner.line(start, [target], scene, float(args["speed"]))
        return self._go(plan, scene, bool(args["until_contact"]))

    def move_joints(self, args: Args) -> Value:
        scene, start = self._begin(args["touch"])
        goal = np.array([float(value) for value in args["positions"]])
        if goal.shape != start.shape:
            raise PrimitiveFailed("wrong_joints", f"{len(goal)} positions for {len(start)} joints")
        return self._go(self._planner.joints(start, goal, scene, float(args["speed"])), scene)

    def follow(self, args: Args) -> Value:
        scene, start = self._begin(args["touch"])
        targets: list[Target] = []
        for point in args["points"]:
            before = targets[-1].yaw if targets else yaw_of(self._planner.where(start)[1])
            wanted = point.get("yaw")
            turn = before if wanted is None else before + math.remainder(wanted - before, math.pi)
            targets.append(Target((float(point["x"]), float(point["y"]), float(point["z"])), turn))
        return self._go(self._planner.line(start, targets, scene, float(args["speed"])), scene)

    def stop(self, args: Args) -> Value:
        self._controller.settle()
        return self._reached(None, contact=False)

    def reach(self, planner: Planner, start: Array, scene: Scene, args: Args) -> Value:
        """`reach_check`: plan `move_to` with `planner`, and move nothing."""
        try:
            plan = _to(planner, start, scene, {**args, "speed": 1.0})
        except PrimitiveFailed as failed:
            nearest = failed.data.get("nearest")
            if nearest is None:
                here = planner.where(start)[0]
                nearest = {"x": float(here[0]), "y": float(here[1]), "z": float(here[2])}
            thing = str(failed.data.get("object", ""))
            said = {"reachable": False, "reason": failed.code, "message": failed.message, "object": thing}
            return {**said, **nearest}
        x, y, z = plan.end.tolist()
        return {"reachable": True, "reason": "", "message": "", "object": "", "x": x, "y": y, "z": z}

    # -- parts -------------------------------------------------------------------------------------

    def _begin(self, touch: str) -> tuple[Scene, Array]:
        """The scene now, and the posture that a motion begins from: the last joint targets."""
        self._around.refuse_if_blown()
        with self._controller.reading():
            state = self._controller.state
            scene = self._around.scene(state.gripper_width, touch)
        return scene, self._controller.gate.last.copy()

    def _go(self, plan: Plan, scene: Scene, until_contact: bool = False) -> Value:
        watchman = Watchman(self._around, scene)
        watch = self._until_resistance(watchman) if until_contact else watchman
        try:
            self._controller.follow(plan.joints, watch)
            return self._arrived(plan.end)
        except PrimitiveFailed as failed:
            if failed.code == "blocked":
                self._controller.give_way()
            if isinstance(failed, _Resistance):
                return self._reached(plan.end, contact=True)
            raise

    def _until_resistance(self, watchman: Watch) -> Watch:
        """Also end where the hand stays behind its target by more than lag explains."""
        gate, period = self._controller.gate, self._controller.period
        before = self._planner.where(gate.last)[0]

        def watch(state: ArmState) -> None:
            nonlocal before
            watchman(state)
            wanted = self._planner.where(gate.last)[0]
            speed = float(np.linalg.norm(wanted - before)) / period
            before = wanted
            behind = float(np.linalg.norm(wanted - self._planner.where(np.array(state.position))[0]))
            if behind > RESISTANCE_M + LAG_S * speed:
                raise _Resistance("blocked", "the hand met resistance")

        return watch

    def _arrived(self, wanted: Array) -> Value:
        value = self._reached(wanted, contact=False)
        if value["off_m"] > OFF_M:
            raise PrimitiveFailed(
                "blocked",
                f"the hand came to rest {value['off_m']:.3f} m from its target: something is in its way",
                value,
            )
        return value

    def _reached(self, wanted: Array | None, *, contact: bool) -> Value:
        position, rotation = self._planner.where(np.array(self._controller.state.position))
        x, y, z = position.tolist()
        off = 0.0 if wanted is None else float(np.linalg.norm(position - wanted))
        return {"x": x, "y": y, "z": z, "yaw": yaw_of(rotation), "off_m": off, "contact": contact}


class _Resistance(PrimitiveFailed):
    """The end that a motion until contact looks for."""


def _to(planner: Planner, start: Array, scene: Scene, args: Args) -> Plan:
    target = planner.target(start, (args["x"], args["y"], args["z"]), args["yaw"])
    if args["via"] == "above":
        return planner.above(start, target, scene, float(args["speed"]))
    return planner.line(start, [target], scene, float(args["speed"]))
