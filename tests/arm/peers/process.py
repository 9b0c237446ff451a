"""A peer as a child process of a test, and what it measured."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0


def loopback_address() -> str:
    """An address of this machine that no other peer is likely to have: the arms' ports are fixed."""
    return f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(2, 254)}"


class Peer:
    """Runs `python -m tests.arm.peers.<kind> [arguments]` until `end`."""

    def __init__(self, kind: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.arm.peers.{kind}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self.ready = self._line()

    def measure(self) -> dict[str, Any]:
        return self.ask("measure")

    def ask(self, what: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        return self._line()

    def until(self, true: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """The first measurement of which something is true; fails after a deadline."""
        ends = time.monotonic() + PATIENCE_S
        while not true(measured := self.measure()):
            assert time.monotonic() < ends, f"the peer did not {what}: {measured}"
            time.sleep(0.01)
        return measured

    def at_rest(self, for_s: float = 0.3) -> dict[str, Any]:
        """What it measures when it has not moved for a while, of its own clock."""
        return self.until(lambda seen: seen["now"] - seen["moved_until"] > for_s, "come to rest")

    def kill(self) -> None:
        """As SIGKILL, a power cut, a pulled cable."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
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
        assert line, "the peer ended"
        answer: dict[str, Any] = json.loads(line)
        return answer
