"""The files of a library's versions: each lies whole in a folder of its own, one where people read it.

<name>/                       the version in use, to be read
_versions/<name>/<hash>/      every version, whole; never changed
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from embodied.errors import BadSkill
from embodied.library.files import digests, place_folder, read_files, replace_file
from embodied.library.index import Entry, unpack
from embodied.library.records import Version
from embodied.skills import Skill, load_skill

VERSIONS: Final = "_versions"


class VersionFiles:
    """What lies in a library's folder of each version that was stored."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, name: str, hash_: str, files: Mapping[str, bytes]) -> None:
        """Store a version: its folder is there whole, or not at all."""
        place_folder(files, self._home(name, hash_))

    def load(self, name: str, version: Version, entry: Entry) -> Skill:
        """The skill in a version; `entry` is what is known of its name. Raises BadSkill: it was changed."""
        if not entry.problem and entry.packed is not None and entry.hash == version.hash:
            return unpack(entry.packed, self._folder / name)
        if not self._is_whole(name, version):
            raise self._changed(name, version)
        return load_skill(self._home(name, version.hash), named=name)

    def mend(self, name: str, version: Version) -> None:
        """Make a version whole that was changed where it is kept, from what lies to be read.

        Raises:
            BadSkill: that is another version.
        """
        if not version.files or self._is_whole(name, version):
            return
        lying = read_files(self._folder / name)
        if digests(lying) != version.files:
            raise self._changed(name, version)
        self.place(name, version.hash, lying)

    def is_one_of(self, name: str, versions: Mapping[str, Version]) -> bool:
        """Whether what lies to be read is one of these versions, as it was stored."""
        return digests(read_files(self._folder / name)) in [version.files for version in versions.values()]

    def lay_out(self, name: str, version: Version) -> None:
        """Have a version lie where people read it; one that was changed where it is kept does not come there,
        as it would be used."""
        if not self._is_whole(name, version):
            return
        found = read_files(self._folder / name)
        for file, content in read_files(self._home(name, version.hash)).items():
            if found.get(file) != content:
                replace_file(self._folder / name / file, content)

    def _home(self, name: str, hash_: str) -> Path:
        return self._folder / VERSIONS / name / hash_[:16]

    def _is_whole(self, name: str, version: Version) -> bool:
        """True if the files that are kept of a version are those that were stored."""
        return digests(read_files(self._home(name, version.hash))) == version.files

    def _changed(self, name: str, version: Version) -> BadSkill:
        return BadSkill(
            f"{self._home(name, version.hash)}: was changed behind the library's back; it is not used.",
            remedy="Take it from your version control, or restore another version.",
        )
