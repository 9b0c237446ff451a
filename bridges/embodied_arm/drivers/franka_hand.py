"""The Franka hand, whose calls take as long as its fingers move: asked in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from embodied.errors import WorldError

SPEED: Final = 0.1
"""Of the fingers [m/s]."""
POLL_S: Final = 0.05
SILENT_S: Final = 3.0
CLOSES_M: Final = 0.001
ANY_WIDTH_M: Final = 0.08
"""A grasp counts wherever the fingers meet something."""


class FrankaHand:
    """Width and goals of the hand; `connect` makes the library's `Gripper`.

    The thread asks for the state, and passes goals on as they come, one after the other: what the fingers are
    doing they finish, which takes a second at most.
    """

    def __init__(self, connect: Callable[[], Any], failures: tuple[type[Exception], ...]) -> None:
        self._connect = connect
        self._failures = failures
        self._ended = threading.Event()
        self._ready = threading.Event()
        self._width = 0.0
        self._goal: tuple[float, float] | None = None
        self._begun: tuple[float, float] | None = None
        self._seen = time.monotonic()
        self._broken = ""
        self._thread = threading.Thread(target=self._work, name="franka hand", daemon=True)
        self._thread.start()

    def wait_ready(self, timeout_s: float) -> None:
        """Until its state is known. Raises `WorldError`."""
        self._ready.wait(timeout_s)
        if self._broken or not self._ready.is_set():
            raise WorldError(
                f"The Franka hand does not answer: {self._broken or 'no state'}.",
                remedy='Initialise the hand in Desk, or say gripper = "none".',
            )

    @property
    def width(self) -> float:
        """Distance of the fingers [m]. Raises `WorldError` when the hand is gone."""
        if self._broken or time.monotonic() - self._seen > SILENT_S:
            raise WorldError(
                f"The Franka hand has fallen silent{': ' + self._broken if self._broken else ''}.",
                remedy="Look at its cable and at Desk; then start again.",
            )
        return self._width

    def go(self, width: float, force: float) -> None:
        """Set where the fingers shall go [m] and what they may press with [N]. Returns at once."""
        self._goal = (width, force)

    def stop(self) -> None:
        """Begin nothing more. What is held stays held: letting go would drop it."""
        self._goal = self._begun

    def end(self) -> None:
        """Let go of the hand; a call that hangs is left behind. Idempotent."""
        self._ended.set()
        self._thread.join(1.0)

    def _work(self) -> None:
        try:
            hand = self._connect()
            self._ready_with(hand)
            moving: Any = None
            while not self._ended.wait(POLL_S):
                self._ready_with(hand)
                if self._goal is not None and self._goal != self._begun:
                    if moving is not None and not moving.wait(0.0):
                        continue
                    self._begun = self._goal
                    moving = self._begin(hand, *self._begun)
        except self._failures as failed:
            self._broken = str(failed).strip() or type(failed).__name__
            self._ready.set()

    def _ready_with(self, hand: Any) -> None:
        self._width, self._seen = float(hand.state.width), time.monotonic()
        self._ready.set()

    def _begin(self, hand: Any, width: float, force: float) -> Any:
        if width < self._width - CLOSES_M and force > 0:
            return hand.grasp_async(width, SPEED, force, ANY_WIDTH_M, ANY_WIDTH_M)
        return hand.move_async(width, SPEED)
