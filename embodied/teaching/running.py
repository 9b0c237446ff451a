"""A lesson that is being done, step by step, so that it can be corrected meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from embodied.condition import evaluate, parse
from embodied.errors import BadInput, WorldError
from embodied.outcome import Verdict
from embodied.session import Session
from embodied.teaching.lesson import Lesson
from embodied.teaching.performing import held, perform

TRIES = 3


@dataclass
class Pursuit:
    """A goal that is being pursued, or a skill that is being done.

    Attributes:
        lesson: the plan as steps, so that it can be corrected.
        doing: the number of steps that were begun.
        replaced: it was corrected or redirected: what it comes to is not told.
    """

    lesson: Lesson
    doing: int = 0
    replaced: bool = False


@dataclass
class LessonRun:
    """Does a lesson through the session. `change` and `stop` are for other threads.

    Attributes:
        at: the step that is being done.
    """

    session: Session
    lesson: Lesson
    tell: Callable[[str], None]
    at: int = 0
    stopped: bool = False
    ended: bool = False
    _changed: bool = False
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def change(self, lesson: Lesson, at: int) -> None:
        """From now on another lesson, from step `at`; what is being done ends at once."""
        with self._guard:
            self.lesson, self.at, self._changed = lesson, at, True
        self.session.interrupt("corrected")

    def stop(self, why: str) -> None:
        with self._guard:
            self.stopped = True
        self.session.interrupt(why)

    def run(self) -> tuple[bool, str]:
        """Do it; (True, what holds) or (False, why not)."""
        try:
            return self._run()
        finally:
            self.ended = True

    def _run(self) -> tuple[bool, str]:
        tries = 0
        while True:
            with self._guard:
                self._changed = False
                lesson, at = self.lesson, self.at
                if self.stopped:
                    return False, "stopped"
            if at >= len(lesson.parts):
                return self._judged(lesson)
            self.tell(f"  {at + 1}. {lesson.parts[at].words}")
            why = self._do(lesson, at)
            with self._guard:
                if self._changed:
                    continue
                if self.stopped:
                    return False, "stopped"
                if not why:
                    self.at = at + 1
                    continue
                back = _grasp_begins(lesson, at)
                tries += 1
                if lesson.parts[at].kind != "close" or not lesson.checks or back is None or tries >= TRIES:
                    return False, f"step {at + 1}, {lesson.parts[at].words}: {why}"
                self.at = back
            self.tell("  the gripper does not hold it: once more")
            self.session.call("open_gripper")

    def _do(self, lesson: Lesson, at: int) -> str:
        """One step; "" if it was done, else why not."""
        part = lesson.parts[at]
        try:
            if part.kind == "use":
                done = self.session.do(part.skill, **part.arguments)
                return "" if done.verdict is Verdict.PASSED else done.reason
            if part.kind == "close" and not part.thing:
                result = self.session.call("close_gripper", force=20.0, must_hold=False)
            else:
                result = perform(self.session, part, part.thing, lesson.speed)
        except WorldError:
            raise
        except BadInput as wrong:
            return wrong.message
        if part.kind == "close" and part.thing and lesson.checks:
            now = held(self.session.observe())
            return "" if now == part.thing else "the gripper does not hold it"
        return "" if result.ok else result.message or result.error

    def _judged(self, lesson: Lesson) -> tuple[bool, str]:
        now = self.session.observe()
        lacking = [one for one in lesson.achieves if evaluate(parse(one), now) is not True]
        if lacking:
            return False, f"every step was done, but {', '.join(lacking)} is not so"
        return True, ", ".join(lesson.achieves) or "every step was done"


def _grasp_begins(lesson: Lesson, at: int) -> int | None:
    """The first motion of the way to a grasp."""
    begin = at
    while begin > 0 and lesson.parts[begin - 1].kind in ("above", "at", "by", "turn"):
        begin -= 1
    return begin if begin < at else None
