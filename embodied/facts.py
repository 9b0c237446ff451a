"""What is known of the world: typed families of facts.

A fact has a family and keys: `inventory[oak_log]`, `on[red_cube, blue_cube]`, `health`. A family is
*closed* when what is missing has the default (an item not listed is not held), or *open* when what
is missing is UNKNOWN (a block not seen may still be there).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Protocol

Value = bool | int | float | str | tuple[float, ...]
Key = tuple[str, ...]


class Unknown(Enum):
    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True)
class FactFamily:
    """A family of facts.

    Attributes:
        name: identifier, e.g. "inventory".
        keys: what each key is, e.g. ("item",); empty for a single fact such as `health`.
        kind: "int", "float", "bool", "str" or "vector".
        doc: one sentence, with unit and frame.
        closed: True if a missing fact has `default`; False if it is UNKNOWN.
        default: the value of a missing fact of a closed family.
    """

    name: str
    keys: tuple[str, ...]
    kind: str
    doc: str
    closed: bool = False
    default: Value | None = None


class FactSource(Protocol):
    """Where facts can be read: an Observation, or a plan's idea of one."""

    @property
    def families(self) -> Mapping[str, FactFamily]: ...

    def get(self, family: str, *keys: str) -> Value | Unknown: ...

    def items(self, family: str) -> Iterator[tuple[Key, Value]]: ...


@dataclass(frozen=True)
class Observation:
    """The facts of one instant, and what happened since the last one.

    Attributes:
        families: the schema of facts, by name.
        facts: values, by family and key.
        events: what happened, oldest first; each has "seq", "type" and its data.
        seq: the number of the last event seen.
        notes: free remarks of the body for a reader, never read by the referee.
    """

    families: Mapping[str, FactFamily]
    facts: Mapping[str, Mapping[Key, Value]]
    events: tuple[Mapping[str, Any], ...] = ()
    seq: int = 0
    notes: Mapping[str, Any] = field(default_factory=dict)

    def get(self, family: str, *keys: str) -> Value | Unknown:
        """The value of a fact, the default of a closed family, or UNKNOWN."""
        spec = self.families.get(family)
        if spec is None:
            return UNKNOWN
        value = self.facts.get(family, {}).get(keys)
        if value is not None:
            return value
        if spec.closed and spec.default is not None:
            return spec.default
        return UNKNOWN

    def items(self, family: str) -> Iterator[tuple[Key, Value]]:
        """All present facts of a family."""
        yield from self.facts.get(family, {}).items()

    def number(self, family: str, *keys: str, default: float = 0.0) -> float:
        """A numeric fact, or `default` if it is unknown or not a number."""
        value = self.get(family, *keys)
        return float(value) if isinstance(value, (int, float)) else default


def observation_from_wire(families: Mapping[str, FactFamily], body: Mapping[str, Any]) -> Observation:
    """Build an Observation from a bridge's answer to `observe`.

    `body` = {"facts": {family: value | {key: value} | [[keys, value], ...]}, "events": [...], "seq": n,
    "notes": {...}}. Families that the schema does not name are dropped.
    """
    facts: dict[str, dict[Key, Value]] = {}
    for name, raw in (body.get("facts") or {}).items():
        family = families.get(name)
        if family is None:
            continue
        if not family.keys:
            facts[name] = {(): _value(raw)} if raw is not None else {}
        elif isinstance(raw, Mapping):
            facts[name] = {(str(key),): _value(value) for key, value in raw.items() if value is not None}
        else:
            facts[name] = {tuple(map(str, keys)): _value(value) for keys, value in raw}
    return Observation(
        families=families,
        facts=facts,
        events=tuple(body.get("events") or ()),
        seq=int(body.get("seq") or 0),
        notes=dict(body.get("notes") or {}),
    )


def observation_to_wire(observation: Observation) -> dict[str, Any]:
    """The inverse of `observation_from_wire`."""
    facts: dict[str, Any] = {}
    for name, values in observation.facts.items():
        family = observation.families[name]
        if not family.keys:
            facts[name] = values.get(())
        elif len(family.keys) == 1:
            facts[name] = {key[0]: value for key, value in values.items()}
        else:
            facts[name] = [[list(key), value] for key, value in values.items()]
    return {
        "facts": facts,
        "events": [dict(event) for event in observation.events],
        "seq": observation.seq,
        "notes": dict(observation.notes),
    }


def _value(raw: Any) -> Value:
    return tuple(float(part) for part in raw) if isinstance(raw, (list, tuple)) else raw
