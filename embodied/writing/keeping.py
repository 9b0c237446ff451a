"""A written skill that passed its trial, put into the user's library."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from embodied.skills import Skill, user_folder


def keep_skill(skill: Skill, world: str) -> Path:
    """Copy the skill's folder into the user's library in one move, so that it is never there by half."""
    library = user_folder(world)
    library.mkdir(parents=True, exist_ok=True)
    target = library / skill.name
    made = library / f".{skill.name}.{os.getpid()}"
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(skill.folder, made)
    if target.exists():
        shutil.rmtree(target)
    made.rename(target)
    return target
