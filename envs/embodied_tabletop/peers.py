"""Steps others' environments of picking up a cube: `PYTHON peers.py SECONDS`.

Run by an interpreter that has gymnasium-robotics and panda-gym, which need not have this package: it imports
nothing of it. What it finds is told on standard output, a line each.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

MARK = "measured: "
"""What the lines that count begin with; engines print too."""

STEPS = 50
"""Of an episode."""
DOWN_FROM, CLOSE_FROM, LIFT_FROM = 15, 28, 35
"""In which step the hand begins to go down, to close, and to lift."""
ABOVE_M = 0.12
LIFTED_M = 0.05
STEP_M = 0.02
"""How far the hand goes in one step at most."""
ACTION_M = 0.05
"""What an action of 1 moves the hand by, in both [m]."""

PEERS = (
    ("Gymnasium-Robotics FetchPickAndPlace", "gymnasium_robotics", "FetchPickAndPlace-v%d", "mujoco"),
    ("panda-gym PandaPickAndPlace", "panda_gym", "PandaPickAndPlace-v%d", "pybullet"),
)
NEWEST = 9


def main(seconds: float) -> None:
    for title, module, pattern, engine in PEERS:
        try:
            print(MARK + json.dumps(measured(title, module, pattern, engine, seconds)), flush=True)
        except Exception as failed:  # noqa: BLE001 - others' packages fail in ways of their own; it is told
            reason = f"{title} is not measured: {type(failed).__name__}: {str(failed)[:200]}"
            print(MARK + json.dumps({"missing": reason}), flush=True)


def measured(title: str, module: str, pattern: str, engine: str, seconds: float) -> dict[str, Any]:
    """What `embodied.bench.worldcase.Speed` holds, as a map."""
    import gymnasium

    package = importlib.import_module(module)
    if hasattr(gymnasium, "register_envs"):
        gymnasium.register_envs(package)
    name = next(pattern % n for n in range(NEWEST, 0, -1) if pattern % n in gymnasium.registry)
    # Their reset needs the wrapper that knows of it; its checks of each step are not theirs to pay.
    env = gymnasium.make(name, disable_env_checker=True).unwrapped
    spent, steps, lifted, episode = 0.0, 0, 0, 0
    while spent < seconds:
        episode += 1
        seen, _ = env.reset(seed=episode)
        rests = seen["achieved_goal"][2]
        began = time.process_time()
        for step in range(STEPS):
            seen = env.step(action(seen, step, rests))[0]
        spent += time.process_time() - began
        steps += STEPS
        lifted += int(seen["achieved_goal"][2] > rests + LIFTED_M)
    simulated_s, substeps = lasts(env)
    note = f"{name}, {dist(module)}, {dist(engine)}; lifted in {lifted} of {episode}"
    return {
        "name": title,
        "steps_per_s": steps / spent,
        "simulated_s": simulated_s,
        "substeps": substeps,
        "note": note,
    }


def action(seen: Any, step: int, rests: float) -> Any:
    """Over the cube, down, close, lift."""
    import numpy

    hand, cube = seen["observation"][:3], seen["achieved_goal"]
    down = DOWN_FROM <= step < LIFT_FROM
    target = numpy.array([cube[0], cube[1], rests + (0.0 if down else ABOVE_M)])
    way = numpy.clip((target - hand) / ACTION_M, -STEP_M / ACTION_M, STEP_M / ACTION_M)
    return numpy.array([*way, -1.0 if step >= CLOSE_FROM else 1.0], dtype=numpy.float32)


def lasts(env: Any) -> tuple[float, int]:
    """The simulated time of a step [s] and its physics steps."""
    sim = getattr(env, "sim", None)
    if sim is not None and hasattr(sim, "timestep"):
        return sim.timestep * sim.n_substeps, sim.n_substeps
    return env.model.opt.timestep * env.n_substeps, env.n_substeps


def dist(module: str) -> str:
    try:
        return f"{module.replace('_', '-')} {version(module.replace('_', '-'))}"
    except PackageNotFoundError:
        return module


if __name__ == "__main__":
    main(float(sys.argv[1]))
