"""What a run taught goes to the user's library, for the prompts of later runs."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from embodied.errors import BadLibrary
from embodied.exploring.lessons import LessonBook, lessons_in
from embodied.exploring.steps import pursuits
from embodied.journal import read


def note_lessons(world: str, journal: Path, console: Console) -> None:
    """Add the lessons of a journal to the book of `world`; a book that cannot be written costs no run."""
    book = LessonBook.of(world)
    try:
        learned = book.add(lessons_in(pursuits(read(journal))))
    except (OSError, BadLibrary) as refused:
        why = refused.message if isinstance(refused, BadLibrary) else str(refused)
        console.print(Text(f"Lessons were not noted in {book.path}: {why}"), soft_wrap=True)
        return
    if learned:
        many = f"{len(learned)} lesson{'s' if len(learned) > 1 else ''}"
        console.print(Text(f"{many} noted in {book.path}"), soft_wrap=True)
