"""What stands between the safety layer and a driver in a measurement: a recorder, sensors that lie."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any, Final

import numpy as np

from embodied.arms import ArmCommand, ArmState, Driver
from embodied_arm.model import Array

STALE: Final = ("late", "stuck", "old")
"""Measurements come late; the joints' stay while the clock goes on; an old one comes again."""


class Around:
    """A driver that is another's, all of it."""

    def __init__(self, inner: Driver) -> None:
        self._inner = inner

    @property
    def description(self) -> Any:
        return self._inner.description

    @property
    def scene(self) -> Any:
        return self._inner.scene

    def read(self) -> ArmState:
        return self._inner.read()

    def command(self, command: ArmCommand) -> ArmCommand:
        return self._inner.command(command)

    def tick(self) -> None:
        self._inner.tick()

    def stop(self, reason: str) -> None:
        self._inner.stop(reason)

    def close(self) -> None:
        self._inner.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Recorder(Around):
    """Keeps what the driver was sent and what its joints did, a row a period."""

    def __init__(self, inner: Driver) -> None:
        super().__init__(inner)
        self._before = inner.read()
        self._sent = list(self._before.position)
        self.sent: list[list[float]] = [self._sent]
        self.moved: list[list[float]] = [list(self._before.position)]

    def command(self, command: ArmCommand) -> ArmCommand:
        if command.position is not None:
            self._sent = list(command.position)
        return super().command(command)

    def tick(self) -> None:
        super().tick()
        self.sent.append(self._sent)
        self.moved.append(list(self._inner.read().position))

    def targets(self) -> Array:
        """Shape (k, n) [rad]."""
        return np.array(self.sent)

    def joints(self) -> Array:
        """Shape (k, n) [rad]."""
        return np.array(self.moved)


class StaleSensors(Around):
    """From `begin` on, what is measured is not what is there."""

    def __init__(self, inner: Driver, how: str, periods: int) -> None:
        super().__init__(inner)
        self._how = how
        self._past: deque[ArmState] = deque(maxlen=periods + 1)
        self._begun = False
        self._held: ArmState | None = None

    def begin(self) -> None:
        """The sensors go stale now."""
        self._begun = True
        self._held = self._past[-1] if self._how == "stuck" and self._past else None

    def tick(self) -> None:
        super().tick()
        self._past.append(self._inner.read())
        if self._begun and self._how == "old" and (self._held is None or len(self._past) % 7 == 0):
            self._held = self._past[0]

    def read(self) -> ArmState:
        now = self._inner.read()
        if not self._begun:
            return now
        if self._how == "late":
            return replace(self._past[0], time_s=now.time_s)
        return replace(self._held, time_s=now.time_s) if self._held is not None else now
