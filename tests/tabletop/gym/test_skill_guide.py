"""A skill of the library as a weak guide: its code acts step by step in the environment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mujoco", reason="the extra `arm` is not installed")

from embodied_tabletop.gym import TabletopEnv
from embodied_tabletop.training import TASK_SOURCE

from embodied.errors import EmbodiedError
from embodied.learning.beginning import Beginnings
from embodied.learning.choosing import choose_task
from embodied.learning.episodes import random_act, run_episode
from embodied.learning.errors import NoGuide
from embodied.learning.skill_guide import SkillGuide
from embodied.plugins import load_world

WEAK = Path(__file__).resolve().parents[2] / "data" / "weak_skills"
SEEDS = range(900_000, 900_012)


class Ground:
    """A task of a scene, with what may guide it."""

    def __init__(self, sentence: str, scene: str = "default") -> None:
        settings = {"scene": scene}
        self.task = choose_task(
            sentence, "", TASK_SOURCE, settings, lambda: load_world("tabletop").spec(settings)
        )
        self.env: TabletopEnv = TASK_SOURCE.make(self.task, settings)
        size = self.env.action_spec.size
        seen = [
            run_episode(self.env, random_act(np.random.default_rng(seed), size), seed, 40)
            for seed in range(3)
        ]
        self.beginnings = Beginnings("tabletop", settings, "arm", self.task, self.env, seen)
        self.guides: list[SkillGuide] = []

    def guide(self, wanted: str) -> SkillGuide:
        self.guides.append(self.beginnings.wanted(wanted))
        return self.guides[-1]

    def looked_for(self) -> SkillGuide:
        found = self.beginnings.looked_for()
        assert found is not None
        self.guides.append(found)
        return found

    def successes(self, guide: SkillGuide, seeds: range = SEEDS) -> int:
        runs = [run_episode(self.env, guide.act, seed, self.task.steps, begin=guide.begin) for seed in seeds]
        return sum(run.succeeded for run in runs)

    def close(self) -> None:
        for guide in self.guides:
            guide.close()
        self.env.close()


@pytest.fixture
def grounds() -> Iterator[list[Ground]]:
    made: list[Ground] = []
    yield made
    for ground in made:
        ground.close()


def on(grounds: list[Ground], sentence: str, scene: str = "default") -> Ground:
    grounds.append(Ground(sentence, scene))
    return grounds[-1]


def test_a_skill_is_used_as_the_planner_would(grounds: list[Ground]) -> None:
    ground = on(grounds, "put the green cube in the tray", "drawer")
    guide = ground.guide("put-in")
    assert guide.name == "pick(object=green_cube); put-in(object=green_cube, container=tray)"
    assert ground.looked_for().name == guide.name
    assert ground.successes(guide, range(900_000, 900_003)) == 3


def test_a_guide_is_made_again_from_its_name(grounds: list[Ground]) -> None:
    ground = on(grounds, "PickPlace")
    guide = ground.guide(str(WEAK / "weak-carry"))
    assert guide.name.endswith("weak-carry(object=red_cube, target=target)")
    again = ground.beginnings.named(guide.name)
    ground.guides.append(again)
    assert again.name == guide.name


@pytest.mark.parametrize(("task", "skill"), [("PickPlace", "weak-carry"), ("Push", "weak-push")])
def test_the_weak_skills_are_weak(grounds: list[Ground], task: str, skill: str) -> None:
    ground = on(grounds, task)
    done = ground.successes(ground.guide(str(WEAK / skill)), range(900_000, 900_030))
    assert 6 <= done <= 21


def test_the_same_episode_is_guided_the_same_way(grounds: list[Ground]) -> None:
    """Whatever was before: a worker, or a run that is resumed, sees the same."""
    ground = on(grounds, "PickPlace")
    guide = ground.guide(str(WEAK / "weak-carry"))
    first = run_episode(ground.env, guide.act, 900_005, 80, begin=guide.begin)
    run_episode(ground.env, guide.act, 900_006, 10, begin=guide.begin)
    again = run_episode(ground.env, guide.act, 900_005, 80, begin=guide.begin)
    assert np.array_equal(first.actions, again.actions)


def test_what_another_does_in_between_is_taken_as_it_is(grounds: list[Ground]) -> None:
    """A training may do something else than the guide says: it goes on from what came of it."""
    ground = on(grounds, "press the button")
    guide = ground.guide("press-button")
    observation, _ = ground.env.reset(seed=3)
    guide.begin(ground.env)
    pressed = False
    for step in range(80):
        action = guide.act(observation)
        assert action.shape == (ground.env.action_spec.size,)
        assert np.all(np.abs(action) <= 1.0)
        noise = 0.5 * np.sin(0.7 * step) if step < 15 else 0.0
        observation, _, _, _, info = ground.env.step(np.clip(action + noise, -1, 1))
        pressed = pressed or bool(info["is_success"])
    assert pressed


def test_a_skill_that_was_led_astray_begins_anew(grounds: list[Ground]) -> None:
    """While another holds the hand far away, each motion of the skill fails, and so does the skill."""
    ground = on(grounds, "pick up the red cube")
    guide = ground.guide("pick")
    observation, _ = ground.env.reset(seed=3)
    guide.begin(ground.env)
    away = np.array([-1.0, 0.0, 1.0, 1.0], np.float32)
    held = []
    for step in range(160):
        action = guide.act(observation)
        observation, _, _, _, info = ground.env.step(away if step < 60 else action)
        held.append(bool(info["is_success"]))
    assert held[-1]


def test_a_skill_that_is_done_stays_where_it_is(grounds: list[Ground]) -> None:
    ground = on(grounds, "press the button")
    guide = ground.guide("press-button")
    observation, _ = ground.env.reset(seed=3)
    guide.begin(ground.env)
    for _ in range(120):
        action = guide.act(observation)
        observation, _, _, _, _ = ground.env.step(action)
    assert not action[:3].any()


def test_what_does_not_fit_the_condition_says_how_to_call_it(grounds: list[Ground]) -> None:
    ground = on(grounds, "press the button")
    with pytest.raises(NoGuide, match="stack does not say that it achieves pressed") as error:
        ground.guide("stack")
    assert '--from "stack(...=..., ...=...)"' in str(error.value)


def test_a_skill_that_there_is_not_is_told_with_the_nearest(grounds: list[Ground]) -> None:
    with pytest.raises(EmbodiedError, match="no skill 'pres-button'") as error:
        on(grounds, "press the button").guide("pres-button")
    assert "press-button" in str(error.value)


def test_code_that_does_not_check_is_told_by_its_line(grounds: list[Ground], tmp_path: Path) -> None:
    folder = tmp_path / "wrong-press"
    folder.mkdir()
    (folder / "SKILL.md").write_text(
        "---\nname: wrong-press\ndescription: Press.\nlicense: Apache-2.0\nmetadata:\n"
        '  embodied-world: tabletop\n  embodied-achieves: "pressed[{button}]"\n  embodied-needs: ""\n'
        '  embodied-calls: ""\n---\n\n# Press\n'
    )
    (folder / "skill.py").write_text(
        '"""Press."""\n\n\ndef wrong_press(button: str) -> SkillResult:\n    """Press."""\n'
        "    jump_to(1.0, 2.0)\n    return done()\n"
    )
    ground = on(grounds, "press the button")
    guide = ground.guide(str(folder))
    observation, _ = ground.env.reset(seed=0)
    guide.begin(ground.env)
    with pytest.raises(EmbodiedError, match="cannot be begun with") as error:
        guide.act(observation)
    assert "jump_to" in str(error.value)
