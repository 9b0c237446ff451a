"""What a network that imitates is told besides: where things lie from one another. Needs torch.

Skills decide by directions and by centimetres: behind the cube seen from the target, less than 2 cm off; the
fingers have closed, or are a few millimetres from it. From plain differences a small network does not learn
such edges: it does something in between, which is neither.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import nn

from embodied.learning.features import pairs
from embodied.rewards.spec import ObservationSpec

NEAR_M: Final = 0.02
MID_M: Final = 0.06
FAR_M: Final = 0.1
_LEAST_M: Final = 0.005
"""Nearer than that there is no direction."""
WIDTHS: Final = 16
"""Of the fingers, evenly from shut to wide open, each told apart from its neighbours."""


class Bearings(nn.Module):
    """Observations (batch, n) to (batch, `size`), each within about [-1, 1].

    For each pair (hand, thing), (hand, place) and (thing, place): the horizontal direction, how far, and the
    difference along each axis, all of them near to and farther off. For each thing and place: how far the
    hand is along, and aside of, the way that the thing has to go, seen from the thing. For the fingers: how
    far beyond, or short of, each of `WIDTHS` they are.
    """

    def __init__(self, spec: ObservationSpec) -> None:
        super().__init__()
        found = pairs(spec.entries)
        starts, matrix = {}, torch.zeros(spec.size, 3 * len(found))
        fingers = []
        where = 0
        for entry in spec.entries:
            starts[entry.name] = where
            if entry.role == "gripper":
                fingers.append(torch.zeros(spec.size, 1))
                fingers[-1][where] = 1.0 / max(float(entry.upper), _LEAST_M)
            where += entry.size
        for number, (one, other) in enumerate(found):
            columns = slice(3 * number, 3 * number + 3)
            matrix[starts[one] : starts[one] + 3, columns] += torch.eye(3)
            matrix[starts[other] : starts[other] + 3, columns] -= torch.eye(3)
        self.register_buffer("matrix", matrix)
        hands = {entry.name for entry in spec.entries if entry.role == "hand"}
        self._ways = [
            (found.index((hand, thing)), number)
            for number, (thing, _) in enumerate(found)
            for hand in sorted(hands)
            if thing not in hands
        ]
        self._pairs = len(found)
        self.register_buffer("fingers", torch.cat([torch.zeros(spec.size, 0), *fingers], 1))
        self.register_buffer("widths", torch.linspace(0.0, 1.0, WIDTHS))
        self.size = 12 * len(found) + 4 * len(self._ways) + WIDTHS * len(fingers)

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        apart = (observations @ self.matrix).reshape(-1, self._pairs, 3)
        level = apart[..., :2].square().sum(-1, keepdim=True).sqrt()
        far = apart.square().sum(-1, keepdim=True).sqrt()
        direction = apart[..., :2] / (level + _LEAST_M)
        lengths = torch.cat((level, far), -1)
        told = torch.cat(
            (
                direction,
                torch.tanh(lengths / NEAR_M),
                torch.tanh(lengths / FAR_M),
                torch.tanh(apart / NEAR_M),
                torch.tanh(apart / MID_M),
            ),
            -1,
        )
        columns = [told.reshape(-1, 12 * self._pairs)]
        for hand, way in self._ways:
            off, toward = apart[:, hand, :2], -direction[:, way]
            along = (off * toward).sum(-1, keepdim=True)
            aside = off[:, :1] * toward[:, 1:] - off[:, 1:] * toward[:, :1]
            both = torch.cat((along, aside), -1)
            columns += [both / FAR_M, torch.tanh(both / NEAR_M)]
        if self.fingers.shape[1]:
            opened = (observations @ self.fingers)[..., None]
            columns.append(torch.tanh((opened - self.widths) * WIDTHS).reshape(len(observations), -1))
        return torch.cat(columns, -1)
