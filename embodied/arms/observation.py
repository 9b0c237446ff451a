"""From an arm's and a scene's facts to the vector that a policy sees: the same in training and on an arm.

A spec says it all: each entry names the fact that it tells. In a simulator the facts come from the engine, on
an arm from its bridge; what is between them and the policy is this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embodied.errors import BadInput, WorldError
from embodied.facts import UNKNOWN, FactSource
from embodied.rewards.spec import Entry, ObservationSpec

Flat = NDArray[np.float32]
Floats = NDArray[np.float64]

RATE: Final = "_velocity"
"""What ends in this tells how fast the entry before it changes: hand, hand_velocity."""

DIGITS: Final = 9
"""What is measured is told to the nanometre: two models of one arm differ in the last bits of their numbers,
and a policy must see the same of both."""

_FACT = re.compile(r"(\w+)(?:\[([^\]]+)\])?\Z")


class Observer:
    """Reads the facts of `spec`, in its order. Keeps the last reading, for rates: `begin` starts anew.

    An entry with `fact = "pose[red_cube]"` is that fact; with a family alone whose facts have keys (`joint`)
    all of them, in the order in which the source gives them; without a fact, and called `hand_velocity`, the
    change of the entry `hand` since the last reading, per second (0 in the first).

    What lies beyond an entry's bounds is told as the bound.

    Args:
        period_s: from one reading to the next [s].

    Raises:
        BadInput: an entry says of no fact where it comes from.
    """

    def __init__(self, spec: ObservationSpec, period_s: float) -> None:
        self.spec = spec
        self.period_s = period_s
        self.low: Flat = _flat([entry.lower for entry in spec.entries])
        self.high: Flat = _flat([entry.upper for entry in spec.entries])
        starts = np.cumsum([0, *(entry.size for entry in spec.entries)]).tolist()
        self._where = {e.name: slice(a, b) for e, a, b in zip(spec.entries, starts, starts[1:], strict=False)}
        self._readers: list[tuple[slice, str, Callable[[FactSource], Any]]] = []
        self._rates: list[tuple[slice, slice]] = []
        for entry in spec.entries:
            if entry.fact:
                self._readers.append((self._where[entry.name], entry.name, _reader(entry)))
            else:
                self._rates.append((self._where[entry.name], self._where[_rated(entry, spec)]))
        self._now: Floats = np.zeros(spec.size)
        self._last: Floats | None = None

    def begin(self) -> None:
        """Forget the last reading: an episode begins."""
        self._last = None

    def memory(self) -> Floats | None:
        """The last reading, for `remember`."""
        return None if self._last is None else self._last.copy()

    def remember(self, last: Floats | None) -> None:
        """Go on from a reading that `memory` gave."""
        self._last = None if last is None else last.copy()

    def read(self, facts: FactSource) -> Flat:
        """The observation now, shape (spec.size,).

        Raises:
            WorldError: a fact is not known, or is no number; the message says which.
        """
        now = self._now
        for where, name, reader in self._readers:
            value = reader(facts)
            if value is UNKNOWN:
                raise _unknown(name, self.spec.entry(name).fact)
            now[where] = value
        np.round(now, DIGITS, out=now)
        for where, of in self._rates:
            now[where] = 0.0 if self._last is None else (now[of] - self._last[of]) / self.period_s
        if not np.isfinite(now).all():
            raise WorldError(
                "What was measured is not finite.", remedy="Begin a new episode; look at the sensors."
            )
        self._now, self._last = (np.empty_like(now) if self._last is None else self._last), now
        told: Flat = now.astype(np.float32)
        np.maximum(told, self.low, out=told)
        np.minimum(told, self.high, out=told)
        return told

    def missing(self, facts: FactSource) -> tuple[str, ...]:
        """What cannot be seen: "red_cube (pose[red_cube])" for each entry whose fact is not known."""
        return tuple(
            f"{name} ({self.spec.entry(name).fact})"
            for _, name, reader in self._readers
            if reader(facts) is UNKNOWN
        )

    def named(self, flat: Flat) -> dict[str, Floats]:
        """One flat observation by name, each of its entry's shape."""
        return {
            entry.name: flat[self._where[entry.name]].astype(float).reshape(entry.shape)
            for entry in self.spec.entries
        }

    def places(self, name: str) -> slice:
        """Where an entry lies in the flat vector."""
        return self._where[self.spec.entry(name).name]


def _reader(entry: Entry) -> Callable[[FactSource], Any]:
    written = _FACT.match(entry.fact)
    if written is None:
        raise BadInput(f"{entry.name}: {entry.fact!r} is no fact.", remedy="Write pose[red_cube].")
    family = written[1]
    keys = tuple(key.strip() for key in written[2].split(",")) if written[2] else ()

    def one(facts: FactSource) -> Any:
        return facts.get(family, *keys)

    def every(facts: FactSource) -> Any:
        values = [value for _, value in facts.items(family)]
        return values if len(values) == entry.size else UNKNOWN

    return one if keys or entry.size == 1 or family not in _LISTED else every


_LISTED: Final = frozenset({"joint"})


def _rated(entry: Entry, spec: ObservationSpec) -> str:
    of = entry.name.removesuffix(RATE)
    if of == entry.name or of not in spec or spec.entry(of).shape != entry.shape:
        raise BadInput(
            f"The observation {entry.name!r} tells no fact.",
            remedy=f'Give it fact = "pose[...]", or call it after another entry, such as hand{RATE}.',
        )
    return of


def _unknown(name: str, fact: str) -> WorldError:
    return WorldError(
        f"The policy sees {name}, and {fact} is not known.",
        remedy="The world must tell it: is the thing there, and in view?",
    )


def _flat(parts: list[Floats]) -> Flat:
    flat: Flat = np.concatenate([part.ravel() for part in parts]).astype(np.float32)
    return flat
