"""Episodes drawn by hand: each entry goes from point to point in straight lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.rewards.spec import ActionSpec, Array, ObservationSpec
from embodied.rewards.trajectory import Trajectory

STEPS = 60
Points = Sequence[tuple[int, Any]]


def path(
    kind: str,
    observation: ObservationSpec,
    action: ActionSpec,
    points: Mapping[str, Points],
    succeeded: Callable[[dict[str, Array]], NDArray[Any]],
    name: str = "",
) -> Trajectory:
    """An episode of `STEPS` steps; `points` are (step, value) for each entry."""
    times = np.arange(STEPS + 1)
    observations = {}
    for entry in observation.entries:
        given = points[entry.name]
        steps = [step for step, _ in given]
        flat = np.array([np.ravel(np.broadcast_to(value, entry.shape)) for _, value in given])
        columns = [
            np.interp(times, steps, np.asarray(flat[:, column], dtype=np.float64))
            for column in range(flat.shape[1])
        ]
        observations[entry.name] = np.stack(columns, axis=-1).reshape(STEPS + 1, *entry.shape)
    actions = {entry.name: np.full((STEPS, *entry.shape), 0.1) for entry in action.entries}
    return Trajectory(name or kind, kind, observations, actions, succeeded(observations) > 0, "0")
