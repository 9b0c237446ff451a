"""Every second, how an arm is that moves: state, limits, timing. It only listens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self

from embodied.arms.running import status
from embodied.errors import EmbodiedError

EVERY_S: Final = 1.0


class ArmWatcher:
    """Asks the arm's bridge how it is, past whatever the agent does, while it is entered.

    Args:
        tell: whoever writes to the screen, and nobody else does.
    """

    def __init__(self, name: str, tell: Callable[[str], object]) -> None:
        self._name, self._tell = name, tell
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="arm watcher", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave.set()
        self._thread.join(timeout=5)

    def _watch(self) -> None:
        while not self._leave.wait(EVERY_S):
            try:
                told = status(self._name)
            except EmbodiedError:
                continue  # not up yet, or gone: the run itself tells
            self._tell(in_a_line(told))


def in_a_line(told: Mapping[str, Any]) -> str:
    """ "moving · hand 0.45 0.10 0.20 m, 120 mm/s · joints … · 812 commands, 3 changed · limits hand speed 12
    · period 10.0 ms, worst 11.2, 0 of 500 late"."""
    parts = ["STOPPED: " + str(told["stopped"]) if told.get("stopped") else _state(told)]
    if told.get("hand"):
        place = " ".join(f"{value:.2f}" for value in told["hand"])
        parts.append(f"hand {place} m, {1000 * float(told.get('hand_speed') or 0):.0f} mm/s")
    if joints := told.get("joints"):
        parts.append("joints " + " ".join(f"{float(value):+.2f}" for value in joints))
    if told.get("sent"):
        parts.append(f"{told['sent']} commands, {told.get('changed', 0)} changed")
    acted = told.get("limits")
    if isinstance(acted, Mapping) and acted:
        parts.append("limits " + ", ".join(f"{name} {count}" for name, count in acted.items()))
    timing = told.get("timing")
    if isinstance(timing, Mapping) and timing.get("p50_ms") is not None:
        parts.append(
            f"period {timing['p50_ms']:.1f} ms, worst {timing['worst_ms']:.1f}, "
            f"{timing['late']} of {timing['of']} late"
        )
    return " · ".join(parts)


def _state(told: Mapping[str, Any]) -> str:
    return "moving" if told.get("moving") else "at rest"
