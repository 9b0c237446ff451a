"""Targets: points that a scene has, facts tell, sentences name, and policies are trained for."""

from __future__ import annotations

from math import hypot
from pathlib import Path

import pytest

pytest.importorskip("mujoco")

from embodied_tabletop.engines import make_engine
from embodied_tabletop.gym import TabletopEnv
from embodied_tabletop.placing import place, read_setup
from embodied_tabletop.scenefile import load_scene, parse_scene
from embodied_tabletop.table import Table
from embodied_tabletop.training import TASK_SOURCE

from embodied.condition import parse
from embodied.errors import BadGoal, BadInput
from embodied.goals import GoalParser
from embodied.learning.choosing import choose_task
from embodied.learning.environment import TrainingTask
from embodied.learning.errors import NoCondition
from embodied.plugins import load_world

REACH = "distance(hand, pose[target]) < 0.006"


def chosen(sentence: str, success: str = "", scene: str = "default") -> TrainingTask:
    settings = {"scene": scene}
    return choose_task(
        sentence, success, TASK_SOURCE, settings, lambda: load_world("tabletop").spec(settings)
    )


def goal(sentence: str, scene: str) -> str:
    spec = load_world("tabletop").spec({"scene": scene})
    return str(GoalParser(spec.vocabulary, spec.families).parse(sentence).condition)


@pytest.mark.parametrize("engine", ["mujoco", "pybullet"])
def test_a_table_tells_where_its_target_is(engine: str, tmp_path: Path) -> None:
    pytest.importorskip(engine)
    scene = load_scene("push")
    table = Table(scene, make_engine(engine, scene, tmp_path))
    try:
        start = place(scene, 7)
        table.reset(start)
        told = table.facts()
        assert told["pose"]["target"] == list(start.targets["target"])
        assert told["kind"]["target"] == "target"
    finally:
        table.engine.close()


def test_a_target_beside_a_thing_is_as_high_and_as_far_off_as_the_scene_says() -> None:
    scene = load_scene("push")
    for seed in range(50):
        start = place(scene, seed)
        x, y, z = start.targets["target"]
        there = start.poses["blue_cube"].position
        assert z == there[2]
        assert 0.08 <= hypot(x - there[0], y - there[1]) <= 0.18
        assert scene.targets[0].region.contains(x, y)
    assert place(scene, 1).targets == place(scene, 1).targets != place(scene, 2).targets


def test_a_set_up_says_where_a_target_is_and_refuses_what_cannot_be() -> None:
    scene = load_scene("reach")
    start = place(scene, 1, read_setup({"targets": {"target": [0.5, 0.1, 0.2]}}, scene))
    assert start.targets == {"target": (0.5, 0.1, 0.2)}
    with pytest.raises(BadInput, match="no target 'traget'") as told:
        read_setup({"targets": {"traget": [0.5, 0.1, 0.2]}}, scene)
    assert "target" in told.value.remedy
    with pytest.raises(BadInput, match="cannot be at"):
        read_setup({"targets": {"target": [1.5, 0.1, 0.2]}}, scene)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[target]]\nregion = [0.4, 0, 0.5, 0.1]", "line 1: height is missing"),
        ("[[target]]\nposition = [0.4, 0]", "line 2: position is .* expected \\[x, y, z\\]"),
        ("[[target]]\nposition = [0.4, 0, 0.9]", "0.9 to 0.9 m above"),
        ('[[target]]\nregion = [0.4, 0, 0.5, 0.1]\nbeside = "cup"\napart = [0.1, 0.2]', 'no object "cup"'),
        ("[[target]]\nposition = [0.9, 0, 0.1]", "out of reach"),
        ('[[target]]\nname = "table"\nposition = [0.4, 0, 0.1]', 'name "table"'),
        ('title = "nothing"', "no objects"),
    ],
)
def test_a_mistake_in_a_target_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_scene(text, "mine.toml")


@pytest.mark.parametrize(
    ("sentence", "scene", "means"),
    [
        ("reach the target", "reach", "distance(hand, pose[target]) < 0.02"),
        ("reach the target within 6 mm", "reach", REACH),
        ("bring the hand to the target to within 1 cm", "reach", "distance(hand, pose[target]) < 0.01"),
        ("push the blue cube to the target", "push", "distance(pose[blue_cube], pose[target]) < 0.03"),
        ("put the red cube on the mark", "pick-place", "distance(pose[red_cube], pose[target]) < 0.03"),
    ],
)
def test_sentences_speak_of_targets(sentence: str, scene: str, means: str) -> None:
    assert goal(sentence, scene) == means


def test_a_task_is_done_as_exactly_as_is_said() -> None:
    for task in (
        chosen("reach the target within 6 mm"),
        chosen("Reach to within 0.6 cm"),
        chosen("reach the target", REACH),
        chosen("reach the target within 6 mm", scene="reach"),
    ):
        assert (task.name, task.condition) == ("Reach", parse(REACH))
    assert chosen("reach the target").condition == parse("distance(hand, pose[target]) < 0.02")
    with pytest.raises(NoCondition, match="cannot be done within 3 mm"):
        chosen("DrawerOpen within 3 mm")


def test_its_environment_and_its_gate_have_the_same_target() -> None:
    task = chosen("reach the target within 6 mm")
    environment = TASK_SOURCE.make(task, {})
    try:
        assert environment.condition == parse(REACH)
    finally:
        environment.close()
    settings = TASK_SOURCE.world_of(task, {"scene": "default"}, Path("unused"))
    assert settings is not None
    assert load_scene(settings["scene"]).targets == environment.task.built_scene.targets


def test_an_episode_begins_where_it_is_told() -> None:
    environment = TabletopEnv("Push")
    try:
        environment.reset(seed=3, options={"target": [0.5, 0.1, 0.02]})
        assert environment.facts.get("pose", "target") == (0.5, 0.1, 0.02)
    finally:
        environment.close()


@pytest.mark.parametrize(
    "sentence", ["reach the target", "push the blue cube to the target", "go to the mark"]
)
def test_where_there_is_no_target_the_scenes_that_have_one_are_named(sentence: str) -> None:
    with pytest.raises(BadGoal, match="no target in the scene 'default'") as refused:
        goal(sentence, "default")
    assert "world.scene=reach" in refused.value.remedy
