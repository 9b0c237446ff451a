"""A skill that says it achieves exactly what is wanted, where no method of the world speaks of such facts.

Methods are about facts that are true and amounts that grow. `distance(hand, pose[target]) < 0.02` is neither;
a skill, a policy above all, may achieve just that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

from embodied.condition import And, Comparison, Condition, Literal, evaluate
from embodied.facts import Observation
from embodied.methods import Method


@runtime_checkable
class ExactMethods(Protocol):
    """`Methods` that know skills by the conditions that they achieve."""

    def exactly(self, condition: Condition) -> Iterator[Method]:
        """The ways whose whole effect is this condition."""
        ...


def implies(achieved: Condition, wanted: Condition) -> bool:
    """Whether what is so when one holds is so when the other does: it is the same, or says nearer, less or
    more of the same. What is within 6 mm is within 2 cm."""
    if achieved == wanted:
        return True
    match achieved, wanted:
        case (
            Comparison(left, sign, Literal(int() | float() as reached)),
            Comparison(other, same, Literal(int() | float() as asked)),
        ) if left == other and sign == same:
            return reached <= asked if sign in ("<", "<=") else sign in (">", ">=") and reached >= asked
    return False


def exact_method(
    world: object, goal: Condition, observation: Observation, penalty: Callable[[Method], float]
) -> tuple[Condition, Method] | None:
    """The first part of the goal that does not hold, and the way that fails least to bring it about; None if
    there is no such way."""
    if not isinstance(world, ExactMethods):
        return None
    for part in goal.parts if isinstance(goal, And) else (goal,):
        if evaluate(part, observation) is True:
            continue
        ways = [(penalty(method) + method.cost, method) for method in world.exactly(part)]
        usable = [way for way in ways if way[0] != float("inf")]
        return (part, min(usable, key=lambda way: way[0])[1]) if usable else None
    return None
