"""A simulated table: an engine, what happened on it, and what is known of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from embodied.arms.driver import Obstacle
from embodied.facts import FactFamily
from embodied_tabletop.engine import Engine, Snapshot, Start
from embodied_tabletop.events import Watch
from embodied_tabletop.facts import View, WireFacts, buttons_down, facts
from embodied_tabletop.families import FAMILIES
from embodied_tabletop.faults import Faults
from embodied_tabletop.obstacles import obstacles
from embodied_tabletop.parts import Body, all_bodies
from embodied_tabletop.scene import Scene

SETTLE_STEPS = 20
"""Control periods after a reset in which things come to rest on what they were put on."""


class Table:
    """One world in one engine, reset anew for every seed.

    A physics blow-up (numbers that are not finite, things faster than anything here can be) is told once as
    the event `blew_up`; from then on nothing moves and the facts are those before it, until `reset`.
    """

    def __init__(self, scene: Scene, engine: Engine, faults: Faults | None = None) -> None:
        self.scene = scene
        self.engine = engine
        self.faults = faults
        self.blew_up = False
        self.opening = True
        self._watch = Watch()
        self._events: list[Mapping[str, Any]] = []
        self._pressed: set[str] = set()
        self._now: Snapshot | None = None
        self._start: Start | None = None

    def reset(self, start: Start) -> None:
        self.engine.reset(start)
        self._start = start
        self._events.clear()
        self._pressed.clear()
        self.blew_up = False
        self.opening = not start.held
        for _ in range(SETTLE_STEPS):
            self.engine.step()
        self._now = self.engine.snapshot()
        self._watch.begin(self.view)

    def step(self) -> None:
        """One control period, and what came of it."""
        if self.blew_up:
            return
        if self.faults is not None:
            self.faults.before(self.engine, self.view, opening=self.opening)
        self.engine.step()
        if not self.engine.finite():
            self.blew_up = True
            self._events.append({"type": "blew_up", "reason": "the physics became unsteady"})
            return
        self._now = self.engine.snapshot()
        self._pressed |= set(buttons_down(self.scene, self._now))
        self._events += self._watch.look(self.view, opening=self.opening)

    @property
    def started(self) -> bool:
        """Whether it was ever reset."""
        return self._now is not None

    @property
    def start(self) -> Start:
        assert self._start is not None, "reset comes first"
        return self._start

    @property
    def now(self) -> Snapshot:
        assert self._now is not None, "reset comes first"
        return self._now

    @property
    def view(self) -> View:
        return View(self.scene, self.start, self.now, frozenset(self._pressed))

    def facts(self) -> WireFacts:
        return facts(self.view)

    def events(self) -> list[Mapping[str, Any]]:
        """What happened since the last call, oldest first."""
        happened, self._events = self._events, []
        return happened

    @cached_property
    def _bodies(self) -> tuple[Body, ...]:
        return all_bodies(self.scene)

    def obstacles(self) -> Sequence[Obstacle]:
        return tuple(obstacles(self._bodies, self.start, self.now))

    @property
    def families(self) -> Mapping[str, FactFamily]:
        return FAMILIES


def identity_of(scene: Scene, engine: str, seed: int) -> str:
    """Which world this is; another scene of the same name has another."""
    shape = repr((scene.objects, scene.marked, *scene.targets))
    return f"tabletop {scene.name} {hashlib.sha256(shape.encode()).hexdigest()[:8]} {engine} seed {seed}"
