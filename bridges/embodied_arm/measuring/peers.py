"""A peer that speaks a real arm's protocol, as a process of a checkout, and what it measured of itself."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from embodied.errors import WorldError
from embodied_arm.model import Array

ROOT: Final = Path(__file__).resolve().parents[3]
PEERS_FOLDER: Final = ROOT / "tests" / "arm" / "peers"
PATIENCE_S: Final = 60.0
LOOK_S: Final = 0.02


def loopback_address() -> str:
    """An address of this machine that no other peer is likely to have: the arms' ports are fixed."""
    return f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(2, 254)}"


class Peer:
    """Runs `python -m tests.arm.peers.KIND [arguments]` in a checkout until `close`."""

    def __init__(self, kind: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.arm.peers.{kind}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self.ready = self._line()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def ask(self, what: str) -> dict[str, Any]:
        """Raises WorldError when it has ended."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(what + "\n")
            self._process.stdin.flush()
        except OSError as gone:
            raise WorldError(f"the peer has ended: {gone}") from gone
        return self._line()

    def measure(self) -> dict[str, Any]:
        """What it measures of itself now. Raises as `ask`."""
        return self.ask("measure")

    def record(self, file: Path) -> None:
        """Keep everything from now on, until `recorded`."""
        self.ask(f"record {file}")

    def recorded(self, file: Path) -> tuple[Array, Array]:
        """Times (k,) [s], of the peer's own clock, and joints (k, n) [rad], since `record`."""
        self.ask("recorded")
        rows = np.load(file)
        return rows[:, 0], rows[:, 1:]

    def moving(self, patience_s: float) -> bool:
        """Wait until it moves; whether it did."""
        ends = time.monotonic() + patience_s
        while time.monotonic() < ends:
            if max(abs(speed) for speed in self.measure()["speed"]) > 0.05:
                return True
            time.sleep(LOOK_S)
        return False

    def at_rest(self, for_s: float, patience_s: float) -> bool:
        """Wait until it has not moved for a while, of its own clock; whether it did."""
        ends = time.monotonic() + patience_s
        while time.monotonic() < ends:
            seen = self.measure()
            if seen["now"] - seen["moved_until"] > for_s:
                return True
            time.sleep(LOOK_S)
        return False

    def kill(self) -> None:
        """As SIGKILL, a power cut, a pulled cable."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it. Idempotent."""
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _line(self) -> dict[str, Any]:
        watch = threading.Timer(PATIENCE_S, self._process.kill)
        watch.start()
        try:
            assert self._process.stdout is not None
            line = self._process.stdout.readline()
        finally:
            watch.cancel()
        if not line:
            raise WorldError("the peer has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer
