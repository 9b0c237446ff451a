"""Where the world itself can be asked whether a goal holds, body and world must agree."""

from __future__ import annotations

import time
from collections.abc import Callable

from embodied.condition import And, Condition, facts_in
from embodied.facts import Observation
from embodied.outcome import Judgement, Verdict
from embodied.referee import judge

LAG_S = 1.5
"""A server may know later than the body: for so long it is asked again [s]."""

POLL_S = 0.1


def confirm(
    goal: Condition,
    judgement: Judgement,
    truth: Callable[[], Observation | None],
    *,
    lag_s: float = LAG_S,
) -> Judgement:
    """`judgement`, which passed by the body's facts, held against the server's own.

    PASSED if they agree, or if the server does not tell of what the goal reads; UNKNOWN if they still
    disagree, or the server still does not know the body, after `lag_s`.
    """
    deadline = time.monotonic() + lag_s
    while True:
        found = _compare(goal, judgement, truth())
        if found.passed or time.monotonic() >= deadline:
            return found
        time.sleep(POLL_S)


def _compare(goal: Condition, judgement: Judgement, truth: Observation | None) -> Judgement:
    if truth is None:
        return Judgement(Verdict.UNKNOWN, f"the body says {judgement.reason}, the server does not know it")
    missing: set[str] = set()
    told = False
    for part in goal.parts if isinstance(goal, And) else (goal,):
        silent = {fact.family for fact in facts_in(part) if not _tells(truth, fact.family)}
        missing |= silent
        if silent:
            continue
        told = True
        second = judge(part, truth)
        if not second.passed:
            return Judgement(
                Verdict.UNKNOWN, f"the body says {judgement.reason}, the server: {second.reason}"
            )
    agrees = ["the server agrees"] if told else []
    silence = [f"the server does not tell of {', '.join(sorted(missing))}"] if missing else []
    return Judgement(Verdict.PASSED, f"{judgement.reason} ({'; '.join([*agrees, *silence])})")


def _tells(truth: Observation, family: str) -> bool:
    spec = truth.families.get(family)
    return spec is not None and (spec.closed or bool(truth.facts.get(family)))
