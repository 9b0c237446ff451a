"""What came of something that was asked of a session, and of all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embodied.outcome import Judgement, Verdict
from embodied.planning import Attempt


@dataclass(frozen=True)
class Done:
    """What came of something that was asked.

    Attributes:
        asked: the goal or the skill, in words.
        verdict: by the referee, from facts; UNKNOWN never counts as success.
        attempts: the steps that were tried, oldest first.
        seconds: wall clock [s].
    """

    asked: str
    verdict: Verdict
    reason: str
    attempts: tuple[Attempt, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.PASSED

    def __str__(self) -> str:
        return f"{self.verdict.value}: {self.asked} ({self.reason})"


def over_all(verdicts: Sequence[Verdict]) -> Judgement:
    """Of everything that was asked: FAILED if any of it did, PASSED only if all of it did, else UNKNOWN."""
    if not verdicts:
        return Judgement(Verdict.UNKNOWN, "nothing was asked")
    whole = Verdict.FAILED if Verdict.FAILED in verdicts else Verdict.UNKNOWN
    passed = verdicts.count(Verdict.PASSED)
    if passed == len(verdicts):
        whole = Verdict.PASSED
    return Judgement(whole, f"{passed} of {len(verdicts)} that were asked passed")
