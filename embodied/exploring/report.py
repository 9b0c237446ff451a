"""What came of an exploration, for a reader."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embodied.exploring.progress import Progress

MARKS = 8
_NUMBERS = re.compile(r"-?\d+(\.\d+)?")


def over_time(progress: Progress) -> str:
    """Distinct things by minute: "5 min 20 · 10 min 34 · ..."."""
    total = max(progress.seconds, 1e-9)
    unit, name = (60.0, "min") if total >= 120 else (1.0, "s")
    step = max(1, round(total / unit / MARKS))
    marks = [step * n for n in range(1, MARKS + 1) if step * n * unit < total]
    parts = [f"{mark} {name} {count_at(progress, mark * unit)}" for mark in marks]
    return " · ".join([*parts, f"{total / unit:.0f} {name} {len(progress.found)}"])


def count_at(progress: Progress, seconds: float) -> int:
    """How many things had been held by then."""
    return sum(one.seconds <= seconds for one in progress.found.values())


def failures_by_reason(progress: Progress) -> Sequence[tuple[str, list[str]]]:
    """Reasons with the goals that failed for them and were not reached later, most frequent first."""
    by_reason: dict[str, tuple[str, list[str]]] = {}
    for one in progress.ended:
        if one.verdict != "PASSED" and one.goal not in progress.found:
            alike = _NUMBERS.sub("#", one.reason)
            goals = by_reason.setdefault(alike, (one.reason, []))[1]
            if one.goal not in goals:
                goals.append(one.goal)
    return sorted(by_reason.values(), key=lambda pair: (-len(pair[1]), pair[0]))
