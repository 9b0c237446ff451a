"""Acting by trying out in the simulator what would come of it: predictive sampling (Howell et al. 2022).

The last plan, moved on, and noisy copies of it are carried out in the simulator; the one that earns most is
the new plan, and its first actions are done. No gradients and no training, but the simulator must stand by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import Act
from embodied.learning.planning_ahead import Foreseeing, require_foreseeing
from embodied.rewards.calling import total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.spec import Array

_NO_BETTER: Final = 1e-3
"""As a share of what the last plan earns."""
_AS_FORESEEN: Final = 1e-5


@dataclass(frozen=True)
class PlannerSettings:
    """What did best on the tabletop.

    Attributes:
        plans: that are tried each time, the last one among them, in so many `rounds`.
        elite: so many of the best in a round are averaged, to begin the next one around.
        steps: how far each looks ahead.
        knots: how often each action may change in a plan at most; some have fewer, and go farther.
        noise: deviation of what is added at a knot, where an action's bound is 1, at most; each plan has its
            own, down to the share `finest` of that: what is far is found by much, what is near by little.
            Where the last plan could not be made better, all have the most.
        changed: how many of an action's numbers are changed in a plan, as a share.
        keep: steps that are done of a plan before the next one is made, if what comes is what was foreseen.
        discount: of a reward for each step that it is later.
    """

    plans: int = 24
    rounds: int = 2
    elite: int = 3
    steps: int = 20
    knots: int = 5
    noise: float = 1.0
    finest: float = 0.05
    changed: float = 0.7
    keep: int = 2
    discount: float = 0.97


class Planner:
    """Implements `embodied.learning.guides.Guide`: a skill that needs the simulator in place of training.

    Between calls of `act` the environment stands where it stood.

    Args:
        reward: what plans earn. It is asked for all states of all plans at once.
        seed: of the plans that are drawn; each episode draws the same anew.
        known: a policy without memory whose own way is one of the plans, None for none.
    """

    name = "planner"

    def __init__(
        self,
        reward: RewardFunction,
        settings: PlannerSettings | None = None,
        *,
        seed: int = 0,
        known: Act | None = None,
    ) -> None:
        self.settings = settings or PlannerSettings()
        self._reward, self._seed, self._known = reward, seed, known
        self._environment: Foreseeing | None = None

    def begin(self, environment: Environment) -> None:
        """See `Guide.begin`. Raises `CannotForesee` if the environment cannot be tried out."""
        self._environment = require_foreseeing(environment)
        self._draws = np.random.default_rng(self._seed)
        self._plan = np.zeros((self.settings.steps, environment.action_spec.size), np.float32)
        self._done = self.settings.keep
        self._next: Flat = np.empty(0, np.float32)
        self._stuck = False

    def act(self, observation: Flat) -> Flat:
        """See `Guide.act`. Raises RewardError: the reward gave something wrong in a state of a plan."""
        assert self._environment is not None, "begin comes before act"
        foreseen = self._done < self.settings.keep and np.allclose(observation, self._next, atol=_AS_FORESEEN)
        if not foreseen:
            self._plan, self._coming = self._better(self._environment, observation)
            self._done = 0
        self._next = self._coming[self._done]
        action: Flat = self._plan[0].copy()
        self._plan = np.concatenate([self._plan[1:], self._plan[-1:]])
        self._done += 1
        return action

    def _better(self, environment: Foreseeing, observation: Flat) -> tuple[Flat, Flat]:
        """The best of the plans that are tried from here, shape (steps, m), and what comes of it."""
        chosen = self.settings
        bases = [self._plan, *self._resting(environment)]
        if self._known is not None:
            bases.append(self._way_of(self._known, environment, observation))
        best, coming, most = bases[0], np.empty(0, np.float32), -np.inf
        for round_ in range(chosen.rounds):
            plans = self._varied(bases, chosen.plans // chosen.rounds, chosen.noise / (1 + round_))
            seen = environment.foresee(plans)
            earned = self._earned(environment, observation, plans, seen)
            order = np.argsort(-earned, kind="stable")
            if round_ == 0:
                self._stuck = earned[order[0]] - earned[0] <= _NO_BETTER * abs(earned[0])
            if earned[order[0]] > most or not len(coming):
                best, coming, most = plans[order[0]], seen[order[0]], float(earned[order[0]])
            bases = [plans[order[: chosen.elite]].mean(axis=0), best]
        return best, coming

    def _resting(self, environment: Foreseeing) -> list[Flat]:
        """The last plan, but the hand comes to rest at once, or half way; what is no motion goes on."""
        moving = np.concatenate(
            [np.full(one.size, one.shape != ()) for one in environment.action_spec.entries]
        )
        plans = []
        for step in (0, self.settings.steps // 2):
            plan = self._plan.copy()
            plan[step:, moving] = 0.0
            plans.append(plan)
        return plans

    def _way_of(self, known: Act, environment: Foreseeing, observation: Flat) -> Flat:
        """What a policy would do from here, looking at what comes of it."""
        moment, way = environment.save(), []
        for _ in range(self.settings.steps):
            way.append(known(observation))
            observation, _, _, truncated, _ = environment.step(way[-1])
            if truncated:
                break
        environment.restore(moment)
        way += [way[-1]] * (self.settings.steps - len(way))
        return np.stack(way)

    def _varied(self, bases: list[Flat], count: int, noise: float) -> Flat:
        """The bases themselves, then noisy copies of each in turn; shape (count, steps, m)."""
        chosen, draws = self.settings, self._draws
        copies, size = max(count - len(bases), 1), bases[0].shape[1]
        drawn = noise * draws.standard_normal((copies, chosen.knots, size))
        if not self._stuck:
            drawn *= chosen.finest ** draws.random((copies, 1, 1))
        drawn *= draws.random((copies, 1, size)) < chosen.changed
        knots = 1 + (np.arange(copies) % chosen.knots)[:, None]
        knot = np.arange(chosen.steps)[None] * knots // chosen.steps
        around = np.stack([bases[number % len(bases)] for number in range(copies)])
        plans = np.concatenate([np.stack(bases), around + np.take_along_axis(drawn, knot[..., None], 1)])
        held: Flat = np.clip(plans, -1.0, 1.0).astype(np.float32)
        return held

    def _earned(self, environment: Foreseeing, observation: Flat, plans: Flat, seen: Flat) -> Array:
        """The discounted reward of each plan, shape (plans,); the least where the physics became unsteady."""
        steady = np.asarray(np.isfinite(seen).all(axis=(1, 2)))
        before = np.concatenate([np.broadcast_to(observation, (len(plans), 1, len(observation))), seen], 1)
        before = np.where(steady[:, None, None], before, 0.0)
        spec, size = environment.observation_spec, before.shape[-1]
        terms = self._reward(
            spec.split(before[:, 1:].reshape(-1, size).astype(float)),
            environment.action_spec.split(plans.reshape(-1, plans.shape[-1]).astype(float)),
            spec.split(before[:, :-1].reshape(-1, size).astype(float)),
        )
        paid = total(terms).reshape(plans.shape[:2])
        worth: Array = paid @ self.settings.discount ** np.arange(plans.shape[1])
        return np.where(steady, worth, -np.inf)
