"""What a network is given of an observation: normalised, and with the differences that matter said.

All of it is one matrix, one shift and one scale, so it goes into the policy's file, and whoever runs the
policy need not know of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.rewards.spec import Array, Entry, ObservationSpec

LEAST_DEVIATION: Final = 0.01
"""What hardly varies is not blown up."""
LIMIT: Final = 8.0


@dataclass(frozen=True, eq=False)
class Features:
    """`clip((observation @ matrix - mean) / deviation)`.

    Attributes:
        matrix: shape (observation size, features).
        mean, deviation: shape (features,).
    """

    matrix: NDArray[np.float32]
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    @property
    def size(self) -> int:
        return int(self.matrix.shape[1])

    def __call__(self, observations: Array) -> Array:
        """Shape (batch, observation size) to (batch, features)."""
        scaled: Array = np.clip((observations @ self.matrix - self.mean) / self.deviation, -LIMIT, LIMIT)
        return scaled


def differences(spec: ObservationSpec) -> NDArray[np.float32]:
    """The observation itself, then hand - thing for each thing or place, then thing - place for each pair.

    Shape (spec.size, features).
    """
    starts: dict[str, int] = {}
    where = 0
    for entry in spec.entries:
        starts[entry.name] = where
        where += entry.size
    columns = [np.eye(spec.size, dtype=np.float32)]
    for one, other in pairs(spec.entries):
        column = np.zeros((spec.size, 3), np.float32)
        column[starts[one] : starts[one] + 3] = np.eye(3)
        column[starts[other] : starts[other] + 3] -= np.eye(3, dtype=np.float32)
        columns.append(column)
    return np.concatenate(columns, axis=1)


def pairs(entries: tuple[Entry, ...]) -> list[tuple[str, str]]:
    """Entries whose difference matters: hand and thing, hand and place, thing and place."""
    by_role = {role: [e.name for e in entries if e.role == role] for role in ("hand", "object", "place")}
    handles = [entry.name for entry in entries if entry.role == "handle"]
    targets = [*by_role["object"], *handles, *by_role["place"]]
    found = [(hand, target) for hand in by_role["hand"] for target in targets]
    return found + [(thing, place) for thing in by_role["object"] for place in by_role["place"]]


def fitted(spec: ObservationSpec, seen: Array) -> Features:
    """Features whose mean and deviation are those of observations that were seen, shape (n, spec.size)."""
    matrix = differences(spec)
    raw = np.asarray(seen, dtype=np.float64) @ matrix
    return Features(
        matrix,
        raw.mean(axis=0).astype(np.float32),
        np.maximum(raw.std(axis=0), LEAST_DEVIATION).astype(np.float32),
    )
