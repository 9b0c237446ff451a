"""A small learned correction of what a weak skill does. Needs torch.

Residual reinforcement learning (Johannink et al. 2019, Silver et al. 2018): the guide acts, and what is
learned is added to it. A guide is code and cannot be in a policy's file; so a pupil, which sees what the
policy will see and nothing else, learns at the same time to do what the two do together, also in the states
it comes to by itself (Ross et al. 2011). The pupil is what is measured and kept.
"""

from __future__ import annotations

from typing import Final

import torch

from embodied.learning.guided import GuidedTrainer
from embodied.learning.guided_networks import Actor, Batch, GuidedSettings, Learner

CORRECTION: Final = 0.3
"""What is added to each number of the guide's action, at most."""


class ResidualLearner(Learner):
    """The actor sees the guide's action too, and gives the correction of it; the policy is the pupil."""

    def __init__(self, features: int, actions: int, settings: GuidedSettings) -> None:
        super().__init__(features, actions, settings)
        self.actor = Actor(features + actions, actions, settings.width)
        with torch.no_grad():  # at first it corrects nothing
            self.actor.mean.weight.mul_(0.01)
            self.actor.mean.bias.zero_()
        self._optimizers["actor"] = self._adam(list(self.actor.parameters()))
        self._optimizers["policy"] = self._adam(list(self.policy.parameters()))

    def acting(self, features: torch.Tensor, guide: torch.Tensor) -> torch.Tensor:
        """What is done in training: the guide's action, corrected."""
        with torch.no_grad():
            return self._corrected(features, guide)[0]

    def _corrected(
        self, features: torch.Tensor, guide: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """As `Actor.drawn`, of the whole action."""
        drawn, density, still = self.actor.drawn(torch.cat((features, guide), -1))
        return _within(guide + CORRECTION * drawn), density, _within(guide + CORRECTION * still)

    def _worth(self, features: torch.Tensor, guide: torch.Tensor) -> torch.Tensor:
        return self._least(features, self._corrected(features, guide)[0])

    def _improve_actor(self, batch: Batch) -> None:
        action, density, still = self._corrected(batch.now, batch.guide_now)
        self.critics.requires_grad_(False)
        judged = self.critics(batch.now, action).mean(0)
        self._step("actor", (self.log_entropy.exp().detach() * density - judged).mean())
        self.critics.requires_grad_(True)
        self._improve_entropy(density)
        does = torch.tanh(self.policy(batch.now)[0])
        self._step("policy", (does - still.detach()).square().sum(-1).mean())

    def _average(self) -> None:
        """The policy learns by itself."""


def _within(actions: torch.Tensor) -> torch.Tensor:
    return torch.clamp(actions, -1.0, 1.0)


class ResidualTrainer(GuidedTrainer):
    """Implements `embodied.learning.trainer.Trainer`."""

    name = "residual"
    learner = ResidualLearner
