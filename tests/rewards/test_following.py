"""What is composed leads somewhere: a planner that looks eight steps ahead at the reward does the task."""

from __future__ import annotations

import numpy as np
import pytest

from embodied.rewards.calling import in_process, total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.composing import compose, designs
from embodied.rewards.spec import Array
from tests.rewards.rollouts import ACTION, SUCCESS, WORLD, State, stepped

SAMPLES, AHEAD, STEPS = 40, 8, 60


def best_plan(reward: RewardFunction, state: State, mean: Array, rng: np.random.Generator) -> Array:
    """Predictive sampling: the best of some plans around the last one, shape (AHEAD, 4)."""
    plans = np.clip(mean + 0.6 * rng.standard_normal((SAMPLES, AHEAD, 4)), -1.0, 1.0)
    plans[0] = mean
    states, earned = [state] * SAMPLES, np.zeros(SAMPLES)
    for step in range(AHEAD):
        acted = plans[:, step]
        following = [stepped(one, act[:3], float(act[3])) for one, act in zip(states, acted, strict=True)]
        action = {"move": acted[:, :3], "grip": acted[:, 3]}
        earned += 0.97**step * total(reward(stacked(following), action, stacked(states)))
        states = following
    return np.asarray(plans[np.argmax(earned)])


def stacked(states: list[State]) -> dict[str, Array]:
    return {name: np.stack([state[name] for state in states]) for name in WORLD.names}


def steps_to_success(reward: RewardFunction) -> int | None:
    rng = np.random.default_rng(0)
    state: State = {
        "hand": np.array([0.5, 0.0, 0.3]),
        "cube": np.array([0.45, 0.22, 0.02]),
        "target": np.array([0.52, -0.25, 0.02]),
        "gripper": np.array(0.08),
        "touches": np.array(0.0),
    }
    mean = np.zeros((AHEAD, 4))
    for step in range(STEPS):
        plan = best_plan(reward, state, mean, rng)
        state = stepped(state, plan[0, :3], float(plan[0, 3]))
        mean = np.vstack((plan[1:], np.zeros((1, 4))))
        if np.linalg.norm(state["cube"] - state["target"]) < 0.05:
            return step + 1
    return None


@pytest.mark.parametrize("number", [0, 2, 3])
def test_a_planner_that_follows_the_reward_succeeds(number: int) -> None:
    design = designs(SUCCESS, WORLD, ACTION)[number]
    assert steps_to_success(in_process(compose(design, WORLD, ACTION))) is not None


def test_one_that_follows_nothing_does_not() -> None:
    assert steps_to_success(lambda obs, action, previous: {"nothing": np.zeros(len(obs["cube"]))}) is None
