"""A library that grows: versions by hash, evidence, grades. Nothing in it is ever overwritten.

    library/<world>/
      library.json                  what wrote it
      <name>/SKILL.md, skill.py     the version in use, to be read; of one that runs a policy also
                                    policy.onnx, policy.json, reward.py
      _versions/<name>/<hash>/      every version, whole
      _records/<name>.jsonl         what happened to it: versions, evidence, decisions; append-only
      _seeds.jsonl                  seeds that a writer or a user has seen
      _index.msgpack, _lock         a cache and a lock; left out of version control

One record appended is the one step by which anything comes to be: a version lies whole in its folder
before a record names it. So a process may die anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from embodied.errors import BadLibrary, BadSkill, did_you_mean
from embodied.library.choice import Choice, standing
from embodied.library.evidence import Evidence, Ground, SeedResult
from embodied.library.files import sweep, texts_of
from embodied.library.grades import Grade
from embodied.library.head import begin, check_head
from embodied.library.index import RECORDS, Entry, Index, refuse, unpack
from embodied.library.locks import FileLock
from embodied.library.recording import (
    write_evidence,
    write_seed,
    write_used,
    write_verification,
    write_version,
)
from embodied.library.records import Version, append_record, read_records
from embodied.library.seeds import FILE as SEEDS
from embodied.library.seeds import SeenSeeds
from embodied.library.versions import VersionFiles
from embodied.skills import Skill, SkillLibrary
from embodied.skills.sameness import same_key
from embodied.world import BodySpec


@dataclass(frozen=True)
class Added:
    """What became of a skill that was handed in.

    Attributes:
        status: "new", "known" (this version is here already) or "duplicate" (another skill is the same).
        twin: the name of another skill that is the same.
    """

    name: str
    hash: str
    status: str
    twin: str = ""


@dataclass(frozen=True)
class VersionLine:
    """One version in a skill's history."""

    hash: str
    grade: Grade
    origin: str
    why: str
    time: float
    in_use: bool
    version: Version


class LibraryStore:
    """The library of one world.

    Args:
        folder: library/<world>; need not exist.
        world: the kind of world.
        seeds: the seed skills that it lies over.
        body: what skills would run on, where one is there: evidence from another is then not counted.

    Raises:
        BadLibrary: a newer embodied wrote it, or it is another world's.
    """

    def __init__(
        self, folder: Path, world: str, *, seeds: Iterable[Skill] = (), body: BodySpec | None = None
    ) -> None:
        self.folder = folder
        self.world = world
        self.body = body
        self.seeds = {skill.name: skill for skill in seeds}
        check_head(folder, world)
        self._index = Index(folder)
        self._files = VersionFiles(folder)
        self.seen = SeenSeeds(folder / SEEDS)

    # ------------------------------------------------------------------------------------- reading

    @property
    def names(self) -> tuple[str, ...]:
        """All names: learned, imported, found lying there, and seeds."""
        return tuple(sorted({*self._index.names(), *self.seeds}))

    def choice(self) -> Choice:
        """Answers about the library as it is now."""
        return Choice(cache(self._index.entry), self.seeds, self.body)

    def skills(self) -> SkillLibrary:
        """The skills that may be used, each in the version that is chosen."""
        choice = self.choice()
        names = self.names
        found = {}
        for name in names:
            version = choice.chosen(name)
            if version is not None:
                try:
                    found[name] = self._load(name, version, choice.entry(name))
                except BadSkill:
                    continue  # changed on the disk: `problems` tells of it
        self._index.keep(self._index.names())
        return SkillLibrary(skills=standing(found))

    def get(self, name: str, version: str | None = None) -> Skill:
        """A skill in the version in use, or in the version whose hash begins with `version`, of whatever
        grade. Raises `BadLibrary` if there is none, or if its files were changed."""
        name = self._known(name)
        if version is not None:
            return self._load(name, self._version(name, version))
        chosen = self.choice().chosen(name)
        if chosen is None:
            problem = self._index.entry(name).problem
            if problem:
                raise refuse(problem, name)
            raise BadLibrary(
                f"{name} is {self.grade(name).value}, so it is not used.",
                remedy=f"`embodied skills history {name}` says why; `... verify {name}` tries it.",
            )
        return self._load(name, chosen)

    def grade(self, name: str, version: str | None = None) -> Grade:
        """The grade of the version in use (if none is: of the newest), or of a given version."""
        name = self._known(name)
        choice = self.choice()
        if version is not None:
            return choice.grade(name, self._version(name, version))
        return self._grade(name, choice)

    def _grade(self, name: str, choice: Choice) -> Grade:
        if choice.entry(name).problem and name not in self.seeds:
            return Grade.QUARANTINED
        chosen = choice.chosen(name)
        if chosen is None:
            versions = choice.versions(name)
            return choice.grade(name, versions[-1]) if versions else Grade.QUARANTINED
        return choice.grade(name, chosen)

    def grades(self) -> dict[str, Grade]:
        """The grade of every name, as `grade` gives it, of one instant."""
        choice = self.choice()
        return {name: self._grade(name, choice) for name in self.names}

    def history(self, name: str) -> tuple[VersionLine, ...]:
        """All versions, oldest first; the seed skill's, if there is one, is the first."""
        name = self._known(name)
        choice = self.choice()
        chosen = choice.chosen(name)
        return tuple(
            VersionLine(v.hash, choice.grade(name, v), v.origin, v.why, v.t, v == chosen, v)
            for v in choice.versions(name)
        )

    def records(self, name: str) -> list[dict[str, Any]]:
        return read_records(self._records(self._known(name)))

    def problems(self) -> dict[str, str]:
        """What lies in the folder and is refused: name to reason."""
        entries = ((name, self._index.entry(name)) for name in self._index.names())
        return {name: entry.problem for name, entry in entries if entry.problem}

    def without_seeds(self) -> LibraryStore:
        """The same library without the seed skills."""
        return LibraryStore(self.folder, self.world, body=self.body)

    # ------------------------------------------------------------------------------------- growing

    def add(
        self,
        skill: Skill,
        evidence: Evidence | None = None,
        *,
        origin: str = "written",
        why: str = "",
        example: Mapping[str, Any] | None = None,
        quarantine: str = "",
        alike: bool = False,
    ) -> Added:
        """Store a version. It is on trial until evidence says more; evidence not yet recorded is recorded.

        Args:
            origin: "written", "composed", "hand" or "imported".
            example: {"arguments": {...}, "expects": "condition"} of a use that passed.
            quarantine: why it must not be used before it is verified; "" if it may be tried.
            alike: it is stored even if another skill is the same: a person wants it under this name, too.

        Raises:
            BadSkill: it is for another world.
            BadLibrary: another process held the library for too long.
        """
        self._refuse_other_world(skill)
        files = texts_of(skill)
        with self._lock():
            self._begin()
            known = self._index.entry(skill.name).state.versions.get(skill.hash)
            seed = self.seeds.get(skill.name)
            added = Added(skill.name, skill.hash, "known")
            if (known is None or not known.files) and not (seed and seed.hash == skill.hash):
                twin = self._twin(skill)
                if twin and not alike:
                    return Added(skill.name, skill.hash, "duplicate", twin)
                self._files.place(skill.name, skill.hash, files)
                write_version(
                    self._records(skill.name),
                    skill,
                    files,
                    origin=origin,
                    why=why,
                    example=example or {},
                    quarantined=quarantine,
                )
                added = Added(skill.name, skill.hash, "new", twin)
            if evidence is not None:
                version = self._index.entry(skill.name).state.versions.get(skill.hash)
                write_evidence(self._records(skill.name), version, evidence)
            self._show(skill.name)
        return added

    def begin_verification(
        self, name: str, hash_: str, seeds: list[int], from_nothing: int, scene: str = ""
    ) -> str:
        """Record that a version is being verified on these seeds; returns the verification's name."""
        with self._lock():
            self._begin()
            number = sum(record["type"] == "verification" for record in read_records(self._records(name)))
            id_ = f"{hash_[:8]}-{number + 1}"
            write_verification(self._records(name), id_, hash_, seeds, from_nothing, scene)
        return id_

    def record(
        self,
        name: str,
        hash_: str,
        verification: str,
        ground: Ground,
        result: SeedResult,
        instead: Sequence[int] = (),
    ) -> None:
        """Append what one seed came to, as it comes. `instead`: seeds that take its place."""
        self.seen.add(result.seed, f"verification {verification} of {name}")
        with self._lock():
            write_seed(self._records(name), hash_, verification, ground, result, instead)
            self._show(name)

    def used(self, name: str, hash_: str, run: str, *, passed: bool) -> None:
        """A run has used a version that was verified; it counts once, as passed if it ever did in it."""
        version = self._index.entry(name).state.versions.get(hash_)
        standing = version.standing if version is not None else None
        if standing is None:
            return  # there is nothing that a run could bear out or cast doubt on
        if standing.runs.get(run) is not (passed or standing.runs.get(run, False)):
            with self._lock():
                write_used(self._records(name), hash_, run, passed=passed)

    def restore(self, name: str, version: str = "") -> Grade:
        """Prefer a version again, and take back a retirement. Its grade stays what its evidence says.

        Args:
            version: the first digits of its hash; "": the one in use, or that was when the skill was retired,
                or the newest.

        Raises `BadSkill` if the stored version was changed and no whole copy of it is at hand.
        """
        name = self._known(name)
        wanted = self._version(name, version or self._last_used(name))
        self._files.mend(name, wanted)
        return self._decide(name, "restored", hash=wanted.hash)

    def _last_used(self, name: str) -> str:
        choice, state = self.choice(), self._index.entry(name).state
        used, versions = choice.chosen(name), choice.versions(name)
        if used is not None:
            return used.hash
        known = state.retired and state.used in (version.hash for version in versions)
        return state.used if known else versions[-1].hash

    def retire(self, name: str, why: str) -> Grade:
        """Use no version of a skill any more. `restore` takes it back."""
        name = self._known(name)
        used = self.choice().chosen(name)
        return self._decide(name, "retired", why=why, hash=used.hash if used is not None else "")

    def quarantine(self, name: str, version: str, why: str) -> Grade:
        """Use a version no more before it is verified."""
        name = self._known(name)
        return self._decide(name, "quarantined", hash=self._version(name, version).hash, why=why)

    def lying(self, name: str) -> Skill | None:
        """The skill that lies in the folder of a name and is no stored version; None if there is none."""
        entry = self._index.entry(name)
        if not entry.problem or entry.packed is None:
            return None
        return unpack(entry.packed, self.folder / name)

    # ------------------------------------------------------------------------------------ inside

    def _refuse_other_world(self, skill: Skill) -> None:
        if skill.world != self.world:
            raise BadSkill(
                f"{skill.name} is a skill for the world {skill.world!r}, and this library is for "
                f"{self.world!r}.",
                remedy=f"Correct embodied-world, or use --world {skill.world}.",
            )

    def _decide(self, name: str, type_: str, **fields: Any) -> Grade:
        with self._lock():
            self._begin()
            append_record(self._records(name), type_, **fields)
            self._show(name, anyway=type_ == "restored")
        return self.grade(name)

    def _show(self, name: str, *, anyway: bool = False) -> None:
        """Lay the version in use (or else the newest) into the folder that people read.

        What was changed there by hand is left for them to decide on, unless `anyway`.
        """
        choice = self.choice()
        entry = self._index.entry(name)
        if entry.problem and not anyway and not self._files.is_one_of(name, entry.state.versions):
            return
        stored = [version for version in choice.versions(name) if version.files]
        chosen = choice.chosen(name)
        pinned = [version for version in stored if version.hash == entry.state.pinned]
        if not stored:
            return
        self._files.lay_out(name, chosen if chosen is not None and chosen.files else (pinned or stored)[-1])

    def _load(self, name: str, version: Version, entry: Entry | None = None) -> Skill:
        if version.origin == "seed":
            return self.seeds[name]
        return self._files.load(name, version, entry or self._index.entry(name))

    def _twin(self, skill: Skill) -> str:
        """The name of another skill that is the same code and achieves the same; "" if there is none."""
        wanted = same_key(skill)
        for name, seed in self.seeds.items():
            if name != skill.name and same_key(seed) == wanted:
                return name
        for name in self._index.names():
            versions = self._index.entry(name).state.versions.values()
            if name != skill.name and any(version.normal == wanted for version in versions):
                return name
        return ""

    def _known(self, name: str) -> str:
        for candidate in (name, name.replace("_", "-")):
            entry = self._index.entry(candidate) if _is_name(candidate) else None
            if candidate in self.seeds or (entry and (entry.state.versions or entry.packed or entry.problem)):
                return candidate
        hint = did_you_mean(name, self.names)
        raise BadLibrary(f"no skill {name!r}", remedy=hint or "`embodied skills list` shows all.")

    def _version(self, name: str, prefix: str) -> Version:
        found = [v for v in self.choice().versions(name) if prefix and v.hash.startswith(prefix)]
        if len(found) != 1:
            known = ", ".join(v.hash[:8] for v in self.choice().versions(name))
            which = "several versions whose hashes begin" if found else "no version whose hash begins"
            raise BadLibrary(
                f"{name} has {which} with {prefix!r}.", remedy=f"Its versions: {known or 'none'}."
            )
        return found[0]

    def _records(self, name: str) -> Path:
        return self.folder / RECORDS / f"{name}.jsonl"

    def _lock(self) -> FileLock:
        return FileLock(self.folder / "_lock")

    def _begin(self) -> None:
        """The first thing under the lock: the format's file, and no half-written things."""
        begin(self.folder, self.world)
        sweep(self.folder)


def _is_name(name: str) -> bool:
    return bool(name) and name[0] not in "._" and "/" not in name and "\\" not in name
