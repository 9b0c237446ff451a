"""A kind of world from a package that embodied knows nothing of: nothing in embodied/ changes for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied.goals import GoalParser
from embodied.launchfile import load_launch_file
from embodied.plugins import load_world, world_kinds
from embodied.skills import SkillLibrary, seed_folder

PACKAGE = """
from embodied.mini.world import MiniWorld


class Orchard(MiniWorld):
    name = "orchard"


WORLD = Orchard()
"""
SKILL = """---
name: get-wood
description: Take wood from a tree.
metadata:
  embodied-world: orchard
  embodied-achieves: "inventory[wood] >= 1"
---
"""
CODE = '''"""Wood."""


def get_wood() -> SkillResult:
    """Take wood."""
    return done()
'''


@pytest.fixture
def orchard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    info = tmp_path / "orchard_world-1.0.dist-info"
    skill = tmp_path / "orchard_world" / "skills" / "get-wood"
    info.mkdir()
    skill.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: orchard-world\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[embodied.worlds]\norchard = orchard_world:WORLD\n")
    (skill.parents[1] / "__init__.py").write_text(PACKAGE)
    (skill / "SKILL.md").write_text(SKILL)
    (skill / "skill.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("orchard_world", None)


def test_it_is_found_started_and_spoken_of(orchard: Path) -> None:
    assert "orchard" in world_kinds()
    launch = orchard / "orchard.toml"
    launch.write_text('[goal]\ntext = "get 3 wood"\n\n[world]\nkind = "orchard"\nseed = 4\n')
    read = load_launch_file(launch)
    plugin = load_world(read.world.kind)
    spec = plugin.spec(read.world.settings)
    goal = GoalParser(spec.vocabulary, spec.families).parse(read.goal.text)
    assert str(goal.condition) == "inventory[wood] >= 3"
    simulation = plugin.simulation(read.world.settings, orchard)
    assert simulation.launch().observe().facts
    simulation.close()


def test_its_seed_skills_are_those_beside_its_code(orchard: Path) -> None:
    folder = seed_folder("orchard")
    assert folder == orchard / "orchard_world" / "skills"
    assert "get-wood" in SkillLibrary([folder])
    assert seed_folder("no_such_world") is None
