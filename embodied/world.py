"""A body that can be acted with, and a world that can be made anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from embodied.facts import FactFamily, Observation
from embodied.methods import WorldSpec
from embodied.outcome import PrimitiveResult
from embodied.primitives import JsonSchema, PrimitiveSpec


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
    """A body that can be acted with. A bridge's client is one.

    It may also have `on_event(callback)`, which is told of what happens to the body as it happens, and
    `beat()`, which keeps the body's lease while nothing is asked of it.
    """

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
    """A world that can be made anew, apart from `World`: a real arm cannot be reset.

    It may also have `identity`, where that is known before it is launched, and `truth()`, the facts as the
    world knows them itself, for the referee; `tells_truth` is False where it cannot tell.
    """

    def launch(self) -> World:
        """Start (or start again) and return the body."""
        ...

    def reset(self, seed: int, scene: Mapping[str, Any] | None = None) -> World:
        """A fresh world for `seed`; the same seed gives the same world."""
        ...

    def close(self) -> None:
        """End every process that was started. Idempotent."""
        ...


@dataclass(frozen=True)
class Check:
    """One line of `embodied doctor`.

    Attributes:
        name: what was looked at ("Node").
        ok: whether it will do.
        detail: what was found.
        remedy: what to do when it will not; "" when ok.
        needed: False for a remark that stops nothing.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    needed: bool = True


class WorldPlugin(Protocol):
    """A kind of world, registered under the entry point group `embodied.worlds`."""

    @property
    def name(self) -> str: ...

    @property
    def settings_schema(self) -> JsonSchema:
        """JSON Schema ("object") of the launch file's [world] table, `kind` left out."""
        ...

    def spec(self, settings: Mapping[str, Any] = {}) -> WorldSpec:
        """What this kind of world knows about itself; starts nothing.

        `settings` are those of the launch: where a setting chooses the scene, it decides what goals can
        say and how they are reached. Without them the answer is for the schema's defaults.
        """
        ...

    def simulation(self, settings: Mapping[str, Any], run_dir: Path) -> Simulation:
        """A world by these settings, not yet launched; logs and worlds go into `run_dir`."""
        ...

    def doctor(self) -> Iterable[Check]:
        """Whether this machine has what the world needs."""
        ...


class BridgePlugin(Protocol):
    """A kind of bridge, registered under the entry point group `embodied.bridges`."""

    @property
    def name(self) -> str: ...

    def start(self, config: Mapping[str, Any], *, run_dir: Path) -> World:
        """Start the bridge's process and connect. `config` is what the bridge documents; logs go into
        `run_dir`. Closing the world ends the process.

        Raises:
            SetupError: something that the bridge needs is not installed.
            WorldError: the body cannot join its world.
        """
        ...
