"""Where things stood when a policy was trained: elsewhere it knows nothing, however well it did there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, floor
from typing import Final

import numpy as np

from embodied.learning.environment import Environment
from embodied.rewards.spec import Array

Box = Mapping[str, tuple[float, float]]
"""From the least to the most [m], world frame, by axis."""

STARTS: Final = 200
"""Episodes that are begun, to see where things stand."""
MARGIN_M: Final = 0.02
"""So far beyond what was seen a network still does what it learned."""
_FAMILY: Final = "pose"
_AXES: Final = "xyz"


def whereabouts(environment: Environment, seeds: Iterable[int] = range(STARTS)) -> dict[str, Box]:
    """Within what box each thing that a policy observes stands when an episode begins, by its name.

    Bounds are widened by `MARGIN_M` and rounded outwards to whole centimetres.
    """
    entries = {
        entry.fact.removeprefix(f"{_FAMILY}[").removesuffix("]"): entry
        for entry in environment.observation_spec.entries
        if entry.fact.startswith(f"{_FAMILY}[") and entry.shape == (len(_AXES),)
    }
    if not entries:
        return {}
    starts = np.stack([environment.reset(seed=seed)[0] for seed in seeds]).astype(float)
    named = environment.observation_spec.split(starts)
    return {thing: _box(named[entry.name]) for thing, entry in entries.items()}


def conditions(boxes: Mapping[str, Box]) -> list[str]:
    """What must hold before such a policy is let act, as conditions."""
    return [
        f"{_FAMILY}[{thing}].{axis} {sign} {bound:.2f}"
        for thing, box in boxes.items()
        for axis, bounds in box.items()
        for sign, bound in zip((">=", "<="), bounds, strict=True)
    ]


def _box(positions: Array) -> Box:
    """Around positions, shape (n, 3)."""
    low, high = positions.min(axis=0) - MARGIN_M, positions.max(axis=0) + MARGIN_M
    return {
        axis: (floor(100 * least) / 100, ceil(100 * most) / 100)
        for axis, least, most in zip(_AXES, low.tolist(), high.tolist(), strict=True)
    }
