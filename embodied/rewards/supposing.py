"""States as arrays, whether a condition holds in them, and what to change so that it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.condition import And, Condition, alternatives, evaluate, facts_in
from embodied.facts import UNKNOWN, FactFamily, Key, Unknown, Value
from embodied.rewards.matters import entry_of
from embodied.rewards.spec import Array, Arrays, Entry, ObservationSpec

LEVELS: Final = 11
"""Values of a number that are tried, between its ends."""
HEIGHTS_M: Final = (0.0, 0.05, 0.1, 0.15, 0.2)

BESIDE_M: Final = 1e-3

State = dict[str, Array]
"""One state by name, or with one more axis before, many."""


@dataclass(frozen=True, eq=False)
class _Put:
    """An entry that is set: to a value, or to another's with the value added."""

    entry: str
    value: Array
    beside: str = ""

    def into(self, states: State) -> State:
        value = states[self.beside] + self.value if self.beside else self.value
        return {**states, self.entry: np.broadcast_to(value, states[self.entry].shape).copy()}


def made_true(
    condition: Condition, observation: ObservationSpec, start: State, states: State
) -> State | None:
    """The states, each with what the condition says made true, as far as it then is; None if it cannot be."""
    for way in alternatives(condition):
        puts = _puts(way, observation, start)
        if puts is None:
            continue
        for put in puts:
            states = put.into(states)
        return kept(states, condition, observation, wanted=True)
    return None


def _puts(way: Condition, observation: ObservationSpec, start: State) -> list[_Put] | None:
    state, chosen = start, []
    for part in way.parts if isinstance(way, And) else (way,):
        if holds(state, part, observation) is True:
            continue
        for put in _offered(part, observation):
            if holds(put.into(state), part, observation) is True:
                state = put.into(state)
                chosen.append(put)
                break
        else:
            return None
    return chosen if holds(state, way, observation) is True else None


def _offered(part: Condition, observation: ObservationSpec) -> Iterator[_Put]:
    about = [entry for fact in facts_in(part) if (entry := entry_of(fact, observation)) is not None]
    movable = [entry for role in ("object", "handle", "hand") for entry in about if entry.role == role]
    for entry, other in product(movable, about):
        if entry is not other and other.shape == (3,):
            yield from (_Put(entry.name, np.array((0.0, 0.0, height)), other.name) for height in HEIGHTS_M)
    for entry in movable:
        yield from (_Put(entry.name, np.array((0.0, 0.0, height)), entry.name) for height in HEIGHTS_M[1:])
    for entry in about:
        if entry.shape == ():
            yield from (_Put(entry.name, np.asarray(level)) for level in levels_of(entry))


def kept(states: State, condition: Condition, observation: ObservationSpec, *, wanted: bool) -> State:
    """Those in which the condition holds, or does not."""
    truths = [
        holds({name: values[index] for name, values in states.items()}, condition, observation) is wanted
        for index in range(count(states))
    ]
    chosen = np.array(truths, bool)
    return {name: values[chosen] for name, values in states.items()}


def failing(states: State, condition: Condition, observation: ObservationSpec) -> NDArray[np.bool_]:
    """In which of them the condition does not hold, shape (n,)."""
    rows = [{name: values[index] for name, values in states.items()} for index in range(count(states))]
    return np.array([fails(row, condition, observation) for row in rows], bool)


def fails(state: State, condition: Condition, observation: ObservationSpec) -> bool:
    return holds(state, condition, observation) is False


def holds(state: State, condition: Condition, observation: ObservationSpec) -> object:
    return evaluate(condition, _Told(observation, state))


class _Told:
    """Implements `embodied.facts.FactSource`: the facts that a state's entries tell."""

    families: Mapping[str, FactFamily] = {}

    def __init__(self, observation: ObservationSpec, state: Arrays) -> None:
        self._entries = {
            name: entry for entry in observation.entries for name in (entry.name, entry.fact) if name
        }
        self._state = state

    def get(self, family: str, *keys: str) -> Value | Unknown:
        """See `FactSource.get`."""
        entry = self._entries.get(f"{family}[{', '.join(keys)}]" if keys else family)
        if entry is None:
            return UNKNOWN
        value = self._state[entry.name]
        if entry.role == "flag":
            return bool(value > 0.5)
        return float(value) if np.ndim(value) == 0 else tuple(np.asarray(value, float).tolist())

    def items(self, family: str) -> Iterator[tuple[Key, Value]]:
        """None: conditions are written out over what there is before they come here."""
        yield from ()


def joined(states: Sequence[State]) -> State:
    return {name: np.stack([state[name] for state in states]) for name in states[0]}


def thinned(states: Sequence[State], most: int) -> list[State]:
    """The first, and of the others so many that it is at most `most`; the same ones each time.

    They are drawn, since each n-th of what was counted up by several things may leave one of these out.
    """
    if len(states) <= most:
        return list(states)
    drawn = np.random.default_rng(0).choice(np.arange(1, len(states)), max(most - 1, 0), replace=False)
    return [states[0], *(states[index] for index in sorted(drawn))]


def apart(states: State, points: Sequence[str], observation: ObservationSpec) -> State:
    """The states, where positions coincide one of them `BESIDE_M` beside the other, on the side where it can
    be: nothing comes to exactly another's place, and an honest direction from one to the other, way / length,
    is NaN there."""
    moved = dict(states)
    for place, name in enumerate(points):
        end = observation.entry(name).upper[0] - points.index(name) * BESIDE_M
        aside = np.where(moved[name][:, 0] < end, BESIDE_M, -BESIDE_M)[:, None] * np.array((1.0, 0.0, 0.0))
        for _ in range(place):  # beside the one may be where another was put
            same = np.any(
                [np.all(np.abs(moved[name] - moved[other]) < BESIDE_M / 10, -1) for other in points[:place]],
                0,
            )
            moved[name] = moved[name] + np.where(same[..., None], aside, 0.0)
    return moved


def possible(states: State, start: State, observation: ObservationSpec) -> State:
    """The states, with what was changed as near to that as its bounds allow: beyond them a reward need not be
    a number."""
    return {
        entry.name: np.where(
            states[entry.name] == start[entry.name],
            states[entry.name],
            np.clip(states[entry.name], entry.lower, entry.upper),
        )
        for entry in observation.entries
    }


def count(states: State) -> int:
    return len(next(iter(states.values())))


def ends_of(entry: Entry) -> list[float]:
    return [float(end) for end in (entry.lower, entry.upper) if np.isfinite(end)]


def levels_of(entry: Entry) -> list[float]:
    ends = ends_of(entry)
    if entry.role == "flag":
        return [0.0, 1.0]
    return list(np.linspace(ends[0], ends[1], LEVELS)) if len(ends) == 2 else ends
