"""What is believed to stand on the table, where no simulator knows: an engine without physics.

Things stay where they were told or seen to be. A thing between fingers that close and meet resistance goes
with the hand; one that is let go of falls straight down onto what is below. What an arm pushes, and drawers
and buttons, cannot be followed so: scenes with those need another source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, hypot, sin
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embodied.errors import BadInput
from embodied_tabletop.engine import (
    ARM,
    LEFT_FINGER,
    RIGHT_FINGER,
    TABLE,
    ArmReading,
    BodyState,
    Snapshot,
    Start,
)
from embodied_tabletop.facts import HOLD_FORCE_N
from embodied_tabletop.geometry import height_extent, inverse, multiply, rotation, to_body, to_world, yaw_of
from embodied_tabletop.parts import floor_height, inside
from embodied_tabletop.scene import Scene, SceneObject, Vector3

RESISTS_M: Final = 0.003
"""Fingers that stay this much wider than they were told to meet something [m]."""
OPENED_M: Final = 0.004
"""Fingers this much wider than when they took a thing have let it go [m]."""
LEAST_SHARE: Final = 0.6
"""Of a thing's width that the fingers must keep: else it is gone."""
CLOSING_M: Final = 1e-4
TOUCHING_M: Final = 0.003
RESTS_M: Final = 0.012
"""What is seen this near above or below what it could stand on stands on it [m]."""
NOWHERE_Z: Final = -5.0
FOLLOWED: Final = frozenset({"cube", "bowl", "tray"})


@dataclass(frozen=True)
class _Grip:
    """What the fingers hold: its pose in the hand's frame, and how wide they were."""

    name: str
    position: Vector3
    quaternion: tuple[float, float, float, float]
    width: float


class BelievedEngine:
    """Implements `embodied_tabletop.engine.Engine`, as far as a table asks it."""

    name = "believed"

    def __init__(self, scene: Scene) -> None:
        for thing in scene.objects:
            if thing.kind not in FOLLOWED:
                raise BadInput(
                    f"{thing.name} is a {thing.kind}, and nothing would tell how far it has moved.",
                    remedy='Leave it out of the scene, or use objects = "simulated".',
                )
        self._scene = scene
        self._bodies: dict[str, BodyState] = {}
        self._reading = ArmReading((), (), (), 0.0, 0.0)
        self._hand = BodyState((0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 0.0))
        self._goal = self._before = 0.0
        self._grip: _Grip | None = None
        self._time = 0.0

    # -- what is told --------------------------------------------------------------------------------

    def reset(self, start: Start) -> None:
        self._bodies = dict(start.poses)
        self._grip = None

    def follow(self, reading: ArmReading, hand: BodyState, goal_width: float, time_s: float) -> None:
        """The arm as it was measured; `goal_width`: what the fingers were told [m]."""
        self._reading, self._hand, self._goal, self._time = reading, hand, goal_width, time_s

    def see(self, name: str, pose: BodyState, seen_from: Vector3 | None = None) -> None:
        """Something was seen; what is held goes with the hand all the same.

        Args:
            seen_from: where the eye is. How far away a thing is, is what an eye knows least: what seems to
                stand a little above or in what is below it is moved along the line of sight until it rests.
        """
        if self._grip is None or self._grip.name != name:
            self._bodies[name] = pose if seen_from is None else self._rested(name, pose, seen_from)

    def doubt(self, name: str) -> None:
        """Nobody knows where it is, nor ever did: it is in nothing's way."""
        x, y, _ = self._bodies[name].position
        self._bodies[name] = BodyState((x, y, NOWHERE_Z), (1.0, 0.0, 0.0, 0.0))

    def between(self) -> float:
        """How wide what stands between the fingers is [m]; 0 for nothing. For an arm that has no physics."""
        if self._grip is not None:
            return self._grip.width
        thing = self._thing_between()
        return _width_along(self._hand, self._bodies[thing.name], thing) if thing else 0.0

    # -- the engine ----------------------------------------------------------------------------------

    def step(self) -> None:
        """Believe what follows from the last measurement."""
        width = self._reading.gripper_width
        closing = self._goal < width - RESISTS_M
        resting = abs(width - self._before) < CLOSING_M
        self._before = width
        if self._grip is None:
            thing = self._thing_between() if closing and resting else None
            if thing is not None and width >= LEAST_SHARE * min(thing.size[:2]):
                self._take(thing, width)
        elif width > self._grip.width + OPENED_M or width < LEAST_SHARE * self._grip.width:
            self._let_go()
        if self._grip is not None:
            held = self._grip
            self._bodies[held.name] = BodyState(
                to_world(self._hand, held.position), multiply(self._hand.quaternion, held.quaternion)
            )

    def snapshot(self) -> Snapshot:
        holding = self._grip is not None
        return Snapshot(
            self._time,
            self._bodies,
            {},
            frozenset(self._contacts()),
            self._hand,
            self._reading.gripper_width,
            max(self._reading.gripper_force, HOLD_FORCE_N) if holding else 0.0,
        )

    def arm(self) -> ArmReading:
        return self._reading

    def joints(self) -> tuple[float, ...]:
        return self._reading.position

    def gripper_width(self) -> float:
        return self._reading.gripper_width

    def hand(self) -> BodyState:
        return self._hand

    def body(self, name: str) -> BodyState:
        return self._bodies[name]

    def slide(self, name: str) -> float:
        return 0.0

    def finite(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing to end."""

    def command(
        self,
        joints: Sequence[float] | None = None,
        gripper_width: float | None = None,
        gripper_force: float | None = None,
    ) -> None:
        """The arm is commanded elsewhere."""

    def push(self, body: str, force: Vector3) -> None:
        """There is no physics to push with."""

    def vary(self, scene: Scene, friction: float = 1.0) -> None:
        """There is no physics to vary."""

    def set_grip(self, friction: float) -> None:
        """There is no physics to vary."""

    def jacobian(self) -> NDArray[np.float64]:
        raise NotImplementedError("nothing here is controlled by it")

    def save(self) -> Any:
        raise NotImplementedError("what is believed cannot be tried out")

    def restore(self, moment: Any) -> None:
        raise NotImplementedError("what is believed cannot be tried out")

    # -- parts ---------------------------------------------------------------------------------------

    def _thing_between(self) -> SceneObject | None:
        """The nearest thing in which the grasp point is."""
        near = []
        for thing in self._scene.objects:
            if thing.contains_things:
                continue
            off = to_body(self._bodies[thing.name], self._hand.position)
            if all(abs(off[n]) <= thing.size[n] / 2 + TOUCHING_M for n in range(3)):
                near.append((hypot(*off), thing))
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def _rested(self, name: str, pose: BodyState, seen_from: Vector3) -> BodyState:
        """A pose on what is below it, if it is near to that."""
        thing = self._scene.by_name[name]
        x, y, z = pose.position
        half = height_extent(pose.quaternion, thing.size) / 2
        gap = z - half - self._support(thing, x, y, z)
        down = seen_from[2] - z
        if abs(gap) > RESTS_M or down <= RESTS_M:
            return pose
        share = -gap / down
        slid = (x + share * (seen_from[0] - x), y + share * (seen_from[1] - y), z - gap)
        return replace(pose, position=slid)

    def _take(self, thing: SceneObject, width: float) -> None:
        pose = self._bodies[thing.name]
        turn = multiply(inverse(self._hand.quaternion), pose.quaternion)
        self._grip = _Grip(thing.name, to_body(self._hand, pose.position), turn, width)

    def _let_go(self) -> None:
        assert self._grip is not None
        thing = self._scene.by_name[self._grip.name]
        x, y, z = self._bodies[thing.name].position
        yaw = yaw_of(self._bodies[thing.name].quaternion)
        self._grip = None
        below = self._support(thing, x, y, z)
        upright = (cos(yaw / 2), 0.0, 0.0, sin(yaw / 2))
        self._bodies[thing.name] = BodyState((x, y, below + thing.size[2] / 2), upright)

    def _support(self, thing: SceneObject, x: float, y: float, z: float) -> float:
        """The height of what is under a thing that was let go of there [m]."""
        heights = [0.0]
        for other in self._scene.objects:
            if other is thing:
                continue
            pose = self._bodies[other.name]
            local = to_body(replace(pose, position=(*pose.position[:2], 0.0)), (x, y, 0.0))
            bottom = pose.position[2] - other.size[2] / 2
            if other.contains_things:
                wide, deep, _ = inside(other)
                within = (
                    hypot(local[0], local[1]) <= wide / 2
                    if other.kind == "bowl"
                    else abs(local[0]) <= wide / 2 and abs(local[1]) <= deep / 2
                )
                if within:
                    heights.append(bottom + floor_height(other))
            elif abs(local[0]) <= other.size[0] / 2 and abs(local[1]) <= other.size[1] / 2:
                heights.append(bottom + other.size[2])
        return max(height for height in heights if height <= z + TOUCHING_M or height == 0.0)

    def _contacts(self) -> set[tuple[str, str]]:
        """What touches what, by how near their surfaces are."""
        found: set[tuple[str, str]] = set()

        def touch(one: str, other: str) -> None:
            found.add((one, other) if one < other else (other, one))

        for thing in self._scene.objects:
            if self._grip is not None and self._grip.name == thing.name:
                for finger in (LEFT_FINGER, RIGHT_FINGER):
                    touch(thing.name, finger)
                touch(thing.name, ARM)
                continue
            x, y, z = self._bodies[thing.name].position
            bottom = z - thing.size[2] / 2
            if abs(bottom) <= TOUCHING_M:
                touch(thing.name, TABLE)
            for other in self._scene.objects:
                if other is not thing and abs(self._support_of(other, x, y) - bottom) <= TOUCHING_M:
                    touch(thing.name, other.name)
        return found

    def _support_of(self, other: SceneObject, x: float, y: float) -> float:
        """The height at which something would stand on or in `other` there; far below where it is not."""
        pose = self._bodies[other.name]
        local = to_body(replace(pose, position=(*pose.position[:2], 0.0)), (x, y, 0.0))
        bottom = pose.position[2] - other.size[2] / 2
        if abs(local[0]) > other.size[0] / 2 or abs(local[1]) > other.size[1] / 2:
            return -1.0
        return bottom + (floor_height(other) if other.contains_things else other.size[2])


def _width_along(hand: BodyState, pose: BodyState, thing: SceneObject) -> float:
    """How wide a thing is along the way of the fingers, which is the hand's y axis [m]."""
    rows = rotation(hand.quaternion)
    away = atan2(rows[1][1], rows[0][1]) - yaw_of(pose.quaternion)
    return min(abs(thing.size[0] * cos(away)) + abs(thing.size[1] * sin(away)), hypot(*thing.size[:2]))
