"""Which successes of a weak skill were luck. Needs torch.

A skill that misjudges sometimes succeeds with a thing taken by its edge. Whoever copies that takes it a
little farther out, and fails. A small network learns from all tries which of them succeed, and is never sure:
a success that looks like the failures is one of luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import nn

from embodied.learning.tensors import under

SOUND: Final = 0.6
"""Share of the successes that are learned from, those that look least like failures; more of a skill that
fails more rarely."""
WIDTH: Final = 64
UPDATES: Final = 1500
"""Few: a network that knows each try by heart tells nothing of luck."""
BATCH: Final = 256


class Luck:
    """What a network is told of a step and what was done in it, to how much that looks like success."""

    def __init__(self, size: int) -> None:
        self._network = nn.Sequential(nn.Linear(size, WIDTH), nn.ReLU(), nn.Dropout(0.2), nn.Linear(WIDTH, 1))
        self._least = torch.tensor(-np.inf)

    def learn(self, tries: Sequence[tuple[torch.Tensor, bool]], draws: np.random.Generator) -> None:
        """Each try's steps, shape (t, size), and whether it succeeded. There has to be a success."""
        steps = torch.cat([one for one, _ in tries])
        well = torch.cat([torch.full((len(one),), float(succeeded)) for one, succeeded in tries])
        optimizer = torch.optim.Adam(self._network.parameters(), 1e-3, weight_decay=1e-3)
        self._network.train()
        for _ in range(UPDATES):
            chosen = torch.as_tensor(draws.integers(len(steps), size=BATCH))
            judged = self._network(steps[chosen])[:, 0]
            loss = nn.functional.binary_cross_entropy_with_logits(judged, well[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        found = [self._looks(one) for one, succeeded in tries if succeeded]
        self._least = torch.quantile(torch.stack(found), 1.0 - max(SOUND, len(found) / len(tries)))

    def sound(self, steps: torch.Tensor) -> bool:
        """Whether a try that succeeded, shape (t, size), is one to learn from; any is, before `learn`."""
        return bool(self._looks(steps) >= self._least)

    def _looks(self, steps: torch.Tensor) -> torch.Tensor:
        self._network.eval()
        with torch.no_grad():
            looks: torch.Tensor = self._network(steps).mean()
        return looks

    def tensors(self) -> dict[str, torch.Tensor]:
        """All that it has learned."""
        found = {f"network/{name}": value for name, value in self._network.state_dict().items()}
        return found | {"least": self._least}

    def load(self, tensors: dict[str, torch.Tensor]) -> None:
        """The inverse of `tensors`."""
        self._network.load_state_dict(under("network/", tensors))
        self._least = tensors["least"]
