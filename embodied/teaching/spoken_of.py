"""The lesson that is spoken of: what was last shown or done, and what corrections made of it."""

from __future__ import annotations

from embodied.errors import BadInput
from embodied.teaching.correcting import Correction
from embodied.teaching.lesson import Lesson


class SpokenOf:
    """The part of a conversation that keeps it.

    Attributes:
        lesson: what was last shown or done, and can be named or corrected.
        versions: the lessons before it, oldest first.
        corrections: since the last lesson began.
    """

    lesson: Lesson | None
    versions: list[Lesson]
    corrections: list[Correction]

    def learn(self, lesson: Lesson) -> None:
        """A new lesson is spoken of from now on."""
        self.lesson, self.versions, self.corrections = lesson, [], []

    def spoken_of(self, lesson: Lesson) -> None:
        """A lesson that is done is the one that corrections are about; one already spoken of stays so."""
        if self.lesson is None or not lesson.name or self.lesson.name != lesson.name:
            self.learn(lesson)
        else:
            self.lesson = lesson

    def change(self, lesson: Lesson) -> None:
        """The lesson as it was corrected; `undo` takes that back."""
        if self.lesson is not None:
            self.versions.append(self.lesson)
        self.lesson = lesson

    def known_lesson(self) -> Lesson:
        """What can be named or corrected; raises BadInput if nothing can."""
        if self.lesson is None:
            raise BadInput("There is nothing yet that could be meant.", remedy="Show it: 'watch me'.")
        return self.lesson
