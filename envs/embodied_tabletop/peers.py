"""Steps environments as a learner does; run as a script, others' environments: `PYTHON peers.py`.

As a script it is run by an interpreter that has gymnasium-robotics and panda-gym, which need not have this
package: nothing of it is imported here. It tells which environments it has, then measures one for each line
on standard input, until that ends. What it tells is on standard output, a line each.
"""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

MARK = "measured: "
"""What the lines that count begin with; engines print too."""

STEP_M = 0.02
"""How far the hand is asked to go along each axis in one step, at most: in all the same."""
ACTION_M = 0.05
"""What an action of 1 moves the hand by, in both others [m]."""
SHAKE = 0.5
"""How much chance there is in an action, of the most that it can be."""

PEERS = (
    ("Gymnasium-Robotics", "gymnasium_robotics", "mujoco", "Fetch%s-v%d"),
    ("panda-gym", "panda_gym", "pybullet", "Panda%s-v%d"),
)
TASKS = {"Reach": "Reach", "Push": "Push", "PickPlace": "PickAndPlace"}
"""Our name of a task, and theirs."""
NEWEST = 9

Where = Callable[[Any], tuple[Sequence[float], Sequence[float]]]
"""From an observation to where the hand is and where what the task is about is [m]."""


def stepped(env: Any, where: Where, action_m: float, seconds: float, seed: int) -> dict[str, float]:
    """Step a gymnasium environment for about `seconds` of this process's CPU time, in whole episodes.

    Only its `step` is timed, not `reset` and not how actions are chosen.
    """
    chance = random.Random(seed)
    steps, cpu_s, clock_s, episode = 0, 0.0, 0.0, 0
    size = env.action_space.shape[0]
    while cpu_s < seconds:
        seen = env.reset(seed=1000 * seed + episode)[0]
        episode, step, over = episode + 1, 0, False
        while not over:
            asked = action(*where(seen), step, size, STEP_M / action_m, chance)
            cpu, clock = time.process_time(), time.perf_counter()
            seen, _, terminated, truncated, _ = env.step(asked)
            cpu_s += time.process_time() - cpu
            clock_s += time.perf_counter() - clock
            step, over = step + 1, terminated or truncated
        steps += step
    return {"steps": steps, "cpu_s": cpu_s, "clock_s": clock_s}


def action(
    hand: Sequence[float],
    thing: Sequence[float],
    step: int,
    size: int,
    most: float,
    chance: random.Random,
) -> Any:
    """Towards the thing, with chance in it: as one who has learned half of it, so that hand and thing touch.
    Fingers, where they are the policy's, shut after 25 steps."""
    import numpy

    fingers = 1.0 if step < 25 else -1.0
    way = [
        max(-1.0, min(1.0, (there - here) / STEP_M)) * (1 - SHAKE) + chance.uniform(-SHAKE, SHAKE)
        for here, there in zip(hand, thing, strict=True)
    ]
    return numpy.array([*(most * one for one in way), fingers][:size], dtype=numpy.float32)


# -- others' environments ------------------------------------------------------------------------------


def main() -> None:
    environments: dict[str, tuple[Any, Where]] = {}
    for title, module, engine, pattern in PEERS:
        for task in TASKS:
            try:
                env, about = made(title, module, engine, pattern, task)
            except Exception as failed:  # noqa: BLE001 - others' packages fail in ways of their own; it is told
                tell({"missing": f"{title} {task} is not measured: {_words(failed)}"})
                continue
            environments[about["name"]] = env, looking(task)
            tell(about)
    tell({"ready": len(environments)})
    for line in sys.stdin:
        asked = json.loads(line)
        env, where = environments[asked["name"]]
        try:
            tell(stepped(env, where, ACTION_M, asked["seconds"], asked["seed"]))
        except Exception as failed:  # noqa: BLE001 - as above
            tell({"missing": f"{asked['name']} is not measured: {_words(failed)}"})


def made(title: str, module: str, engine: str, pattern: str, task: str) -> tuple[Any, dict[str, Any]]:
    """An environment as `gymnasium.make` gives it, and what `embodied.bench.worldcase.Speed` says of it."""
    import gymnasium

    package = importlib.import_module(module)
    if hasattr(gymnasium, "register_envs"):
        gymnasium.register_envs(package)
    names = [pattern % (TASKS[task], number) for number in range(NEWEST, 0, -1)]
    name = next((one for one in names if one in gymnasium.registry), "")
    if not name:
        raise LookupError(f"it has none of {names[0]} to {names[-1]}")
    env = gymnasium.make(name)
    simulated_s, substeps = lasts(env.unwrapped)
    return env, {
        "name": f"{title} {name}",
        "package": title,
        "task": task,
        "simulated_s": simulated_s,
        "substeps": substeps,
        "note": f"{dist(module)}, {dist(engine)}",
    }


def looking(task: str) -> Where:
    """Where the hand and the thing are in what both others tell; Reach is about its goal."""
    thing = "desired_goal" if task == "Reach" else "achieved_goal"
    return lambda seen: (seen["observation"][:3], seen[thing])


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


def tell(what: Any) -> None:
    print(MARK + json.dumps(what), flush=True)


def _words(failed: Exception) -> str:
    return f"{type(failed).__name__}: {str(failed)[:200]}"


if __name__ == "__main__":
    main()
