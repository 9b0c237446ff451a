"""An arm as a body of the bridge protocol: primitives and facts over one driver."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from embodied.arms import ArmState, Driver, Obstacle
from embodied.arms.describing import plain
from embodied.arms.facts import FAMILIES
from embodied.arms.log import ArmLog
from embodied.bridge.body import CallContext, PrimitiveFailed
from embodied.errors import BadInput, WorldError
from embodied.facts import FactFamily, FactSource, observation_from_wire
from embodied_arm.ceilings import Ceilings
from embodied_arm.control import Controller
from embodied_arm.gate import Gate
from embodied_arm.gripper import Gripper
from embodied_arm.guard import Guard
from embodied_arm.kinematics import yaw_of
from embodied_arm.latch import Latch
from embodied_arm.limits import Limits
from embodied_arm.model import TABLE, Array, PlanningModel
from embodied_arm.motions import Motions
from embodied_arm.operating import Operating
from embodied_arm.picture import write_png
from embodied_arm.planner import Planner
from embodied_arm.policy_run import PolicyRunner
from embodied_arm.primitives import SPECS
from embodied_arm.surroundings import Surroundings, Watchman
from embodied_arm.tool import read_tool
from embodied_arm.zones import Zone, ruled_zones

_log = logging.getLogger(__name__)

Args = Mapping[str, Any]
Value = Mapping[str, Any]
RELEASING = frozenset({"dropped", "slipped", "bumped"})
MOVING_LEASE_MS = 200


class ArmBody:
    """Implements `embodied.bridge.body.Body`.

    Args:
        driver: opened; the body closes it.
        limits: the settings that `Limits.of` documents.
        run_dir: where pictures go.
        real_time: keep pace with the clock; a real arm always does.
        tool: what is mounted on the hand, as `read_tool` documents.
        log: keep every tick in a file of `run_dir`; unless said, of a real arm.

    Attributes:
        log: of every tick; None where none is kept. run_dir: as given.
        operating: the operator's channel, where there is one.
        moving_lease_ms: how long an agent that moves the arm may be silent [ms]; 0: as when it rests.
    """

    kind = "arm"
    specs = SPECS

    def __init__(
        self,
        driver: Driver,
        limits: Mapping[str, Any],
        run_dir: Path,
        *,
        real_time: bool = False,
        tool: Mapping[str, Any] | None = None,
        log: bool | None = None,
    ) -> None:
        arm = driver.description
        simulated = "simulated" in arm.capabilities
        self._arm = arm
        self._body_model = PlanningModel(arm)
        self._tool = read_tool(tool or {}, arm)
        self._scene = driver.scene
        self.run_dir = run_dir
        self._pictures = 0
        self.at_close: list[Callable[[], object]] = []
        """What else ends with the arm, the last first."""
        self.operating: Operating | None = None
        self._context: CallContext | None = None
        self._paced = real_time or not simulated
        self.moving_lease_ms = 0 if simulated else MOVING_LEASE_MS
        held_to = self.limits_of(limits)
        self._around = Surroundings(driver, self._say, held_to.zones)
        obstacles = self._around.obstacles()
        self._guard = self._guarded(held_to, obstacles)
        planners = self._planners(held_to, obstacles)
        keeps = not simulated if log is None else log
        self.log = ArmLog(run_dir, self.about(held_to)) if keeps else None
        self.controller = self._controller = self._controlled(driver, held_to)
        self._gripper = Gripper(self._controller, arm, held_to.gripper_force)
        scene = self._scene
        self.families: Mapping[str, FactFamily] = {**(scene.families if scene else {}), **FAMILIES}
        self.identity = scene.identity if scene else arm.name
        self._act_within(held_to, *planners)

    @property
    def keeps_pace(self) -> bool:
        """Whether somebody waits for its next command, who has a clock of his own: no simulated arm."""
        return self._paced and "simulated" not in self._arm.capabilities

    def _controlled(self, driver: Driver, limits: Limits) -> Controller:
        """The loop around the driver, its gate and its log."""
        first = np.array(driver.read().position)
        gate = Gate(limits, self._arm.control_period_s, self._guard, first)
        return Controller(
            driver,
            gate,
            paced=self._paced,
            idle=self._around.happened,
            fault=self._fault,
            latch=Latch(self._say),
            log=self.log,
        )

    def _guarded(self, limits: Limits, obstacles: Sequence[Obstacle]) -> Guard:
        table = [part for part in obstacles if part.object == TABLE.object]
        return Guard(self._arm, limits, table or [TABLE])

    def _planners(self, limits: Limits, obstacles: Sequence[Obstacle]) -> tuple[Planner, Planner]:
        """One for the thread that moves the arm, and one for that which only looks."""
        arm = self._arm
        one, other = (Planner(arm, limits, obstacles, arm.control_period_s) for _ in range(2))
        return one, other

    def _act_within(self, limits: Limits, planner: Planner, checker: Planner) -> None:
        """All that asks for motions, for these limits, and what is told of them."""
        arm, self._held_to = self._arm, limits
        self._move_by(limits, planner, checker)
        self._policy_runner = PolicyRunner(
            self._controller,
            arm,
            limits,
            self._around,
            self._gripper,
            self._facts,
            planner.model,
            paced=self._paced,
        )
        scene = self._scene
        self.details: Mapping[str, Any] = {
            **(dict(scene.details) if scene else {}),
            "arm": arm.name,
            "joints": list(arm.joint_names),
            "description": plain(arm),
            "control_period_s": arm.control_period_s,
            "limits": limits.words(),
            "load_kg": self._tool.load,
            "real_time": self._paced,
        }

    def _move_by(self, limits: Limits, planner: Planner, checker: Planner) -> None:
        """What plans motions, and may be tightened by rules."""
        self._ruled: tuple[Zone, ...] = limits.zones[len(self._held_to.zones) :]
        self._checker = checker
        self._ceilings = Ceilings(limits, self._guard, planner, checker)
        self._motions = Motions(self._controller, planner, self._around)

    # -- its limits --------------------------------------------------------------------------------

    def limits_of(self, settings: Mapping[str, Any]) -> Limits:
        """The limits that a launch file's settings come to for this arm. Raises BadInput."""
        return Limits.of(self._arm, settings, tool=self._tool, model_range=self._body_model.own_range)

    def about(self, limits: Limits) -> Mapping[str, Any]:
        """What a reader of the log must know."""
        arm = self._arm
        return {
            "arm": arm.name,
            "joints": list(arm.joint_names),
            "period_s": arm.control_period_s,
            "own_clock": "own_clock" in arm.capabilities,
            "limits": limits.words(),
        }

    def hold_to(self, limits: Limits) -> None:
        """Hold to other limits from now on; what an agent had handed over before is forgotten.

        Raises PrimitiveFailed ("busy") while the arm moves, or a call has it.
        """
        with self._within(limits) as planners:
            self._gripper.strongest = limits.gripper_force
            self._act_within(limits, *planners)

    @contextmanager
    def _within(self, limits: Limits) -> Iterator[tuple[Planner, Planner]]:
        """The gate holds to these limits from now on; gives planners that do, for what asks for motions to be
        changed too before the next call. Making them takes seconds, in which a call may begin."""
        with self._controller.reading():
            self._refuse_moving()
            obstacles = self._around.obstacles(limits.zones)
        guard, planners = self._guarded(limits, obstacles), self._planners(limits, obstacles)
        with self._controller.reading():
            self._refuse_moving()
            self._around.keep_out(limits.zones)
            self._guard = guard
            self._controller.gate.hold_to(limits, guard)
            yield planners

    def _refuse_moving(self) -> None:
        if self._controller.moving or self._controller.called:
            raise PrimitiveFailed("busy", "the arm moves; its limits change when it is at rest")

    def _take_rules(self, args: Args) -> Value:
        """Zones and ceilings of a person's rules, all anew: they come to the limits, and widen none."""
        zones = ruled_zones(args["keep_out"])
        if zones != self._ruled:
            limits = replace(self._held_to, zones=(*self._held_to.zones, *zones))
            with self._within(limits) as planners:
                self._move_by(limits, *planners)
        return self._ceilings.take(args)

    # -- the protocol's side -----------------------------------------------------------------------

    def run(self, name: str, args: Args, context: CallContext) -> Value:
        """See `Body`. What breaks under a call, the scene's eyes as well as the arm, is `arm_lost`."""
        try:
            return self._run(name, args, context)
        except WorldError as broken:
            raise PrimitiveFailed("arm_lost", broken.message) from broken

    def _run(self, name: str, args: Args, context: CallContext) -> Value:
        args = {**_defaults(name), **args}
        if not SPECS[name].moves:
            return self._reads()[name](args)
        self._context = context
        with self._controller.call(context):
            with self._controller.reading():
                self._around.happened()  # what happened before this call is not its failure
                held = self._gripper.holds(self._controller.state)
                self._ceilings.apply(held or name == "run_policy")
            try:
                return self._moves()[name](args)
            except PrimitiveFailed as failed:
                if failed.code == "blew_up":
                    self._around.blew_up = self._around.blew_up or failed.message
                raise

    def rest(self, reason: str) -> None:
        """Come to a controlled stop and hold."""
        self._controller.rest(reason)

    def close(self) -> None:
        """Let go of the driver, at rest, and of all else: the bridge ends. Idempotent."""
        try:
            self._controller.close()
        finally:
            while self.at_close:
                self.at_close.pop()()

    def _fault(self, code: str, words: str) -> None:
        """Something went wrong between two calls."""
        if code == "blew_up":
            self._around.blew_up = self._around.blew_up or words
        self._say("fault", {"code": code, "message": words})

    def _say(self, type: str, data: Mapping[str, Any]) -> None:
        if self._context is not None:
            self._context.event(type, data)

    def _reads(self) -> Mapping[str, Callable[[Args], Value]]:
        return {
            "observe": self._observe,
            "objects": self._objects,
            "grasp_check": self._grasp_check,
            "reach_check": self._reach_check,
            "take_policy": self._policy_runner.policies.take,
            "take_rules": self._take_rules,
        }

    def _moves(self) -> Mapping[str, Callable[[Args], Value]]:
        motions = self._motions
        return {
            "home": motions.home,
            "move_to": motions.move_to,
            "move_by": motions.move_by,
            "move_joints": motions.move_joints,
            "follow": motions.follow,
            "stop": motions.stop,
            "open_gripper": self._open_gripper,
            "close_gripper": self._close_gripper,
            "wait": self._wait,
            "look": self._look,
            "run_policy": self._policy_runner.run,
        }

    # -- reading -----------------------------------------------------------------------------------

    def _observe(self, args: Args) -> Value:
        with self._controller.reading():
            state = self._controller.state
            facts = self._facts_now(state)
            interventions = dict(self._controller.gate.interventions)
            notes = {
                "time_s": state.time_s,
                "interventions": interventions,
                "interventions_told": self._controller.gate.interventions.told(),
            }
            latched = self._controller.latch.now
            if latched is not None:
                notes["protective_stop"] = latched.reason
            if self._controller.lost:
                notes["lost"] = self._controller.lost
            notes |= self.operating.notes() if self.operating is not None else {}
        return {"facts": facts, "notes": notes}

    def _facts_now(self, state: ArmState) -> dict[str, Any]:
        """The scene's facts and the arm's, as on the wire; between two ticks."""
        hand, rotation = self._hand(np.array(state.position))
        return self._around.facts() | {
            "hand": hand.tolist(),
            "hand_yaw": yaw_of(rotation),
            "gripper_width": state.gripper_width,
            "gripper_force": state.gripper_force,
            "gripper_holds": self._gripper.holds(state),
            "joint": dict(zip(self._arm.joint_names, state.position, strict=True)),
            "moving": self._controller.moving,
            "alive": not self._around.blew_up and not self._controller.lost,
        }

    def _facts(self, state: ArmState) -> FactSource:
        return observation_from_wire(self.families, {"facts": self._facts_now(state)})

    def _objects(self, args: Args) -> Value:
        with self._controller.reading():
            return {"objects": self._around.objects()}

    def _grasp_check(self, args: Args) -> Value:
        with self._controller.reading():
            return self._grasp()

    def _reach_check(self, args: Args) -> Value:
        with self._controller.reading():
            q = np.array(self._controller.state.position)
            scene = self._around.scene(self._controller.state.gripper_width, args["touch"])
        return self._motions.reach(self._checker, q, scene, args)

    def _hand(self, q: Array) -> tuple[Array, Array]:
        self._body_model.place(q)
        return self._body_model.pose()

    def _grasp(self) -> Value:
        state = self._controller.state
        return {
            "width": state.gripper_width,
            "force": state.gripper_force,
            "holds": self._gripper.holds(state),
            "object": self._around.held(state.gripper_width),
        }

    # -- acting ------------------------------------------------------------------------------------

    def _open_gripper(self, args: Args) -> Value:
        self._around.refuse_if_blown()
        self._gripper.open(args["width"], Watchman(self._around, forgive=RELEASING))
        return self._grasp()

    def _close_gripper(self, args: Args) -> Value:
        self._around.refuse_if_blown()
        watch = Watchman(self._around, forgive=frozenset({"bumped"}))
        self._gripper.close(float(args["force"]), bool(args["must_hold"]), watch)
        return self._grasp()

    def _wait(self, args: Args) -> Value:
        self._around.refuse_if_blown()
        watch = Watchman(self._around, forgive=RELEASING)
        self._controller.wait(float(args["seconds"]), watch)
        return {}

    def _look(self, args: Args) -> Value:
        if self._scene is None:
            raise PrimitiveFailed("no_camera", f"{self._arm.name} has no camera")
        cameras = self._scene.details.get("cameras") or [""]
        camera = str(args["camera"] or cameras[0])
        width, height = int(args["width"]), int(args["height"])
        with self._controller.reading():
            try:
                image = self._scene.image(camera, width, height)
            except BadInput as wrong:
                raise PrimitiveFailed("no_camera", f"{wrong.message} {wrong.remedy}") from wrong
        self._pictures += 1
        path = self.run_dir / "pictures" / f"{self._pictures:04d}-{camera}.png"
        write_png(path, image)
        return {"path": str(path), "camera": camera, "width": width, "height": height}


def _defaults(name: str) -> Value:
    """The values of the arguments that a caller left out."""
    properties = SPECS[name].args["properties"]
    return {key: schema["default"] for key, schema in properties.items() if "default" in schema}
