"""One run of the program as a user would start it: a process of its own, read from its journal."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embodied import journal
from embodied.errors import BadInput
from embodied.models.usage import usage_of
from embodied.runs import JOURNAL

MARGIN_S = 120.0
"""How much longer than its own time limit a run may take to start and to close [s]."""

POLL_S = 0.5
CLOSING_S = 60.0
"""How long a run that was asked to end may take to bring its body to rest [s]."""

STOPPED = 130
"""The exit code of a run that Ctrl-C or SIGTERM ended."""

BAD_INPUT = 2

OUTSIDE_SIGNALS = frozenset(
    -getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGKILL", "SIGHUP", "SIGQUIT")
    if hasattr(signal, name)
)
"""Exit statuses of a run that somebody ended; a crash (SIGSEGV, SIGABRT) is the program's own."""


@dataclass(frozen=True)
class Case:
    """One run of a benchmark.

    Attributes:
        key: what identifies it in the results ("normal/seed-3").
        arguments: of `embodied run` (or another `command` that reports as it does), without --json.
        minutes: its time limit [min].
        milestones: items whose first appearance in the inventory is timed.
        environment: variables laid over the present ones; None takes one away.
        library: the folder of skills it has; None: the user's own.
        copied: it has a copy of `library`, so that nothing learned goes from case to case.
        runs: where its journals stay; None: they are thrown away when it ends.
        margin_s: how much longer than `minutes` it may take to start and to close [s].
        refusal_ends: a refusal before it began (no key, no such model) ends the benchmark; else it is a miss.
        measure: what else the row holds, from the folder of its journals.
    """

    key: str
    arguments: tuple[str, ...]
    minutes: float
    milestones: tuple[str, ...] = ()
    command: str = "run"
    labels: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str | None] = field(default_factory=dict)
    library: Path | None = None
    copied: bool = False
    runs: Path | None = None
    margin_s: float = MARGIN_S
    refusal_ends: bool = False
    measure: Callable[[Path], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Ended:
    """Attributes: output: of stdout; code: exit status; overstayed: the benchmark had to end it."""

    output: str
    code: int
    overstayed: bool = False

    @property
    def by_others(self) -> bool:
        """Somebody outside ended it, so that it says nothing about the program."""
        return not self.overstayed and (self.code == STOPPED or self.code in OUTSIDE_SIGNALS)


def mode_of(arguments: Sequence[str]) -> str:
    """Whether a run waits as long as the game does: rows of the two are never mixed."""
    return "fast" if "--fast" in arguments else "normal"


def file_name_of(text: str) -> str:
    """A folder's name for a goal or a key."""
    return "-".join(re.findall(r"[a-z0-9.]+", text.lower()))


def run_case(case: Case, stop: threading.Event) -> dict[str, Any] | None:
    """The row of a run; None if it was stopped, by `stop` or by a signal from outside.

    Raises:
        BadInput: it was refused before it began, where that ends the benchmark.
    """
    if stop.is_set():
        return None
    with _surroundings(case) as (runs, environment):
        before = set(runs.glob(f"*/{JOURNAL}"))
        argv = [sys.executable, "-m", "embodied", case.command, *case.arguments, "--json", "--quiet"]
        argv += ["--minutes", f"{case.minutes:g}"]
        began = time.monotonic()
        process = subprocess.Popen(
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches it through `stop`: once, so that its body comes to rest
        )
        ended = wait_for(process, began + case.minutes * 60 + case.margin_s, stop)
        if stop.is_set() or ended.by_others:
            return None
        report = last_json(ended.output)
        if case.refusal_ends and ended.code == BAD_INPUT:
            raise _refusal(case, report)
        fresh = sorted(set(runs.glob(f"*/{JOURNAL}")) - before)
        records = journal.read(fresh[-1]) if fresh else []
        row = {**_row(case, report, records), **(case.measure(runs) if case.measure else {})}
        row["seconds"] = report.get("seconds") or round(time.monotonic() - began, 2)
        if ended.overstayed and not report:
            row["reason"] = f"ended after {case.minutes:g} min and {case.margin_s:g} s to close"
        return row


@contextmanager
def _surroundings(case: Case) -> Iterator[tuple[Path, dict[str, str]]]:
    """The folder of its runs and the environment; what is temporary is gone after."""
    with tempfile.TemporaryDirectory(prefix="embodied-bench-") as folder:
        runs = case.runs or Path(folder) / "runs"
        runs.mkdir(parents=True, exist_ok=True)
        library = case.library
        if library is not None and case.copied:
            library = Path(folder) / "library"
            if case.library is not None and case.library.is_dir():
                shutil.copytree(case.library, library)
        environment: dict[str, str | None] = {**os.environ, "EMBODIED_RUNS": str(runs.absolute())}
        if library is not None:
            environment["EMBODIED_LIBRARY"] = str(library.absolute())
        environment.update(case.environment)
        yield runs, {name: value for name, value in environment.items() if value is not None}


def wait_for(process: subprocess.Popen[str], deadline: float, stop: threading.Event) -> Ended:
    """A run that overstays, or is to stop, is asked to end, and killed if it does not."""
    asked_to_end = overstayed = False
    while True:
        try:
            output, _ = process.communicate(timeout=POLL_S)
            return Ended(output, process.returncode, overstayed)
        except subprocess.TimeoutExpired:
            now = time.monotonic()
            if not asked_to_end and (stop.is_set() or now > deadline):
                asked_to_end, overstayed = True, not stop.is_set()
                deadline = now + CLOSING_S
                process.terminate()
            elif asked_to_end and now > deadline:
                process.kill()


def _row(case: Case, report: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "key": case.key,
        **case.labels,
        "verdict": report.get("verdict", "UNKNOWN"),
        "reason": report.get("reason") or report.get("error") or "no report",
        "seconds": 0.0,
        "steps": report.get("steps") or sum(record["type"] == "step_started" for record in records),
        "primitive_calls": report.get("primitive_calls")
        or sum(record["type"] == "call_started" for record in records),
        "assistance": report.get("assistance", {}),
        "model_use": usage_of(records).to_wire(),
        "milestones": milestones(records, case.milestones),
        "failed_steps": failed_steps(records),
        **({"explored": report["explored"]} if "explored" in report else {}),
    }


def _refusal(case: Case, report: Mapping[str, Any]) -> BadInput:
    error = report.get("error") or {}
    return BadInput(
        f"{case.key} could not begin: {error.get('message') or report.get('reason') or 'no report'}",
        remedy=str(error.get("remedy") or ""),
    )


def last_json(text: str) -> dict[str, Any]:
    for line in reversed(text.strip().splitlines()):
        if line.startswith("{"):
            found: dict[str, Any] = json.loads(line)
            return found
    return {}


def milestones(records: Sequence[Mapping[str, Any]], items: Iterable[str]) -> dict[str, float]:
    """Seconds from the world's readiness to the first observation that holds each item."""
    began = next((record["t"] for record in records if record["type"] == "world_ready"), None)
    found: dict[str, float] = {}
    for record in records:
        if record["type"] != "observed" or began is None:
            continue
        inventory = record["facts"].get("inventory", {})
        for item in items:
            if item not in found and inventory.get(item, 0) >= 1:
                found[item] = round(record["t"] - began, 1)
    return found


def failed_steps(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each step that did not pass, with its reason."""
    names = {record["step"]: record["skill"] for record in records if record["type"] == "step_started"}
    return [
        f"{names.get(record['step'])}: {record['reason'][:160]}"
        for record in records
        if record["type"] == "step_ended" and record["verdict"] != "PASSED"
    ]
