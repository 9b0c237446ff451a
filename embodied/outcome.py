"""What came of an attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from embodied.facts import Observation


class Verdict(Enum):
    """PASSED, FAILED or UNKNOWN; UNKNOWN never counts as success."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reason."""

    verdict: Verdict
    reason: str

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.PASSED


@dataclass(frozen=True)
class PrimitiveResult:
    """What a primitive came to: a value, or an expected failure by code.

    Attributes:
        ok: whether it did what was asked.
        value: the primitive's result; when not ok, what the body adds to the failure (often nothing).
        error: the code of the failure: one of the spec's `errors`, or one of the protocol's
            ("timeout", "halted", "cancelled", "busy", "lost", ...); "" when ok.
        message: the failure in a sentence; "" when ok.
        assistance: what the call was given for free, name to count.
    """

    ok: bool
    value: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    message: str = ""
    assistance: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a run of a skill came to.

    Attributes:
        reported: what the skill's code returned.
        before, after: facts before and after.
        events: what happened in between.
        error: why the skill ended early ("" if it returned).
        assistance: what the world gave for free, name to count.
        primitive_calls: how many primitives were called.
        seconds: wall-clock duration [s].
    """

    reported: Any
    before: Observation
    after: Observation
    events: tuple[Mapping[str, Any], ...] = ()
    error: str = ""
    assistance: Mapping[str, int] = field(default_factory=dict)
    primitive_calls: int = 0
    seconds: float = 0.0
