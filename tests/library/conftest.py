"""A library of the mini world in a folder of its own, skills to put in, and its gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embodied.library import Gate, LibraryStore
from embodied.mini.world import WORLD
from embodied.skills import Skill, SkillLibrary, load_skill, seed_folder

CHOP = """
    start = fact("inventory", "wood")
    while fact("inventory", "wood") - start < count:
        seen = look()
        trees = [one for one in seen.value["things"] if one["thing"] == "tree"]
        if not trees:
            return failed("no tree is left")
        walk(trees[0]["x"], trees[0]["y"])
        gather("tree")
    return done(wood=fact("inventory", "wood"))
"""
STICKS = """
    for _ in range(8):
        if fact("inventory", "stick") >= count:
            return done()
        craft("stick")
    return failed("no sticks")
"""


def write(
    folder: Path,
    name: str,
    body: str = CHOP,
    *,
    achieves: str = "inventory[wood] >= {count}",
    needs: str = "",
    calls: str = "",
    description: str = "Cut trees for wood.",
) -> Skill:
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    (home / "SKILL.md").write_text(
        f"---\nname: {name}\ndescription: {description}\nmetadata:\n  embodied-world: mini\n"
        f'  embodied-achieves: "{achieves}"\n  embodied-needs: "{needs}"\n  embodied-calls: "{calls}"\n---\n'
    )
    python = name.replace("-", "_")
    code = f'def {python}(count: int = 1) -> SkillResult:\n    """Do it."""\n{body.lstrip(chr(10))}'
    (home / "skill.py").write_text(code)
    return load_skill(home)


@pytest.fixture
def seeds() -> SkillLibrary:
    folder = seed_folder("mini")
    assert folder is not None
    return SkillLibrary([folder])


@pytest.fixture
def store(tmp_path: Path, seeds: SkillLibrary) -> LibraryStore:
    return LibraryStore(tmp_path / "library", "mini", seeds=seeds)


@pytest.fixture
def again(tmp_path: Path, seeds: SkillLibrary) -> Callable[[], LibraryStore]:
    """The same library, as another process would open it."""
    return lambda: LibraryStore(tmp_path / "library", "mini", seeds=seeds)


@pytest.fixture
def gate(store: LibraryStore, tmp_path: Path) -> Callable[..., Gate]:
    def make(of: LibraryStore = store, **settings: Any) -> Gate:
        world = settings.pop("world", {})
        (tmp_path / "gate").mkdir(exist_ok=True)
        return Gate(
            lambda folder: WORLD.simulation(world, folder),
            WORLD.spec(),
            of,
            run_dir=tmp_path / "gate",
            **settings,
        )

    return make
