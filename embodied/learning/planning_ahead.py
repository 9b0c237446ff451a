"""Acting by trying out in the simulator what would come of it: predictive sampling.

    planner = Planner(environment, reward, settings, seed)
    planner.begin()                       # after each reset
    action = planner.act(observation)     # the environment stands where it stood

Predictive sampling (Howell et al. 2022): the last plan, moved on, and noisy copies of it are carried out in
the simulator; the one that earns most is the new plan, and its first action is done. No gradients, no
training. A guide's own way may be one of the plans that are tried.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np

from embodied.learning.environment import Environment, Flat
from embodied.learning.errors import CannotForesee


@runtime_checkable
class Foreseeing(Environment, Protocol):
    """An environment that can be tried out: put back to where it was, as if nothing had happened.

    A moment is good until the next `reset`. Going on from it is the same as never having left it, up to the
    order in which a solver adds numbers. Where the physics cannot do that, `save` raises `CannotForesee`.
    """

    def save(self) -> Any:
        """All that decides how this episode goes on from here."""
        ...

    def restore(self, moment: Any) -> None:
        """Be where `save` was called, in the same episode."""
        ...

    def foresee(self, plans: Flat) -> Flat:
        """What would be observed if these actions were done from here; the environment stays where it is.

        Args:
            plans: actions within [-1, 1], shape (plans, steps, actions).

        Returns:
            Observations after each action, shape (plans, steps, observation size); NaN from where a plan
            makes the physics unsteady. `foreseen_by_stepping` does it where nothing quicker is known.
        """
        ...


def foreseen_by_stepping(environment: Foreseeing, plans: Flat) -> Flat:
    """See `Foreseeing.foresee`: one plan after the other, by `step`."""
    moment = environment.save()
    seen = np.full((*plans.shape[:2], environment.observation_spec.size), np.nan, np.float32)
    try:
        for number, plan in enumerate(plans):
            if number:
                environment.restore(moment)
            for step, action in enumerate(plan):
                observation, _, _, truncated, _ = environment.step(action)
                if truncated:
                    break
                seen[number, step] = observation
    finally:
        environment.restore(moment)
    return seen


def require_foreseeing(environment: Environment) -> Foreseeing:
    """The environment, if it can be tried out; else raise `CannotForesee`, which says what to do instead."""
    if not isinstance(environment, Foreseeing):
        raise CannotForesee(
            "This world cannot be put back to where it was, so nothing can be planned by trying it out.",
            remedy="Train with --trainer sac or guided, which need no such thing.",
        )
    return environment
