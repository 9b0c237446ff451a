"""Actor and critics of the guided trainer, and one update of them. Needs torch.

Soft actor-critic whose critics judge two actions, the actor's and a guide's, and whose targets take the
better one (imitation-bootstrapped reinforcement learning, Hu et al. 2023). Where the guide's is judged the
better, the actor is drawn to it (Nair et al. 2018), and so does without the guide in the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import torch
from torch import nn
from torch.nn import functional

from embodied.learning.tensors import into_optimizer, of_optimizer, under

_LOG_LEAST: Final = -5.0
_LOG_MOST: Final = 1.0


@dataclass(frozen=True)
class GuidedSettings:
    """What worked on Meta-World and on the tabletop, on one core.

    Attributes:
        width: of the hidden layers.
        updates: of the critics for each step; the actor has one.
        lookahead: steps of rewards that are summed before a critic is asked.
        entropy: coefficient to begin with; `entropy_target` is for each number of the action.
        imitation: how strongly the actor is drawn to the guide where that is better.
        demonstrations: successes of the guide, with noise, to begin with; half of each batch is of successes.
        follow: steps at first in which the guide acts, with noise.
        alone: share of episodes in which the actor acts without noise and without the guide, as it will when
            it is done: else nothing is seen of where it alone gets stuck.
        again: share of episodes that start where one failed before.
        averaging: how fast the policy that is kept follows the actor: the actor is never at rest, and its
            average does better than most of it (Polyak and Juditsky 1992).
    """

    width: int = 128
    learning_rate: float = 5e-4
    batch: int = 256
    discount: float = 0.96
    target_rate: float = 0.01
    updates: int = 2
    lookahead: int = 3
    entropy: float = 0.05
    entropy_target: float = -0.5
    imitation: float = 1.0
    demonstrations: int = 20
    attempts: int = 100
    noise: float = 0.2
    noisy_share: float = 0.7
    follow: int = 300
    alone: float = 0.3
    again: float = 0.5
    averaging: float = 0.002
    replay: int = 200_000


@dataclass(frozen=True)
class Batch:
    """Transitions over `lookahead` steps, each of shape (batch, …); `discount` is 0 where nothing follows."""

    now: torch.Tensor
    action: torch.Tensor
    paid: torch.Tensor
    later: torch.Tensor
    discount: torch.Tensor
    guide_now: torch.Tensor
    guide_later: torch.Tensor


class Critics(nn.Module):
    """Two critics side by side: features (batch, n) and actions (batch, m) to (2, batch)."""

    def __init__(self, features: int, actions: int, width: int) -> None:
        super().__init__()
        sizes = (features + actions, width, width, 1)
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        for fan_in, fan_out in pairwise(sizes):
            bound = fan_in**-0.5
            self.weights.append(nn.Parameter(torch.empty(2, fan_in, fan_out).uniform_(-bound, bound)))
            self.biases.append(nn.Parameter(torch.zeros(2, 1, fan_out)))

    def forward(self, features: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
        hidden = torch.cat((features, actions), -1).expand(2, -1, -1)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            hidden = torch.baddbmm(bias, hidden, weight)
            hidden = torch.relu(functional.layer_norm(hidden, hidden.shape[-1:]))
        return torch.baddbmm(self.biases[-1], hidden, self.weights[-1])[..., 0]


class Actor(nn.Module):
    """Features (batch, n) to the mean of the action before tanh, and the log of its deviation."""

    def __init__(self, features: int, actions: int, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(features, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.mean = nn.Linear(width, actions)
        self.log_deviation = nn.Linear(width, actions)

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = self.body(features)
        return self.mean(hidden), torch.clamp(self.log_deviation(hidden), _LOG_LEAST, _LOG_MOST)

    def drawn(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """An action within [-1, 1], the log of its density, and the action without noise."""
        mean, log_deviation = self(features)
        noise = torch.randn_like(mean)
        before = mean + log_deviation.exp() * noise
        squashed = 2.0 * (0.6931472 - before - functional.softplus(-2.0 * before))
        density = (-0.5 * noise.square() - log_deviation - 0.9189385 - squashed).sum(-1)
        return torch.tanh(before), density, torch.tanh(mean)


class Learner:
    """The networks and their optimisers. `policy` is what is kept in the end: the actor, averaged."""

    networks: tuple[str, ...] = ("actor", "critics", "targets", "policy")

    def __init__(self, features: int, actions: int, settings: GuidedSettings) -> None:
        self.settings = settings
        self.actor = Actor(features, actions, settings.width)
        self.policy = Actor(features, actions, settings.width)
        self.policy.load_state_dict(self.actor.state_dict())
        self.critics = Critics(features, actions, settings.width)
        self.targets = Critics(features, actions, settings.width)
        self.targets.load_state_dict(self.critics.state_dict())
        self.log_entropy = torch.tensor(settings.entropy).log().requires_grad_()
        self._entropy_target = settings.entropy_target * actions
        self._optimizers = {
            "actor": self._adam(list(self.actor.parameters())),
            "critics": self._adam(list(self.critics.parameters())),
            "entropy": self._adam([self.log_entropy]),
        }

    def _adam(self, parameters: list[Any]) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, self.settings.learning_rate, fused=True)

    def acting(self, features: torch.Tensor, guide: torch.Tensor) -> torch.Tensor:
        """What is done in training: the guide's action or one drawn from the actor, whichever the target
        critics prefer."""
        with torch.no_grad():
            own, _, _ = self.actor.drawn(features)
            prefers = self._least(features, own) > self._least(features, guide)
            return torch.where(prefers[:, None], own, guide)

    def alone(self, features: torch.Tensor) -> torch.Tensor:
        """What is done when the training is over."""
        with torch.no_grad():
            mean, _ = self.policy(features)
            return torch.tanh(mean)

    def improve(self, batch: Batch, *, actor_too: bool) -> None:
        """One gradient step of the critics, and, if `actor_too`, of the actor and the entropy coefficient."""
        with torch.no_grad():
            wanted = batch.paid + batch.discount * self._worth(batch.later, batch.guide_later)
        judged = self.critics(batch.now, batch.action)
        self._step("critics", (judged - wanted).square().mean(1).sum())
        _follow(self.targets, self.critics, self.settings.target_rate)
        if actor_too:
            self._improve_actor(batch)
            self._average()

    def _worth(self, features: torch.Tensor, guide: torch.Tensor) -> torch.Tensor:
        """Of the better of two actions, the guide's and one of the actor's."""
        own, _, _ = self.actor.drawn(features)
        return torch.maximum(self._least(features, own), self._least(features, guide))

    def _improve_actor(self, batch: Batch) -> None:
        action, density, still = self.actor.drawn(batch.now)
        self.critics.requires_grad_(False)
        judged = self.critics(batch.now, action).mean(0)
        with torch.no_grad():
            guide_better = self.critics(batch.now, batch.guide_now).mean(0) > judged
        drawn = (guide_better * (still - batch.guide_now).square().sum(-1)).mean()
        entropy = self.log_entropy.exp().detach()
        self._step("actor", (entropy * density - judged).mean() + self.settings.imitation * drawn)
        self.critics.requires_grad_(True)
        self._improve_entropy(density)

    def _average(self) -> None:
        _follow(self.policy, self.actor, self.settings.averaging)

    def _improve_entropy(self, density: torch.Tensor) -> None:
        missing = (density.detach() + self._entropy_target).mean()
        self._step("entropy", -self.log_entropy * missing)

    def _step(self, name: str, loss: torch.Tensor) -> None:
        optimizer = self._optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def _least(self, features: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
        least: torch.Tensor = self.targets(features, actions).min(0).values
        return least

    # -- state -------------------------------------------------------------------------------------

    def tensors(self) -> dict[str, torch.Tensor]:
        """All that it has learned."""
        found = {"log_entropy": self.log_entropy}
        for name in self.networks:
            state = getattr(self, name).state_dict()
            found |= {f"{name}_network/{key}": value for key, value in state.items()}
        for name, optimizer in self._optimizers.items():
            found |= of_optimizer(name, optimizer)
        return found

    def load(self, tensors: dict[str, torch.Tensor]) -> None:
        """The inverse of `tensors`."""
        with torch.no_grad():
            self.log_entropy.copy_(tensors["log_entropy"])
        for name in self.networks:
            getattr(self, name).load_state_dict(under(f"{name}_network/", tensors))
        for name, optimizer in self._optimizers.items():
            into_optimizer(optimizer, under(f"{name}/", tensors))


def _follow(slow: nn.Module, fast: nn.Module, rate: float) -> None:
    with torch.no_grad():
        torch._foreach_lerp_(list(slow.parameters()), list(fast.parameters()), rate)
