"""A few processes that play cases: kept from case to case, as starting one costs more than most cases."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from embodied.bench.armcase import ArmCase
from embodied.bench.playing import failure
from embodied.bench.worldcase import WorldCase

MARGIN_S: Final = 60.0
"""How much longer than its own time limit a case may take before its process is ended [s]."""

POLL_S: Final = 0.5
CASES_PER_PROCESS: Final = 200
"""A fresh process after so many: an engine that leaks a little shall not slow the rest."""


class Workers:
    """`run` has a case played by whichever process is free; one that ends, or hangs, is replaced.

    Args:
        folder: where the journals of cases that did not pass stay, and the processes' logs.
        module: what each process runs: it reads cases and writes rows, as `embodied.bench.worker` does.
        users_library: the cases use the user's skills; else one of `folder`, which begins empty.
    """

    def __init__(
        self, folder: Path, module: str = "embodied.bench.worker", *, users_library: bool = False
    ) -> None:
        self._folder = folder
        own = {"EMBODIED_LIBRARY": str((folder / "library").absolute())}
        self._environment = {} if users_library else own
        self._module = module
        self._free: list[_Worker] = []
        self._lock = threading.Lock()
        self._started = 0

    def run(self, case: WorldCase | ArmCase, stop: threading.Event) -> dict[str, Any] | None:
        """The row of a case; None if it was stopped. A process that ends or overstays is a failure."""
        if stop.is_set():
            return None
        worker = self._take()
        began = time.monotonic()
        worker.send(json.dumps(case.to_wire()))
        deadline = began + case.minutes * 60 + MARGIN_S
        while time.monotonic() < deadline and not stop.is_set():
            try:
                answer = worker.answers.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if answer is None:
                reason = f"its process ended with {worker.close()}; {worker.last_words()}"
                return failure(case, reason, time.monotonic() - began)
            self._give_back(worker)
            row: dict[str, Any] = json.loads(answer)
            return row
        worker.close()
        if stop.is_set():
            return None
        reason = f"ended after {case.minutes:g} min and {MARGIN_S:g} s to close"
        return failure(case, reason, time.monotonic() - began)

    def close(self) -> None:
        """End all processes that no case has. Idempotent."""
        with self._lock:
            free, self._free = self._free, []
        for worker in free:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self) -> _Worker:
        with self._lock:
            if self._free:
                return self._free.pop()
            self._started += 1
            return _Worker(self._folder, self._started, self._module, self._environment)

    def _give_back(self, worker: _Worker) -> None:
        worker.played += 1
        if worker.played >= CASES_PER_PROCESS:
            worker.close()
            return
        with self._lock:
            self._free.append(worker)


class _Worker:
    """One process. `answers` gets a line for each case, and None when the process has ended."""

    def __init__(self, folder: Path, number: int, module: str, environment: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / f"worker-{number}.log"
        self.played = 0
        self.answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                env={**os.environ, **environment},
                start_new_session=True,  # Ctrl-C reaches it as its end, once
            )
        self._reader = threading.Thread(target=self._read, name="rows", daemon=True)
        self._reader.start()

    def send(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended: `answers` says so
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def close(self) -> int:
        """End it, whatever it does; gives its exit code."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            code = self._process.wait(timeout=POLL_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._reader.join()
        return code

    def last_words(self) -> str:
        """The end of its log."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return " | ".join(lines[-3:])

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.answers.put(line)
        self.answers.put(None)
