"""Meta-World's tasks: names, seeds, facts, and success that is Meta-World's own."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embodied_metaworld.environment import BlownUp, MetaworldEnv
from embodied_metaworld.tasks import STEPS, TASKS, TEXT2REWARD
from embodied_metaworld.training import TASK_SOURCE

from embodied.condition import facts_in
from embodied.errors import BadInput, SetupError
from embodied.facts import UNKNOWN
from embodied.launchfile import load_launch_file
from embodied.learning.choosing import choose
from embodied.learning.environment import load_tasks
from embodied.learning.episodes import random_act, run_episode
from embodied.learning.planning_ahead import Foreseeing
from embodied.plugins import load_world
from embodied.rewards.composing import compose, designs
from embodied.rewards.matters import matters

Act = Callable[[Any], Any]
ELEVEN = [
    *("drawer-open", "drawer-close", "window-open", "window-close", "button-press", "sweep-into"),
    *("door-unlock", "door-close", "handle-pull", "handle-press", "handle-press-side"),
]


def scripted(env: MetaworldEnv) -> Act:
    """Meta-World's own scripted policy, its fingers' sign turned to ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from metaworld.policies import ENV_POLICY_MAP
    policy = ENV_POLICY_MAP[f"{env.task.name}-v3"]()

    def act(observation: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it asks for more than there is, and knows it
            theirs = policy.get_action(env.scene._get_obs())
        return np.clip([*theirs[:3], -theirs[3]], -1, 1).astype(np.float32)

    return act


def noisy(act: Act, seed: int) -> Act:
    draws = np.random.default_rng(seed)
    return lambda observation: np.clip(act(observation) + draws.normal(0, 0.6, 4), -1, 1).astype(np.float32)


def test_the_eleven_of_text2reward_are_there_and_most_others() -> None:
    assert list(TEXT2REWARD) == ELEVEN
    assert [task.name for task in TASK_SOURCE.tasks({})] == list(TASKS)
    assert len(TASKS) == 39


@pytest.mark.parametrize("name", TASKS)
def test_success_is_meta_worlds_own_in_every_state(name: str) -> None:
    env = MetaworldEnv(name)
    act = scripted(env)
    done = False
    policies = [act, noisy(act, 1)]
    if name in ELEVEN:
        policies += [act, noisy(act, 2), random_act(np.random.default_rng(3), 4)]
    for seed, policy in enumerate(policies):
        env.reset(seed=seed)
        for _ in range(STEPS):
            _, reward, terminated, truncated, info = env.step(policy(np.zeros(0)))
            assert info["is_success"] == info["metaworld_success"], env.verdict().reason
            assert reward == float(info["is_success"])
            assert not terminated
            assert not truncated
            done = done or info["is_success"]
    assert done, "the script never succeeded, so nothing was compared"
    env.close()


@pytest.mark.parametrize("name", [*ELEVEN, "push", "reach", "door-lock"])
def test_a_seed_decides_where_things_are_whatever_was_before(name: str) -> None:
    env, other = MetaworldEnv(name), MetaworldEnv(name)
    other.reset(seed=5)
    for _ in range(10):
        other.step(np.array([0.3, 1.0, -0.6, -1.0]))
    first, second = (run_episode(one, scripted(one), 7, 12) for one in (env, other))
    assert np.array_equal(first.observations, second.observations)
    starts = {tuple(env.reset(seed=seed)[0]) for seed in range(4)}
    assert len(starts) == 4


@pytest.mark.parametrize("name", TASKS)
def test_everything_is_named_and_a_designer_can_begin(name: str) -> None:
    env = MetaworldEnv(name)
    observation, action = env.observation_spec, env.action_spec
    told, info = env.reset(seed=1)
    assert not info["is_success"]
    assert observation.size == len(told)
    for entry in observation.entries:
        assert entry.doc
        assert entry.unit in ("m", "m/s", "rad", "1")
        assert np.all(np.isfinite(entry.lower))
        assert np.all(np.isfinite(entry.upper))
    for fact in facts_in(env.task.condition):
        assert env.facts.get(fact.family, *fact.keys) is not UNKNOWN
    assert matters(env.task.condition, observation)
    found = designs(env.task.condition, observation, action)
    assert {"reach", "move"} & set(compose(found[0], observation, action).terms)


def test_what_is_observed_at_the_start_is_where_it_is() -> None:
    env = MetaworldEnv("drawer-open")
    env.reset(seed=1)
    env.reset(seed=2)
    told, _ = env.reset(seed=3)
    named = env.observation_spec.split(told[None].astype(float))
    again = env.scene._get_pos_objects()
    assert np.allclose(named["drawer_handle"][0], again, atol=1e-6)
    assert named["opening"][0] == pytest.approx(0.0, abs=1e-3)
    assert named["gripper"][0] > 0.09


def test_the_fingers_open_at_1_and_shut_at_minus_1() -> None:
    env = MetaworldEnv("drawer-open")
    widths = []
    for wanted in (1.0, -1.0):
        env.reset(seed=1)
        for _ in range(10):
            told, *_ = env.step(np.array([0.0, 0.0, 0.0, wanted]))
        widths.append(env.observation_spec.split(told[None].astype(float))["gripper"][0])
    assert widths[0] > 0.09
    assert widths[1] < 0.05


@pytest.mark.parametrize("name", ["button-press", "sweep-into", "door-unlock"])
def test_trying_out_leaves_an_episode_as_it_was(name: str) -> None:
    env = MetaworldEnv(name)
    assert isinstance(env, Foreseeing)
    act = scripted(env)
    observation, _ = env.reset(seed=4)
    for _ in range(12):
        observation, *_ = env.step(act(observation))
    plans = np.random.default_rng(0).uniform(-1, 1, (3, 5, 4)).astype(np.float32)
    seen = env.foresee(plans)
    assert np.array_equal(env.foresee(plans), seen)
    done = np.stack([env.step(action)[0] for action in plans[0]])
    assert np.array_equal(done, seen[0])


def test_only_the_benchmark_gets_the_experts_reward() -> None:
    task = choose("open the drawer", TASK_SOURCE.tasks({}))
    plain, expert = TASK_SOURCE.make(task, {}), TASK_SOURCE.with_expert(task)
    paid: dict[str, list[float]] = {"plain": [], "expert": []}
    for name, env in (("plain", plain), ("expert", expert)):
        act = scripted(env)
        observation, _ = env.reset(seed=1)
        for _ in range(40):
            observation, reward, *_ = env.step(act(observation))
            paid[name].append(reward)
    assert set(paid["plain"]) == {0.0, 1.0}
    assert 0.0 < paid["expert"][0] < paid["expert"][-1] <= 10.0


def test_bad_input_is_named_and_moves_nothing() -> None:
    with pytest.raises(BadInput, match="There is no task 'draw-open'") as wrong:
        MetaworldEnv("draw-open")
    assert "drawer-open" in str(wrong.value)
    env = MetaworldEnv("drawer-open")
    with pytest.raises(BlownUp, match="not begun"):
        env.step(np.zeros(4))
    env.reset(seed=1)
    before = env.scene.data.qpos.copy()
    with pytest.raises(BadInput, match="shape"):
        env.step(np.zeros(3))
    with pytest.raises(BadInput, match="not finite"):
        env.step(np.array([0.0, np.nan, 0.0, 0.0]))
    assert np.array_equal(before, env.scene.data.qpos)


def test_unsteady_physics_end_the_episode_and_only_that() -> None:
    env = MetaworldEnv("sweep-into")
    env.reset(seed=1)
    env.scene.data.qvel[:] = np.nan
    _, _, terminated, truncated, info = env.step(np.zeros(4))
    assert truncated
    assert not terminated
    assert not info["is_success"]
    with pytest.raises(BlownUp, match="unsteady"):
        env.step(np.zeros(4))
    told, _ = env.reset(seed=1)
    assert np.isfinite(told).all()


def test_an_episode_can_be_seen() -> None:
    env = MetaworldEnv("drawer-open", pictures=True)
    env.reset(seed=1)
    picture = env.render()
    env.close()
    assert picture is not None
    assert picture.shape == (320, 320, 3)
    assert np.ptp(picture) > 100
    plain = MetaworldEnv("drawer-open")
    plain.reset(seed=1)
    assert plain.render() is None


def test_it_is_learned_in_and_not_acted_in() -> None:
    world = load_world("metaworld")
    with pytest.raises(SetupError, match="no body") as told:
        world.simulation({}, None)  # type: ignore[arg-type]
    assert "embodied refine metaworld" in str(told.value)
    assert [check.ok for check in world.doctor()] == [True]


def test_its_launch_file_is_read_and_sentences_find_their_tasks() -> None:
    launch = load_launch_file(Path(__file__).parents[2] / "launch" / "metaworld.toml")
    tasks = load_tasks(launch.world.kind).tasks(launch.world.settings)
    for sentence, name in {
        "open the drawer": "drawer-open",
        "close the window": "window-close",
        "unlock the door": "door-unlock",
        "sweep the cube into the hole": "sweep-into",
        "handle-press": "handle-press",
    }.items():
        assert choose(sentence, tasks).name == name
    for task in tasks:
        assert choose(task.sentence, tasks) is task
