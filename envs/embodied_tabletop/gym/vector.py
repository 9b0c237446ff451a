"""Many environments at once, in threads: MuJoCo's substeps run without Python's lock, on as many cores as
asked. PyBullet keeps the lock, and gets processes.

Steps are those of the single environment, bit by bit; only who waits for whom is different.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import gymnasium
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv, VectorEnv
from gymnasium.wrappers import TimeLimit
from numpy.typing import NDArray

from embodied_tabletop.gym.environment import TabletopEnv

Result = tuple[Any, Any, bool, bool, dict[str, Any]]


class Ahead(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Steps before it is asked to; then it answers with what came of it."""

    _stepped: Result | None = None
    _begun: tuple[Any, dict[str, Any]] | None = None

    def go(self, action: Any, *, begin: bool, restart: bool) -> None:
        """Reset if `begin`, else step; then, if `restart` and the episode is over, reset."""
        if begin:
            self._begun = self.env.reset()
            return
        self._stepped = self.env.step(action)
        if restart and (self._stepped[2] or self._stepped[3]):
            self._begun = self.env.reset()

    def step(self, action: Any) -> Result:
        stepped, self._stepped = self._stepped, None
        return self.env.step(action) if stepped is None else stepped

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        begun, self._begun = self._begun, None
        return self.env.reset(seed=seed, options=options) if begun is None or seed is not None else begun


class ThreadedVectorEnv(SyncVectorEnv):
    """`gymnasium.vector.SyncVectorEnv`, its environments stepped by threads.

    Args:
        makers: one function for each environment.
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
        super().__init__([partial(_ahead, make) for make in makers], autoreset_mode=autoreset_mode)
        count = max(1, min(threads or _cores(), len(makers)))
        self._shares = [range(first, len(makers), count) for first in range(count)]
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="environments")

    def step(self, actions: Any) -> Any:
        """See `gymnasium.vector.VectorEnv.step`. Raises what an environment raises; then all have stepped."""
        running = [self._pool.submit(self._go, share, actions) for share in self._shares]
        wait(running)
        for share in running:
            share.result()
        return super().step(actions)

    def close_extras(self, **kwargs: Any) -> None:
        self._pool.shutdown(wait=True)
        super().close_extras(**kwargs)

    def _go(self, share: range, actions: NDArray[Any]) -> None:
        restart = self.autoreset_mode == AutoresetMode.SAME_STEP
        for number in share:
            env = self.envs[number]
            assert isinstance(env, Ahead)
            begin = self.autoreset_mode == AutoresetMode.NEXT_STEP and bool(self._autoreset_envs[number])
            env.go(actions[number], begin=begin, restart=restart)


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


def _ahead(make: Callable[[], gymnasium.Env[Any, Any]]) -> Ahead:
    return Ahead(make())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
