"""A table that is tried out, and put back as if nothing had happened."""

from __future__ import annotations

import numpy as np
import pytest

from embodied.learning.errors import CannotForesee
from embodied.learning.planning_ahead import Foreseeing, require_foreseeing

pytest.importorskip("mujoco")

from embodied_tabletop.gym import TabletopEnv


@pytest.mark.parametrize("task", ["Push", "PickPlace", "DrawerOpen", "ButtonPress"])
@pytest.mark.parametrize("control", ["end_effector_delta", "joint_delta"])
def test_what_is_foreseen_is_what_comes(task: str, control: str) -> None:
    with_noise = {"noise": (0.002, 0.002), "delay": (1, 1)} if task == "Push" else False
    env = TabletopEnv(task, control=control, randomize=with_noise)
    env.reset(seed=4)
    draws = np.random.default_rng(0)
    plans = draws.uniform(-1, 1, (3, 12, env.action_spec.size)).astype(np.float32)
    plans[..., 2] = -0.7  # down, so that something is touched
    for action in plans[2]:
        env.step(action)
    seen = env.foresee(plans)
    done = np.stack([env.step(action)[0] for action in plans[1]])
    np.testing.assert_array_equal(done, seen[1])
    assert not np.array_equal(seen[0], seen[1])
    env.close()


def test_a_button_that_was_pressed_in_a_plan_is_not_pressed() -> None:
    env = TabletopEnv("ButtonPress")
    told, _ = env.reset(seed=1)
    moment = env.save()
    for _ in range(50):
        named = env.named(told)
        way = named["button"] - named["hand"]
        way[2] = way[2] + 0.05 if np.linalg.norm(way[:2]) > 0.01 else -0.5
        told, _, _, _, info = env.step(np.clip(way / 0.02, -1, 1))
    assert info["is_success"]
    env.restore(moment)
    assert not env.verdict().passed
    _, _, _, _, info = env.step(np.zeros(env.action_spec.size))
    assert not info["is_success"]
    env.close()


def test_pybullet_is_refused_with_what_to_do_instead() -> None:
    pytest.importorskip("pybullet")
    env = TabletopEnv("Reach", engine="pybullet")
    env.reset(seed=1)
    with pytest.raises(CannotForesee, match="PyBullet cannot be put back") as refused:
        env.save()
    assert "--engine mujoco" in str(refused.value)
    env.close()


def test_the_table_can_be_tried_out() -> None:
    env = TabletopEnv("Reach")
    assert isinstance(require_foreseeing(env), Foreseeing)
    env.close()
