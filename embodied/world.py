"""A body that can be acted with, and a world that can be made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from embodied.facts import FactFamily, Observation
from embodied.outcome import PrimitiveResult
from embodied.primitives import PrimitiveSpec


@dataclass(frozen=True)
class BodySpec:
    """What a running body said of itself.

    Attributes:
        kind: the kind of world ("minecraft", "mini").
        identity: which world this is; a run resumes only in the world it began in.
        primitives: by name.
        families: the schema of its facts, by name.
        details: other facts for a reader (versions, addresses).
    """

    kind: str
    identity: str
    primitives: Mapping[str, PrimitiveSpec]
    families: Mapping[str, FactFamily]
    details: Mapping[str, Any]


@runtime_checkable
class World(Protocol):
    """A body that can be acted with. A bridge's client is one."""

    @property
    def spec(self) -> BodySpec: ...

    def observe(self) -> Observation:
        """Facts now, and events since the last `observe`."""
        ...

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        """Run one primitive to its end. Expected failures are values; raises `WorldError` if the
        bridge is lost or stalled, `BadInput` if the arguments do not fit the schema."""
        ...

    def halt(self, reason: str) -> None:
        """Bring the body to rest. May be called from any thread; idempotent."""
        ...

    def close(self) -> None:
        """Come to rest and let go. Idempotent."""
        ...


class Simulation(Protocol):
    """A world that can be made anew, apart from `World`: a real arm cannot be reset."""

    def launch(self) -> World:
        """Start (or start again) and return the body."""
        ...

    def reset(self, seed: int, scene: Mapping[str, Any] | None = None) -> World:
        """A fresh world for `seed`; the same seed gives the same world."""
        ...

    def close(self) -> None:
        """End every process that was started. Idempotent."""
        ...
