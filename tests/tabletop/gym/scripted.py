"""Policies by hand over named observations, for `end_effector_delta`: each does its task by friction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gymnasium
import numpy as np
from embodied_tabletop.gym import TabletopEnv, environment_id
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Seen = Mapping[str, Floats]
STEP_M = 0.02
OPEN, SHUT = 1.0, -1.0


def made(task: str, engine: str = "mujoco", **settings: Any) -> TabletopEnv:
    """The environment itself, without wrappers."""
    env = gymnasium.make(environment_id(task), engine=engine, **settings).unwrapped
    assert isinstance(env, TabletopEnv)
    return env


def succeeds(env: TabletopEnv, seed: int, options: Mapping[str, Any] | None = None) -> bool:
    """Play an episode by script; whether the task was done at any step."""
    flat, _ = env.reset(seed=seed, options=options)
    policy = POLICIES[env.task.name]()
    for _ in range(env.task.steps):
        flat, _, _, _, info = env.step(policy(env.named(flat)))
        if info["is_success"]:
            return True
    return False


def towards(seen: Seen, x: float, y: float, z: float) -> Floats:
    return np.clip((np.array((x, y, z)) - seen["hand"]) / STEP_M, -1.0, 1.0)


def reach() -> Callable[[Seen], Floats]:
    return lambda seen: towards(seen, *seen["target"])


class Press:
    down = False

    def __call__(self, seen: Seen) -> Floats:
        x, y, _ = seen["button"]
        self.down |= bool(np.hypot(*(seen["hand"] - seen["button"])[:2]) < 0.01)
        return towards(seen, x, y, 0.0 if self.down else 0.09)


class Push:
    phase = 0

    def __call__(self, seen: Seen) -> Floats:
        hand, cube = seen["hand"], seen["blue_cube"]
        way = (seen["target"] - cube)[:2]
        way = way / max(float(np.linalg.norm(way)), 1e-6)
        behind = cube[:2] - 0.065 * way
        if self.phase == 0:
            self.phase = int(np.linalg.norm(hand[:2] - behind) < 0.01)
            return towards(seen, *behind, 0.12)
        if self.phase == 1:
            self.phase = 2 if hand[2] < 0.03 else 1
            return towards(seen, *behind, 0.022)
        apart = (hand - cube)[:2]
        aside = apart - way * (apart @ way)
        return np.clip((*(0.8 * way - 10 * aside), (0.022 - hand[2]) / STEP_M), -1.0, 1.0)


class Grasp:
    """Over the thing, down, fingers shut; then what `after` says."""

    phase = 0

    def __init__(self, thing: str, after: Callable[[Seen], Floats], width: float = OPEN) -> None:
        self.thing, self.after, self.width = thing, after, width

    def __call__(self, seen: Seen) -> Floats:
        hand, (x, y, z) = seen["hand"], seen[self.thing]
        if self.phase == 0:
            self.phase = int(np.hypot(hand[0] - x, hand[1] - y) < 0.008)
            return np.array((*towards(seen, x, y, z + 0.08), self.width))
        if self.phase == 1:
            self.phase = 2 if hand[2] < z + 0.006 else 1
            return np.array((*towards(seen, x, y, z - 0.002), self.width))
        self.phase += 1
        return np.array((0.0, 0.0, 0.0, SHUT)) if self.phase < 15 else self.after(seen)


def pick_and_place() -> Callable[[Seen], Floats]:
    return Grasp(
        "red_cube",
        lambda seen: np.array((*towards(seen, *(seen["hand"] + seen["target"] - seen["red_cube"])), SHUT)),
    )


class PutOn:
    phase = 0

    def __call__(self, seen: Seen) -> Floats:
        hand, red, blue = seen["hand"], seen["red_cube"], seen["blue_cube"]
        top = blue[2] + (seen["red_cube_size"][2] + seen["blue_cube_size"][2]) / 2
        x, y = hand[:2] + (blue - red)[:2]
        if self.phase == 0:
            self.phase = int(hand[2] > 0.13)
            return np.array((0.0, 0.0, 1.0, SHUT))
        if self.phase == 1:
            self.phase = 2 if np.linalg.norm((red - blue)[:2]) < 0.006 else 1
            return np.array((*towards(seen, x, y, 0.14), SHUT))
        if self.phase == 2:
            self.phase = 3 if red[2] < top + 0.004 else 2
            return np.array((*towards(seen, x, y, hand[2] + top + 0.001 - red[2]), SHUT))
        return np.array((0.0, 0.0, 0.0, OPEN))


POLICIES: Mapping[str, Callable[[], Callable[[Seen], Floats]]] = {
    "Reach": reach,
    "Push": Push,
    "PickPlace": pick_and_place,
    "Stack": lambda: Grasp("red_cube", PutOn()),
    "DrawerOpen": lambda: Grasp("drawer_handle", lambda seen: np.array((-0.5, 0.0, 0.0, SHUT)), width=0.0),
    "ButtonPress": Press,
}
