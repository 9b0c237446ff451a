"""Others' environments in a process of another Python, measured when asked: the near end of `peers.py`."""

from __future__ import annotations

import json
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embodied_tabletop import peers

READY_WITHIN_S = 180.0
TIMES_SLOWER = 60.0
"""How much longer by the clock than in CPU time a measurement may take, with resets and on a busy machine."""


class PeerProcess:
    """`peers.py`, run by `python`.

    Attributes:
        found: what is said of each environment, by name (of `Speed`: name, package, task, simulated_s,
            substeps, note).
        missing: why others are not there, in words.
    """

    def __init__(self, python: str) -> None:
        self.found: dict[str, Mapping[str, Any]] = {}
        self.missing: list[str] = []
        self._python = python
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed in `close`
        self._process: subprocess.Popen[str] | None = None
        try:
            self._process = subprocess.Popen(
                [python, str(Path(peers.__file__))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
            )
        except OSError as failed:
            self.missing.append(f"Others could not be measured with {python}: {failed}")
            return
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._meet()

    def measure(self, name: str, seconds: float, seed: int) -> Mapping[str, float] | None:
        """What `peers.stepped` gives; None if it could not be, which `missing` then tells. It is not to be
        asked for again."""
        assert self._process is not None
        assert self._process.stdin is not None
        asked = json.dumps({"name": name, "seconds": seconds, "seed": seed})
        try:
            self._process.stdin.write(asked + "\n")
            self._process.stdin.flush()
        except OSError:
            told = None
        else:
            told = self._answer(READY_WITHIN_S + TIMES_SLOWER * seconds)
        if told is None or "missing" in told:
            self.missing.append(str(told["missing"]) if told else f"{name} is not measured: {self._ended()}")
            del self.found[name]
            return None
        return told

    def close(self) -> None:
        """End the process. Idempotent."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            for stream in (self._process.stdin, self._process.stdout):
                assert stream is not None
                try:
                    stream.close()
                except BrokenPipeError:  # what it was not there to read any more
                    continue
            self._process = None
        self._errors.close()

    def _meet(self) -> None:
        while told := self._answer(READY_WITHIN_S):
            if "ready" in told:
                return
            if "missing" in told:
                self.missing.append(str(told["missing"]))
            else:
                self.found[str(told["name"])] = told
        self.found.clear()
        self.missing.append(f"{self._python} measured nothing: {self._ended()}")

    def _answer(self, within_s: float) -> dict[str, Any] | None:
        """The next line that counts; None if the process ended, or none came in time."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if line is None:
                return None
            if line.startswith(peers.MARK):
                told: dict[str, Any] = json.loads(line.removeprefix(peers.MARK))
                return told

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _ended(self) -> str:
        self._errors.seek(0)
        said = self._errors.read().strip()[-300:]
        return said or "it ended, or did not answer in time"
