"""How fast a table is stepped: this world's engines, and others' environments of the same task.

Compared is one step of an agent that lasts the same simulated time, while an arm moves down to a cube, closes
its fingers and lifts: joint targets in, state of the arm and poses of all things out. Time is the CPU time of
the one process, so that other work on the machine counts little.
"""

from __future__ import annotations

from collections.abc import Sequence

from embodied.bench.worldcase import Speed


def measure(engine: str, simulated_s: float, seconds: float) -> Speed:
    raise NotImplementedError


def measure_peers(python: str, seconds: float) -> Sequence[Speed | str]:
    raise NotImplementedError
