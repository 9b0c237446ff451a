"""Many environments at once, in threads: MuJoCo's substeps run without Python's lock, on as many cores as
asked. PyBullet keeps the lock, and gets processes.

Steps are those of the single environment, bit by bit; only who waits for whom is different.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv, VectorEnv
from gymnasium.wrappers import TimeLimit

from embodied.errors import BadInput
from embodied_tabletop.gym.environment import TabletopEnv


class ThreadedVectorEnv(SyncVectorEnv):
    """`gymnasium.vector.SyncVectorEnv` whose physics are run by threads.

    Args:
        makers: one function for each environment, which makes a `TabletopEnv`, wrapped or not; a wrapper must
            leave actions as they are.
        threads: how many; None for one a core.
        autoreset_mode: as gymnasium has it.
    """

    def __init__(
        self,
        makers: Sequence[Callable[[], gymnasium.Env[Any, Any]]],
        *,
        threads: int | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    ) -> None:
        super().__init__(makers, autoreset_mode=autoreset_mode)
        self._tables = [_table(env) for env in self.envs]
        self._count = max(1, min(threads or _cores(), len(makers)))
        self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="environments")

    def step(self, actions: Any) -> Any:
        """See `gymnasium.vector.VectorEnv.step`. What is refused is refused before anything moves."""
        begins = self._autoreset_envs & (self.autoreset_mode == AutoresetMode.NEXT_STEP)
        stepping = [table for table, begin in zip(self._tables, begins, strict=True) if not begin]
        asked = np.asarray(actions)[~begins]
        for table, action in zip(stepping, asked, strict=True):
            table.check(action)
        for table, action in zip(stepping, asked, strict=True):
            table.aim(action)
        shares = [stepping[first :: self._count] for first in range(self._count)]
        list(self._pool.map(_move, shares))
        return super().step(actions)

    def close_extras(self, **kwargs: Any) -> None:
        self._pool.shutdown(wait=True)
        super().close_extras(**kwargs)


def _move(tables: Sequence[TabletopEnv]) -> None:
    for table in tables:
        table.move()


def _table(env: gymnasium.Env[Any, Any]) -> TabletopEnv:
    """The environment within; its wrappers see an action only after it was carried out."""
    table, outer = env.unwrapped, env
    while isinstance(outer, gymnasium.Wrapper):
        if isinstance(outer, gymnasium.ActionWrapper):
            raise BadInput(
                f"{type(outer).__name__} changes actions, which threads do not wait for.",
                remedy="Wrap the vector environment, or take vectorization_mode='async'.",
            )
        outer = outer.env
    assert isinstance(table, TabletopEnv), f"{env} is no TabletopEnv"
    return table


def make_vector(
    num_envs: int,
    *,
    max_episode_steps: int | None = None,
    threads: int | None = None,
    autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    engine: str = "mujoco",
    **settings: Any,
) -> VectorEnv[Any, Any, Any]:
    """What `gymnasium.make_vec` makes: threads for MuJoCo, processes for PyBullet."""
    make = partial(_make, max_episode_steps, {"engine": engine, **settings})
    if engine == "pybullet":
        return AsyncVectorEnv([make] * num_envs, autoreset_mode=autoreset_mode)
    return ThreadedVectorEnv([make] * num_envs, threads=threads, autoreset_mode=autoreset_mode)


def _make(steps: int | None, settings: dict[str, Any]) -> gymnasium.Env[Any, Any]:
    env: gymnasium.Env[Any, Any] = TabletopEnv(**settings)
    return env if steps is None else TimeLimit(env, steps)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
