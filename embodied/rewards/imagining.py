"""What a reward would pay in states that nobody has come to yet: for as long as no episode has succeeded.

From the start of an episode, things are put where others are and to the ends of where they can be, the hand
with them or not; of each such state the success condition is then made true by what it says itself. So what
success pays at most is known roughly, and three ways to be paid without it are tried: to stay in one of the
states; to go back and forth between two that are a step apart; to let a number rise that success is not
about. A reward under which one of them earns clearly more will be farmed by whoever comes there.

Not all of these states can be reached, and what links things (a handle and its drawer) is not known; so both
sides are drawn from the same states, and success counts by the one in which it pays most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.condition import Condition, facts_in
from embodied.rewards.calling import total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.layout import CAPACITY
from embodied.rewards.matters import entry_of
from embodied.rewards.spec import ActionSpec, Array, Entry, ObservationSpec
from embodied.rewards.supposing import (
    State,
    apart,
    count,
    ends_of,
    failing,
    fails,
    joined,
    kept,
    levels_of,
    made_true,
    possible,
    thinned,
)
from embodied.rewards.trajectory import Counting, Trajectory

STARTS: Final = 2
CLEARLY: Final = 0.1
"""Of what is earned: less more than success is none, since both are guesses."""
MOST: Final = 4096
"""States of a start in which success is imagined; with many things there would be hundreds of thousands."""
_MOVABLE: Final = ("hand", "object", "handle")
_NUMBERS: Final = ("gripper", "joint", "height", "flag")
"""What has no role is left as it began: success is not about it, and need not come with all that it pays."""
_LONGEST: Final = 30
"""Steps of a way along which it is gone back and forth."""


@dataclass(frozen=True, eq=False)
class Dream:
    """A way to be paid without success.

    Attributes:
        how: in words.
        earned, success: by it, and by success at most, in an episode.
        terms, success_terms: the same by term.
    """

    how: str
    earned: float
    success: float
    terms: Mapping[str, float]
    success_terms: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Case:
    """What is judged, and by what; see `embodied.rewards.critic.critique`.

    Attributes:
        horizon: steps of an episode.
    """

    reward: RewardFunction
    observation: ObservationSpec
    action: ActionSpec
    condition: Condition
    trajectories: Sequence[Trajectory]
    counting: Counting
    horizon: int


def dreamed_farm(case: Case) -> Dream | None:
    """The one that earns most, if that is clearly more than success; None too where what is observed does not
    tell whether the condition holds."""
    condition, observation = case.condition, case.observation
    step_m = _hand_step(observation, case.trajectories)
    points = _resting_first(observation)
    found: list[Dream] = []
    for start in _starts(case.trajectories):
        # thinned before success is made of them, so that both sides are still drawn from the same ones
        placed = thinned([start, *_placed(observation, start)], MOST // (len(points) + 1))
        states = apart(possible(joined(placed), start, observation), points, observation)
        done = made_true(condition, observation, start, states)
        if done is None:
            return None
        done = apart(possible(_with_hand(observation, done), start, observation), points, observation)
        done = kept(done, condition, observation, wanted=True)
        pay = _Paying(case.reward, case.action, start, case.counting.weights(case.horizon))
        best = pay.staying(done)
        farms = [
            pay.staying(kept(states, condition, observation, wanted=False)),
            pay.rocking(*_neighbours(condition, observation, start, step_m)),
            *(pay.rising(*each) for each in _rising(condition, observation, start, case.horizon)),
        ]
        found += [
            Dream(farm.how, farm.earned, best.earned, farm.terms, best.terms)
            for farm in farms
            if best is not None and farm is not None and _clearly(farm.earned, best.earned)
        ]
    return max(found, key=lambda one: one.earned - one.success, default=None)


def _clearly(more: float, than: float) -> bool:
    return more - than > CLEARLY * max(abs(more), abs(than)) + 1e-9


# -- what is paid --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Paid:
    how: str
    earned: float
    terms: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class _Paying:
    """Sums up episodes that go to a state at once, and on from there.

    Attributes:
        weights: of the steps of an episode, shape (horizon,).
    """

    reward: RewardFunction
    action: ActionSpec
    start: State
    weights: Array

    def staying(self, states: State) -> _Paid | None:
        """The best state to be in from the first step on; None of none."""
        if not count(states):
            return None
        came, stays = self._terms(states, self._from(states)), self._terms(states, states)
        rest = float(np.sum(self.weights[1:]))
        sums = {name: came[name] * self.weights[0] + stays[name] * rest for name in came}
        best = int(np.argmax(total(sums)))
        return _paid(f"stays where {self._told(states, best)}", sums, best)

    def rocking(self, here: State, there: State) -> _Paid | None:
        """The best two states to go back and forth between; None of none."""
        if not count(here):
            return None
        came = self._terms(here, self._from(here))
        on, back = self._terms(there, here), self._terms(here, there)
        odd, even = float(np.sum(self.weights[1::2])), float(np.sum(self.weights[2::2]))
        sums = {name: came[name] * self.weights[0] + on[name] * odd + back[name] * even for name in came}
        best = int(np.argmax(total(sums)))
        how = f"goes back and forth between {self._told(here, best)} and {self._told(there, best)}"
        return _paid(how, sums, best)

    def rising(self, name: str, states: State) -> _Paid:
        """A number that rises step by step, states in that order."""
        before = {key: np.concatenate([self.start[key][None], values[:-1]]) for key, values in states.items()}
        terms = self._terms(states, before)
        sums = {key: np.array([np.sum(self.weights[: len(paid)] * paid)]) for key, paid in terms.items()}
        return _paid(f"lets {name} rise from {states[name][0]:.3g} to {states[name][-1]:.3g}", sums, 0)

    def _terms(self, now: State, before: State) -> Mapping[str, Array]:
        """In parts: a reward in a process of its own takes so many states at once, and no more."""
        idle = {entry.name: np.zeros((count(now), *entry.shape)) for entry in self.action.entries}
        parts = []
        for at in range(0, max(count(now), 1), CAPACITY):
            rows = slice(at, at + CAPACITY)
            parts.append(self.reward(_some(now, rows), _some(idle, rows), _some(before, rows)))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _from(self, states: State) -> State:
        return {name: np.repeat(value[None], count(states), 0) for name, value in self.start.items()}

    def _told(self, states: State, index: int) -> str:
        changed = [
            f"{name} is {_shown(values[index])}"
            for name, values in states.items()
            if not np.allclose(values[index], self.start[name])
        ]
        return ", ".join(changed) or "it began"


def _paid(how: str, sums: Mapping[str, Array], index: int) -> _Paid:
    terms = {name: float(values[index]) for name, values in sums.items()}
    return _Paid(how, sum(terms.values()), terms)


def _shown(value: Array) -> str:
    rounded = np.round(np.atleast_1d(value), 2)
    return f"{rounded[0]:g}" if np.ndim(value) == 0 else f"({', '.join(f'{one:g}' for one in rounded)})"


def _some(states: State, rows: slice | NDArray[np.bool_]) -> State:
    return {name: values[rows] for name, values in states.items()}


# -- states --------------------------------------------------------------------------------------------


def _starts(trajectories: Sequence[Trajectory]) -> list[State]:
    """Where episodes began, as far as they differ."""
    first = {one.start or one.name: one for one in reversed(trajectories)}
    chosen = list(first.values())[-STARTS:]
    return [
        {name: np.asarray(values[0], float) for name, values in one.observations.items()} for one in chosen
    ]


def _placed(observation: ObservationSpec, start: State) -> Iterator[State]:
    """States like `start`, with things, the hand and numbers elsewhere."""
    points = _points(observation)
    things = [entry for entry in points if entry.role in ("object", "handle")]
    hand = next((entry for entry in points if entry.role == "hand"), None)
    numbers = [entry for entry in observation.entries if entry.shape == () and entry.role in _NUMBERS]
    changes: list[Mapping[str, Array]] = [{}]
    for entry in numbers:
        changes += [{entry.name: np.asarray(end, float)} for end in ends_of(entry)]
    for thing in (None, *things):
        for place in [None] if thing is None else _spots(thing, points, start):
            state = start if thing is None or place is None else {**start, thing.name: place}
            hands = [state[each.name] for each in points] if hand else [None]
            for at, change in product(hands, changes):
                yield {**state, **({hand.name: at} if hand and at is not None else {}), **change}


def _with_hand(observation: ObservationSpec, states: State) -> State:
    """The states, and each with the hand at each of the other positions."""
    points = _points(observation)
    hand = next((entry.name for entry in points if entry.role == "hand"), "")
    ways = [states] + [{**states, hand: states[entry.name]} for entry in points if hand]
    return {name: np.concatenate([way[name] for way in ways]) for name in states}


def _points(observation: ObservationSpec) -> list[Entry]:
    """Positions of the hand, of things and of places."""
    return [entry for entry in observation.entries if entry.role in (*_MOVABLE, "place")]


def _resting_first(observation: ObservationSpec) -> list[str]:
    """The names of these, the hand's last: it is what is put beside the others."""
    order = ("place", *reversed(_MOVABLE))
    return [entry.name for role in order for entry in observation.entries if entry.role == role]


def _spots(thing: Entry, points: Sequence[Entry], start: State) -> list[Array]:
    """Where the others are, and the corners of where it can be."""
    spots = [start[other.name] for other in points if other is not thing]
    if np.all(np.isfinite(thing.lower)) and np.all(np.isfinite(thing.upper)):
        low, high = np.broadcast_to(thing.lower, (3,)), np.broadcast_to(thing.upper, (3,))
        spots += [np.where(corner, high, low) for corner in product((False, True), repeat=3)]
    return spots


def _neighbours(
    condition: Condition, observation: ObservationSpec, start: State, step_m: float
) -> tuple[State, State]:
    """Pairs of states that are a step apart, none of them a success."""
    pairs = list(_pairs(condition, observation, start, step_m))
    if not pairs:
        none = {name: value[None][:0] for name, value in start.items()}
        return none, none
    points = _resting_first(observation)
    here, there = (
        apart(possible(joined(states), start, observation), points, observation)
        for states in zip(*pairs, strict=True)
    )
    neither = failing(here, condition, observation) & failing(there, condition, observation)
    return _some(here, neither), _some(there, neither)


def _pairs(
    condition: Condition, observation: ObservationSpec, start: State, step_m: float
) -> Iterator[tuple[State, State]]:
    """Along the ways of the hand and of things, which it then has, to one another; and from one level of a
    number to the next, the hand at each of them."""
    points = _points(observation)
    hand = next((entry.name for entry in points if entry.role == "hand"), "")

    def moved(**changed: Array) -> State:
        return {**start, **{name: value for name, value in changed.items() if name}}

    for entry, goal in product(points, points):
        if entry is not goal and entry.role in ("hand", "object"):
            for one, other in pairwise(_way(start[entry.name], start[goal.name], step_m)):
                yield moved(**{hand: one, entry.name: one}), moved(**{hand: other, entry.name: other})
    about = _about(condition, observation)
    for entry in observation.entries:
        if entry.shape == () and (entry.role == "joint" or entry.name in about):
            for low, high in pairwise(map(np.asarray, levels_of(entry))):
                for place in points:
                    at = start[place.name]
                    yield moved(**{hand: at, entry.name: low}), moved(**{hand: at, entry.name: high})


def _about(condition: Condition, observation: ObservationSpec) -> set[str]:
    """The names of the entries that tell the condition's facts."""
    return {entry.name for fact in facts_in(condition) if (entry := entry_of(fact, observation)) is not None}


def _way(begin: Array, end: Array, step_m: float) -> list[Array]:
    apart = float(np.linalg.norm(end - begin))
    steps = min(int(np.ceil(apart / step_m)), _LONGEST)
    return [begin + (end - begin) * share for share in np.linspace(0.0, 1.0, steps + 1)] if steps else []


def _rising(
    condition: Condition, observation: ObservationSpec, start: State, horizon: int
) -> Iterator[tuple[str, State]]:
    """Numbers of no role that success is not about, from one end to the other in an episode."""
    about = _about(condition, observation)
    for entry in observation.entries:
        ends = ends_of(entry) if entry.shape == () and entry.role == "" else []
        if len(ends) == 2 and entry.name not in about:
            states = {name: np.repeat(value[None], horizon, 0) for name, value in start.items()}
            states[entry.name] = np.linspace(ends[0], ends[1], horizon + 1)[1:]
            if fails({name: values[-1] for name, values in states.items()}, condition, observation):
                yield entry.name, states


def _hand_step(observation: ObservationSpec, trajectories: Sequence[Trajectory]) -> float:
    """How far the hand was seen to go in a step [m]."""
    hand = next((entry.name for entry in observation.entries if entry.role == "hand"), "")
    if not hand:
        return 0.05
    went = [np.diff(np.asarray(one.observations[hand], float), axis=0) for one in trajectories]
    return max([0.005, *(float(np.max(np.linalg.norm(way, axis=-1))) for way in went if len(way))])
