"""Reading a library's folder quickly: a cache of what its files came to, by their time, size and inode.

The cache may be deleted at any time; what it says is used only for files that did not change since.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from embodied.errors import BadLibrary, BadSkill
from embodied.library.files import ALL_NAMES, digests, read_files, replace_file
from embodied.library.records import SkillState, read_records, state_of
from embodied.skills import Parameter, Skill, load_skill
from embodied.skills.skill import REQUIRED

FORMAT: Final = 2
INDEX: Final = "_index.msgpack"
RECORDS: Final = "_records"


class PackedSkill(msgspec.Struct, array_like=True):
    """A skill as it was read, but for its folder."""

    name: str
    description: str
    world: str
    parameters: list[tuple[str, str, bool, Any]]
    achieves: tuple[str, ...]
    needs: tuple[str, ...]
    calls: tuple[str, ...]
    runtime: str
    source: str
    doc: str
    policy: str = ""


class Entry(msgspec.Struct):
    """What is known of one name in the library's folder.

    Attributes:
        stamp: of the files that it was read from.
        hash: of the skill that lies in its folder; "" if there is none.
        problem: why what lies there is refused; "" if it is not.
    """

    stamp: list[int]
    state: SkillState
    packed: PackedSkill | None = None
    hash: str = ""
    problem: str = ""


class _Cached(msgspec.Struct):
    format: int
    entries: dict[str, Entry]


class Index:
    """Entries by name, read again when their files change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._entries = self._load()
        self._dirty = False

    def names(self) -> list[str]:
        """All names with a skill or records in the folder."""
        found: set[str] = set()
        for place, ending in ((self.folder, ""), (self.folder / RECORDS, ".jsonl")):
            try:
                with os.scandir(place) as listed:
                    found.update(
                        item.name.removesuffix(ending)
                        for item in listed
                        if item.name[0] not in "._"
                        and item.name.endswith(ending)
                        and (bool(ending) or item.is_dir(follow_symlinks=False))
                    )
            except OSError:
                continue
        return sorted(found)

    def entry(self, name: str) -> Entry:
        stamp = self._stamp(name)
        known = self._entries.get(name)
        if known is None or known.stamp != stamp:
            known = self._read(name, stamp)
            self._entries[name] = known
            self._dirty = True
        return known

    def keep(self, names: Iterable[str]) -> None:
        """Write the cache if it changed; a folder that cannot be written to has none."""
        wanted = set(names)
        if not self._dirty and wanted == self._entries.keys():
            return
        self._entries = {name: entry for name, entry in self._entries.items() if name in wanted}
        try:
            replace_file(self.folder / INDEX, msgspec.msgpack.encode(_Cached(FORMAT, self._entries)))
            self._dirty = False
        except OSError:
            return

    def _load(self) -> dict[str, Entry]:
        try:
            cached = msgspec.msgpack.decode((self.folder / INDEX).read_bytes(), type=_Cached)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return {}
        return cached.entries if cached.format == FORMAT else {}

    def _stamp(self, name: str) -> list[int]:
        root = str(self.folder)
        stamp = []
        for path in (*(f"{root}/{name}/{file}" for file in ALL_NAMES), f"{root}/{RECORDS}/{name}.jsonl"):
            try:
                status = os.stat(path, follow_symlinks=False)
            except OSError:
                stamp += [0, 0, 0]
                continue
            stamp += [status.st_mtime_ns, status.st_size, status.st_ino]
        return stamp

    def _read(self, name: str, stamp: list[int]) -> Entry:
        try:
            state = state_of(name, read_records(self.folder / RECORDS / f"{name}.jsonl"))
        except BadLibrary as error:  # one skill's records must not keep the others from being used
            return Entry(stamp, SkillState(name), problem=error.message)
        home = self.folder / name
        files = read_files(home)
        if not files:
            return Entry(stamp, state)
        problem = _changed(home, digests(files), state)
        try:
            skill = load_skill(home)
        except BadSkill as error:  # of two versions, cut off between its files: the stored version is whole
            unread = f"{problem}; what lies there cannot be read as a skill: {error.message}"
            return Entry(stamp, state, problem=unread if problem else "")
        return Entry(stamp, state, pack(skill), skill.hash, problem)


def _changed(home: Path, found: dict[str, str], state: SkillState) -> str:
    """Why the files of a folder are not those of any version; "" if they are."""
    stored = [version.files for version in state.versions.values() if version.files]
    if not stored:
        return f"{home}: the library has no record of it"
    for name, digest in found.items():
        if all(files.get(name) != digest for files in stored):
            return f"{home / name}: was changed behind the library's back"
    return ""


def pack(skill: Skill) -> PackedSkill:
    parameters = [
        (p.name, p.type, p.default is REQUIRED, None if p.default is REQUIRED else p.default)
        for p in skill.parameters
    ]
    return PackedSkill(
        skill.name,
        skill.description,
        skill.world,
        parameters,
        skill.achieves,
        skill.needs,
        skill.calls,
        skill.runtime,
        skill.source,
        skill.doc,
        skill.policy,
    )


def unpack(packed: PackedSkill, folder: Path) -> Skill:
    parameters = tuple(
        Parameter(name, type_, REQUIRED if required else default)
        for name, type_, required, default in packed.parameters
    )
    return Skill(
        name=packed.name,
        python_name=packed.name.replace("-", "_"),
        description=packed.description,
        world=packed.world,
        parameters=parameters,
        achieves=packed.achieves,
        needs=packed.needs,
        calls=packed.calls,
        runtime=packed.runtime,
        source=packed.source,
        doc=packed.doc,
        folder=folder,
        policy=packed.policy,
    )


def refuse(problem: str, name: str) -> BadLibrary:
    """What is raised for an entry with a problem."""
    return BadLibrary(
        f"{problem}; it is not used.",
        remedy=f"`embodied skills restore {name}` puts the stored version back; "
        f"`embodied skills verify {name}` puts what lies there to the proof.",
    )
