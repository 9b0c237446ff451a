"""How surely a skill succeeds, by all that the library knows of it, in one number to choose by."""

from __future__ import annotations

from collections.abc import Callable

from embodied.bench.statistics import wilson
from embodied.errors import BadLibrary
from embodied.library.records import Version
from embodied.library.store import LibraryStore


def least_success(version: Version) -> float:
    """The lower end of the 95 % Wilson interval of the last verification and of the runs since; 0 where there
    is neither."""
    standing = version.standing
    if standing is None:
        return 0.0
    passed = standing.passed + list(standing.runs.values()).count(True)
    return wilson(passed, standing.passed + standing.failed + len(standing.runs))[0]


def success_of(store: LibraryStore) -> Callable[[str], float]:
    """`least_success` of the version of a name that is in use and proven, as it was when first asked for;
    0 of others."""
    known: dict[str, float] = {}

    def success(name: str) -> float:
        if name not in known:
            known[name] = _looked_up(store, name)
        return known[name]

    return success


def _looked_up(store: LibraryStore, name: str) -> float:
    try:
        lines = store.history(name)
    except BadLibrary:
        return 0.0
    return next((least_success(line.version) for line in lines if line.in_use and line.grade.proven), 0.0)
