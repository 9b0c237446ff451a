"""What a refinement cannot begin with is refused with what there is instead, and leaves no run behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embodied.condition import parse
from embodied.errors import BadInput, BadSkill
from embodied.facts import FactFamily, Observation
from embodied.launchfile import LaunchFile, from_table
from embodied.learning import refine
from embodied.learning.errors import NoGuide
from embodied.learning.refine import start_refining
from embodied.learning.skill_use import SkillUse, found, refuse_missing
from embodied.learning.trainer import choose_trainer
from embodied.learning.wish import Wish
from embodied.skills import SkillLibrary
from tests.learning.searching import LAUNCH
from tests.learning.toys import ToySource

WEAK = Path(__file__).parents[1] / "data" / "weak_skills"
WISH = Wish("reach the target", trainer="sac")


@pytest.fixture
def launch(monkeypatch: pytest.MonkeyPatch) -> LaunchFile:
    monkeypatch.setattr(refine, "load_tasks", lambda kind: ToySource())
    return from_table(LAUNCH, "the toys")


def test_a_mistyped_folder_of_a_skill_names_the_nearest_beside_it() -> None:
    with pytest.raises(BadSkill, match=r"no skill in the folder .*weak-psh") as error:
        found(str(WEAK / "weak-psh"), SkillLibrary())
    assert repr(str(WEAK / "weak-push")) in error.value.remedy


def test_a_mistyped_argument_names_the_nearest_thing() -> None:
    skill, library = found(str(WEAK / "weak-push"), SkillLibrary())
    near = parse("distance(pose[blue_cube], pose[target]) < 0.03")
    families = {"kind": FactFamily("kind", ("object",), "str", "")}
    facts = Observation(families, {"kind": {("red_cube",): "cube"}})

    def refuse(**arguments: str) -> None:
        refuse_missing([SkillUse(skill.name, arguments)], library, near, facts)

    refuse(object="red_cube", target="target")
    with pytest.raises(BadInput, match=r"nothing called 'targt' .*target=targt") as error:
        refuse(object="blue_cube", target="targt")
    assert error.value.remedy == "Did you mean 'target'?"
    with pytest.raises(BadInput) as error:
        refuse(object="vase", target="target")
    assert error.value.remedy == "It is about blue_cube, target."


def test_an_argument_that_is_a_list_is_no_thing(tmp_path: Path) -> None:
    listed = tmp_path / "listed-push"
    listed.mkdir()
    front = (WEAK / "weak-push" / "SKILL.md").read_text().replace("weak-push", "listed-push")
    (listed / "SKILL.md").write_text(front)
    code = (WEAK / "weak-push" / "skill.py").read_text().replace("weak_push", "listed_push")
    more = code.replace(") -> SkillResult", ", ways: list[str] = ['a']) -> SkillResult", 1)
    (listed / "skill.py").write_text(more)
    skill, library = found(str(listed), SkillLibrary())
    near = parse("distance(pose[blue_cube], pose[target]) < 0.03")
    use = SkillUse(skill.name, skill.bind(object="blue_cube", target="target"))
    assert use.arguments["ways"] == ["a"]
    refuse_missing([use], library, near, Observation({}, {}))


@pytest.mark.parametrize(
    "wrong", [{"skill": "no-such-skill"}, {"skill": "nothing", "trainer": "imitate"}], ids=str
)
def test_a_refused_command_leaves_no_run(launch: LaunchFile, tmp_path: Path, wrong: dict[str, Any]) -> None:
    pytest.importorskip("stable_baselines3")
    with pytest.raises((BadSkill, NoGuide)):
        start_refining(launch, replace(WISH, **wrong), runs_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_argument_of_a_skill_is_checked_against_the_task_before_there_is_a_run(tmp_path: Path) -> None:
    pytest.importorskip("mujoco")
    pytest.importorskip("franky_sim")
    pytest.importorskip("stable_baselines3")
    table = from_table({"goal": {"text": "wait"}, "world": {"kind": "tabletop"}}, "a test")
    purple = Wish("Push", trainer="auto", skill=f"{WEAK}/weak-push(object=purple_cube, target=target)")
    with pytest.raises(BadInput, match="nothing called 'purple_cube'") as error:
        start_refining(table, purple, runs_dir=tmp_path)
    assert "blue_cube" in error.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_skill_is_named_as_it_is_and_a_sketch_is_the_sketch() -> None:
    pytest.importorskip("torch")

    class Guide:
        name = "weak-push(object=cube)"

    guide: Any = Guide()
    assert "known: weak-push(object=cube) succeeds on 9 of 20" in choose_trainer("guided", guide, 9, 20).why
    guide.name = "sketch"
    assert "known: the sketch succeeds on 9 of 20" in choose_trainer("guided", guide, 9, 20).why
