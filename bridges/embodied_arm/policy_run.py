"""A policy drives the arm: facts, observation, action, joint targets, every one through the gate.

Each step is what it was in training: the observation by `embodied.arms.observation.Observer`, the action by
`embodied.arms.motion`. What comes of it goes to the driver as every other motion does, by `Controller.tick`,
so all limits hold. The loop hands words to others and waits for none of them.
"""

from __future__ import annotations

import gc
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from embodied.arms import ArmCommand, ArmDescription, ArmState
from embodied.arms.easing import JointLimits
from embodied.arms.motion import GRIPPER, Floats, Motion, motion_for, opening, within
from embodied.arms.observation import Observer
from embodied.bridge.body import Aborted, PrimitiveFailed
from embodied.condition import Condition, check, evaluate, parse
from embodied.errors import BadCondition, BadInput, WorldError
from embodied.facts import FactSource
from embodied.learning.policy import Policy
from embodied_arm.control import Controller
from embodied_arm.gripper import Gripper
from embodied_arm.limits import Limits
from embodied_arm.model import PlanningModel
from embodied_arm.planner import Scene
from embodied_arm.policies import Policies
from embodied_arm.pulse import Pulse
from embodied_arm.surroundings import Surroundings, Watchman

Args = Mapping[str, Any]
Value = Mapping[str, Any]

HELD_STEPS: Final = 5
"""The condition counts as reached once it has held for so many steps in a row, as in training."""
WHOLE: Final = 1e-6
"""A step lasts a whole number of control periods, up to this [s]."""

REACHED: Final = "reached"
TIME_UP: Final = "time"

Look = Callable[[ArmState], FactSource]
"""The facts now; called while the world is held still between two ticks."""


class ModelArm:
    """A posture of the planning model as an `ArmNow`."""

    def __init__(self, model: PlanningModel) -> None:
        self._model = model
        self._joints: Sequence[float] = ()

    def place(self, joints: Sequence[float]) -> None:
        """The arm is measured there now [rad]."""
        self._joints = joints
        self._model.place(np.asarray(joints))

    def joints(self) -> Sequence[float]:
        return self._joints

    def hand(self) -> tuple[Sequence[float], Sequence[Sequence[float]]]:
        position, rotation = self._model.pose()
        return position.tolist(), rotation.tolist()

    def jacobian(self) -> Floats:
        return self._model.jacobian()


@dataclass(frozen=True, eq=False)
class _Drive:
    """One run of one policy: all that its loop uses."""

    policy: Policy
    motion: Motion
    observer: Observer
    periods: int
    until: Condition | None
    watchman: Watchman
    steps: int


class PolicyRunner:
    """Runs policies on one arm.

    Args:
        look: the facts now.
        model: of the arm, for the thread that moves it.
        paced: whether the loop keeps pace with the clock, so that it can be late.
    """

    def __init__(
        self,
        controller: Controller,
        arm: ArmDescription,
        limits: Limits,
        around: Surroundings,
        gripper: Gripper,
        look: Look,
        model: PlanningModel,
        *,
        paced: bool,
    ) -> None:
        self.policies = Policies()
        self._controller = controller
        self._description = arm
        self._around = around
        self._gripper = gripper
        self._look = look
        self._paced = paced
        self._force = limits.gripper_force
        self._joint_limits = JointLimits(
            np.array(arm.lower),
            np.array(arm.upper),
            limits.velocity,
            limits.acceleration,
            controller.period,
        )
        self._arm = ModelArm(model)

    def run(self, args: Args) -> Value:
        """Implements the primitive `run_policy`; nothing moves before everything is known to fit."""
        policy = self.policies.get(str(args["policy"]))
        touch = [str(name) for name in args["touch"]]
        with self._controller.reading():
            self._around.refuse_if_blown()
            state = self._controller.state
            facts = self._look(state)
            scene = self._touched(state, touch)
        drive = self._fitted(policy, facts, Watchman(self._around, scene), args)
        before = Counter(self._controller.gate.interventions)
        self._around.meant = scene.touch
        pulse = Pulse(self._controller.period, real=self._paced, now=self._clock)
        try:
            with _no_garbage(self._paced):
                steps, ended = self._until_it_stays(drive, facts, pulse)
        except (Aborted, PrimitiveFailed):
            self._controller.rest("the policy's run ended early")
            raise
        finally:
            self._around.meant = frozenset()
        return {
            "steps": steps,
            "ended": ended,
            "seconds": round(steps * policy.step_seconds, 3),
            "missed": pulse.missed,
            "periods": pulse.told(),
            "interventions": dict(Counter(self._controller.gate.interventions) - before),
        }

    def _clock(self) -> float:
        """What the loop's periods are measured by [s]."""
        if "own_clock" in self._description.capabilities:
            return self._controller.state.time_s
        return time.monotonic()

    # -- before ------------------------------------------------------------------------------------

    def _fitted(self, policy: Policy, facts: FactSource, watchman: Watchman, args: Args) -> _Drive:
        """Everything is compared before anything moves. Raises `PrimitiveFailed`."""
        period = self._controller.period
        periods = round(policy.step_seconds / period)
        if periods < 1 or abs(periods * period - policy.step_seconds) > WHOLE:
            raise PrimitiveFailed(
                "wrong_policy",
                f"its steps of {policy.step_seconds:g} s are no whole number of this arm's control periods "
                f"of {period:g} s",
            )
        try:
            motion = motion_for(
                policy.action,
                self._arm,
                self._joint_limits,
                policy.step_seconds,
                self._description.gripper_width_max,
            )
            observer = Observer(policy.observation, policy.step_seconds)
        except BadInput as wrong:
            raise PrimitiveFailed("wrong_policy", f"{wrong.message} {wrong.remedy}".strip()) from wrong
        unknown = observer.missing(facts)
        if unknown:
            raise PrimitiveFailed(
                "no_source",
                f"{self._description.name} has no source for what the policy sees: {', '.join(unknown)}",
                {"facts": list(unknown)},
            )
        until = self._condition(str(args["until"]), facts)
        steps = max(1, round(float(args["seconds"]) / policy.step_seconds))
        return _Drive(policy, motion, observer, periods, until, watchman, steps)

    def _condition(self, text: str, facts: FactSource) -> Condition | None:
        if not text:
            return None
        try:
            condition = parse(text)
            check(condition, facts.families)
        except BadCondition as wrong:
            raise PrimitiveFailed("wrong_policy", f"until: {wrong.message}") from wrong
        return condition

    def _touched(self, state: ArmState, touch: Sequence[str]) -> Scene:
        """What the policy says that it touches, with what lies on or in it; a held thing may be let go if it
        is among them."""
        scenes = [self._around.scene(state.gripper_width, name) for name in touch]
        scene = self._around.scene(state.gripper_width, "")
        touched = frozenset(touch).union(*(each.touch for each in scenes))
        if scene.held in touched:
            return Scene(scene.obstacles, "", scene.width, touched)
        return Scene(scene.obstacles, scene.held, scene.width, touched)

    # -- the loop ----------------------------------------------------------------------------------

    def _until_it_stays(self, drive: _Drive, facts: FactSource, pulse: Pulse) -> tuple[int, str]:
        """Steps taken, and how it ended. What was reached and is so no longer when the arm has come to rest,
        as a cube that slid on, is gone after for as long as there is time."""
        done = 0
        while True:
            with self._controller.streaming():
                steps, ended = self._drive(drive, facts, pulse, drive.steps - done)
            self._controller.settle(drive.watchman)
            done += steps
            if ended != REACHED or drive.until is None:
                return done, ended
            with self._controller.reading():
                facts = self._look(self._controller.state)
            if evaluate(drive.until, facts) is True:
                return done, REACHED
            if done >= drive.steps:
                return done, TIME_UP
            pulse.pause()

    def _drive(self, drive: _Drive, facts: FactSource, pulse: Pulse, most: int) -> tuple[int, str]:
        """At most so many steps; those taken, and how it ended."""
        controller, policy = self._controller, drive.policy
        fingers = GRIPPER in policy.action
        joints = np.array(controller.state.position)
        self._arm.place(controller.state.position)
        drive.motion.begin(joints)
        drive.motion.rebase(controller.gate.last, np.zeros_like(joints))
        drive.observer.begin()
        coming: deque[Floats] = deque()
        held = 0
        width = None
        for step in range(most):
            seen = self._observed(drive.observer, facts)
            if not coming:
                coming.extend(self._decided(policy, seen))
            action = coming.popleft()
            self._arm.place(controller.state.position)
            targets = drive.motion.targets(action)
            if fingers:
                width = opening(float(action[-1]), self._description.gripper_width_max)
            facts = self._move(drive, targets, width, pulse)
            held = held + 1 if drive.until is not None and evaluate(drive.until, facts) is True else 0
            if held >= HELD_STEPS:
                return step + 1, REACHED
        return most, TIME_UP

    def _observed(self, observer: Observer, facts: FactSource) -> Any:
        try:
            return observer.read(facts)
        except WorldError as gone:
            raise PrimitiveFailed("no_source", gone.message) from gone

    def _decided(self, policy: Policy, seen: Any) -> Iterator[Floats]:
        actions = np.asarray(policy.actions(seen), dtype=np.float64)
        if not np.isfinite(actions).all():
            raise PrimitiveFailed("wrong_policy", "the policy's action is not finite; the arm came to rest")
        for action in actions:
            yield within(action, _LEAST, _MOST)

    def _move(self, drive: _Drive, targets: Floats, width: float | None, pulse: Pulse) -> FactSource:
        """The control periods of one step; the facts after it."""
        seen: list[FactSource] = []

        def last(state: ArmState) -> None:
            drive.watchman(state)
            seen.append(self._look(state))

        gate, force = self._controller.gate, None if width is None else self._force
        for period in range(1, drive.periods + 1):
            command = ArmCommand(tuple(drive.motion.towards(targets).tolist()), width, force)
            watch = last if period == drive.periods else drive.watchman
            self._controller.tick(command, watch)
            drive.motion.rebase(gate.last, gate.velocity * self._controller.period)
            pulse.beat()
        if width is not None:
            self._gripper.told(width, self._force)
        return seen[0]


_LEAST, _MOST = np.array(-1.0), np.array(1.0)


@contextmanager
def _no_garbage(paced: bool) -> Iterator[None]:
    """Python's garbage is not collected while an arm waits for its next command."""
    if not paced or not gc.isenabled():
        yield
        return
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
