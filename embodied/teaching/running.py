"""A lesson that is being done, step by step, so that it can be corrected meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from embodied.condition import evaluate, parse
from embodied.errors import BadInput, WorldError
from embodied.facts import Observation
from embodied.goals import Goal
from embodied.loop import answering
from embodied.outcome import PrimitiveResult, Verdict
from embodied.session import Session
from embodied.teaching.lesson import NOWHERE, Lesson, Offset, Part
from embodied.teaching.performing import held, perform

if TYPE_CHECKING:
    from embodied.loop.run import Run

TRIES: Final = 3
REST_S: Final = 10.0
"""So long a body may take to come to rest."""
AGAIN_S: Final = 0.1
OPEN_M: Final = 0.078


@dataclass
class Pursuit:
    """A goal that is being pursued, or a skill that is being done.

    Attributes:
        lesson: the plan as steps, so that it can be corrected.
        doing: the number of steps that were begun.
        replaced: it was corrected or redirected: what it comes to is not told.
        stopped: the person said "stop": nothing more of it is begun.
        passed: it has come to what was asked for.
        goal: what is pursued; of a skill, what it says that it achieves, None if it says nothing.
    """

    lesson: Lesson
    doing: int = 0
    replaced: bool = False
    stopped: bool = False
    passed: bool = False
    goal: Goal | None = None

    def called_off(self) -> str:
        """Why nothing more of it is to be begun; "" while it goes on."""
        return "stopped by the person" if self.stopped else "changed meanwhile" if self.replaced else ""


@dataclass
class LessonRun:
    """Does a lesson through the session. `hold`, `change`, `go_on` and `stop` are for other threads.

    Attributes:
        at: the step that is being done.
        passed: it has come to what it is for.
    """

    session: Session
    lesson: Lesson
    tell: Callable[[str], None]
    at: int = 0
    stopped: bool = False
    ended: bool = False
    passed: bool = False
    _held: bool = False
    _resting: bool = False
    _done_of: Offset = NOWHERE
    _guard: threading.Condition = field(default_factory=threading.Condition)

    def hold(self, why: str) -> None:
        """End what is being done now; the run waits where it is for `change` or `go_on`. Returns when the
        body is at rest, and `at` is the step that was not done."""
        deadline = time.monotonic() + REST_S
        with self._guard:
            self._held = True
            while not (self._resting or self.ended) and time.monotonic() < deadline:
                self._end_now(why)
                self._guard.wait(AGAIN_S)

    def change(self, lesson: Lesson, at: int) -> None:
        """From now on another lesson, from step `at`."""
        self.hold("corrected")
        with self._guard:
            if at != self.at:
                self._done_of = NOWHERE
            self.lesson, self.at = lesson, at
        self.go_on()

    def go_on(self) -> None:
        """What was held goes on."""
        with self._guard:
            self._held = False
            self._guard.notify_all()

    def stop(self, why: str) -> None:
        with self._guard:
            self.stopped, self._held = True, False
            self._guard.notify_all()
        self._end_now(why)

    def run(self) -> tuple[bool, str]:
        """Do it; (True, what holds) or (False, why not)."""
        try:
            self.passed, why = self._run()
            return self.passed, why
        finally:
            with self._guard:
                self.ended = True
                self._guard.notify_all()

    def called_off(self) -> str:
        """Why nothing more of it is to be begun now; "" while it goes on."""
        return "stopped by the person" if self.stopped else "corrected meanwhile" if self._held else ""

    def call(self, primitive: str, /, **arguments: Any) -> PrimitiveResult:
        """As the session's; a call that would begin after the run was held or stopped is not made."""

        def called(run: Run) -> PrimitiveResult:
            if self.called_off():
                return PrimitiveResult(False, error="interrupted", message="corrected meanwhile")
            return answering.call(run, primitive, arguments)

        return self.session.submit(called).result()

    def observe(self) -> Observation:
        """As the session's."""
        return self.session.observe()

    def _end_now(self, why: str) -> None:
        self.session.interrupt(why)
        with suppress(WorldError):  # of a world that is lost, the call tells
            self.session.run.world.halt(why)

    def _run(self) -> tuple[bool, str]:
        tries = 0
        while True:
            with self._guard:
                self._rest()
                lesson, at = self.lesson, self.at
                if self.stopped:
                    return False, "stopped"
            if at >= len(lesson.parts):
                return self._judged(lesson)
            self.tell(f"  {at + 1}. {lesson.parts[at].words}")
            why = self._do(lesson, at)
            with self._guard:
                if not why:
                    self.at, self._done_of = at + 1, NOWHERE
                    continue
                if self._held:
                    continue
                if self.stopped:
                    return False, "stopped"
                back = _grasp_begins(lesson, at)
                tries += 1
                if lesson.parts[at].kind != "close" or not lesson.checks or back is None or tries >= TRIES:
                    return False, f"step {at + 1}, {lesson.parts[at].words}: {why}"
                self.at = back
            self.tell("  the gripper does not hold it: once more")
            self.call("open_gripper")

    def _rest(self) -> None:
        """Wait while the run is held; the guard is the caller's."""
        while self._held and not self.stopped:
            self._resting = True
            self._guard.notify_all()
            self._guard.wait(AGAIN_S)
        self._resting = False

    def _do(self, lesson: Lesson, at: int) -> str:
        """One step; "" if it was done, else why not."""
        part = lesson.parts[at]
        try:
            if part.kind == "use":
                if why := self.called_off():
                    return why
                begun = self.session.start_doing(part.skill, part.arguments, unless=self.called_off)
                done = begun.result()
                return "" if done.verdict is Verdict.PASSED else done.reason
            if part.kind == "open" and _is_open(self.observe()):
                return ""
            if part.kind == "by":
                result = self._by(part, lesson.speed)
            elif part.kind == "close" and not part.thing:
                result = self.call("close_gripper", force=20.0, must_hold=False)
            else:
                result = perform(self, part, part.thing, lesson.speed)
        except WorldError:
            raise
        except BadInput as wrong:
            return wrong.message
        if part.kind == "close" and part.thing and lesson.checks:
            now = held(self.observe())
            return "" if now == part.thing else "the gripper does not hold it"
        return "" if result.ok else result.message or result.error

    def _by(self, part: Part, speed: float) -> PrimitiveResult:
        """A motion by so much; one that was interrupted is gone on with, not done again."""
        before = self.observe().get("hand")
        x, y, z = (all_of - done for all_of, done in zip(part.offset, self._done_of, strict=True))
        result = perform(self, replace(part, offset=(x, y, z)), part.thing, speed)
        after = self.observe().get("hand")
        if not result.ok and isinstance(before, tuple) and isinstance(after, tuple):
            x, y, z = (sofar + b - a for sofar, a, b in zip(self._done_of, before, after, strict=True))
            self._done_of = (x, y, z)
        return result

    def _judged(self, lesson: Lesson) -> tuple[bool, str]:
        now = self.session.observe()
        lacking = [one for one in lesson.achieves if evaluate(parse(one), now) is not True]
        if lacking:
            return False, f"every step was done, but {', '.join(lacking)} is not so"
        return True, ", ".join(lesson.achieves) or "every step was done"


def _is_open(now: Observation) -> bool:
    """Whether the hand holds nothing and its fingers are as far apart as they go, or nearly."""
    return not held(now) and now.number("gripper_width", default=0.0) >= OPEN_M


def _grasp_begins(lesson: Lesson, at: int) -> int | None:
    """The first motion of the way to a grasp."""
    begin = at
    while begin > 0 and lesson.parts[begin - 1].kind in ("above", "at", "by", "turn"):
        begin -= 1
    return begin if begin < at else None
