"""A fixed piece of work, timed beside every result, so that times can be compared across machines."""

from __future__ import annotations

import hashlib
import time


def calibration_s() -> float:
    """Seconds that 200 000 rounds of SHA-256 take on one core, best of three."""
    return min(_once() for _ in range(3))


def _once() -> float:
    began = time.perf_counter()
    digest = b"embodied"
    for _ in range(200_000):
        digest = hashlib.sha256(digest).digest()
    return time.perf_counter() - began
