"""A library of skills that grows: versions, evidence, grades, and the gate that a new skill must pass."""

from embodied.library.evidence import Evidence, Ground, SeedResult
from embodied.library.gate import Gate
from embodied.library.grades import Grade
from embodied.library.opening import open_library
from embodied.library.store import Added, LibraryStore, VersionLine

__all__ = [
    "Added",
    "Evidence",
    "Gate",
    "Grade",
    "Ground",
    "LibraryStore",
    "SeedResult",
    "VersionLine",
    "open_library",
]
