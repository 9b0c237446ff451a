"""Reading skill folders: what is accepted, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.condition import parse
from embodied.errors import BadInput, BadSkill
from embodied.skills import load_skill

SKILL_MD = """---
name: mine-block
description: Mine blocks until an item is held. Use it for ores.
license: Apache-2.0
metadata:
  embodied-world: minecraft
  embodied-achieves: "inventory[{item}] >= {count}; alive"
  embodied-needs: "uses[{tool}] >= 1"
  embodied-calls: "walk-to"
---

# Mine a block
"""

SKILL_PY = '''"""Mining."""

import math

_TRIES = 3


def mine_block(item: str, count: int = 1, tool: str | None = None, at: list[float] = []) -> SkillResult:
    """Mine `count` of `item`."""
    for _ in range(_TRIES):
        walk_to(1)
    return done(n=_half(count))


def _half(count: int) -> float:
    return math.floor(count / 2)
'''


def write(folder: Path, *, md: str = SKILL_MD, py: str | None = SKILL_PY, name: str = "mine-block") -> Path:
    home = folder / name
    home.mkdir()
    (home / "SKILL.md").write_text(md)
    if py is not None:
        (home / "skill.py").write_text(py)
    return home


def test_a_skill_is_read_whole(tmp_path):
    skill = load_skill(write(tmp_path))
    assert (skill.name, skill.python_name, skill.world) == ("mine-block", "mine_block", "minecraft")
    assert skill.runtime == "python"
    assert skill.calls == ("walk-to",)
    assert skill.achieves == ("inventory[{item}] >= {count}", "alive")
    assert skill.doc == "Mine `count` of `item`."
    assert skill.signature() == (
        "mine_block(item: str, count: int = 1, tool: str | None = None, at: list[float] = []) -> SkillResult"
    )


def test_conditions_come_from_arguments(tmp_path):
    skill = load_skill(write(tmp_path))
    arguments = {"item": "coal", "count": 3, "tool": "stone_pickaxe"}
    assert skill.achieved(arguments) == (parse("inventory[coal] >= 3"), parse("alive"))
    assert skill.needed(arguments) == (parse("uses[stone_pickaxe] >= 1"),)


def test_an_argument_cannot_smuggle_in_a_condition(tmp_path):
    skill = load_skill(write(tmp_path))
    with pytest.raises(BadInput, match="cannot stand in a condition"):
        skill.achieved({"item": "coal] >= 0 or inventory[coal"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "misses the argument 'item'"),
        ({"item": 3}, "wants item: str, got 3"),
        ({"item": "a", "count": 1.5}, "wants count: int, got 1.5"),
        ({"item": "a", "at": [1, "b"]}, "wants at: list[float]"),
        ({"item": "a", "itme": "b"}, "Did you mean 'item'?"),
    ],
)
def test_arguments_are_checked_by_type(tmp_path, arguments, message):
    with pytest.raises(BadInput) as caught:
        load_skill(write(tmp_path)).bind(**arguments)
    assert message in str(caught.value)


def test_arguments_are_bound_in_order_with_defaults(tmp_path):
    skill = load_skill(write(tmp_path))
    assert skill.bind("coal", 2, at=[1, 2.5]) == {"item": "coal", "count": 2, "tool": None, "at": [1, 2.5]}
    with pytest.raises(BadInput, match="got 'item' twice"):
        skill.bind("coal", item="coal")


def test_the_hash_follows_code_and_interface_but_not_prose(tmp_path):
    hashes = []
    for n, (md, py) in enumerate(
        [
            (SKILL_MD, SKILL_PY),
            (SKILL_MD.replace("Use it for ores", "Good").replace("Apache-2.0", "MIT"), SKILL_PY),
            (SKILL_MD.replace("; alive", ""), SKILL_PY),
            (SKILL_MD, SKILL_PY.replace("_TRIES = 3", "_TRIES = 4")),
        ]
    ):
        folder = tmp_path / str(n)
        folder.mkdir()
        hashes.append(load_skill(write(folder, md=md, py=py)).hash)
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("name: mine-block", "name: Mine_Block", 2, "lower-case letters, digits and single hyphens"),
        ("name: mine-block", "name: mine-log", 2, "the same name"),
        ("description: Mine", "descripton: Mine", 3, "Did you mean 'description'?"),
        ("name: mine-block\n", "name: mine-block\nversion: 1\n", 3, "under `metadata`"),
        ("Mine blocks until an item is held. Use it for ores.", '""', 3, "no usable description"),
        ("  embodied-world: minecraft\n", "", 5, "lacks embodied-world"),
        ("embodied-world: minecraft", "embodied-world: 3", 6, "double quotes"),
        ("embodied-needs", "embodied-need", 8, "Did you mean 'embodied-needs'"),
        ("{count}", "{cuont}", 7, "Did you mean 'count'?"),
        (">= {count}", ">== {count}", 7, "embodied-achieves"),
        ('"walk-to"', '"walk-to, run-to"', 9, "'run-to', which skill.py does not call"),
        ('"walk-to"', '"walk-to"\n  embodied-runtime: lua', 10, "runtime 'lua'"),
        ('"walk-to"', '"walk-to', 9, "not YAML"),
        ("---\nname", "name", 1, "no front matter"),
    ],
)
def test_what_is_wrong_with_a_skill_md_is_named_with_its_line(tmp_path, old, new, line, message):
    home = write(tmp_path, md=SKILL_MD.replace(old, new, 1))
    with pytest.raises(BadSkill) as caught:
        load_skill(home)
    assert str(caught.value).startswith(f"{home / 'SKILL.md'}:{line}: "), caught.value
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("import math", "import os", 3, "imports 'os'"),
        ("import math", "from .x import y", 3, "which skills may not"),
        ("_TRIES = 3", "print(3)", 5, "statement at the top"),
        ("_TRIES = 3", "while True: pass", 5, "statement at the top"),
        ("_TRIES = 3", "class A: pass", 5, "Only constants and functions"),
        ("def mine_block", "def mine_blocks", 8, "Did you mean 'mine_blocks'?"),
        ("def _half", "def half", 15, "second public function, half()"),
        ("    return done", "    mine_block('x')\n    return done", 12, "uses itself"),
        ("    return done", "    yield 3\n    return done", 12, "uses yield"),
        ("    return done", "    global x\n    return done", 12, "uses global"),
        ("    return done", "    exec('x')\n    return done", 12, "no check can see"),
        ("    return done", "    import os\n    return done", 12, "imports inside a function"),
        ("    return done", "    walk_too()  # type: ignore\n    return done", 12, "look away"),
        ("-> SkillResult", "-> dict", 8, "must be annotated `-> SkillResult`"),
        ("item: str", "item", 8, "'item' of mine_block() has no usable type"),
        ("item: str", "item: Path", 8, "Annotate it with str, int"),
        ("count: int = 1", "count: int = f()", 8, "not a literal"),
        ("item: str", "*item: str", 8, "Name each parameter"),
        ('    """Mine `count` of `item`."""\n', "", 8, "no docstring"),
        ("def mine_block(", "def mine_block((", 8, "is not Python"),
    ],
)
def test_what_is_wrong_with_a_skill_py_is_named_with_its_line(tmp_path, old, new, line, message):
    home = write(tmp_path, py=SKILL_PY.replace(old, new, 1))
    with pytest.raises(BadSkill) as caught:
        load_skill(home)
    assert str(caught.value).startswith(f"{home / 'skill.py'}:{line}: "), caught.value
    assert message in str(caught.value)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(BadSkill, match=r"skill\.py: is missing"):
        load_skill(write(tmp_path, py=None))
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadSkill, match=r"SKILL\.md: is missing"):
        load_skill(tmp_path / "empty")
