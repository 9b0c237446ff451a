"""What a call would do, told before it is made: enough to refuse one that would break a rule.

A world's spec may have a `foresight` of its own; arms share one, which knows the arm bridge's primitives.
What is foreseen errs on the side of the rule: a thing let go over a bowl counts as in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from embodied.facts import FactFamily, Observation
from embodied.methods import WorldSpec
from embodied.rules.arm_foresight import ArmForesight


class Foresight(Protocol):
    """What a kind of world can tell beforehand.

    Attributes:
        families: facts that it tells beside the world's own, for rules to speak of.
        foresees: the families that it foresees changes of; rules over others are watched only.

    One may also have: `by_bridge`, families over which its kind's bridges enforce rules that are handed to
    them; `untold`, those of its own that no fact tells afterwards; `gains_unforeseen`, True where things are
    picked up by calls that do not say so; `blocks_meant`, what blocks words mean.
    """

    @property
    def families(self) -> Mapping[str, FactFamily]: ...

    @property
    def foresees(self) -> frozenset[str]: ...

    def told(self, observation: Observation) -> Observation:
        """The facts with its own added."""
        ...

    def states(
        self, name: str, arguments: Mapping[str, Any], observation: Observation
    ) -> Sequence[Observation]:
        """The facts on the way of a call and after it, in order; none where nothing changes, or that is not
        known."""
        ...

    def seconds(self, name: str, arguments: Mapping[str, Any]) -> float:
        """How long a call takes at least [s]; 0 where that is not known."""
        ...


class NoForesight:
    """Of a world about whose calls nothing is known beforehand."""

    families: Mapping[str, FactFamily] = {}
    foresees: frozenset[str] = frozenset()

    def told(self, observation: Observation) -> Observation:
        return observation

    def states(
        self, name: str, arguments: Mapping[str, Any], observation: Observation
    ) -> Sequence[Observation]:
        return ()

    def seconds(self, name: str, arguments: Mapping[str, Any]) -> float:
        return 0.0


def foresight_of(spec: WorldSpec) -> Foresight:
    """What can be told of the calls of a kind of world."""
    own: Foresight | None = getattr(spec, "foresight", None)
    if own is not None:
        return own
    return ArmForesight() if {"hand", "gripper_width"} <= set(spec.families) else NoForesight()


def families_of(spec: WorldSpec) -> Mapping[str, FactFamily]:
    """All that rules of a kind of world may speak of."""
    return {**spec.families, **foresight_of(spec).families}
