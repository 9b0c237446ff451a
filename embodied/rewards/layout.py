"""How a batch lies in the memory that a worker shares with the process that asks it.

One block for each entry of obs, action and previous, and one for each term, of `CAPACITY` states each,
float64. Nothing is packed or unpacked: both sides see the same arrays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from embodied.rewards.spec import ActionSpec, Array, ObservationSpec

CAPACITY: Final = 4096
"""States in one batch."""


@dataclass(frozen=True)
class Layout:
    """Blocks by name: obs, action and previous of `capacity` states, then the terms."""

    observation: ObservationSpec
    action: ActionSpec
    terms: tuple[str, ...]
    capacity: int = CAPACITY

    @property
    def nbytes(self) -> int:
        numbers = 2 * self.observation.size + self.action.size + len(self.terms)
        return 8 * self.capacity * numbers

    def inputs(self, memory: Any, *, writeable: bool) -> tuple[dict[str, Array], ...]:
        """(obs, action, previous): {name: shape (capacity, *shape)}, views into `memory`."""
        start, blocks = 0, []
        for spec in (self.observation, self.action, self.observation):
            values = {}
            for entry in spec.entries:
                values[entry.name] = _view(memory, start, (self.capacity, *entry.shape), writeable)
                start += values[entry.name].nbytes
            blocks.append(values)
        return tuple(blocks)

    def outputs(self, memory: Any) -> Array:
        """Shape (terms, capacity), a view into `memory`."""
        size = 8 * self.capacity * len(self.terms)
        return _view(memory, self.nbytes - size, (len(self.terms), self.capacity), True)


def rows(values: Mapping[str, Array], count: int) -> dict[str, Array]:
    """The first states of a block."""
    return {name: value[:count] for name, value in values.items()}


def _view(memory: Any, start: int, shape: tuple[int, ...], writeable: bool) -> Array:
    view = np.frombuffer(memory, dtype=np.float64, count=math.prod(shape), offset=start).reshape(shape)
    view.flags.writeable = writeable
    return view
