"""What goes wrong on purpose, for benchmarks of robustness: things nudged by nobody, grasps that do not grip.

Both are forces and frictions inside the physics; no pose is written. The same seed gives the same faults.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, pi, sin, sqrt

from embodied_tabletop.engine import CONTROL_PERIOD_S, Engine
from embodied_tabletop.facts import View, is_inside
from embodied_tabletop.scene import SceneObject, Vector3

NUDGE_PERIODS = 3
"""Control periods for which a nudge presses."""
NUDGE_M = (0.015, 0.035)
"""About how far a nudge moves a thing that slides freely [m]."""
FRICTION = 0.8
GRAVITY_M_S2 = 9.81
MIDDLE = (0.50, 0.0)
"""Of the table's reachable part: nudges lead towards it rather than away, within 90 degrees."""
SLIPPERY = 0.002
"""Share of its friction that a failing grasp has: even a light cube is too heavy for it."""


@dataclass
class _Nudge:
    name: str
    force: Vector3
    left: int


class Faults:
    """Apply `before` in front of every control period.

    Args:
        nudges: how many a simulated minute, at random times.
        failed_grasps: share of the grasps that fail.
    """

    def __init__(self, seed: int, nudges: float, failed_grasps: float) -> None:
        self._random = random.Random(f"faults {seed}")
        self._nudges = nudges
        self._failed_grasps = failed_grasps
        self._closing = False
        self._now: _Nudge | None = None
        self.told: list[str] = []

    def before(self, engine: Engine, view: View, *, opening: bool) -> None:
        """Decide and act; `opening`: whether the fingers were last told to open."""
        if self._failed_grasps and self._closing == opening:
            self._closing = not opening
            fails = self._closing and self._random.random() < self._failed_grasps
            engine.set_grip(SLIPPERY if fails else 1.0)
            if fails:
                self.told.append("grasp")
        chance = self._nudges * CONTROL_PERIOD_S / 60.0
        if chance and self._now is None and self._random.random() < chance:
            self._begin(view)
        if self._now is not None:
            engine.push(self._now.name, self._now.force)
            self._now.left -= 1
            if not self._now.left:
                self._now = None

    def _begin(self, view: View) -> None:
        """Choose a thing that stands free, and a way."""
        things = [thing for thing in view.loose if _stands_free(view, thing)]
        far, aside = self._random.uniform(*NUDGE_M), self._random.uniform(-pi / 2, pi / 2)
        if not things:
            return
        thing = self._random.choice(things)
        x, y, _ = view.state(thing.name).position
        angle = atan2(MIDDLE[1] - y, MIDDLE[0] - x) + aside
        speed = sqrt(2 * FRICTION * GRAVITY_M_S2 * far)
        force = thing.mass * (speed / (NUDGE_PERIODS * CONTROL_PERIOD_S) + FRICTION * GRAVITY_M_S2)
        self._now = _Nudge(thing.name, (force * cos(angle), force * sin(angle), 0.0), NUDGE_PERIODS)
        self.told.append(thing.name)


def _stands_free(view: View, thing: SceneObject) -> bool:
    holders: Sequence[SceneObject] = [other for other in view.scene.objects if other.contains_things]
    return (
        thing.name not in view.held
        and view.state(thing.name).position[2] > 0
        and not any(is_inside(view, thing, holder) for holder in holders if holder is not thing)
    )
