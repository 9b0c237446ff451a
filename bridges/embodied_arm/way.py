"""Along a plan at its own pace, or slower where something holds the arm back."""

from __future__ import annotations

from embodied_arm.model import Array


class Way:
    """Along the rows of a plan.

    Args:
        joints: joint targets for every period, shape (t, n) [rad].
        change: of the pace, in one period.
    """

    def __init__(self, joints: Array, change: float) -> None:
        self.rate = 1.0
        self._joints = joints
        self._change = change
        self._where = -1.0

    @property
    def begun(self) -> bool:
        return self._where >= 0.0

    @property
    def ended(self) -> bool:
        return self._where >= len(self._joints) - 1

    def on(self) -> Array:
        """The next target, shape (n,)."""
        self._where = min(self._where + self.rate, len(self._joints) - 1.0)
        low = int(max(self._where, 0.0))
        high = min(low + 1, len(self._joints) - 1)
        row: Array = self._joints[low] + (self._joints[high] - self._joints[low]) * (self._where - low)
        return row

    def slower(self) -> None:
        self.rate = max(0.0, self.rate - self._change)

    def faster(self) -> None:
        self.rate = min(1.0, self.rate + self._change)
