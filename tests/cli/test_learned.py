"""A run that failed at a step, and did it after another, leaves a lesson to later runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from embodied.cli.learned import note_lessons
from embodied.exploring.lessons import Lesson, LessonBook
from embodied.journal import Journal


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    written = Journal(tmp_path / "run" / "journal.jsonl")
    written.write("run_started", run="r1", goal="get 1 ore", world="mini")
    rock: dict[str, Any] = {"thing": "rock"}
    for number, (skill, arguments, verdict, reason) in enumerate(
        [
            ("gather-thing", rock, "FAILED", "a rock needs a pickaxe"),
            ("craft-item", {"item": "pickaxe"}, "PASSED", ""),
            ("gather-thing", rock, "PASSED", ""),
        ],
        1,
    ):
        written.write("step_started", step=number, skill=skill, arguments=arguments, expects="alive")
        written.write("step_ended", step=number, verdict=verdict, reason=reason, seconds=1.0)
    written.close()
    return tmp_path / "run" / "journal.jsonl"


def test_a_lesson_is_noted_once(journal: Path) -> None:
    told = StringIO()
    note_lessons("mini", journal, Console(file=told, width=200))
    note_lessons("mini", journal, Console(file=told, width=200))
    assert told.getvalue().count("1 lesson noted in") == 1
    (lesson,) = LessonBook.of("mini").read()
    assert lesson.hint.startswith("gather-thing(thing=rock) failed: a rock needs a pickaxe.")


def test_a_book_that_cannot_be_written_is_said_and_costs_no_run(journal: Path) -> None:
    LessonBook.of("mini").path.parent.parent.write_text("a file in the place of the library's folder")
    told = StringIO()
    note_lessons("mini", journal, Console(file=told, width=200))
    assert "Lessons were not noted" in told.getvalue()


def test_several_that_note_lessons_at_once_lose_none(tmp_path: Path) -> None:
    def note(number: int) -> None:
        lesson = Lesson("skill", f"step-{number}", "reason", "after", "alive", ("r1",))
        LessonBook(tmp_path / "lessons.jsonl").add([lesson])

    with ThreadPoolExecutor(8) as several:
        list(several.map(note, range(40)))
    noted = {lesson.step for lesson in LessonBook(tmp_path / "lessons.jsonl").read()}
    assert noted == {f"step-{number}" for number in range(40)}
