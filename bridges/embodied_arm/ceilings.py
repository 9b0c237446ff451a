"""How high the hand may go by a person's rules, which may change while the arm is in use.

They tighten the workspace of plans and of the gate, never widen it. What is above a new ceiling may come
down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from embodied_arm.limits import Limits


class Limited(Protocol):
    """What keeps to limits: a planner, the guard."""

    limits: Limits


class Ceilings:
    """Attributes: always, held: of the grasp point, and of one that holds something [m]; None without."""

    def __init__(self, limits: Limits, *limited: Limited) -> None:
        self.always: float | None = None
        self.held: float | None = None
        self._limits = limits
        self._limited = limited

    def take(self, args: Mapping[str, Any]) -> Mapping[str, Any]:
        """All ceilings anew; what is left out is lifted, down to the launch's own workspace."""
        self.always, self.held = args["ceiling"], args["ceiling_held"]
        return {}

    def apply(self, holds: bool) -> None:
        """Between two ticks: the limits of the next call, by whether it may hold something."""
        highest = [one for one in (self.always, self.held if holds else None) if one is not None]
        own = self._limits.workspace_high
        top = min([float(own[2]), *highest])
        top = max(top, float(self._limits.workspace_low[2]) + 0.01)
        limits = replace(self._limits, workspace_high=np.array([own[0], own[1], top]))
        for one in self._limited:
            one.limits = limits
