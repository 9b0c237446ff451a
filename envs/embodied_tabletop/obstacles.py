"""The collision shapes of everything but the arm, for the bridge's collision checks."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, sin

from embodied.arms.driver import Obstacle
from embodied_tabletop.engine import TABLE, Snapshot, Start
from embodied_tabletop.geometry import multiply, to_world
from embodied_tabletop.parts import FIXED, Body
from embodied_tabletop.scene import TABLE_X, TABLE_Y

TABLE_DEPTH_M = 0.04


def obstacles(bodies: tuple[Body, ...], start: Start, now: Snapshot) -> Iterator[Obstacle]:
    """The table first, then every part of every body, always in the same order."""
    yield Obstacle(
        TABLE,
        "box",
        (TABLE_X[1] - TABLE_X[0], TABLE_Y[1] - TABLE_Y[0], TABLE_DEPTH_M),
        (sum(TABLE_X) / 2, sum(TABLE_Y) / 2, -TABLE_DEPTH_M / 2),
    )
    for body in bodies:
        state = start.poses[body.object] if body.joint == FIXED else now.bodies[body.name]
        for part in body.parts:
            turn = (cos(part.yaw / 2), 0.0, 0.0, sin(part.yaw / 2))
            yield Obstacle(
                part.object,
                part.shape,
                part.size,
                to_world(state, part.position),
                multiply(state.quaternion, turn),
            )
