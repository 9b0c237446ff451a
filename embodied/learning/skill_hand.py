"""An arm's primitives as actions of a training environment, one step at a time.

Each primitive is a generator: it yields the action of the next step, and goes on with what is observed after
it. There is no planner and no limit behind it, as there is behind a bridge: the hand goes straight, and meets
what it meets. The hand does not turn where the environment's actions do not turn it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import numpy as np

from embodied.facts import Observation
from embodied.learning.environment import Flat
from embodied.outcome import PrimitiveResult
from embodied.rewards.spec import ActionSpec, Array, ObservationSpec

Steps = Generator[Flat, None, PrimitiveResult]
"""Actions, one for each step; what the primitive came to."""

ABOVE_M: Final = 0.14
"""So high, over the table, the hand goes across where it goes above things."""
NEAR_M: Final = 0.005
"""Within this distance it is there."""
BY_THE_WAY_M: Final = 0.025
STILL_M: Final = 0.0008
"""A hand, or a finger, that moves less in a step stands still."""
STILL_STEPS: Final = 4
GAIN: Final = 0.5
"""Share of what is left of the way that is asked for in a step: an arm that needs a few steps to brake goes
to and fro about its target where all of it is."""
PATIENCE: Final = 16
"""Steps that a motion may take beyond what it needs."""
HELD_M: Final = 0.006
"""Fingers that stop farther apart hold something."""


@dataclass(frozen=True)
class Means:
    """Names of entries, and what an action of 1 does.

    Attributes:
        hand, gripper: observations; moves, grips: actions. `gripper` and `grips` are "" without fingers.
        reach_m: how far the hand moves in a step [m].
        widest_m: of the fingers [m].
        step_s: how long a step lasts [s].
    """

    hand: str
    moves: str
    gripper: str
    grips: str
    reach_m: float
    widest_m: float
    step_s: float


def means_of(observation: ObservationSpec, action: ActionSpec, reach_m: float, step_s: float) -> Means | None:
    """What to move the hand by; None where the specs have no hand that moves along axes."""
    hand = next((entry.name for entry in observation.entries if entry.role == "hand"), "")
    moves = next((entry.name for entry in action.entries if entry.shape == (3,)), "")
    if not hand or not moves:
        return None
    gripper = next((entry for entry in observation.entries if entry.role == "gripper"), None)
    grips = next((entry.name for entry in action.entries if entry.shape == ()), "")
    if gripper is None or not grips:
        return Means(hand, moves, "", "", reach_m, 0.0, step_s)
    return Means(hand, moves, gripper.name, grips, reach_m, float(gripper.upper), step_s)


class Hand:
    """Implements the primitives of `embodied_arm` by name. `observed` before each step, then `now` is new."""

    def __init__(self, means: Means, observation: ObservationSpec, action: ActionSpec) -> None:
        self.means = means
        self._observation, self._action = observation, action
        self._fingers = 1.0
        self._named: Mapping[str, Array] = {}
        self._home: Array = np.zeros(3)
        self._facts: Callable[[], Observation] = _no_facts
        self._verbs: Mapping[str, Callable[[Mapping[str, Any]], Steps]] = {
            "home": self._go_home,
            "move_to": self._move_to,
            "move_by": self._move_by,
            "follow": self._follow,
            "open_gripper": self._open,
            "close_gripper": self._close,
            "grasp_check": lambda given: _at_once(self._grasp()),
            "reach_check": lambda given: _at_once(self._reachable(given)),
            "objects": lambda given: _at_once(self._objects()),
            "wait": self._wait,
            "stop": lambda given: _at_once(self._reached()),
        }

    def begin(self, observation: Flat, facts: Callable[[], Observation]) -> None:
        """An episode begins."""
        self._fingers = 1.0 if self.means.grips else -1.0
        self.observed(observation)
        self._home = self.at.copy()
        self._facts = facts

    def observed(self, observation: Flat) -> None:
        named = self._observation.split(observation[None].astype(float))
        self._named = {name: values[0] for name, values in named.items()}

    def steps(self, primitive: str, given: Mapping[str, Any]) -> Steps:
        """The steps of a primitive; one that cannot be done here fails at once."""
        verb = self._verbs.get(primitive)
        if verb is None:
            return _at_once(
                PrimitiveResult(False, {}, "unreachable", f"{primitive} cannot be done in training.")
            )
        return verb(given)

    def hold(self) -> Flat:
        """Stay, the fingers as they are."""
        return self._act(np.zeros(3))

    @property
    def at(self) -> Array:
        """The grasp point [m], shape (3,)."""
        return self._named[self.means.hand]

    @property
    def width(self) -> float:
        """Of the fingers [m]."""
        return float(self._named[self.means.gripper]) if self.means.gripper else 0.0

    # -- motions -----------------------------------------------------------------------------------

    def _move_to(self, given: Mapping[str, Any]) -> Steps:
        target = np.array([given["x"], given["y"], given["z"]], dtype=float)
        way = [target]
        if given.get("via") == "above" and float(np.linalg.norm(target[:2] - self.at[:2])) > BY_THE_WAY_M:
            height = max(ABOVE_M, target[2])
            rising = [np.array((*self.at[:2], height))] if self.at[2] < height - BY_THE_WAY_M else []
            way = [*rising, np.array((*target[:2], height)), target]
        return (yield from self._along(way, given))

    def _move_by(self, given: Mapping[str, Any]) -> Steps:
        change = np.array([given.get(axis, 0.0) for axis in ("dx", "dy", "dz")], dtype=float)
        return (yield from self._along([self.at + change], given))

    def _follow(self, given: Mapping[str, Any]) -> Steps:
        way = [np.array([point["x"], point["y"], point["z"]], dtype=float) for point in given["points"]]
        return (yield from self._along(way, given))

    def _go_home(self, given: Mapping[str, Any]) -> Steps:
        return (yield from self._along([self._home], given))

    def _along(self, way: Sequence[Array], given: Mapping[str, Any]) -> Steps:
        """Straight lines from point to point, stopping at none but the last."""
        if self._nearest(way[-1]) is not None:
            return self._outside(way[-1])
        speed = float(given.get("speed") or 1.0)
        for number, point in enumerate(way):
            last = number == len(way) - 1
            there = yield from self._line(point, speed, NEAR_M if last else BY_THE_WAY_M)
            if not there:
                if given.get("until_contact"):
                    return self._reached(way[-1], contact=True)
                told = f"the hand stopped {1000 * float(np.linalg.norm(point - self.at)):.0f} mm away"
                return PrimitiveResult(False, {}, "blocked", told)
        return self._reached(way[-1])

    def _line(self, target: Array, speed: float, near: float) -> Generator[Flat, None, bool]:
        reach = self.means.reach_m
        far = float(np.max(np.abs(target - self.at)))
        still = 0
        for _ in range(ceil(1.5 * far / (speed * reach)) + PATIENCE):
            before, off = self.at, target - self.at
            if float(np.linalg.norm(off)) < near:
                return True
            yield self._act(np.clip(GAIN * off / reach, -speed, speed))
            still = still + 1 if float(np.linalg.norm(self.at - before)) < STILL_M else 0
            if still >= STILL_STEPS:
                break
        return float(np.linalg.norm(target - self.at)) < 2 * near

    # -- fingers -----------------------------------------------------------------------------------

    def _open(self, given: Mapping[str, Any]) -> Steps:
        if not self.means.grips:
            return PrimitiveResult(False, {}, "blocked", "the fingers are shut in this task")
        wanted = given.get("width")
        width = self.means.widest_m if wanted is None else min(float(wanted), self.means.widest_m)
        self._fingers = 2.0 * width / self.means.widest_m - 1.0
        yield from self._until_still(lambda: abs(self.width - width) < NEAR_M)
        return self._grasp()

    def _close(self, given: Mapping[str, Any]) -> Steps:
        self._fingers = -1.0
        if self.means.grips:
            yield from self._until_still(lambda: self.width < HELD_M / 2)
        grasp = self._grasp()
        if given.get("must_hold", True) and not grasp.value["holds"]:
            return PrimitiveResult(False, grasp.value, "no_grasp", "the fingers closed on nothing")
        return grasp

    def _until_still(self, there: Callable[[], bool]) -> Generator[Flat, None, None]:
        still = 0
        for _ in range(2 * PATIENCE):
            if there() or still >= 2:
                return
            before = self.width
            yield self.hold()
            still = still + 1 if abs(self.width - before) < STILL_M else 0

    def _grasp(self) -> PrimitiveResult:
        holds = self._fingers < 0.0 and self.width > HELD_M
        held = next((keys[0] for keys, value in self._facts().items("holding") if value and keys), "")
        told = {"width": self.width, "force": 20.0 if holds else 0.0, "holds": holds, "object": held}
        return PrimitiveResult(True, told)

    # -- looking -----------------------------------------------------------------------------------

    def _wait(self, given: Mapping[str, Any]) -> Steps:
        for _ in range(ceil(float(given["seconds"]) / self.means.step_s)):
            yield self.hold()
        return PrimitiveResult(True)

    def _reachable(self, given: Mapping[str, Any]) -> PrimitiveResult:
        target = np.array([given["x"], given["y"], given["z"]], dtype=float)
        nearest = self._nearest(target)
        x, y, z = (target if nearest is None else nearest).tolist()
        told = {
            "reachable": nearest is None,
            "reason": "",
            "message": "",
            "object": "",
            "x": x,
            "y": y,
            "z": z,
        }
        if nearest is not None:
            told |= {"reason": "outside_workspace", "message": "outside the hand's workspace"}
        return PrimitiveResult(True, told)

    def _objects(self) -> PrimitiveResult:
        facts = self._facts()
        listed = [
            {
                "name": name,
                "kind": kind,
                "color": facts.get("color", name) if facts.get("color", name) else "",
                **dict(zip("xyz", pose, strict=True)),
                "yaw": facts.number("yaw", name),
                "size": list(size),
            }
            for (name,), kind in facts.items("kind")
            if isinstance(pose := facts.get("pose", name), tuple)
            and isinstance(size := facts.get("size", name), tuple)
            and kind not in ("place", "handle")
        ]
        return PrimitiveResult(True, {"objects": listed})

    def _nearest(self, target: Array) -> Array | None:
        """The nearest point within the workspace; None if the target is in it."""
        entry = self._observation.entry(self.means.hand)
        within = np.clip(target, entry.lower, entry.upper)
        return None if np.allclose(within, target) else within

    def _outside(self, target: Array) -> PrimitiveResult:
        nearest = self._nearest(target)
        assert nearest is not None
        told = {"nearest": dict(zip("xyz", nearest.tolist(), strict=True))}
        return PrimitiveResult(False, told, "outside_workspace", "outside the hand's workspace")

    def _reached(self, target: Array | None = None, *, contact: bool = False) -> PrimitiveResult:
        x, y, z = self.at.tolist()
        off = 0.0 if target is None else float(np.linalg.norm(target - self.at))
        yaw = self._facts().number("hand_yaw")
        return PrimitiveResult(True, {"x": x, "y": y, "z": z, "yaw": yaw, "off_m": off, "contact": contact})

    def _act(self, move: Array) -> Flat:
        action = {entry.name: np.zeros((1, *entry.shape)) for entry in self._action.entries}
        action[self.means.moves][0] = move
        if self.means.grips:
            action[self.means.grips][0] = self._fingers
        flat: Flat = np.clip(self._action.flatten(action)[0], -1.0, 1.0).astype(np.float32)
        return flat


def _at_once(result: PrimitiveResult) -> Steps:
    """A primitive that takes no time."""
    yield from ()
    return result


def _no_facts() -> Observation:
    return Observation({}, {})
