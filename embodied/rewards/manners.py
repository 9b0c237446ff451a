"""How a thing is done, beside that it is done: terms and numbers that a design is given on top of its stages.

A manner takes nothing away from success: what it adds only costs, and costs nothing in the way it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from embodied.rewards.composing import Design
from embodied.rewards.spec import ObservationSpec
from embodied.rewards.stages import Parameter, Stage

Stages = Callable[[Design, ObservationSpec], tuple[Stage, ...]]


@dataclass(frozen=True)
class Manner:
    """A way to do it.

    Attributes:
        name: as the names of designs have it.
        says: what is done for it, in words.
        stages: terms of its own for a design, none where nothing observed can tell.
        factors: parameters, as patterns of their names, and what they are multiplied with.
        fits: whether a structure can be done in this manner at all.
    """

    name: str
    says: str
    stages: Stages | None = None
    factors: Mapping[str, float] = field(default_factory=dict)
    fits: Callable[[Design], bool] = lambda design: True


def with_manners(
    found: Sequence[Design], manners: Sequence[Manner], observation: ObservationSpec
) -> tuple[Design, ...]:
    """Designs in these manners; where no structure fits a manner, all are kept."""
    kept = list(found)
    for manner in manners:
        kept = [design for design in kept if manner.fits(design)] or kept
        kept = [_with(design, manner, observation) for design in kept]
    return tuple(kept)


def _with(design: Design, manner: Manner, observation: ObservationSpec) -> Design:
    more = manner.stages(design, observation) if manner.stages else ()
    changed = {
        one.name: one.value * factor
        for one in design.parameters
        for pattern, factor in manner.factors.items()
        if re.fullmatch(pattern, one.name)
    }
    return design.with_values(changed).with_stages(more, manner.name)


# -- terms -----------------------------------------------------------------------------------------------


def _from_above(design: Design, observation: ObservationSpec) -> tuple[Stage, ...]:
    """Being low costs, as long as the hand is beside the place and not over it."""
    hand = _entry("hand", observation)
    goal = next((goal for goal in design.goals if goal.near or goal.toward), None)
    if not hand or goal is None:
        return ()
    place = f'obs["{goal.near}"]' if goal.near else goal.toward
    clearance = Parameter("CLEARANCE", 0.08, 0.02, 0.2, "height above it from which to come, m")
    lines = (
        f'gap = obs["{hand}"] - {place}',
        "aside = np.clip((np.linalg.norm(gap[:, :2], axis=-1) - 0.03) / 0.07, 0.0, 1.0)",
        "low = np.clip((CLEARANCE - gap[:, 2]) / CLEARANCE, 0.0, 1.0)",
        f"return 1.0 - low * aside * {_undone(design)}",
    )
    doc = "Down only where it is: to be low beside it costs."
    return (Stage("from_above", lines, doc, 1.0, (clearance,), costs=True),)


def _steady(design: Design, observation: ObservationSpec) -> tuple[Stage, ...]:
    """A change of the hand's velocity from one step to the next costs."""
    hand = next((entry for entry in observation.entries if entry.role == "hand"), None)
    velocity = next(
        (one for one in observation.entries if one.role == "velocity" and hand and one.about == hand.about),
        None,
    )
    if velocity is None or velocity.shape != (3,):
        return ()
    change = Parameter("JERK", 0.3, 0.05, 2.0, "change of velocity in a step that costs all, m/s")
    lines = (
        f'change = apart(obs["{velocity.name}"], previous["{velocity.name}"])',
        "return 1.0 - np.clip(change / JERK, 0.0, 1.0)",
    )
    doc = "The hand's velocity changes little from step to step."
    return (Stage("steady", lines, doc, 0.3, (change,), uses_previous=True, costs=True),)


def _slow(design: Design, observation: ObservationSpec) -> tuple[Stage, ...]:
    """Going farther in a step than a small way costs."""
    hand = _entry("hand", observation)
    if not hand:
        return ()
    way = Parameter("SLOW_STEP", 0.008, 0.001, 0.05, "way of a step that costs nothing, m")
    lines = (
        f'moved = apart(obs["{hand}"], previous["{hand}"])',
        "return 1.0 - np.clip(moved / SLOW_STEP - 1.0, 0.0, 1.0)",
    )
    return (Stage("slow", lines, "The hand goes slowly.", 0.5, (way,), uses_previous=True, costs=True),)


def _soon(design: Design, observation: ObservationSpec) -> tuple[Stage, ...]:
    """Each step that it is not done costs."""
    moves = _moves(design)
    if not moves:
        return ()
    return (Stage("soon", (f"return {' * '.join(moves)}",), "It is done soon.", 1.0, costs=True),)


def _moves(design: Design) -> list[str]:
    return [f"{stage.name}(obs)" for stage in design.stages if re.match(r"move(\d|_|$)", stage.name)]


def _undone(design: Design) -> str:
    moves = _moves(design)
    return f"(1.0 - {' * '.join(moves)})" if moves else "1.0"


def _entry(role: str, observation: ObservationSpec) -> str:
    return next((entry.name for entry in observation.entries if entry.role == role), "")


MANNERS: Final[Mapping[str, Manner]] = {
    one.name: one
    for one in (
        Manner(
            "smooth",
            "large actions cost five times as much, and so does a velocity that changes from step to step",
            _steady,
            {"SMOOTHNESS_WEIGHT": 5.0},
        ),
        Manner("slow", "a hand that goes far in a step costs", _slow),
        Manner("soon", "each step until it is done costs", _soon, {"SMOOTHNESS_WEIGHT": 0.5}),
        Manner("from above", "a hand that is low beside the thing, and not over it, costs", _from_above),
        Manner(
            "in the fingers",
            "only rewards that grasp it are tried",
            factors={r"GRASP(_\w+)?_WEIGHT": 1.5},
            fits=lambda design: design.way == "grasp",
        ),
        Manner("by touch", "only rewards that push it are tried", fits=lambda design: design.way == "push"),
        Manner(
            "lifted",
            "only rewards that lift it first are tried, half as high again",
            factors={r"LIFT(_\w+)?": 1.5},
            fits=lambda design: design.lifted,
        ),
        Manner(
            "held fast",
            "holding it in the fingers pays twice as much",
            factors={r"(GRASP|LIFT)(_\w+)?_WEIGHT": 2.0},
            fits=lambda design: design.way == "grasp",
        ),
        Manner(
            "staying",
            "staying at the end pays three times as much",
            factors={r"HOLD(_\w+)?_WEIGHT": 3.0},
        ),
        Manner(
            "exact",
            "the last stretch pays more: its scale is doubled",
            factors={r"MOVE\w*_SCALE": 2.0},
        ),
    )
}
"""By name."""
