"""Finding skills by name, by words, and with all that they call."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.errors import BadSkill
from embodied.skills import SkillLibrary


def write(folder: Path, name: str, *, calls: str = "", description: str = "Does it.") -> None:
    home = folder / name
    home.mkdir(parents=True)
    python_name = name.replace("-", "_")
    body = "".join(f"    {each.strip().replace('-', '_')}()\n" for each in calls.split(",") if each.strip())
    (home / "SKILL.md").write_text(
        f"---\nname: {name}\ndescription: {description}\nmetadata:\n"
        f'  embodied-world: test\n  embodied-calls: "{calls}"\n---\n'
    )
    (home / "skill.py").write_text(
        f'def {python_name}() -> SkillResult:\n    """Do it."""\n{body}    return done()\n'
    )


def test_a_users_skill_lies_over_the_seed_skill_of_its_name(tmp_path):
    write(tmp_path / "seed", "mine-log", description="Seed.")
    write(tmp_path / "seed", "walk-to")
    write(tmp_path / "own", "mine-log", description="Mine.")
    library = SkillLibrary([tmp_path / "seed", tmp_path / "own", tmp_path / "not-there"])
    assert library.names == ("mine-log", "walk-to")
    assert library.get("mine-log").description == "Mine."
    assert library.get("mine_log") is library.get("mine-log")


def test_an_unknown_name_brings_the_nearest(tmp_path):
    write(tmp_path, "mine-log")
    with pytest.raises(BadSkill, match="no skill 'mine-lgo'\n  Did you mean 'mine-log'"):
        SkillLibrary([tmp_path]).get("mine-lgo")


def test_search_ranks_by_shared_words(tmp_path):
    write(tmp_path, "mine-log", description="Cut trees for logs.")
    write(tmp_path, "mine-ore", description="Dig for ores.")
    write(tmp_path, "eat-food", description="Eat.")
    library = SkillLibrary([tmp_path])
    assert [skill.name for skill in library.search("dig up an ore in a mine")] == ["mine-ore", "mine-log"]
    assert library.search("fly") == ()


def test_the_closure_is_all_that_is_called_called_ones_first(tmp_path):
    write(tmp_path, "a-top", calls="mid-one, mid-two")
    write(tmp_path, "mid-one", calls="base")
    write(tmp_path, "mid-two", calls="base, mid-one")
    write(tmp_path, "base")
    write(tmp_path, "other")
    names = [skill.name for skill in SkillLibrary([tmp_path]).closure("a-top")]
    assert names == ["base", "mid-one", "mid-two", "a-top"]


def test_a_circle_is_refused_and_shown(tmp_path):
    write(tmp_path, "one", calls="two")
    write(tmp_path, "two", calls="three")
    write(tmp_path, "three", calls="one")
    with pytest.raises(BadSkill, match="one -> two -> three -> one"):
        SkillLibrary([tmp_path])


def test_a_call_of_no_skill_is_refused_with_the_file(tmp_path):
    write(tmp_path, "one", calls="tow")
    write(tmp_path, "two")
    with pytest.raises(BadSkill, match=r"one/SKILL\.md: .*'tow', which is no skill\n  Did you mean 'two'"):
        SkillLibrary([tmp_path])


def test_a_skill_can_be_tried_in_the_place_of_another(tmp_path):
    write(tmp_path / "seed", "mine-log", description="Seed.")
    write(tmp_path / "new", "mine-log", description="New.")
    seed, new = SkillLibrary([tmp_path / "seed"]), SkillLibrary([tmp_path / "new"])
    assert seed.with_skill(new.get("mine-log")).get("mine-log").description == "New."
    assert seed.get("mine-log").description == "Seed."
