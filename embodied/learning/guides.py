"""Something that can already do a task, badly: what a training starts from instead of from nothing.

A guide looks at one observation and says what it would do. `Sketch` is one that needs no skill: it is
composed from the success condition's goals, as rewards are: go above the thing, take it, carry it; or go
behind it and push. It knows no task, no size and no friction, and drops and misses accordingly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, Self, TypeGuard, runtime_checkable

import numpy as np

from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import Episode
from embodied.learning.straight import Straight
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.composing import Design
from embodied.rewards.errors import RewardError
from embodied.rewards.goals import Goal
from embodied.rewards.spec import ActionSpec, Array, ObservationSpec
from embodied.rewards.stages import Parameter

_COMMON: Final = (
    Parameter("above", 0.08, 0.02, 0.2, "how far above the thing the hand comes [m]"),
    Parameter("near", 0.02, 0.005, 0.05, "how far off still counts as there, seen from above [m]"),
    Parameter("height", 0.0, -0.03, 0.05, "of the hand over the thing's centre, as it takes or pushes [m]"),
    Parameter("speed", 0.35, 0.1, 2.0, "share of the way that is done in a step"),
)
_CARRYING: Final = (
    *_COMMON,
    Parameter("at", 0.012, 0.004, 0.04, "how far off the fingers close [m]"),
    Parameter("held", 0.03, 0.01, 0.08, "how far off the thing may be and still be between the fingers [m]"),
    Parameter("shut", 0.75, 0.2, 0.98, "opening below which the fingers have closed, of the widest"),
)
_PUSHING: Final = (
    *_COMMON,
    Parameter("behind", 0.07, 0.03, 0.15, "how far behind the thing the hand comes down [m]"),
    Parameter("ahead", 0.03, 0.005, 0.06, "how far ahead of itself the hand aims as it pushes [m]"),
    Parameter("slower", 0.6, 0.2, 1.5, "of the way that is left, at most so much ahead: cubes slide on"),
    Parameter("aside", 0.02, 0.005, 0.05, "how far off its line the hand may come as it pushes [m]"),
)


class Guide(Protocol):
    """A weak skill. It may remember what it did so far: whoever runs an episode calls `begin` right after the
    reset, then `act` exactly once for each observation, in order, the last one included.

    What is done may be another's choice: each observation tells what came of it. What the guide would have
    done is stored with the step, so learning from old steps never asks it again.
    """

    @property
    def name(self) -> str: ...

    def begin(self, environment: Environment) -> None:
        """An episode begins, in this environment, which was just reset. It may be looked at in `act` too,
        until the next `begin`, by a guide that needs more than observations; it is not to be changed."""
        ...

    def act(self, observation: Flat) -> Flat:
        """An action within [-1, 1], shape (m,), for an observation of shape (n,)."""
        ...


@runtime_checkable
class Tunable(Guide, Protocol):
    """A guide with numbers that may be searched."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Each with its value now, how far it may go, and its unit."""
        ...

    def with_values(self, values: Mapping[str, float]) -> Self:
        """The same guide with other numbers, each kept within its bounds; those not named stay."""
        ...


@runtime_checkable
class Coded(Guide, Protocol):
    """A guide that runs code which may be changed."""

    @property
    def code(self) -> str:
        """Another one for other code."""
        ...


def sketch(
    design: Design, observation: ObservationSpec, action: ActionSpec, seen: Sequence[Episode]
) -> Guide | None:
    """A guide for the first goal of a design, or None where it is about no position to bring a thing to.

    Args:
        seen: episodes of random motion: how far an action moves the hand is read from them.
    """
    goal = next((goal for goal in design.goals if goal.toward and goal.kind == "move"), None)
    hand = next((entry.name for entry in observation.entries if entry.role == "hand"), None)
    moves = next((entry for entry in action.entries if entry.shape == (3,)), None)
    if goal is None or hand is None or moves is None or not (goal.near or goal.of_the_hand):
        return None
    gripper = next((entry.name for entry in observation.entries if entry.role == "gripper"), "")
    grips = next((entry.name for entry in action.entries if entry.shape == ()), "")
    try:
        toward = _Toward(goal, observation, action)
    except RewardError:
        return None
    reach = _reach(seen, observation, action, hand, moves.name)
    if goal.of_the_hand:
        return Straight(hand, moves.name, toward, reach, observation, action)
    plan = _Plan(hand, goal.near, moves.name, gripper, grips, reach)
    return Sketch(plan, toward, observation, action)


@dataclass(frozen=True)
class _Plan:
    """Names of entries, and how far the hand moves in a step at an action of 1 [m]."""

    hand: str
    thing: str
    moves: str
    gripper: str
    grips: str
    reach_m: float


class _Toward:
    """Where the thing shall go, shape (3,) [m]: the goal's expression, computed as rewards are."""

    def __init__(self, goal: Goal, observation: ObservationSpec, action: ActionSpec) -> None:
        parts = ", ".join(f'"{axis}": there[:, {number}]' for number, axis in enumerate("xyz"))
        body = f"    there = {goal.toward}\n    return {{{parts}}}\n"
        source = f"UP = np.array([0.0, 0.0, 1.0])\n\n\ndef reward(obs, action, previous):\n{body}"
        self._terms = in_process(check(source, observation, action))
        self._idle = {entry.name: np.zeros((1, *entry.shape)) for entry in action.entries}

    def __call__(self, named: dict[str, Array]) -> Array:
        terms = self._terms(named, self._idle, named)
        return np.array([terms[axis][0] for axis in "xyz"])


@runtime_checkable
class Remembering(Guide, Protocol):
    """A guide that goes on from where it is in its own doing, which no observation tells: what it says of a
    state that another came to, fits what it would have done itself. Only what it does can be learned."""

    remembers: bool

    @property
    def over(self) -> bool:
        """Whether it has done all that it does, and only stays from here on; as of the last `act`."""
        ...

    @property
    def begun(self) -> int:
        """The step of the episode at which it last began anew by itself; 0 if it did not."""
        ...


def remembers(guide: Guide) -> TypeGuard[Remembering]:
    """Whether it is `Remembering`."""
    return isinstance(guide, Remembering) and guide.remembers


class Sketch:
    """See `sketch`. Holds no state: the same observation, the same action."""

    name = "sketch"

    def __init__(
        self,
        plan: _Plan,
        toward: _Toward,
        observation: ObservationSpec,
        action: ActionSpec,
        parameters: tuple[Parameter, ...] = (),
    ) -> None:
        self._plan, self._toward = plan, toward
        self._observation, self._action = observation, action
        self.parameters = parameters or (_CARRYING if plan.gripper and plan.grips else _PUSHING)
        self._number = {one.name: one.value for one in self.parameters}
        self._above = np.array((0.0, 0.0, self._number["above"]))
        self._over = np.array((0.0, 0.0, self._number["height"]))

    def with_values(self, values: Mapping[str, float]) -> Sketch:
        """See `Tunable.with_values`."""
        changed = tuple(
            replace(one, value=float(min(max(values.get(one.name, one.value), one.low), one.high)))
            for one in self.parameters
        )
        return Sketch(self._plan, self._toward, self._observation, self._action, changed)

    def begin(self, environment: Environment) -> None:
        """Nothing to remember."""

    def act(self, observation: Flat) -> Flat:
        """See `Guide.act`."""
        named = self._observation.split(observation[None].astype(float))
        hand, thing = named[self._plan.hand][0], named[self._plan.thing][0]
        there = self._toward(named)
        if self._plan.gripper and self._plan.grips:
            wanted, width = self._carried(hand, thing, there, float(named[self._plan.gripper][0]))
        else:
            wanted, width = self._pushed(hand, thing, there), -1.0
        action = {entry.name: np.zeros((1, *entry.shape)) for entry in self._action.entries}
        action[self._plan.moves][0] = np.clip(
            (wanted - hand) * self._number["speed"] / self._plan.reach_m, -1.0, 1.0
        )
        if self._plan.grips:
            action[self._plan.grips][0] = width
        flat: Flat = self._action.flatten(action)[0].astype(np.float32)
        return flat

    def _carried(self, hand: Array, thing: Array, there: Array, gripper: float) -> tuple[Array, float]:
        """Where the hand shall be, and how wide the fingers: 1 is open."""
        number = self._number
        widest = float(self._observation.entry(self._plan.gripper).upper)
        take = thing + self._over
        beside = float(np.linalg.norm(hand[:2] - thing[:2]))
        at = float(np.linalg.norm(hand - take))
        if at < number["held"] and gripper < number["shut"] * widest:
            return there + (hand - thing), -1.0
        if at < number["at"]:
            return hand, -1.0
        if beside > number["near"]:
            return thing + self._above, 1.0
        return take, 1.0

    def _pushed(self, hand: Array, thing: Array, there: Array) -> Array:
        """Where the hand shall be."""
        number = self._number
        near = number["near"]
        way = there - thing
        way[2] = 0.0
        left = float(np.linalg.norm(way))
        way /= max(left, 1e-6)
        touch = thing + self._over
        behind = touch - number["behind"] * way
        off = hand - touch
        along = float(off @ way)
        across = float(np.linalg.norm((off - along * way)[:2]))
        if along < -near and across < number["aside"] and off[2] < near:
            push: Array = touch + (along + min(number["slower"] * left, number["ahead"])) * way
            return push
        if float(np.linalg.norm((hand - behind)[:2])) > near:
            behind = behind + self._above
        where: Array = behind
        return where


def _reach(
    seen: Sequence[Episode], observation: ObservationSpec, action: ActionSpec, hand: str, moves: str
) -> float:
    """How far the hand moves for an action of 1 [m]: the least-squares slope over what was seen."""
    done, moved = [], []
    for episode in seen:
        hands = observation.split(episode.observations.astype(float))[hand]
        done.append(action.split(episode.actions.astype(float))[moves])
        moved.append(np.diff(hands, axis=0))
    acted, way = np.concatenate(done).ravel(), np.concatenate(moved).ravel()
    return max(float(acted @ way) / max(float(acted @ acted), 1e-9), 1e-3)
