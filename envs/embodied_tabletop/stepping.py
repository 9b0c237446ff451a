"""How fast a learner steps each environment, beside others' of the same task.

The same is compared: `step` of the environment that `gymnasium.make` gives, 0.04 s of simulated time (so long
is a step of Fetch and of Panda too), an end-effector displacement of at most 2 cm along each axis as action,
and everything that a learner gets for it: observation, success and sparse reward. The same policy acts in all
(`embodied_tabletop.peers.action`). Time is the CPU time of the one process that steps, so that other work on
the machine counts little; resets and the policy are not counted. All are measured in turn in every round, and
ratios are taken within a round: what slows the machine down slows both.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from typing import Any

import gymnasium
import numpy as np

from embodied.bench.worldcase import Speed
from embodied_tabletop import peers
from embodied_tabletop.engine import CONTROL_PERIOD_S, HOME
from embodied_tabletop.engines import make_engine
from embodied_tabletop.gym import STEP_S, TASKS, TabletopEnv, environment_id
from embodied_tabletop.peer_process import PeerProcess
from embodied_tabletop.peers import STEP_M, stepped
from embodied_tabletop.placing import place
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.table import Table

PERIODS = round(STEP_S / CONTROL_PERIOD_S)
SUBSTEPS = {"mujoco": 10, "pybullet": 5}
"""Of the physics in a control period."""
TITLES = {"mujoco": "MuJoCo", "pybullet": "PyBullet"}
ROUNDS = 5
AT_ONCE = 8
MANY_TASK = "PickPlace"
"""Which environment is stepped many at once."""

Timed = Mapping[str, float]
"""steps, cpu_s, clock_s"""


@dataclass
class _Runner:
    """One that is measured: what it is, and a function of (seconds of CPU time, number of the round)."""

    speed: Speed
    measure: Callable[[float, int], Timed | None]
    rounds: list[Timed] = field(default_factory=list)


def measure(
    engines: Sequence[str], seconds: float, python: str = "", tasks: Sequence[str] = tuple(TASKS)
) -> Sequence[Speed | str]:
    """Step every task in every engine, many at once, and a whole table as the arm's bridge steps it.

    Args:
        engines: names of them.
        seconds: CPU time for each, divided among the rounds.
        python: an interpreter that has others' environments, "" to leave them out.
        tasks: which of them.

    Returns:
        What was measured, those that belong together next to each other; a text where one of the others
        cannot be run.
    """
    with ExitStack() as stack:
        others = PeerProcess(python) if python else None
        if others is not None:
            stack.callback(others.close)
        runners: list[_Runner] = []
        for task in tasks:
            runners += [_alone(task, engine, stack) for engine in engines]
            runners += _others(task, others) if others is not None else []
        if "mujoco" in engines:
            runners += [_many(mode, stack) for mode in ("sync", "threads")]
        runners += [_bridged(engine, stack) for engine in engines]
        for number in range(ROUNDS):
            for runner in runners if number % 2 == 0 else reversed(runners):
                if len(runner.rounds) == number:  # else one of its rounds failed
                    timed = runner.measure(seconds / ROUNDS, number)
                    runner.rounds += [timed] if timed is not None else []
        missing = others.missing if others is not None else []
        return [*(_result(one) for one in runners if len(one.rounds) == ROUNDS), *missing]


def _result(runner: _Runner) -> Speed:
    rounds = tuple(timed["steps"] / timed["cpu_s"] for timed in runner.rounds)
    by_clock = statistics.median(timed["steps"] / timed["clock_s"] for timed in runner.rounds)
    return replace(runner.speed, steps_per_s=statistics.median(rounds), rounds=rounds, by_clock=by_clock)


# -- one environment -----------------------------------------------------------------------------------


def _alone(task: str, engine: str, stack: ExitStack) -> _Runner:
    env = gymnasium.make(environment_id(task), engine=engine, control="end_effector_delta")
    stack.callback(env.close)
    table = env.unwrapped
    assert isinstance(table, TabletopEnv)
    speed = _speed(f"{task}, {TITLES[engine]}", engine, task=task)
    where = partial(_where, table)
    return _Runner(speed, lambda seconds, number: stepped(env, where, STEP_M, seconds, number))


def _where(table: TabletopEnv, seen: Any) -> tuple[Sequence[float], Sequence[float]]:
    """The hand, and the first that is told of the task: what is to be moved, or the target of Reach."""
    named = table.named(seen)
    return named["hand"].tolist(), named[table.task.entries[0].name].tolist()


def _speed(name: str, engine: str, *, task: str = "", note: str = "") -> Speed:
    made_of = f"{engine} {version(engine)}"
    substeps = PERIODS * SUBSTEPS[engine]
    return Speed(name, 0.0, STEP_S, substeps, f"{made_of}; {note}" if note else made_of, task=task)


def _others(task: str, others: PeerProcess) -> list[_Runner]:
    """Those of the same task."""
    return [
        _Runner(Speed(steps_per_s=0.0, **about), partial(others.measure, name))
        for name, about in others.found.items()
        if about["task"] == task
    ]


# -- many at once --------------------------------------------------------------------------------------


def _many(mode: str, stack: ExitStack) -> _Runner:
    count = min(AT_ONCE, os.cpu_count() or 1) if mode == "threads" else 1
    settings: dict[str, Any] = {"threads": count} if mode == "threads" else {}
    envs = gymnasium.make_vec(
        environment_id(MANY_TASK),
        num_envs=AT_ONCE,
        vectorization_mode="vector_entry_point" if mode == "threads" else "sync",
        engine="mujoco",
        control="end_effector_delta",
        **settings,
    )
    stack.callback(envs.close)
    note = f"make_vec, threads: {count}"
    speed = _speed(f"{MANY_TASK}, MuJoCo, {AT_ONCE} at once, {mode}", "mujoco", note=note)
    return _Runner(speed, partial(_many_stepped, envs))


def _many_stepped(envs: Any, seconds: float, seed: int) -> Timed:
    """As `peers.stepped`; an episode ends for all at the same time, before any begins anew by itself."""
    chance = random.Random(seed)
    table = envs.envs[0].unwrapped
    size = envs.single_action_space.shape[0]
    steps, cpu_s, clock_s, episode = 0, 0.0, 0.0, 0
    while cpu_s < seconds:
        seen = envs.reset(seed=1000 * seed + 100 * episode)[0]
        episode += 1
        for step in range(table.task.steps):
            asked = np.stack([peers.action(*_where(table, one), step, size, 1.0, chance) for one in seen])
            cpu, clock = time.process_time(), time.perf_counter()
            seen = envs.step(asked)[0]
            cpu_s += time.process_time() - cpu
            clock_s += time.perf_counter() - clock
        steps += table.task.steps * AT_ONCE
    return {"steps": steps, "cpu_s": cpu_s, "clock_s": clock_s}


# -- the whole table -----------------------------------------------------------------------------------


def _bridged(engine: str, stack: ExitStack) -> _Runner:
    scene = load_scene()
    made = make_engine(engine, scene)
    stack.callback(made.close)
    note = "four cubes, bowl, drawer, button; events each period, all facts each step"
    speed = _speed(f"default scene with facts, {TITLES[engine]}", engine, note=note)
    return _Runner(speed, partial(_bridge_stepped, Table(scene, made)))


def _bridge_stepped(table: Table, seconds: float, seed: int) -> Timed:
    """A table with its events and facts, the arm moving to and fro."""
    table.reset(place(table.scene, 1 + seed))
    steps, began, clock = 0, time.process_time(), time.perf_counter()
    while time.process_time() - began < seconds or not steps:
        for part in range(PERIODS):
            turn = 0.3 * np.sin(0.04 * (steps * PERIODS + part))
            table.engine.command((float(turn), *HOME[1:]))
            table.step()
            table.events()
        table.engine.arm()
        table.facts()
        steps += 1
    return {"steps": steps, "cpu_s": time.process_time() - began, "clock_s": time.perf_counter() - clock}
