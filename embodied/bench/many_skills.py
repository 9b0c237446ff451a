"""How long `embodied skills list`, `show` and `search` take with very many skills in the library."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from embodied.library.files import texts_of
from embodied.library.head import begin
from embodied.library.recording import write_version
from embodied.skills import load_skill

MANY: Final = 10_000
WORLD: Final = "mini"
PROGRAM: Final = "from embodied.cli.main import main; main()"
VERBS: Final = ("craft", "gather", "carry", "stack", "burn", "cut", "dig", "build", "sort", "repair")
THINGS: Final = (
    "wood",
    "stone",
    "iron",
    "gold",
    "plank",
    "torch",
    "door",
    "chest",
    "boat",
    "ladder",
    "bread",
)
SKILL: Final = """---
name: {name}
description: {verb} {thing} of kind {number} with {other}. Use it when {thing} is wanted and {other} is held.
metadata:
  embodied-world: {world}
  embodied-achieves: "inventory[{thing}] >= {{count}}"
  embodied-needs: "inventory[{other}] >= 1"
---
"""
CODE: Final = '''def {python}(count: int = 1) -> SkillResult:
    """Do it."""
    log("{number}")
    return done()
'''


def make_library(home: Path, count: int) -> str:
    """Write `count` skills, on trial, into the library `home`/mini; returns the last one's name."""
    folder = home / WORLD
    begin(folder, WORLD)
    name = ""
    for number in range(count):
        verb, thing = VERBS[number % len(VERBS)], THINGS[number % len(THINGS)]
        other = THINGS[(number // len(THINGS)) % len(THINGS)]
        name = f"{verb}-{thing}-{number}"
        lying = folder / name
        lying.mkdir()
        words = {"verb": verb.capitalize(), "thing": thing, "other": other, "number": number}
        (lying / "SKILL.md").write_text(SKILL.format(name=name, world=WORLD, **words), encoding="utf-8")
        code = CODE.format(python=name.replace("-", "_"), number=number)
        (lying / "skill.py").write_text(code, encoding="utf-8")
        skill = load_skill(lying)
        record = folder / "_records" / f"{name}.jsonl"
        files = texts_of(skill)
        write_version(record, skill, files, origin="written", why="", example={}, quarantined="")
    return name


def measure(home: Path, count: int = MANY) -> list[dict[str, Any]]:
    """A row for each command, run in a process of its own: exit code, wall and computing time [s].

    The first `list` has no cache yet; the program's own start is in every row, and alone in the last.
    """
    name = make_library(home / "library", count)
    commands = (
        ("list", "--world", WORLD),
        ("list", "--world", WORLD),
        ("show", name, "--world", WORLD),
        ("search", "make a torch", "--world", WORLD),
        ("search", "make a torch", "--world", WORLD),
        ("--help",),
    )
    return [_timed(home, command, count) for command in commands]


def _timed(home: Path, command: Sequence[str], count: int) -> dict[str, Any]:
    places = {"EMBODIED_LIBRARY": home / "library", "EMBODIED_CACHE": home / "cache", "EMBODIED_RUNS": home}
    environ = {**os.environ, **{key: str(place) for key, place in places.items()}}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, "skills", *command], env=environ, capture_output=True, timeout=600
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "command": f"skills {command[0]}",
        "skills": count,
        "exit_code": ended.returncode,
        "wall_s": round(wall, 2),
        "cpu_s": round(computed, 2),
    }
