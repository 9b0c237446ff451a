"""Opening the library of a world, over its seed skills."""

from __future__ import annotations

from embodied.library.store import LibraryStore
from embodied.plugins import library_of
from embodied.skills import SkillLibrary, seed_folder, user_folder
from embodied.world import BodySpec


def open_library(world: str, *, body: BodySpec | None = None, seeds: bool = True) -> LibraryStore:
    """The user's library of a kind of world, or of the one whose skills that uses.

    Args:
        seeds: whether the seed skills are in it.
    """
    world = library_of(world)
    folder = seed_folder(world) if seeds else None
    skills = SkillLibrary([folder]) if folder is not None else ()
    return LibraryStore(user_folder(world), world, seeds=skills, body=body)
