"""Many environments at once give what each alone gives."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from embodied_tabletop.gym import ThreadedVectorEnv, environment_id
from gymnasium.vector import AsyncVectorEnv, AutoresetMode

from embodied.errors import BadInput

ID = environment_id("Push")
COUNT, STEPS = 3, 60


def trajectory(envs: Any, steps: int = STEPS) -> tuple[Any, ...]:
    """Across the end of an episode (50 steps), so that the environments begin anew by themselves."""
    rng, kept = np.random.default_rng(0), []
    flat, _ = envs.reset(seed=11)
    for _ in range(steps):
        flat, reward, terminated, truncated, info = envs.step(
            rng.uniform(-1, 1, (envs.num_envs, 3)).astype(np.float32)
        )
        kept.append((flat, reward, terminated, truncated, info["is_success"]))
    envs.close()
    return tuple(np.array(part) for part in zip(*kept, strict=True))


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_threads_give_bit_by_bit_what_one_after_the_other_gives(mode: AutoresetMode) -> None:
    steps = 45 if mode is AutoresetMode.DISABLED else STEPS
    shared = {"num_envs": COUNT, "max_episode_steps": 50}
    alone = gymnasium.make_vec(
        ID, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, **shared
    )
    together = gymnasium.make_vec(ID, threads=2, autoreset_mode=mode, **shared)
    assert isinstance(together, ThreadedVectorEnv)
    for one, other in zip(trajectory(alone, steps), trajectory(together, steps), strict=True):
        assert np.array_equal(one, other)


def test_pybullet_gets_processes() -> None:
    envs = gymnasium.make_vec(ID, num_envs=2, engine="pybullet")
    assert isinstance(envs, AsyncVectorEnv)
    flat, _, _, _, _ = trajectory(envs, 3)
    assert np.isfinite(flat).all()


def test_what_one_refuses_is_raised_and_all_can_go_on() -> None:
    envs = gymnasium.make_vec(ID, num_envs=2)
    envs.reset(seed=1)
    actions = np.zeros((2, 3), np.float32)
    actions[1, 0] = np.nan
    with pytest.raises(BadInput, match="not finite"):
        envs.step(actions)
    flat, *_ = envs.step(np.zeros((2, 3), np.float32))
    assert np.isfinite(flat).all()
    envs.close()


def test_a_wrapper_that_changes_actions_is_not_passed_by() -> None:
    def make() -> gymnasium.Env[Any, Any]:
        env = gymnasium.make(ID)
        return gymnasium.wrappers.RescaleAction(env, np.float32(-2), np.float32(2))

    with pytest.raises(BadInput, match="RescaleAction changes actions"):
        ThreadedVectorEnv([make])
