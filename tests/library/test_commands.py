"""`embodied skills verify|history|restore|retire|export|import|show|list` from the outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from embodied.cli import main as command
from embodied.journal import Journal
from embodied.library import LibraryStore
from embodied.teaching.lesson import Lesson, Part, lesson_of_skill
from tests.library.conftest import CHOP, write

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def skills(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as leaving:
            command.main(["skills", *arguments, "--world", "mini"])
        shown = capfd.readouterr()
        return int(leaving.value.code or 0), shown.out + shown.err

    return call


def test_the_life_of_a_skill(skills, tmp_path):
    bundle = tmp_path / "bundle"
    write(bundle, "chop-wood")
    code, told = skills("import", str(bundle))
    assert code == 0
    assert "chop-wood" in told
    assert "quarantined" in told
    assert "def chop_wood(count: int = 1)" in told
    assert "skills verify --new" in told
    assert "quarantined" in skills("list")[1]
    assert "quarantined" in skills("show", "chop-wood")[1]
    code, told = skills("verify", "--new")
    assert code == 0
    assert "verified; passed on 3 of 3 held-out seeds (95 %: 44% to 100%)" in told
    assert skills("verify", "chop-wood", "--seeds", "20")[0] == 0
    assert skills("history", "chop-wood", "--all")[1].count("PASSED, inventory[wood] >= 1") == 23
    code, told = skills("history", "chop-wood")
    assert "20 more passed; --all shows each" in told
    assert "imported from bundle" in told
    assert told.count("PASSED, inventory[wood] >= 1") == 3
    assert skills("retire", "chop-wood", "--why", "enough wood")[1].strip() == "chop-wood: retired"
    assert "enough wood" in skills("history", "chop-wood")[1]
    assert "chop-wood: trusted" in skills("restore", "chop-wood")[1]
    code, told = skills("export", str(tmp_path / "mine.zip"))
    assert "1 skill written" in told
    assert (tmp_path / "mine.zip").is_file()


def test_a_skill_written_by_hand_into_the_folder_is_used_once_verified(skills, tmp_path):
    write(tmp_path / "library" / "mini", "chop-wood")
    assert "no record of it" in skills("list")[1]
    assert skills("verify", "chop-wood")[0] == 0
    assert "verified" in skills("list")[1]
    changed = tmp_path / "library" / "mini" / "chop-wood" / "skill.py"
    changed.write_text(changed.read_text().replace("trees[0]", "trees[-1]"))
    assert "changed behind" in skills("list")[1]
    assert skills("verify", "chop-wood")[0] == 0
    assert len([line for line in skills("history", "chop-wood")[1].splitlines() if "hand" in line]) == 2


def test_a_seed_skill_that_is_restored_is_in_use(skills):
    assert skills("retire", "craft-item")[1].strip() == "craft-item: retired"
    assert "embodied skills history craft-item --world mini" in skills("list")[1]
    told = skills("restore", "craft-item")[1]
    assert "craft-item: seed; in use: " in told
    assert "in use: none" not in told
    assert "must be proven" not in told
    assert "* " in skills("history", "craft-item")[1]


def test_a_change_behind_the_librarys_back_is_shown_wherever_one_looks(skills, tmp_path):
    write(tmp_path / "library" / "mini", "chop-wood")
    skills("verify", "chop-wood")
    changed = tmp_path / "library" / "mini" / "chop-wood" / "skill.py"
    changed.write_text(changed.read_text() + "# planted\n")
    for command_line in (("list",), ("show", "chop-wood"), ("history", "chop-wood")):
        assert "changed behind the library's back" in skills(*command_line)[1]
    (stored,) = (tmp_path / "library" / "mini" / "_versions" / "chop-wood").glob("*/skill.py")
    stored.write_text("nothing")
    code, told = skills("restore", "chop-wood")
    assert code == 2
    assert "was changed behind the library's back" in told
    assert "# planted" in changed.read_text()


def test_one_that_fails_says_so_with_its_exit_code(skills, tmp_path):
    write(tmp_path / "library" / "mini", "chop-wood", "    return done()\n")
    code, told = skills("verify", "chop-wood")
    assert code == 1
    assert "inventory[wood] >= 1 does not hold: it is 0" in told
    assert skills("verify", "chop-wodo")[0] == 2
    assert "Did you mean 'chop-wood'" in skills("verify", "chop-wodo")[1]


def test_success_rates_come_from_the_journals(skills, tmp_path):
    write(tmp_path / "library" / "mini", "chop-wood", CHOP)
    skills("verify", "chop-wood")
    journal = Journal(tmp_path / "runs" / "one" / "journal.jsonl")
    journal.write("run_started", world="mini", fast=False)
    for number, verdict in enumerate(["PASSED", "PASSED", "PASSED", "UNKNOWN"]):
        journal.write("step_started", step=number, skill="chop-wood", arguments={})
        journal.write("step_ended", step=number, verdict=verdict)
    journal.close()
    assert "mini: 3 of 4 (30% to 95%)" in skills("show", "chop-wood")[1]


def test_a_lesson_goes_with_the_skill_that_was_taught_by_it(skills, tmp_path, monkeypatch):
    gather = Part("use", skill="gather-thing", arguments={"thing": "tree", "item": "wood"})
    lesson = Lesson((gather,), achieves=("inventory[wood] >= 1",), name="chop-wood")
    written = write(tmp_path / "one", "chop-wood")
    file = written.folder / "SKILL.md"
    file.write_text(f"{file.read_text()}\n{lesson.kept()}\n")
    LibraryStore(tmp_path / "library" / "mini", "mini").add(written, origin="taught")
    code, told = skills("export", str(tmp_path / "mine.zip"))
    assert code == 0
    assert "with the lessons that they were taught by: chop-wood" in told
    assert "rules stay here" in told
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "elsewhere"))
    code, told = skills("import", str(tmp_path / "mine.zip"))
    assert code == 0
    assert "with the lesson that it was taught by" in told
    there = LibraryStore(tmp_path / "elsewhere" / "mini", "mini")
    assert lesson_of_skill(there.get("chop-wood", written.hash[:8])) == lesson
    (line,) = there.history("chop-wood")
    assert line.version.example["expects"] == "inventory[wood] >= 1"
