"""Did a step come nearer to what it expects?"""

from __future__ import annotations

from embodied.condition import And, Comparison, Condition, Fact, Literal, Or
from embodied.facts import Observation


def progressed(expects: Condition, before: Observation, after: Observation) -> bool:
    """True if any number that the condition wants to be at least something has risen."""
    match expects:
        case And(parts) | Or(parts):
            return any(progressed(part, before, after) for part in parts)
        case Comparison(Fact(family, keys), ">=", Literal()):
            return after.number(family, *keys) > before.number(family, *keys)
    return False
