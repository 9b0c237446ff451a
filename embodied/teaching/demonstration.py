"""The recorder of a demonstration: what was shown, with the facts before and after each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from embodied.done import Done
from embodied.facts import Observation
from embodied.outcome import PrimitiveResult
from embodied.session import Session
from embodied.teaching.as_before import all_that_went
from embodied.teaching.lesson import NOWHERE, Offset, Part
from embodied.teaching.performing import held, perform


@dataclass(frozen=True)
class Shown:
    """One step that was done, and the facts around it.

    Attributes:
        driven: by keys, in small pushes: those along one axis are one step.
    """

    part: Part
    before: Observation
    after: Observation
    driven: bool = False


@dataclass
class Demonstration:
    """What a person shows, step by step. Only steps that were done are recorded.

    Attributes:
        reference: the thing that was last named; motions are relative to it.
        asked: True once it was asked whether it is to end with something in the hand.
    """

    session: Session
    steps: list[Shown] = field(default_factory=list)
    reference: str = ""
    asked: bool = False

    def show(self, part: Part) -> PrimitiveResult:
        """Do one motion and record it, if it was done."""
        before = self.session.observe()
        if part.thing:
            self.reference = part.thing
        part = replace(part, thing=part.thing or self.reference) if part.kind in ("by", "turn") else part
        result = perform(self.session, part, self.reference)
        after = self.session.observe()
        if part.kind == "close" and (result.ok or result.error == "no_grasp"):
            holds = held(after)  # a fist is no mistake: buttons are pressed with one
            self.reference = holds or self.reference
            self.steps.append(Shown(replace(part, thing=holds), before, after))
        elif result.ok:
            self.steps.append(Shown(part, before, after))
        return result

    def drive(self, part: Part, near: str) -> PrimitiveResult:
        """Do one push of a key and record it, with those before it along the same axis as one step.

        Args:
            near: the thing at the hand, which the push may touch.
        """
        before = self.session.observe()
        if part.kind == "close":
            return self.show(part)
        result = perform(self.session, part, near)
        if not result.ok:
            return result
        last = self.steps[-1] if self.steps and self.steps[-1].driven else None
        whole = _joined(last.part, part) if last is not None else None
        if last is not None and whole is not None:
            self.steps.pop()
            part, before = whole, last.before
        if not _is_nothing(part):
            self.steps.append(Shown(part, before, self.session.observe(), driven=True))
        return result

    def add_done(self, done: Done, before: Observation) -> None:
        """Record the steps of a goal that was reached while showing."""
        after = self.session.observe()
        parts = parts_of(done)
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            self.steps.append(Shown(part, before, after if last else before))

    def forget_last(self) -> Shown | None:
        """Take the last step out of the record; the body stays as it is."""
        self.asked = False
        return self.steps.pop() if self.steps else None

    @property
    def went(self) -> list[Part]:
        """The motions of the hand so far, oldest first."""
        return all_that_went([(step.part, step.before, step.after) for step in self.steps])

    @property
    def ends_holding(self) -> str:
        """What the hand holds at the end and did not at the beginning; "" if nothing."""
        if not self.steps:
            return ""
        now = held(self.steps[-1].after)
        return now if now and now != held(self.steps[0].before) else ""


def parts_of(done: Done) -> tuple[Part, ...]:
    """The steps of something that was done, as parts of a lesson."""
    return tuple(
        Part("use", skill=attempt.step.skill, arguments=dict(attempt.step.arguments))
        for attempt in done.attempts
        if attempt.judgement.passed
    )


def told(steps: Sequence[Shown]) -> str:
    """What was shown, for a reader."""
    return "; ".join(f"{number}. {step.part.words}" for number, step in enumerate(steps, 1))


def _joined(first: Part, second: Part) -> Part | None:
    """Two pushes along one axis as one motion; None where they are not along one."""
    if first.kind == second.kind == "turn":
        return Part("turn", turn=first.turn + second.turn)
    if first.kind == second.kind == "by" and _axis(first.offset) == _axis(second.offset):
        x, y, z = (round(a + b, 6) for a, b in zip(first.offset, second.offset, strict=True))
        return Part("by", offset=(x, y, z))
    return None


def _is_nothing(part: Part) -> bool:
    """A motion that came back to where it began."""
    still = max(map(abs, part.offset)) < 1e-6 and abs(part.turn) < 1e-6
    return part.kind in ("by", "turn") and still


def _axis(offset: Offset) -> int:
    return max(range(3), key=lambda axis: abs(offset[axis])) if offset != NOWHERE else -1
