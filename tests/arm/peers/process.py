"""A peer as a child process of a test, and what it measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from embodied_arm.measuring.peers import PATIENCE_S, loopback_address
from embodied_arm.measuring.peers import Peer as MeasuredPeer

__all__ = ["Peer", "loopback_address"]


class Peer(MeasuredPeer):
    """With deadlines that fail a test."""

    def until(self, true: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """The first measurement of which something is true."""
        ends = time.monotonic() + PATIENCE_S
        while not true(measured := self.measure()):
            assert time.monotonic() < ends, f"the peer did not {what}: {measured}"
            time.sleep(0.01)
        return measured

    def rested(self, for_s: float = 0.3) -> dict[str, Any]:
        """What it measures when it has not moved for a while, of its own clock."""
        return self.until(lambda seen: seen["now"] - seen["moved_until"] > for_s, "come to rest")
