"""Any goal of a scene as an environment: what is seen follows from the things that the goal names."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("mujoco", reason="the extra `arm` is not installed")

from embodied_tabletop.gym import TabletopEnv
from embodied_tabletop.training import TASK_SOURCE

from embodied.condition import evaluate
from embodied.errors import BadInput, EmbodiedError
from embodied.learning.choosing import choose_task
from embodied.learning.environment import TrainingTask, fingerprint
from embodied.learning.errors import NoCondition
from embodied.plugins import load_world
from embodied.rewards.composing import compose, designs


def task_of(sentence: str, scene: str = "default", success: str = "") -> TrainingTask:
    settings = {"scene": scene}
    return choose_task(
        sentence, success, TASK_SOURCE, settings, lambda: load_world("tabletop").spec(settings)
    )


@pytest.fixture
def made() -> Iterator[list[TabletopEnv]]:
    kept: list[TabletopEnv] = []
    yield kept
    for env in kept:
        env.close()


def environment(
    made: list[TabletopEnv], sentence: str, scene: str = "default", success: str = ""
) -> TabletopEnv:
    made.append(TASK_SOURCE.make(task_of(sentence, scene, success), {"scene": scene}))
    return made[-1]


@pytest.mark.parametrize(
    ("sentence", "scene", "condition"),
    [
        ("put the red cube in the bowl", "default", "in[red_cube, bowl]"),
        ("put the green cube on the blue cube", "default", "on[green_cube, blue_cube]"),
        ("press the red button", "buttons", "pressed[red_button]"),
        ("hand me the yellow cube", "drawer", "at[yellow_cube, hand_over]"),
        ("close the drawer", "default", "is_closed[drawer]"),
        ("pick up the red cube", "default", "holding[red_cube]"),
    ],
)
def test_a_goal_sentence_is_a_task(sentence: str, scene: str, condition: str) -> None:
    task = task_of(sentence, scene)
    assert str(task.condition) == condition
    assert task.name == sentence.replace(" ", "-")


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("push the blue cube to the target", "Push"),
        ("open the drawer", "DrawerOpen"),
        ("press the button", "ButtonPress"),
        ("stack the red cube on the blue cube", "Stack"),
    ],
)
def test_the_registered_tasks_stay_what_they_are(sentence: str, name: str) -> None:
    assert task_of(sentence).name == name


def test_what_is_seen_are_the_things_of_the_goal(made: list[TabletopEnv]) -> None:
    env = environment(made, "put the red cube in the bowl")
    told = {entry.name: (entry.role, entry.fact, entry.unit) for entry in env.observation_spec.entries}
    assert told == {
        "hand": ("hand", "hand", "m"),
        "hand_velocity": ("velocity", "", "m/s"),
        "gripper": ("gripper", "gripper_width", "m"),
        "red_cube": ("object", "pose[red_cube]", "m"),
        "red_cube_yaw": ("", "yaw[red_cube]", "rad"),
        "red_cube_size": ("size", "size[red_cube]", "m"),
        "bowl": ("object", "pose[bowl]", "m"),
        "bowl_size": ("size", "size[bowl]", "m"),
        "in_red_cube_bowl": ("flag", "in[red_cube, bowl]", "1"),
    }
    assert env.action_spec.names == ("move", "gripper")


def test_a_button_is_pressed_with_shut_fingers(made: list[TabletopEnv]) -> None:
    env = environment(made, "press the green button", "buttons")
    assert env.action_spec.names == ("move",)
    assert env.observation_spec.entry("green_button").role == "handle"


def test_a_drawer_tells_its_handle_and_its_opening(made: list[TabletopEnv]) -> None:
    env = environment(made, "put the green cube in the drawer", "drawer")
    roles = {entry.name: entry.role for entry in env.observation_spec.entries if "drawer" in entry.name}
    assert roles["drawer_handle"] == "handle"
    assert roles["drawer_opening"] == "joint"
    assert roles["drawer"] == ""


def test_what_is_seen_is_what_the_facts_say(made: list[TabletopEnv]) -> None:
    env = environment(made, "hand me the yellow cube", "drawer")
    observation, _ = env.reset(seed=4)
    named = env.named(observation)
    assert named["hand_over"].tolist() == pytest.approx([0.36, 0.22, 0.0])
    assert named["hand_over_size"].tolist() == pytest.approx([0.12, 0.12, 0.0])
    assert named["yellow_cube"].tolist() == pytest.approx(env.facts.get("pose", "yellow_cube"), abs=1e-4)
    assert named["at_yellow_cube_hand_over"] == 0.0


def test_the_seed_draws_the_scene(made: list[TabletopEnv]) -> None:
    env = environment(made, "put the red cube in the bowl")
    first, other = env.reset(seed=1)[0], env.reset(seed=2)[0]
    assert not np.array_equal(first, other)
    assert np.array_equal(env.reset(seed=1)[0], first)


def test_no_episode_begins_with_the_goal_reached(made: list[TabletopEnv]) -> None:
    env = environment(made, "put the orange cube left of the blue cube", "tower")
    assert not any(env.reset(seed=seed)[1]["is_success"] for seed in range(20))


def test_what_shall_be_shut_begins_open(made: list[TabletopEnv]) -> None:
    env = environment(made, "close the drawer")
    openings = []
    for seed in range(5):
        env.reset(seed=seed)
        openings.append(env.facts.get("opening", "drawer"))
        assert evaluate(env.condition, env.facts) is False
    assert len(set(openings)) == 5


def test_what_is_so_anyway_is_refused(made: list[TabletopEnv]) -> None:
    env = environment(made, "put the red cube on the table")
    with pytest.raises(BadInput, match="so wherever an episode begins in 'default'"):
        env.reset(seed=0)


def test_a_task_without_success_is_asked_for_not_guessed() -> None:
    with pytest.raises(NoCondition, match="Nothing can say when 'make it look nice' is done") as error:
        task_of("make it look nice")
    assert '--success "distance(' in str(error.value)


def test_a_person_may_say_when_it_is_done(made: list[TabletopEnv]) -> None:
    success = "distance(pose[red_cube], pose[blue_cube]) < 0.1"
    env = environment(made, "make it look nice", "default", success)
    assert {"red_cube", "blue_cube"} <= set(env.observation_spec.names)
    assert str(env.condition) == success


def test_a_name_that_the_scene_does_not_have_is_told_with_the_nearest() -> None:
    with pytest.raises(EmbodiedError, match="nothing called 'red_cub'") as error:
        task_of("x", success="distance(pose[red_cub], pose[blue_cube]) < 0.1")
    assert "'red_cube'" in str(error.value)


def test_a_condition_that_names_no_thing_is_refused(made: list[TabletopEnv]) -> None:
    with pytest.raises(BadInput, match="names no thing on the table"):
        environment(made, "let go", success="hand_empty")


@pytest.mark.parametrize(
    ("sentence", "scene", "goals"),
    [
        ("build a tower of three", "default", 2),
        ("put all cubes in the bowl", "default", 4),
        ("sort the cubes by colour", "sorting", 6),
        ("put the red cube next to the blue cube", "default", 1),
        ("put two cubes in the bowl", "default", 2),
    ],
)
def test_rewards_are_composed_for_goals_with_all_and_any(
    made: list[TabletopEnv], sentence: str, scene: str, goals: int
) -> None:
    env = environment(made, sentence, scene)
    found = designs(env.condition, env.observation_spec, env.action_spec)
    assert {len(design.goals) for design in found} == {goals}
    for design in found:
        compose(design, env.observation_spec, env.action_spec)


def test_another_scene_is_another_environment(made: list[TabletopEnv]) -> None:
    task = task_of("pick up the red cube", "default")
    other = task_of("pick up the red cube", "tower")
    assert task.identity["scene"] != other.identity["scene"]
    env = environment(made, "pick up the red cube")
    assert fingerprint(task, env)["success"] == "holding[red_cube]"


def test_there_is_time_to_open_a_drawer_that_something_is_to_be_in() -> None:
    bowl, drawer = task_of("put the red cube in the bowl"), task_of("put the red cube in the drawer")
    assert drawer.steps == bowl.steps + 80
    assert task_of("open the drawer", "drawer", "is_open[drawer]").steps == bowl.steps
