"""What is remembered of a run when a model is asked again: short, from facts, failures first.

After "Reason for Future, Act for Now" (Liu et al., 2023): each new question replans from the state reached,
with the feedback gathered so far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from embodied.planning.briefing import attempt_line
from embodied.planning.plan import Attempt

MOST_FAILURES: Final = 8
MOST_DONE: Final = 30


def remembered(history: Sequence[Attempt], remark: str = "") -> str:
    """Steps done in one line each kind, then each different failure with its count and last reason."""
    if not history and not remark:
        return "Nothing yet."
    lines = []
    done: dict[str, int] = {}
    failed: dict[str, list[Attempt]] = {}
    for attempt in history:
        if attempt.judgement.passed:
            line = attempt_line(attempt).removesuffix(": done")
            done[line] = done.get(line, 0) + 1
        else:
            failed.setdefault(attempt.step.signature, []).append(attempt)
    if done:
        shown = [f"{line} (x{count})" if count > 1 else line for line, count in done.items()][-MOST_DONE:]
        lines.append(f"Done: {'; '.join(shown)}.")
    for attempts in list(failed.values())[-MOST_FAILURES:]:
        times = f" ({len(attempts)} times)" if len(attempts) > 1 else ""
        later = any(
            a.judgement.passed for a in history[history.index(attempts[-1]) :] if _same(a, attempts[-1])
        )
        mended = " It worked later." if later else ""
        lines.append(f"Failed{times}: {attempt_line(attempts[-1])}.{mended}")
    return "\n".join([*lines, remark] if remark else lines)


def _same(one: Attempt, other: Attempt) -> bool:
    return one.step.signature == other.step.signature


def steps_so_far(
    history: Sequence[Attempt], remark: str = "", changed: Mapping[int, str] | None = None
) -> str:
    """Every step in order, for a planner that is asked at each; `changed` is what a step changed, from 1."""
    known = changed or {}
    lines = [
        f"{number}. {attempt_line(attempt)}" + (f". Changed: {known[number]}" if number in known else "")
        for number, attempt in enumerate(history, 1)
    ]
    return "\n".join([*lines, remark] if remark else lines) or "None yet."
