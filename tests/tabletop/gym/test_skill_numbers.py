"""A coded skill's numbers are searched: those that its signature has a default for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
pytest.importorskip("cma", reason="the extra `learn` is not installed")

from embodied.learning.cma_search import NumberSearch, SearchSettings, require_tunable
from embodied.learning.guides import Tunable
from embodied.learning.skill_guide import SkillGuide
from embodied.rewards.calling import in_process
from embodied.rewards.composing import compose, designs
from tests.tabletop.gym.test_skill_guide import WEAK, Ground

SKILL = """---
name: go-near
description: Bring the hand near a point, for tests.
license: Apache-2.0
metadata:
  embodied-world: tabletop
  embodied-achieves: "distance(hand, pose[{target}]) < 0.02"
  embodied-needs: ""
  embodied-calls: ""
---

# Go near

It misses by what its number says.
"""
CODE = '''"""Bring the hand near a point."""


def go_near(target: str, beside: float = 0.05, times: int = 2, off: float = 0.0) -> SkillResult:
    """Bring the hand beside `target`."""
    spot = fact("pose", target)
    if spot is None:
        return failed("it cannot be seen")
    move_to(spot[0] + beside, spot[1], spot[2])
    return done()
'''


@pytest.fixture
def ground() -> Iterator[Ground]:
    made = Ground("Reach")
    yield made
    made.close()


@pytest.fixture
def guide(ground: Ground, tmp_path: Path) -> SkillGuide:
    folder = tmp_path / "go-near"
    folder.mkdir()
    (folder / "SKILL.md").write_text(SKILL)
    (folder / "skill.py").write_text(CODE)
    return ground.guide(str(folder))


def test_what_has_a_number_for_default_is_searched(guide: SkillGuide) -> None:
    (number,) = guide.parameters
    assert (number.name, number.value) == ("beside", 0.05)
    assert number.low == pytest.approx(0.05 / 3)
    assert number.high == pytest.approx(0.15)
    assert "go-near" in number.doc


def test_it_is_called_with_other_numbers_and_made_again_from_its_name(
    ground: Ground, guide: SkillGuide
) -> None:
    other = guide.with_values({"beside": 0.02})
    ground.guides.append(other)
    assert other.name.endswith("go-near(target=target, beside=0.02, times=2, off=0.0)")
    assert [one.value for one in other.parameters] == [0.02]
    again = ground.beginnings.named(other.name)
    ground.guides.append(again)
    assert [one.value for one in again.parameters] == [0.02]
    far = guide.with_values({"beside": 9.0})
    ground.guides.append(far)
    assert [one.value for one in far.parameters] == [pytest.approx(0.15)]


def test_better_numbers_are_found(ground: Ground, guide: SkillGuide) -> None:
    tunable: Tunable = require_tunable(guide)
    assert ground.task.condition is not None
    specs = ground.env.observation_spec, ground.env.action_spec
    reward = in_process(compose(designs(ground.task.condition, *specs)[0], *specs))
    settings = SearchSettings(rivals=4, episodes=2, proof=4, most=8)
    search = NumberSearch(tunable, ground.env, reward, ground.task.steps, 1, settings)
    search.generation()
    assert search.successes == 0
    while not search.over:
        search.generation()
    assert search.successes >= 2
    assert search.guide.parameters[0].value < 0.03


def test_a_skill_without_numbers_has_none() -> None:
    push = Ground("Push")
    try:
        assert push.guide(str(WEAK / "weak-push")).parameters == ()
    finally:
        push.close()


def test_a_skill_that_was_mended_is_told_from_what_it_was(
    ground: Ground, guide: SkillGuide, tmp_path: Path
) -> None:
    (tmp_path / "go-near" / "skill.py").write_text(CODE.replace("spot[0] + beside", "spot[0] - beside"))
    mended = ground.guide(str(tmp_path / "go-near"))
    assert (mended.name, mended.code == guide.code) == (guide.name, False)
    assert guide.with_values({}).code == guide.code
