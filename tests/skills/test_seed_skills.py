"""Every skill that ships is valid, by the Agent Skills reference and by our own loader."""

from __future__ import annotations

from pathlib import Path

import pytest
from skills_ref.validator import validate

from embodied.sandbox.names import private_names
from embodied.skills import SkillLibrary, load_skill

SKILLS = Path(__file__).resolve().parents[2] / "skills"
FOLDERS = sorted(file.parent for file in SKILLS.glob("*/*/SKILL.md"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_seed_skill_is_a_valid_agent_skill(folder):
    assert validate(folder) == []
    skill = load_skill(folder)
    assert skill.world == folder.parent.name
    assert private_names(skill.source, skill.python_name, folder / "skill.py").count(
        "\n"
    ) == skill.source.count("\n")


@pytest.mark.parametrize("world", sorted({folder.parent for folder in FOLDERS}), ids=lambda world: world.name)
def test_a_worlds_seed_skills_form_a_library(world):
    assert len(SkillLibrary([world])) == len([folder for folder in FOLDERS if folder.parent == world])


def test_the_example_of_the_docs_is_a_valid_skill(tmp_path):
    text = (SKILLS.parent / "docs" / "skills.md").read_text()
    folder = tmp_path / "mine-block"
    folder.mkdir()
    (folder / "SKILL.md").write_text(text.split("```markdown\n")[1].split("```")[0])
    (folder / "skill.py").write_text(text.split("```python\n")[1].split("```")[0])
    assert validate(folder) == []
    assert load_skill(folder).calls == ("explore",)
