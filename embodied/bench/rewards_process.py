"""One case of `embodied bench rewards` in a process of its own, which leaves its row as its last line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from typing import Any, Final, Protocol

from embodied.bench.running import MARGIN_S, last_json, wait_for
from embodied.outcome import Verdict

LAST_WORDS: Final = 300


class ProcessCase(Protocol):
    """What a module of the benchmark can be asked for: `python -m MODULE CASE`, the case as JSON."""

    @property
    def key(self) -> str: ...

    @property
    def minutes(self) -> float: ...

    @property
    def module(self) -> str: ...

    def to_wire(self) -> dict[str, Any]: ...


def run_process(case: ProcessCase, stop: threading.Event) -> dict[str, Any] | None:
    """The row of a case; None if it was stopped. One that overstays or dies is a failure, with its words."""
    if stop.is_set():
        return None
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", case.module, json.dumps(case.to_wire())],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # cases are what runs side by side
        start_new_session=True,  # Ctrl-C reaches it through `stop`, once
    )
    ended = wait_for(process, began + 60 * case.minutes + MARGIN_S, stop)
    if stop.is_set() or ended.by_others:
        return None
    row = last_json(ended.output)
    if row.get("key") == case.key:
        return row
    said = ended.output.strip()[-LAST_WORDS:]
    why = (
        "ended by the benchmark after its time"
        if ended.overstayed
        else f"its process ended with {ended.code}"
    )
    return failed(case, f"{why}; {said}", time.monotonic() - began)


def failed(case: ProcessCase, reason: str, seconds: float) -> dict[str, Any]:
    """The row of a case whose process did not live to tell."""
    return {
        **case.to_wire(),
        "verdict": Verdict.UNKNOWN.value,
        "reason": reason,
        "successes": 0,
        "reached": None,
        "seconds": round(seconds, 1),
        "cpu_s": None,
    }
