"""The environments as a learner meets them, in both engines."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import embodied_tabletop.gym
import gymnasium
import numpy as np
import pytest
from embodied_tabletop.gym import TASKS, BlownUp, environment_id
from gymnasium.utils.env_checker import check_env

from embodied.condition import parse
from embodied.errors import BadInput, SetupError
from embodied.outcome import Verdict
from embodied.rewards.goals import goals
from embodied.rewards.matters import matters
from tests.tabletop.building import ENGINES
from tests.tabletop.gym.scripted import made, succeeds

CONTROLS = ("end_effector_delta", "joint_delta")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("task", TASKS)
def test_each_task_is_done_by_friction_alone(task: str, engine: str) -> None:
    env = made(task, engine)
    try:
        assert sum(succeeds(env, seed) for seed in range(4)) >= 3
    finally:
        env.close()


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(("task", "engine"), [(task, "mujoco") for task in TASKS] + [("Stack", "pybullet")])
def test_gymnasium_finds_nothing_to_complain_of(task: str, engine: str, control: str) -> None:
    env = made(task, engine, control=control)
    check_env(env, skip_render_check=True)
    env.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_gives_the_same_trajectory_bit_by_bit(engine: str) -> None:
    runs = []
    for _ in range(2):
        env = made("Stack", engine, randomize=True)
        rng, seen = np.random.default_rng(3), []
        for episode in range(2):
            flat, _ = env.reset(seed=7 if episode == 0 else None)
            seen.append(flat)
            for _ in range(25):
                flat, *_ = env.step(rng.uniform(-1, 1, 4))
                seen.append(flat)
        runs.append(np.array(seen))
        env.close()
    assert runs[0].tobytes() == runs[1].tobytes()
    assert not np.array_equal(runs[0][0], runs[0][26])


@pytest.mark.parametrize("task", TASKS)
def test_what_is_observed_has_names_units_and_tells_of_the_success_condition(task: str) -> None:
    env = made(task)
    flat, _ = env.reset(seed=1)
    named = env.named(flat)
    assert list(named) == list(env.observation_spec.names)
    assert env.observation_spec.flatten({name: value[None] for name, value in named.items()})[0] == (
        pytest.approx(flat)
    )
    for entry in env.observation_spec.entries:
        assert entry.doc
        assert entry.low is not None
    assert named["hand"] == pytest.approx((0.45, 0.0, 0.15), abs=2e-3)
    assert matters(env.condition, env.observation_spec)
    assert goals(env.condition, env.observation_spec)
    env.close()


def test_an_action_says_what_it_means_and_moves_so_far() -> None:
    env = made("Reach")
    env.reset(seed=1)
    assert "1 is 0.02 m in a step of 0.04 s" in env.action_spec.describe()
    assert env.action_scale["move"].tolist() == [0.02, 0.02, 0.02]
    start = env.facts.get("hand")
    for _ in range(5):
        env.step(np.array([0.0, 1.0, 0.0]))
    for _ in range(3):
        env.step(np.zeros(3))
    moved = np.subtract(env.facts.get("hand"), start)
    assert moved == pytest.approx((0.0, 0.10, 0.0), abs=1e-2)  # it speeds up as an arm may
    env.close()


def test_joints_move_by_what_was_asked() -> None:
    env = made("Reach", control="joint_delta")
    first, _ = env.reset(seed=1)
    for _ in range(3):
        flat, *_ = env.step(np.array([1.0, 0, 0, 0, 0, 0, 0]))
    for _ in range(3):
        flat, *_ = env.step(np.zeros(7))
    turned = env.named(flat)["joints"] - env.named(first)["joints"]
    assert turned == pytest.approx((0.12, 0, 0, 0, 0, 0, 0), abs=15e-3)
    env.close()


def test_pressing_on_the_table_builds_up_no_force_that_throws_things() -> None:
    env = made("Push")
    env.reset(seed=1)
    for _ in range(60):
        _, _, _, truncated, info = env.step(np.array([0.0, 0.0, -1.0]))
        assert not truncated, info
    for _ in range(3):
        flat, *_ = env.step(np.array([0.0, 0.0, 1.0]))
    assert env.named(flat)["hand"][2] > 0.025
    env.close()


@pytest.mark.parametrize("bad", [np.full(4, np.nan), [0, 0, np.inf, 0], np.zeros(3), np.zeros((1, 4))])
def test_an_action_that_is_none_is_refused_and_nothing_moves(bad: Any) -> None:
    env = made("PickPlace")
    env.reset(seed=1)
    before = env.facts.view.now.time_s
    with pytest.raises(BadInput, match=r"not finite|has shape"):
        env.step(bad)
    assert env._engine.snapshot().time_s == before
    env.step(np.full(4, 1e9))  # far too much is as much as can be
    env.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_blow_up_ends_the_episode_and_is_told(engine: str) -> None:
    env = made("PickPlace", engine)
    last, _ = env.reset(seed=1)
    env._engine.push("red_cube", (5e4, 0.0, 0.0))
    flat, reward, terminated, truncated, info = env.step(np.zeros(4))
    assert (terminated, truncated, reward) == (False, True, 0.0)
    assert info == {"is_success": False, "blew_up": True}
    assert np.array_equal(flat, last)
    with pytest.raises(BlownUp, match="reset"):
        env.step(np.zeros(4))
    flat, _ = env.reset(seed=2)
    assert np.isfinite(flat).all()
    env.step(np.zeros(4))
    env.close()


def test_success_is_judged_from_facts_whatever_the_reward_does() -> None:
    def greedy(obs: Any, action: Any, previous: Any) -> dict[str, Any]:
        for name in obs:  # pretend that everything is where it shall be
            obs[name][...] = 0.3
            previous[name][...] = 0.3
        action["move"][...] = 0
        return {"is_success": np.ones(1), "much": 1e6 * np.ones(1)}

    env, plain = made("Reach", reward=greedy), made("Reach")
    env.reset(seed=4)
    plain.reset(seed=4)
    for _ in range(5):
        action = np.array([0.1, -0.2, 0.3])
        flat, reward, _, _, info = env.step(action)
        other, zero, _, _, told = plain.step(action)
        assert np.array_equal(flat, other)
        assert (info["is_success"], told["is_success"], zero) == (False, False, 0.0)
        assert reward == 1e6 + 1
        assert info["reward_terms"] == {"is_success": 1.0, "much": 1e6}
    assert env.verdict().verdict is Verdict.FAILED
    env.close()
    plain.close()


def test_the_reward_is_one_where_the_task_is_done_and_may_end_the_episode() -> None:
    env = made("Reach", terminates=True)
    env.reset(seed=1, options={"target": (0.45, 0.0, 0.16)})
    _, reward, terminated, truncated, info = env.step(np.zeros(3))
    assert (reward, terminated, truncated, info["is_success"]) == (1.0, True, False, True)
    assert env.verdict().verdict is Verdict.PASSED
    assert env.condition == parse("distance(hand, pose[target]) < 0.02")
    env.close()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"engine": "mujco"}, "Did you mean 'mujoco'"),
        ({"control": "joint_dleta"}, "Did you mean 'joint_delta'"),
        ({"control": "joint_delta", "turns": True}, "turns the hand anyway"),
        ({"camera": "tpo"}, "Did you mean 'top'"),
        ({"randomize": {"frictoin": True}}, "Did you mean 'friction'"),
        ({"randomize": {"mass": (2, 1)}}, "Give"),
        ({"randomize": {"delay": (0, float("nan"))}}, "Give"),
    ],
)
def test_a_setting_that_cannot_be_names_the_nearest(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        made("Push", **settings)


@pytest.mark.parametrize(
    "options", [{"tagret": (0, 0, 0)}, {"target": (5, 0, 0)}, {"target": (np.nan, 0, 0)}]
)
def test_a_reset_option_that_cannot_be_is_refused(options: dict[str, Any]) -> None:
    env = made("Reach")
    with pytest.raises(BadInput, match=r"target"):
        env.reset(options=options)
    env.close()


def test_without_gymnasium_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(SetupError, match=r"embodied-agent\[arm\]"):
        importlib.reload(embodied_tabletop.gym)


def test_they_are_found_by_module_and_name_and_end_in_time() -> None:
    env = gymnasium.make(f"embodied_tabletop.gym:{environment_id('Reach')}")
    env.reset(seed=1)
    steps = 0
    while not env.step(np.zeros(3))[3]:
        steps += 1
    assert steps + 1 == TASKS["Reach"].steps
    env.close()


def test_the_picture_shows_the_task_and_its_target() -> None:
    env = made("Push", render_mode="rgb_array", width=160, height=120, camera="top")
    env.reset(seed=1, options={"target": (0.40, 0.15, 0.0225)})
    one = env.render()
    env.reset(seed=1, options={"target": (0.40, -0.15, 0.0225)})
    other = env.render()
    assert one is not None
    assert other is not None
    assert one.shape == (120, 160, 3)
    assert 10 < np.count_nonzero(np.abs(one.astype(int) - other).max(axis=2) > 60) < 1000
    env.close()
    env.close()
