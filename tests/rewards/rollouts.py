"""A very small world to record episodes in: a hand that carries a cube to a target.

It moves by 0.05 m a step at most. Fingers that close within 0.04 m of the cube take it; a cube that is let go
falls. `touches` counts how often it was taken.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from embodied.condition import parse
from embodied.rewards.spec import ActionSpec, Array, Entry, ObservationSpec
from embodied.rewards.trajectory import Trajectory
from tests.rewards.toys import ACTION, HIGH, LOW, OBSERVATION

WORLD = ObservationSpec((*OBSERVATION.entries, Entry("touches", (), doc="How often the cube was taken.")))
SUCCESS = parse("distance(cube, target) < 0.05")
STEPS, SPEED = 60, 0.05
DOWN = np.array([0.0, 0.0, 0.02])
__all__ = ["ACTION", "STEPS", "SUCCESS", "WORLD", "ActionSpec", "episodes"]

State = dict[str, Array]
Script = Callable[[State, int], tuple[Array, float]]


def episodes(count: int = 3, *, adversaries: bool = True) -> list[Trajectory]:
    """Some of each kind, over a few starts."""
    made = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        scripts: dict[str, Script] = {"scripted": scripted, "idle": idle, "random": at_random(rng)}
        if adversaries:
            scripts |= {"failing": dropping, "oscillating": touching}
        made += [episode(kind, script, seed) for kind, script in scripts.items()]
        if adversaries:
            made += [
                episode("failing", lifting, seed, "lifting"),
                episode("failing", hovering, seed, "hovering"),
            ]
    return made


def episode(kind: str, script: Script, seed: int, name: str = "") -> Trajectory:
    rng = np.random.default_rng(seed)
    state: State = {
        "hand": np.array([0.5, 0.0, 0.3]),
        "cube": np.array([0.4, 0.2, 0.02]) + np.append(0.1 * rng.random(2), 0.0),
        "target": np.array([0.5, -0.3, 0.02]) + np.append(0.1 * rng.random(2), 0.0),
        "gripper": np.array(0.08),
        "touches": np.array(0.0),
    }
    seen, acted = [state], []
    for step in range(STEPS):
        move, grip = script(state, step)
        move = np.clip(move, -1.0, 1.0)
        acted.append((move, np.array(grip)))
        state = stepped(state, move, grip)
        seen.append(state)
    observations = {name: np.stack([one[name] for one in seen]) for name in WORLD.names}
    actions = {"move": np.stack([move for move, _ in acted]), "grip": np.stack([grip for _, grip in acted])}
    distance = np.linalg.norm(observations["cube"] - observations["target"], axis=-1)
    return Trajectory(f"{name or kind} {seed}", kind, observations, actions, distance < 0.05, str(seed))


def stepped(state: State, move: Array, grip: float) -> State:
    near = float(np.linalg.norm(state["hand"] - state["cube"])) < 0.04
    was, closed = near and float(state["gripper"]) < 0.05, grip < 0.0
    hand = np.clip(state["hand"] + SPEED * move, LOW, HIGH)
    held = near and closed
    cube = hand if held and was else state["cube"]
    if not held and cube[2] > 0.02:
        cube = np.array([cube[0], cube[1], 0.02])
    return {
        "hand": hand,
        "cube": cube,
        "target": state["target"],
        "gripper": np.array(0.04 if closed else 0.08),
        "touches": state["touches"] + float(held and not was),
    }


def toward(state: State, goal: Array) -> Array:
    return np.asarray((goal - state["hand"]) / SPEED)


def scripted(state: State, step: int) -> tuple[Array, float]:
    if np.linalg.norm(state["hand"] - state["cube"]) > 0.03:
        return toward(state, state["cube"]), 1.0
    if state["gripper"] > 0.05:
        return np.zeros(3), -1.0
    return toward(state, state["target"]), -1.0


def idle(state: State, step: int) -> tuple[Array, float]:
    return np.zeros(3), 1.0


def at_random(rng: np.random.Generator) -> Script:
    return lambda state, step: (rng.uniform(-1.0, 1.0, 3), float(rng.uniform(-1.0, 1.0)))


def dropping(state: State, step: int) -> tuple[Array, float]:
    """Takes it, and lets go of it halfway."""
    return scripted(state, step) if step < 14 else (np.zeros(3), 1.0)


def touching(state: State, step: int) -> tuple[Array, float]:
    """Takes it and lets go of it, again and again."""
    if np.linalg.norm(state["hand"] - state["cube"]) > 0.03:
        return toward(state, state["cube"]), 1.0
    return np.zeros(3), -1.0 if state["gripper"] > 0.05 else 1.0


def lifting(state: State, step: int) -> tuple[Array, float]:
    """Takes it up as high as can be."""
    move, grip = scripted(state, step)
    return (move, grip) if state["gripper"] > 0.05 or grip > 0 else (np.array([0.0, 0.0, 1.0]), -1.0)


def hovering(state: State, step: int) -> tuple[Array, float]:
    """Carries it to 8 cm before the target, and stays there."""
    move, grip = scripted(state, step)
    if grip < 0 and np.linalg.norm(state["cube"] - state["target"]) < 0.11:
        move = np.zeros(3)
    return move, grip
