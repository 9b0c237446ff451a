"""Did it happen? Decided from facts alone."""

from __future__ import annotations

from embodied.condition import And, Comparison, Condition, Fact, Literal, Sum, evaluate
from embodied.facts import UNKNOWN, FactSource
from embodied.outcome import Judgement, Verdict


def judge(condition: Condition, facts: FactSource) -> Judgement:
    """PASSED if the condition holds, FAILED if it does not, UNKNOWN if the facts cannot tell."""
    truth = evaluate(condition, facts)
    if truth is UNKNOWN:
        return Judgement(Verdict.UNKNOWN, f"the facts cannot tell whether {condition}")
    if truth is True:
        return Judgement(Verdict.PASSED, str(condition))
    return Judgement(Verdict.FAILED, "; ".join(_shortfalls(condition, facts)))


def _shortfalls(condition: Condition, facts: FactSource) -> list[str]:
    if isinstance(condition, And):
        return [
            text
            for part in condition.parts
            if evaluate(part, facts) is not True
            for text in _shortfalls(part, facts)
        ]
    if isinstance(condition, Comparison) and isinstance(condition.right, Literal):
        if isinstance(condition.left, Fact):
            return [
                f"{condition} does not hold: it is {facts.get(condition.left.family, *condition.left.keys)}"
            ]
        if isinstance(condition.left, Sum):
            return [f"{condition} does not hold"]
    return [f"{condition} does not hold"]
