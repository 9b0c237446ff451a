"""A written skill that passed its trial goes into the library, even if the process dies between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embodied.errors import BadSkill
from embodied.journal import Journal
from embodied.library import LibraryStore
from embodied.skills import Skill, load_skill


def keep(
    store: LibraryStore,
    skill: Skill,
    task: str,
    example: Mapping[str, Any],
    journal: Journal,
    seed: int | None,
) -> None:
    """Store a skill as `trial`, for the gate to verify. `example`: how it was first used.

    The journal says that it passed before it is stored, and that it is stored after.
    """
    run = journal.path.parent.name
    journal.write(
        "skill_passed",
        skill=skill.name,
        hash=skill.hash,
        folder=str(skill.folder.resolve().relative_to(journal.path.parent.resolve())),
        example=example,
        task=task,
        seed=seed,
    )
    _store(store, skill, example, f"{task} (written in {run})", journal, seed)


def keep_unfinished(store: LibraryStore, records: Iterable[Mapping[str, Any]], journal: Journal) -> None:
    """Store what an earlier part of this run had passed and not stored."""
    for record in list(unstored(records)):
        try:
            skill = load_skill(journal.path.parent / str(record["folder"]))
        except BadSkill as gone:
            journal.write(
                "note", text=f"{record['skill']} passed, and its draft cannot be read: {gone.message}"
            )
            continue
        if skill.hash != record["hash"]:
            journal.write("note", text=f"{skill.name} passed, and its draft was changed since: not stored")
            continue
        why = f"{record.get('task', '')} (written in {journal.path.parent.name})"
        _store(store, skill, record["example"], why, journal, record.get("seed"))


def unstored(records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The `skill_passed` records with no `skill_kept` of the same hash."""
    passed = {r["hash"]: r for r in records if r["type"] in ("skill_passed", "skill_kept")}
    yield from (record for record in passed.values() if record["type"] == "skill_passed")


def _store(
    store: LibraryStore,
    skill: Skill,
    example: Mapping[str, Any],
    why: str,
    journal: Journal,
    seed: int | None,
) -> None:
    added = store.add(skill, origin="written", why=why, example=example)
    if seed is not None:
        store.seen.add(seed, f"the writer of {skill.name}")
    journal.write("skill_kept", skill=skill.name, **asdict(added))


def draft_folder(journal: Journal) -> Path:
    """Where a run's drafts are written."""
    return journal.path.parent / "drafts"
