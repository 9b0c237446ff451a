"""What a policy sees and does, by name.

An environment exposes an `ObservationSpec` and an `ActionSpec`; rewards read them, prompts show them, a
policy's file keeps them, so that what it was trained on and what it is run on can be compared.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from embodied.errors import did_you_mean
from embodied.rewards.errors import BadSpec

Array = NDArray[np.float64]
Arrays = Mapping[str, Array]
Bound = float | tuple[float, ...] | None

VERSION = 1
MAX_ENTRIES, MAX_SIZE = 128, 4096

ROLES: Mapping[str, str] = {
    "hand": "position of the end effector's grasp point, shape (3,)",
    "gripper": "opening of the gripper, shape ()",
    "object": "position of a thing that can be moved, shape (3,)",
    "place": "position to bring something to, shape (3,)",
    "handle": "position where a mechanism is touched or grasped, shape (3,)",
    "joint": "how far a mechanism has moved, shape ()",
    "height": "height of a thing, shape ()",
    "size": "full extents of a thing, shape (3,)",
    "flag": "0 or 1, shape ()",
    "velocity": "velocity of the hand or of a thing",
    "": "anything else",
}
_SHAPES = {
    **dict.fromkeys(("hand", "object", "place", "handle", "size"), (3,)),
    **dict.fromkeys(("gripper", "joint", "height", "flag"), ()),
}


@dataclass(frozen=True)
class Entry:
    """One named array of an observation or an action.

    Attributes:
        name: a Python identifier, how rewards and prompts call it.
        shape: of one state, without the batch: (3,) for a position, () for a number.
        unit: "m", "rad", "m/s", "1" for what has none.
        frame: "world", "hand", ...; "" where no frame is meant.
        low, high: the least and the most it can be: a number for all elements, a tuple or array of one
            number an element (row by row; kept as a tuple), or None where there is no bound.
        doc: one sentence.
        role: one of `ROLES`: what it is to a designer of rewards.
        thing: what it is about ("red_cube", "drawer"); entries of one thing belong together. "" means its
            own name.
        fact: the fact of the world that it tells, as a condition writes it ("pose[red_cube]"), or "".
    """

    name: str
    shape: tuple[int, ...] = ()
    unit: str = "1"
    frame: str = ""
    low: Bound | Array = None
    high: Bound | Array = None
    doc: str = ""
    role: str = ""
    thing: str = ""
    fact: str = ""

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name.startswith("_") or len(self.name) > 60:
            raise BadSpec(f"{self.name!r} cannot name an entry.", remedy="Write a name such as red_cube.")
        if any(type(part) is not int or part < 1 for part in self.shape) or len(self.shape) > 3:
            raise BadSpec(
                f"{self.name}: shape {self.shape!r} cannot be.",
                remedy="Write whole numbers above 0, (3,) for a position, () for a number.",
            )
        if self.role not in ROLES:
            raise BadSpec(
                f"{self.name}: there is no role {self.role!r}.",
                remedy=did_you_mean(self.role, ROLES) or f"Roles: {', '.join(filter(None, ROLES))}.",
            )
        if _SHAPES.get(self.role, self.shape) != self.shape:
            raise BadSpec(
                f"{self.name}: shape {self.shape!r} does not fit the role {self.role!r}.",
                remedy=f"A {self.role} is: {ROLES[self.role]}.",
            )
        object.__setattr__(self, "low", self._bound(self.low))
        object.__setattr__(self, "high", self._bound(self.high))
        if bool(np.any(self.lower > self.upper)):
            raise BadSpec(f"{self.name}: low is above high.", remedy="Exchange them.")

    @property
    def size(self) -> int:
        """How many numbers."""
        return math.prod(self.shape)

    @property
    def about(self) -> str:
        """The thing that it is about."""
        return self.thing or self.name

    @property
    def lower(self) -> Array:
        """Least values, shape `shape`; -inf where there is no bound."""
        return self._filled(self.low, -np.inf)

    @property
    def upper(self) -> Array:
        """Most values, shape `shape`; inf where there is no bound."""
        return self._filled(self.high, np.inf)

    def line(self) -> str:
        """As prompts and screens show it."""
        shape = f"({', '.join(map(str, self.shape))}{',' if len(self.shape) == 1 else ''})"
        unit = f"[{self.unit}]" if self.unit != "1" else ""
        frame = f"{self.frame} frame" if self.frame else ""
        bounds = "" if self.low is None and self.high is None else f"from {self.low} to {self.high}"
        about = f"about {self.thing}" if self.thing else ""
        facts = ", ".join(filter(None, (unit, frame, bounds, about)))
        return (
            f"{self.name}: {shape}" + (f" {facts}" if facts else "") + (f". {self.doc}" if self.doc else "")
        )

    def _bound(self, bound: Any) -> Bound:
        if bound is None:
            return None
        values = tuple(float(part) for part in np.asarray(bound, dtype=float).ravel())
        if any(math.isnan(value) for value in values) or len(values) not in (1, self.size):
            raise BadSpec(
                f"{self.name}: bound {bound!r} does not fit shape {self.shape!r}.",
                remedy=f"Write one number, {self.size} numbers, or None.",
            )
        if any(math.isinf(value) for value in values):
            if not all(math.isinf(value) for value in values):
                raise BadSpec(
                    f"{self.name}: some elements have a bound and some have none.",
                    remedy="Make two entries of it.",
                )
            return None
        return values[0] if len(set(values)) == 1 else values

    def _filled(self, bound: Bound | Array, missing: float) -> Array:
        value = missing if bound is None else bound
        if isinstance(value, float):
            return np.full(self.shape, value)
        return np.array(value).reshape(self.shape)


@dataclass(frozen=True)
class _Spec:
    """Entries in order; the order is that of the flat vector a policy sees."""

    entries: tuple[Entry, ...]
    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "entries", tuple(self.entries))
        names = [entry.name for entry in self.entries]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise BadSpec(f"Two entries are called {twice[0]!r}.", remedy="Give each its own name.")
        if not names or len(names) > MAX_ENTRIES or self.size > MAX_SIZE:
            raise BadSpec(
                f"{len(names)} entries with {self.size} numbers in all.",
                remedy=f"Give 1 to {MAX_ENTRIES} entries with at most {MAX_SIZE} numbers, no images.",
            )

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(entry.name for entry in self.entries)

    @cached_property
    def size(self) -> int:
        """Numbers in the flat vector."""
        return sum(entry.size for entry in self.entries)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything said here, as hex: equal for equal specs, on any machine."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def entry(self, name: str) -> Entry:
        """The entry of that name. Raises `BadSpec` with the nearest."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise BadSpec(
            f"There is no {self.kind} {name!r}.",
            remedy=did_you_mean(name, self.names) or f"There are {', '.join(self.names)}.",
        )

    def describe(self) -> str:
        """One line for each entry, for prompts and screens."""
        return "\n".join(entry.line() for entry in self.entries)

    def to_json(self) -> str:
        """Canonical: keys sorted, no spaces."""
        body = {"version": VERSION, "kind": self.kind, "entries": [asdict(entry) for entry in self.entries]}
        return json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`. Raises `BadSpec`."""
        try:
            body = json.loads(text)
            if body["version"] != VERSION or body["kind"] != cls.kind:
                found = f"{body['kind']}, version {body['version']}"
                raise BadSpec(
                    f"This is the spec of an {found}, not {cls.kind} {VERSION}.",
                    remedy="Save it again with this version of embodied.",
                )
            return cls(tuple(_entry(raw) for raw in body["entries"]))
        except (ValueError, TypeError, KeyError) as wrong:
            raise BadSpec(
                f"The text is no {cls.kind} spec: {wrong}.", remedy="Save it with to_json."
            ) from None

    def differences(self, other: _Spec) -> tuple[str, ...]:
        """What another spec has otherwise, one sentence each; empty if a policy fits both."""
        said: list[str] = []
        theirs = {entry.name: entry for entry in other.entries}
        for entry in self.entries:
            if entry.name not in theirs:
                said.append(f"{entry.name} is missing.")
                continue
            for field, mine in asdict(entry).items():
                if field != "doc" and mine != getattr(theirs[entry.name], field):
                    said.append(
                        f"{entry.name}: {field} was {mine!r}, is {getattr(theirs[entry.name], field)!r}."
                    )
        said += [f"{name} is new." for name in theirs if name not in self]
        if not said and self.names != other.names:
            said.append(f"The order was {', '.join(self.names)}, is {', '.join(other.names)}.")
        return tuple(said)

    def check(self, values: Arrays) -> int:
        """The batch size of named values of shape (batch, *entry.shape).

        Raises:
            BadSpec: an entry is missing, not in the spec, of another shape, or of another batch size.
        """
        for name in values:
            self.entry(name)
        batch: int | None = None
        for entry in self.entries:
            if entry.name not in values:
                raise BadSpec(
                    f"The {self.kind} lacks {entry.name!r}.",
                    remedy=f"It needs {', '.join(self.names)}.",
                )
            shape = np.shape(values[entry.name])
            if not shape or shape[1:] != entry.shape or (batch is not None and shape[0] != batch):
                wanted = ", ".join(map(str, ("batch" if batch is None else batch, *entry.shape)))
                raise BadSpec(
                    f"{entry.name} has shape {shape}.",
                    remedy=f"Expected ({wanted}{',' if not entry.shape else ''}).",
                )
            batch = shape[0]
        assert batch is not None
        return batch

    def flatten(self, values: Arrays) -> Array:
        """Shape (batch, size), in the order of the entries."""
        batch = self.check(values)
        return np.concatenate(
            [np.asarray(values[entry.name], dtype=float).reshape(batch, -1) for entry in self.entries], axis=1
        )

    def split(self, flat: Array) -> dict[str, Array]:
        """The inverse of `flatten`: views into `flat`, shape (batch, size)."""
        if flat.ndim != 2 or flat.shape[1] != self.size:
            raise BadSpec(
                f"The flat {self.kind} has shape {flat.shape}.", remedy=f"Expected (batch, {self.size})."
            )
        values, start = {}, 0
        for entry in self.entries:
            values[entry.name] = flat[:, start : start + entry.size].reshape(-1, *entry.shape)
            start += entry.size
        return values


class ObservationSpec(_Spec):
    """What a policy and a reward see: `obs[name]` has shape (batch, *entry.shape)."""

    kind = "observation"


class ActionSpec(_Spec):
    """What a policy does: `action[name]` has shape (batch, *entry.shape)."""

    kind = "action"


def _entry(raw: Mapping[str, Any]) -> Entry:
    values = dict(raw)
    values["shape"] = tuple(values["shape"])
    for bound in ("low", "high"):
        if isinstance(values[bound], list):
            values[bound] = tuple(values[bound])
    return Entry(**values)
