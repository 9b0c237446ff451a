"""Jogging: one key, one small motion of the hand. The same keys at an arm and in a lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from embodied.facts import Observation
from embodied.outcome import PrimitiveResult

LEAST_M: Final = 0.001
MOST_M: Final = 0.05
STEP_M: Final = 0.01
TURN: Final = 5.0
"""Radians that a step turns, for each metre that it goes."""
END: Final = "x"

MOTIONS: Final = {
    "w": ("dx", 1.0),
    "s": ("dx", -1.0),
    "a": ("dy", 1.0),
    "d": ("dy", -1.0),
    "r": ("dz", 1.0),
    "f": ("dz", -1.0),
    "q": ("dyaw", 1.0),
    "e": ("dyaw", -1.0),
}
"""Keys to an argument of `move_by`, and its sign."""
OTHERS: Final = {"o": "open_gripper", "c": "close_gripper", "h": "home"}
HELP: Final = (
    "w/s forward, back · a/d left, right · r/f up, down · q/e turn · o/c open, close · +/- step · h home · "
    "x end"
)


class Body(Protocol):
    """What jogging needs of an open world; a Session is one."""

    def call(self, primitive: str, /, **arguments: Any) -> PrimitiveResult: ...

    def observe(self) -> Observation: ...


@dataclass(frozen=True)
class Push:
    """What one key asks for: a call of a primitive."""

    primitive: str
    axis: str = ""
    amount: float = 0.0

    @property
    def arguments(self) -> dict[str, float]:
        """Of the primitive [m], [rad]."""
        return {self.axis: self.amount} if self.axis else {}


def push_of(key: str, step: float) -> Push | None:
    """What a key asks for; None if it is none of these keys. step: how far a key moves [m]."""
    if key in MOTIONS:
        axis, sign = MOTIONS[key]
        return Push("move_by", axis, sign * step * (TURN if axis == "dyaw" else 1.0))
    return Push(OTHERS[key]) if key in OTHERS else None


def jog(
    keys: Iterable[str], do: Callable[[Push], str], tell: Callable[[str], None], step: float = STEP_M
) -> None:
    """Do what keys ask for, one after the other, until `x` or there are no more.

    Args:
        do: does one push; what is told of it.
        step: how far a key moves [m]; `+` and `-` change it.
    """
    for key in keys:
        if key == END:
            return
        if key in "+-":
            step = min(max(step * (2.0 if key == "+" else 0.5), LEAST_M), MOST_M)
            tell(f"step {1000 * step:.0f} mm")
            continue
        push = push_of(key, step)
        tell(HELP if push is None else do(push))


def told(result: PrimitiveResult, body: Body) -> str:
    """What is said of a push: where the hand is, or why not."""
    if not result.ok and result.error != "missed":
        return f"no: {result.message}"
    hand = body.observe().get("hand")
    return f"hand at {' '.join(f'{axis:.3f}' for axis in hand)} m" if isinstance(hand, tuple) else "moved"
