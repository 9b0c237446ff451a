"""The gate where facts about single things are true or false: examples, set-up, and a user's own skill."""

from __future__ import annotations

from pathlib import Path

import pytest
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.spec import TabletopSpec

from embodied.errors import BadLibrary
from embodied.library import LibraryStore
from embodied.library.proving import make_gate
from embodied.library.scenes import examples_of, needs_of, scene_for
from embodied.skills import SkillLibrary

SPEC = TabletopSpec(load_scene("default"))
SKILLS = SkillLibrary([Path(__file__).resolve().parents[2] / "skills" / "tabletop"])


def set_ups(name: str) -> list[dict[str, object]]:
    skill = SKILLS.get(name)
    return [scene_for(needs_of(skill, one, SPEC), SPEC) for one in examples_of(skill, SPEC)]


@pytest.mark.parametrize(
    "name", [skill.name for skill in SKILLS if skill.achieves and skill.name != "lower-at"]
)
def test_each_skill_has_examples_that_it_takes(name: str) -> None:
    skill = SKILLS.get(name)
    for arguments in examples_of(skill, SPEC):
        assert skill.achieved(skill.bind(**arguments))


def test_examples_are_with_different_things() -> None:
    assert [one["object"] for one in examples_of(SKILLS.get("pick"), SPEC)] == [
        *("red_cube", "blue_cube", "green_cube", "yellow_cube")
    ]
    put_in = examples_of(SKILLS.get("put-in"), SPEC)
    assert {one["container"] for one in put_in[:2]} == {"bowl", "drawer"}


def test_what_a_skill_needs_is_set_up() -> None:
    assert set_ups("pick")[0] == {}
    assert set_ups("put-in")[:2] == [
        {"holding": "red_cube"},
        {"open": {"drawer": SPEC.scene.by_name["drawer"].travel}, "holding": "blue_cube"},
    ]
    assert "drawer" in str(set_ups("close-drawer"))  # an open one, or closing it would show nothing


def test_a_skill_that_says_nothing_must_be_told_its_arguments() -> None:
    with pytest.raises(BadLibrary, match="not known with which arguments") as wrong:
        examples_of(SKILLS.get("lower-at"), SPEC)
    assert '"object": "..."' in str(wrong.value)


def test_a_tabletop_skill_is_verified_on_set_up_tables_and_from_nothing(tmp_path: Path) -> None:
    pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
    store = LibraryStore(tmp_path / "library", "tabletop", seeds=SKILLS)
    gate = make_gate(store, tmp_path / "gate", settings={"own_process": False})
    evidence = gate.verify(SKILLS.get("put-in"), 2)
    assert evidence.passed, evidence.reason
    given, reached = evidence.results
    assert dict(given.arguments) == {"object": "red_cube", "container": "bowl"}
    assert given.set_up == {"given": {"holding": "red_cube"}}
    assert dict(reached.arguments) == {"object": "blue_cube", "container": "drawer"}
    assert reached.set_up["reached"] == ["open-drawer(drawer=drawer)", "pick(object=blue_cube)"]
    again = gate.verify(SKILLS.get("put-in"), 2)
    assert len({str(one.arguments) for one in again.results}) == 2
