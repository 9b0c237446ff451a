"""Taking skills out of a library and into another, as they lie there: with the lesson that one was taught by,
which is in its SKILL.md. What comes in is quarantined: evidence does not travel.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from embodied.errors import BadLibrary, BadSkill
from embodied.library.files import ALL_NAMES, NAMES, place_folder, read_files, texts_of
from embodied.library.store import Added, LibraryStore
from embodied.skills import Skill, load_skill, policies

MOST_SKILLS: Final = 20_000
MOST_BYTES: Final = 256 * 1024
"""Of one file, but a policy's."""


@dataclass(frozen=True)
class Incoming:
    """A skill that was read from outside.

    Attributes:
        added: what became of it; None if it was refused.
        problem: why it was refused; "" if it was not.
    """

    name: str
    skill: Skill | None
    added: Added | None
    problem: str


def export_skills(skills: list[Skill], target: Path) -> int:
    """Write the skills, as folders of plain files, into a new folder or FILE.zip; returns how many.

    Raises:
        BadLibrary: the target exists already.
    """
    if target.exists():
        raise BadLibrary(f"{target} exists already.", remedy="Name another; nothing is overwritten.")
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
            for skill in skills:
                for name, content in texts_of(skill).items():
                    archive.writestr(zipfile.ZipInfo(f"{skill.name}/{name}", (2026, 1, 1, 0, 0, 0)), content)
        return len(skills)
    for skill in skills:
        place_folder(texts_of(skill), target / skill.name)
    return len(skills)


def import_skills(
    source: Path,
    store: LibraryStore,
    example_of: Callable[[Skill], Mapping[str, Any]] = lambda skill: {},
) -> list[Incoming]:
    """Read skills from a folder or FILE.zip, and store those that can be read in quarantine.

    Links are not followed, and nothing is read but SKILL.md, skill.py, and what belongs to a policy.

    Args:
        example_of: a use to try a skill with that its own files tell of; {} where they do not.

    Raises:
        BadLibrary: the source cannot be read, or holds paths that lead out of it, or too much.
    """
    with _opened(source) as folder:
        homes = _homes(folder)
        if not homes:
            raise BadLibrary(f"{source} holds no skills.", remedy="A skill is a folder with a SKILL.md.")
        found = []
        for home in homes:
            found.append(_take(home, source, store, example_of))
    return found


def _take(
    home: Path, source: Path, store: LibraryStore, example_of: Callable[[Skill], Mapping[str, Any]]
) -> Incoming:
    name = home.name
    try:
        for file in ALL_NAMES:  # before any of it is read
            if _size(home / file) > most_bytes(file):
                raise BadSkill(f"{name}/{file}: is larger than {most_bytes(file) // 1024} KiB.")
        if not read_files(home).keys() >= set(NAMES):
            raise BadSkill(f"{name}: SKILL.md or skill.py is missing, or is a link.")
        skill = load_skill(home)
        added = store.add(
            skill,
            origin="imported",
            why=f"from {source.name}",
            example=example_of(skill),
            quarantine=f"imported from {source.name}",
        )
    except BadSkill as error:
        return Incoming(name, None, None, str(error).replace(f"{home}", name))
    return Incoming(name, skill, added, "")


def most_bytes(file: str) -> int:
    """How large a file of a skill from outside may be."""
    return policies.MOST_BYTES if file == policies.POLICY_FILE else MOST_BYTES


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0


def _homes(folder: Path) -> list[Path]:
    if (folder / "SKILL.md").is_file():
        return [folder]
    return sorted(
        home
        for home in folder.iterdir()
        if home.is_dir()
        and not home.is_symlink()
        and home.name[0] not in "._"
        and (home / "SKILL.md").exists()
    )[:MOST_SKILLS]


@contextmanager
def _opened(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield source
        return
    if not source.is_file():
        raise BadLibrary(f"{source}: there is no such folder or file.")
    with tempfile.TemporaryDirectory(prefix="embodied-import-") as temporary:
        _unpack(source, Path(temporary))
        yield Path(temporary)


def _unpack(source: Path, target: Path) -> None:
    """Take out what a skill is made of, after every member was looked at."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MOST_SKILLS * len(ALL_NAMES):
                raise BadLibrary(f"{source}: holds {len(members)} files.", remedy="Split it.")
            for member in members:
                _refuse_bad_path(source, member)
            for member in members:
                path = PurePosixPath(member.filename)
                if path.name not in ALL_NAMES or len(path.parts) < 2:
                    continue
                home = target / path.parts[-2]
                home.mkdir(exist_ok=True)
                with archive.open(member) as packed, (home / path.name).open("wb") as file:
                    shutil.copyfileobj(_Bounded(packed, source, member.filename), file)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise BadLibrary(f"{source}: cannot be read as a zip file: {error}.") from error


def _refuse_bad_path(source: Path, member: zipfile.ZipInfo) -> None:
    name = member.filename
    path = PurePosixPath(name)
    leaves = path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name
    if leaves:
        raise BadLibrary(f"{source}: {name!r} leads out of the file.", remedy="Do not use this file.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BadLibrary(f"{source}: {name!r} is a link.", remedy="Do not use this file.")
    most = most_bytes(path.name)
    if path.name in ALL_NAMES and member.file_size > most:
        raise BadLibrary(f"{source}: {name!r} is larger than {most // 1024} KiB.")


class _Bounded:
    """A member as it unpacks, which may be more than its header says."""

    def __init__(self, packed: object, source: Path, name: str) -> None:
        self._packed = packed
        self._left = self._most = most_bytes(PurePosixPath(name).name)
        self._what = f"{source}: {name!r}"

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._packed.read(min(size, 65536) if size > 0 else 65536)  # type: ignore[attr-defined]
        self._left -= len(data)
        if self._left < 0:
            raise BadLibrary(f"{self._what} unpacks to more than {self._most // 1024} KiB.")
        return data
