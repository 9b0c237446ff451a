"""Which version of each skill is used. Grades follow from what a skill calls, so all are seen at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from embodied.library.evidence import stubs_hash
from embodied.library.grades import Grade, grade_of
from embodied.library.index import Entry
from embodied.library.records import SkillState, Version
from embodied.skills import Skill
from embodied.skills.sameness import outside_names
from embodied.world import BodySpec


@dataclass
class Choice:
    """Answers about one instant of a library.

    Attributes:
        entry: what lies in the folder under a name.
        seeds: the seed skills, by name.
        body: what skills would run on; None where no body is there, and stubs are not compared.
    """

    entry: Callable[[str], Entry]
    seeds: Mapping[str, Skill]
    body: BodySpec | None = None
    _chosen: dict[str, Version | None] = field(default_factory=dict)
    _asking: set[str] = field(default_factory=set)
    _stubs: dict[frozenset[str], str] = field(default_factory=dict)

    def versions(self, name: str) -> list[Version]:
        """All versions, the seed skill's first, then oldest first."""
        state = self.entry(name).state
        found = [version for version in state.versions.values() if version.files]
        seed = self.seeds.get(name)
        if seed is not None:
            found.insert(0, self._seed_version(state, seed))
        return found

    def chosen(self, name: str) -> Version | None:
        """The version that is used, or None: proven before seed before trial, then the restored one or
        those stored since, then newest."""
        if name in self._asking:
            return None  # skills that call each other in a circle stand on nothing
        if name not in self._chosen:
            self._asking.add(name)
            self._chosen[name] = self._choose(name)
            self._asking.discard(name)
        return self._chosen[name]

    def grade(self, name: str, version: Version) -> Grade:
        state = self.entry(name).state
        if not version.checks:  # nothing to compare
            return grade_of(state, version, {})
        callees = self.callees(version)
        stubs = self._stubs_of(version, callees) if self.body is not None else None
        return grade_of(state, version, callees, stubs=stubs)

    def callees(self, version: Version) -> dict[str, str]:
        """Hash by name of all that a version calls now, directly or not; "" for what cannot be used."""
        found: dict[str, str] = {}
        for name in version.calls:
            called = self.chosen(name)
            found[name] = called.hash if called else ""
            if called:
                found.update(self.callees(called))
        return found

    def uses(self, version: Version) -> frozenset[str]:
        """The outside names in the code of a version and of all that it calls."""
        names = set(version.uses)
        for name in version.calls:
            called = self.chosen(name)
            if called:
                names |= self.uses(called)
        return frozenset(names)

    def _choose(self, name: str) -> Version | None:
        entry = self.entry(name)
        best, best_key = None, (-1, False, -1)
        for place, version in enumerate(self.versions(name)):
            if entry.problem and version.origin != "seed":
                continue
            grade = self.grade(name, version)
            preferred = version.hash in (entry.state.pinned, *entry.state.newer)
            key = (grade.rank, preferred, place)
            if grade.usable and key > best_key:
                best, best_key = version, key
        return best

    def _seed_version(self, state: SkillState, seed: Skill) -> Version:
        known = state.versions.get(seed.hash)
        return Version(
            hash=seed.hash,
            t=0.0,
            origin="seed",
            uses=list(outside_names(seed.source)),
            calls=list(seed.calls),
            checks=known.checks if known is not None else [],
        )

    def _stubs_of(self, version: Version, callees: Mapping[str, str]) -> str:
        assert self.body is not None
        names = self.uses(version)
        if names not in self._stubs:
            self._stubs[names] = stubs_hash(self.body, names)
        return self._stubs[names]


def standing(found: Mapping[str, Skill]) -> list[Skill]:
    """Those whose calls are all there, directly or not."""
    keep = dict(found)
    while True:
        fallen = [name for name, skill in keep.items() if any(called not in keep for called in skill.calls)]
        if not fallen:
            return list(keep.values())
        for name in fallen:
            del keep[name]
