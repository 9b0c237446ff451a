"""How an episode failed, in a word or two that a designer of rewards can act on.

Read from what was observed, not from the reward: where the hand was, where the thing went, how near the goal
came. The analyst counts these (`embodied.rewards.training.Checkpoint.failures`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from embodied.rewards.calling import in_process
from embodied.rewards.composing import Design, compose
from embodied.rewards.goals import Goal
from embodied.rewards.spec import ActionSpec, Array, ObservationSpec
from embodied.rewards.trajectory import Trajectory

TOUCH_M: Final = 0.06
"""A hand that was never nearer did not touch."""
MOVED_M: Final = 0.01
RAISED_M: Final = 0.02

WORDS: Final[Mapping[str, str]] = {
    "never touched": "the hand did not come within 6 cm of what had to be moved",
    "not moved": "it was touched, and did not move",
    "dropped": "it was carried, and fell",
    "out of reach": "it ended outside of the hand's workspace",
    "overshot": "the goal was reached or nearly so, and left again",
    "stopped short": "it moved toward the goal, and not far enough",
    "wrong way": "it moved, and came no nearer to the goal",
}
"""What `failed_how` answers, and what each means."""


def count_failures(
    episodes: Iterable[Trajectory], design: Design, observation: ObservationSpec, action: ActionSpec
) -> dict[str, int]:
    """How many episodes failed in which way; those that succeeded in the end are not counted."""
    return dict(
        Counter(
            failed_how(episode, design, observation, action)
            for episode in episodes
            if not episode.success[-1]
        )
    )


def failed_how(episode: Trajectory, design: Design, observation: ObservationSpec, action: ActionSpec) -> str:
    """One of `WORDS`; `design` is any design for the condition (it says what is to be moved where)."""
    goal = next((goal for goal in design.goals if goal.near), None)
    hand = next((entry for entry in observation.entries if entry.role == "hand"), None)
    if goal is not None and hand is not None:
        at = np.asarray(episode.observations[hand.name], dtype=float)
        thing = np.asarray(episode.observations[goal.near], dtype=float)
        apart = np.linalg.norm(at - thing, axis=-1)
        moved = float(np.max(np.linalg.norm(thing - thing[0], axis=-1)))
        if float(np.min(apart)) > TOUCH_M and moved < MOVED_M:
            return "never touched"
        if _outside(thing[-1], hand.lower, hand.upper):
            return "out of reach"
        if _dropped(apart, thing, goal):
            return "dropped"
        if moved < MOVED_M and goal.kind == "move" and not _mechanism_moved(episode, goal, observation):
            return "not moved"
    return _course(_done(episode, design, observation, action), bool(np.any(episode.success)))


def _course(done: Array, succeeded: bool) -> str:
    """From how far the goal was done, from 0 to 1, in each state."""
    best, last = float(np.max(done)), float(done[-1])
    if succeeded or (best > 0.8 and last < best - 0.1):
        return "overshot"
    return "stopped short" if last > float(done[0]) + 0.02 else "wrong way"


def _done(episode: Trajectory, design: Design, observation: ObservationSpec, action: ActionSpec) -> Array:
    """The product of the levels of all moves, shape (T + 1,)."""
    level = replace(design, form="level")  # which pays each step what is done, whatever it was designed for
    states = np.arange(episode.steps + 1)
    acted = np.minimum(states, episode.steps - 1)
    terms = in_process(compose(level, observation, action))(
        episode.state(states), episode.act(acted), episode.state(states)
    )
    weights = {one.name: one.value for one in design.parameters}
    moves = [
        values / weights[f"{name.upper()}_WEIGHT"]
        for name, values in terms.items()
        if name.startswith("move") and weights[f"{name.upper()}_WEIGHT"] > 0
    ]
    return np.asarray(np.prod(moves, axis=0)) if moves else np.zeros(episode.steps + 1)


def _outside(position: Array, low: Array, high: Array) -> bool:
    return bool(np.any(position < low - TOUCH_M) or np.any(position > high + TOUCH_M))


def _dropped(apart: Array, thing: Array, goal: Goal) -> bool:
    """It was up and in the hand, and is neither now."""
    height = thing[:, 2] - thing[0, 2]
    carried = (apart < TOUCH_M) & (height > RAISED_M)
    if goal.kind == "press" or not np.any(carried):
        return False
    last = int(np.flatnonzero(carried)[-1])
    return bool(height[-1] < height[last] - 0.5 * RAISED_M and apart[-1] > 0.5 * TOUCH_M)


def _mechanism_moved(episode: Trajectory, goal: Goal, observation: ObservationSpec) -> bool:
    """A handle may stay where it is while its mechanism moves: a cap that is pushed in, a knob that turns."""
    joints = [
        np.ptp(np.asarray(episode.observations[entry.name])) / max(goal.span, 1e-6)
        for entry in observation.entries
        if entry.role in ("joint", "height") and entry.about == goal.thing
    ]
    return any(float(part) > 0.05 for part in joints)
