"""Where no command may lead: the workspace's faces, keep-out zones, the table, the arm itself, singularities.

A planning model of the arm with the zones and the table in it, which the gate asks about the next posture and
about those on the way to rest. MuJoCo's collision detection answers in about 10 microseconds a posture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul, sub
from typing import Final

import numpy as np

from embodied.arms import ArmDescription, Obstacle
from embodied_arm.limits import BOX_TOLERANCE, Limits
from embodied_arm.model import CLEARANCE_M, TABLE, Array, PlanningModel, Point
from embodied_arm.stopping import Stop
from embodied_arm.zones import PREFIX, ZONE_MARGIN_M

NEAR_M: Final = 0.001
"""How much before the table, and before the arm's own parts, it ends [m]: the way to rest is looked at in a
few places only."""
SPACING_M: Final = 0.05
"""How far the arm may sweep between two postures that are looked at on the way to rest [m]."""
MOST_LOOKS: Final = 4
BRAKING_SPEED: Final = 0.98
"""Share of the hand's speed that it may have on the way to rest, which is looked at in a few places only."""
FIRST_SPEED: Final = 0.995
"""The same in the first period of that way, which is looked at exactly."""
FADING_SPEED: Final = 0.96
"""The same while an acceleration takes several periods to fade."""
NO_WORSE: Final = 1e-9

Depths = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a command may not pass.

    Attributes:
        name: the kind of intervention.
        by: how much beyond what is allowed, in `unit`.
        slower: the share of its speed with which it might pass; 0 if no slower one would.
    """

    name: str
    by: float
    unit: str
    words: str
    slower: float = 0.5


class Guard:
    """Not for several threads at once.

    Args:
        obstacles: what stands there for good and ends the arm's way: the table.
    """

    def __init__(
        self, description: ArmDescription, limits: Limits, obstacles: Sequence[Obstacle] = (TABLE,)
    ) -> None:
        zones = [zone.obstacle(ZONE_MARGIN_M) for zone in limits.zones]
        self.limits = limits
        self._model = PlanningModel(description, [*obstacles, *zones])
        self._period = description.control_period_s
        self._pressing = {part: limits.table_press for part in self._model.hand_parts}
        self._whole = len(description.joint_names) >= 6
        self._reach = self._model.lever_arms(np.array(description.home)).tolist()
        self._hand = self._model.point()
        self._asked, self._asked_hand = np.zeros(0), self._hand
        self.hand_speed = 0.0
        """How fast it came there [m/s]."""
        self._depths: Depths = {}
        self._width = -1.0

    @property
    def hand(self) -> Point:
        """Where the grasp point is at the posture that was last accepted [m]."""
        return self._hand

    def begin(self, q: Array) -> None:
        """The arm is at q, wherever that is: what it violates there it may leave, and not make worse."""
        self._depths = {}
        self._depths = self._too_deep(q)
        self._hand, self.hand_speed = self._model.point(), 0.0

    def accept(self, q: Array) -> None:
        """The next command is q [rad]."""
        before = self._hand
        if self._depths:
            self.begin(q)
        elif self._asked is q:
            self._hand = self._asked_hand
        else:
            self._hand = self._hand_at(q)
        self.hand_speed = math.dist(self._hand, before) / self._period

    def set_fingers(self, width: float) -> None:
        """How far the fingers are open [m]."""
        if abs(width - self._width) > 1e-3:
            self._width = width
            self._model.set_fingers(width)

    def objection(self, q: Array, stop: Stop) -> Reason | None:
        """Why q may not be the next posture, of which `stop` leads to rest; None if it may."""
        hand = self._hand_at(q)
        self._asked, self._asked_hand = q, hand
        speed = math.dist(hand, self._hand) / self._period
        most = self.limits.hand_speed
        if speed > most:
            words = f"the hand was asked for {speed:.3g} m/s and may do {most:g}"
            return Reason("hand speed", speed - most, "m/s", words, 0.97 * most / speed)
        wrong = self._wrong(q)
        if wrong is not None:
            return wrong
        sweep = sum(map(mul, self._reach, map(abs, (stop.end - q).tolist())))
        if sweep < 1e-6:
            return None
        too_fast = self._beyond(math.dist(self._hand_at(stop.at(1)), hand), FIRST_SPEED)
        if too_fast is not None:
            return too_fast
        for k in stop.fading:
            self._model.place(stop.at(k))
            too_fast = self._too_fast(stop.velocity(k), FADING_SPEED if k > 2 else BRAKING_SPEED)
            if too_fast is not None:
                return too_fast
        looks = min(MOST_LOOKS, 1 + int(sweep / SPACING_M))
        for look in range(looks, 0, -1):
            k = round(stop.periods * look / (looks + 1)) if look < looks else stop.periods
            posture = stop.at(k)
            wrong = self._wrong(posture) or (
                self._too_fast(stop.velocity(k), BRAKING_SPEED) if look < looks else None
            )
            if wrong is not None:
                return wrong
        return None

    def condition(self, q: Array) -> float:
        """Condition number of the grasp point's Jacobian at q: of all six rows where the arm has six joints,
        of the three of position where it has fewer: such an arm cannot turn its hand freely anywhere."""
        self._model.place(q)
        jacobian = self._model.jacobian()
        rows = jacobian if self._whole else jacobian[:3]
        squares = np.linalg.eigvalsh(rows @ rows.T)  # of the singular values; cheaper than these themselves
        return math.sqrt(float(squares[-1]) / max(float(squares[0]), 1e-18))

    # -- parts -------------------------------------------------------------------------------------

    def _hand_at(self, q: Array) -> Point:
        """Where the grasp point is at q [m]; the model is posed there afterwards."""
        self._model.place(q)
        return self._model.point()

    def _too_fast(self, velocity: Array, share: float) -> Reason | None:
        """Whether the hand would be too fast on its way to rest, in the posture that the model has: joints
        that slow down together may do that."""
        return self._beyond(
            math.hypot(*(self._model.jacobian()[:3] @ velocity).tolist()) * self._period, share
        )

    def _beyond(self, way: float, share: float) -> Reason | None:
        """Whether a way of the hand in one period [m] is too long: `share` of the allowed speed is for it."""
        speed = way / self._period
        most = share * self.limits.hand_speed
        if speed <= most:
            return None
        words = f"braking, the hand would do {speed:.3g} m/s"
        return Reason("hand speed", speed - most, "m/s", words, 0.95 * most / speed)

    def _wrong(self, q: Array) -> Reason | None:
        """What is wrong with a posture; the model is posed there afterwards."""
        deep = self._too_deep(q)
        out = self._outside(self._model.point())
        if out > BOX_TOLERANCE and out > self._outside(self._hand) + NO_WORSE:
            return Reason("workspace", out, "m", f"the hand was asked {out:.3f} m outside of its workspace")
        for (thing, part), depth in deep.items():
            if depth > self._depths.get((thing, part), 0.0) + NO_WORSE:
                return _met(thing, part, depth)
        return None

    def _too_deep(self, q: Array) -> Depths:
        deep: dict[tuple[str, str], float] = {}
        for contact in self._model.contacts(q):
            thing, part = contact.thing, contact.part
            if thing == TABLE.object:
                beyond = contact.depth_m - CLEARANCE_M - self._pressing.get(part, 0.0) + NEAR_M
            elif thing.startswith(PREFIX):
                beyond = contact.depth_m - CLEARANCE_M
            else:
                beyond = contact.depth_m
            if beyond > 0:
                deep[thing, part] = max(beyond, deep.get((thing, part), 0.0))
        return deep

    def _outside(self, hand: Point) -> float:
        """How far a point is outside the workspace [m]."""
        low, high = self.limits.workspace_low.tolist(), self.limits.workspace_high.tolist()
        out: float = max(0.0, *map(sub, low, hand), *map(sub, hand, high))
        return out


def _met(thing: str, part: str, depth: float) -> Reason:
    if thing.startswith(PREFIX):
        return Reason(thing, depth, "m", f"{part} would have entered it")
    if thing == TABLE.object:
        return Reason("table", depth, "m", f"{part} would have met the table")
    return Reason("self-collision", depth, "m", f"{part} would have met {thing}")
