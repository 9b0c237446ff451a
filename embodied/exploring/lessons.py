"""Lessons: "this failed for that reason, and worked after this", counted over journals and kept beside the
skills as short hints for whoever plans or writes next.

A step that failed and later passed, with other steps passed in between, gives one sighting for each of
those (the three nearest). Chance sightings stay single; what recurs is a hint. The file is plain JSON
lines; a sighting names its run, so that reading a journal twice counts once.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embodied.exploring.steps import Pursuit, StepTaken, signature_of
from embodied.skills.library import user_folder

NEAREST = 3
RECURS = 2
"""A lesson is told once it was seen in so many pursuits."""
MOST_TOLD = 8
MOST_RUNS = 50
FILE = "lessons.jsonl"

_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_PLACES = re.compile(r"\(?-?#(?:, ?-?#)+\)?")
_MOST_REASON = 160
_TEXTS = ("skill", "step", "reason", "after", "expects")


@dataclass(frozen=True)
class Lesson:
    """`step` failed with `reason`, and passed after `after`.

    Attributes:
        step, after: signatures: the skill with its arguments but the amount.
        skill: of `step`.
        expects: what `after` brought about.
        reason: with numbers left out ("#"), so that alike failures count together.
        runs: where it was seen, as "run/number of the pursuit".
    """

    skill: str
    step: str
    reason: str
    after: str
    expects: str
    runs: tuple[str, ...] = field(default=())

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.step, self.reason, self.after)

    @property
    def hint(self) -> str:
        """One line for a prompt or a reader."""
        made = f" (which made {self.expects})" if self.expects else ""
        return f"{self.step} failed: {self.reason}. It worked after {self.after}{made}."

    def to_row(self) -> dict[str, Any]:
        return {
            "skill": self.skill,
            "step": self.step,
            "reason": self.reason,
            "after": self.after,
            "expects": self.expects,
            "runs": list(self.runs),
        }


def lessons_in(found: Sequence[Pursuit]) -> list[Lesson]:
    """The lessons of some pursuits, merged; each counts once a pursuit."""
    merged: dict[tuple[str, str, str], Lesson] = {}
    for number, pursuit in enumerate(found):
        for lesson in _sightings(pursuit.steps, f"{pursuit.run}/{number}"):
            _merge(merged, lesson)
    return list(merged.values())


def _sightings(steps: Sequence[StepTaken], where: str) -> Iterable[Lesson]:
    failed: dict[str, tuple[int, StepTaken]] = {}
    for place, step in enumerate(steps):
        if not step.passed:
            failed[step.signature] = (place, step)
            continue
        if step.signature not in failed:
            continue
        since, failure = failed.pop(step.signature)
        reason = plain_reason(failure.reason)
        between = [s for s in steps[since + 1 : place] if s.passed and s.signature != step.signature]
        for other in between[-NEAREST:] if reason and not _is_accident(failure.reason) else ():
            after = signature_of(other.skill, other.arguments)
            yield Lesson(step.skill, step.signature, reason, after, _without_amount(other.expects), (where,))


def plain_reason(reason: str) -> str:
    """A reason without its numbers and places."""
    text = _PLACES.sub("#", _NUMBERS.sub("#", " ".join(reason.split())))
    return text[:_MOST_REASON].rstrip(". ")


def _is_accident(reason: str) -> bool:
    """Dying, or being stopped, says nothing of what a step needs."""
    return reason.startswith("interrupted") or "cancelled" in reason


def _without_amount(expects: str) -> str:
    return re.sub(r" >= \S+$", "", expects)


class LessonBook:
    """The lessons of one library, in <library>/<world>/lessons.jsonl."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, world: str) -> LessonBook:
        """The user's own."""
        return cls(user_folder(world) / FILE)

    def read(self) -> list[Lesson]:
        """All lessons; lines that are not lessons are passed over, so that a damaged file costs only them."""
        if not self.path.is_file():
            return []
        found: dict[tuple[str, str, str], Lesson] = {}
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            lesson = _from_line(line)
            if lesson is not None:
                _merge(found, lesson)
        return list(found.values())

    def add(self, lessons: Iterable[Lesson]) -> list[Lesson]:
        """Merge lessons in and store the book; returns those that are new or were seen again.

        Raises `BadLibrary` if another process held the book for too long.
        """
        from embodied.library.locks import FileLock  # late: the library's prompts read lessons

        found = list(lessons)
        if not found:
            return []
        with FileLock(self.path.parent / "_lessons.lock"):
            return self._add(found)

    def _add(self, lessons: Iterable[Lesson]) -> list[Lesson]:
        book = {lesson.key: lesson for lesson in self.read()}
        changed = []
        for lesson in lessons:
            before = book.get(lesson.key)
            _merge(book, lesson)
            if before is None or book[lesson.key].runs != before.runs:
                changed.append(book[lesson.key])
        if changed:
            self._store(sorted(book.values(), key=lambda one: (-len(one.runs), one.key)))
        return changed

    def recurring(self, skills: Iterable[str] | None = None) -> list[Lesson]:
        """Those seen at least twice, most often first; of `skills` only, if given."""
        wanted = None if skills is None else set(skills)
        told = [one for one in self.read() if len(one.runs) >= RECURS]
        told = [one for one in told if wanted is None or one.skill in wanted]
        return sorted(told, key=lambda one: (-len(one.runs), one.key))

    def _store(self, lessons: Sequence[Lesson]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(lesson.to_row(), ensure_ascii=False) + "\n" for lesson in lessons)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".lessons-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, self.path)


def render_hints(lessons: Sequence[Lesson], most: int = MOST_TOLD) -> str:
    """Lessons as lines for a prompt; "" if there are none.

    One line a failed step and reason: of several things that came before the success, the most frequent.
    """
    best: dict[tuple[str, str], Lesson] = {}
    for lesson in sorted(lessons, key=lambda one: (-len(one.runs), one.key)):
        best.setdefault((lesson.step, lesson.reason), lesson)
    counts = Counter({key: len(lesson.runs) for key, lesson in best.items()})
    return "\n".join(f"- {best[key].hint} (seen {count} times)" for key, count in counts.most_common(most))


def hints_for(world: str, skills: Iterable[str] | None = None) -> str:
    """The recurring lessons of the user's library about `skills` (about all, if None), for a prompt."""
    return render_hints(LessonBook.of(world).recurring(skills))


def _merge(found: dict[tuple[str, str, str], Lesson], lesson: Lesson) -> None:
    known = found.get(lesson.key)
    runs = sorted({*(known.runs if known else ()), *lesson.runs})[-MOST_RUNS:]
    found[lesson.key] = Lesson(
        lesson.skill, lesson.step, lesson.reason, lesson.after, lesson.expects, tuple(runs)
    )


def _from_line(line: str) -> Lesson | None:
    try:
        row = json.loads(line)
        skill, step, reason, after, expects = (row[name] for name in _TEXTS)
        runs = row["runs"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(runs, list) or not all(
        isinstance(text, str) for text in (skill, step, reason, after, expects, *runs)
    ):
        return None
    return Lesson(skill, step, reason, after, expects, tuple(runs))
