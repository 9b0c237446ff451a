"""The files of a skill: what they hold, and how they come to lie in a folder as a whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from embodied.errors import BadSkill
from embodied.skills import Skill, load_skill, policies

NAMES: Final = ("SKILL.md", "skill.py")
ALL_NAMES: Final = (*NAMES, *policies.FILES)
TEMPORARY: Final = ".new-"


def texts_of(skill: Skill) -> dict[str, bytes]:
    """The files of a skill: as they lie in its folder if that is what was read, else written anew.

    Raises:
        BadSkill: it runs a policy whose file is not there.
    """
    wanted = names_of(skill)
    found = {name: content for name, content in read_files(skill.folder).items() if name in wanted}
    if found.keys() == set(wanted):
        try:
            if load_skill(skill.folder, named=skill.name).hash == skill.hash:
                return found
        except BadSkill:
            if skill.policy:
                raise
    if skill.policy:
        lacking = ", ".join(name for name in wanted if name not in found) or "what was read"
        raise BadSkill(f"{skill.folder}: a skill that runs a policy is here without {lacking}.")
    metadata = {
        "embodied-world": skill.world,
        "embodied-achieves": "; ".join(skill.achieves),
        "embodied-needs": "; ".join(skill.needs),
        "embodied-calls": ", ".join(skill.calls),
    }
    front = yaml.safe_dump(
        {"name": skill.name, "description": skill.description, "metadata": metadata},
        sort_keys=False,
        allow_unicode=True,
        width=1000,
    )
    title = skill.name.replace("-", " ").capitalize()
    return {"SKILL.md": f"---\n{front}---\n\n# {title}\n".encode(), "skill.py": skill.source.encode()}


def names_of(skill: Skill) -> tuple[str, ...]:
    """The files that a skill is made of."""
    return ALL_NAMES if skill.policy else NAMES


def read_files(folder: Path) -> dict[str, bytes]:
    """Those of a skill's files that are there. A link is none of them."""
    found = {}
    for name in ALL_NAMES:
        file = folder / name
        if file.is_file() and not file.is_symlink():
            with contextlib.suppress(OSError):
                found[name] = file.read_bytes()
    return found


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def place_folder(files: Mapping[str, bytes], target: Path) -> None:
    """Make the folder `target` with these files: it is there whole, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.parent / f"{TEMPORARY}{secrets.token_hex(6)}"
    fresh.mkdir()
    try:
        for name, content in files.items():
            _write(fresh / name, content)
        try:
            fresh.rename(target)
        except OSError:
            if digests(read_files(target)) == digests(files):
                return  # another process, or we before a crash, was here first
            shutil.rmtree(target)  # half a version, which no record names
            fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def replace_file(target: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.parent / f"{TEMPORARY}{secrets.token_hex(6)}"
    try:
        _write(fresh, content)
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Take away what a process that was killed left half-written. The caller holds the library's lock."""
    for left in folder.glob(f"{TEMPORARY}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
