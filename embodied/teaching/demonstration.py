"""The recorder of a demonstration: what was shown, with the facts before and after each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from embodied.facts import Observation
from embodied.outcome import PrimitiveResult
from embodied.session import Done, Session
from embodied.teaching.lesson import Part
from embodied.teaching.performing import held, perform


@dataclass(frozen=True)
class Shown:
    """One step that was done, and the facts around it."""

    part: Part
    before: Observation
    after: Observation


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
