"""Runs many `embodied run`s, a few at a time, and appends what came of each to a file.

A case that the file already holds is not run again, so a benchmark that was stopped goes on where it was.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embodied import journal
from embodied.bench.calibration import calibration_s

MARGIN_S = 120.0
"""How much longer than its own time limit a run may take to start and to close [s]."""


@dataclass(frozen=True)
class Case:
    """One run of a benchmark.

    Attributes:
        key: what identifies it in the results ("normal/seed-3").
        arguments: of `embodied run` (or another `command` that reports as it does), without --json.
        minutes: its time limit [min].
        milestones: items whose first appearance in the inventory is timed.
    """

    key: str
    arguments: tuple[str, ...]
    minutes: float
    milestones: tuple[str, ...] = ()
    command: str = "run"
    labels: Mapping[str, Any] = field(default_factory=dict)


def run_cases(
    cases: Sequence[Case],
    results: Path,
    *,
    jobs: int = 1,
    tell: Callable[[str], None] = print,
    stop: threading.Event | None = None,
) -> list[dict[str, Any]]:
    """Run what `results` does not hold yet, `jobs` at a time; gives the results of all cases, in order.

    Ctrl-C (or `stop`) ends the running ones, which are not recorded.
    """
    stop = stop or threading.Event()
    done = {row["key"]: row for row in read_results(results)}
    todo = [case for case in cases if case.key not in done]
    tell(f"{len(cases) - len(todo)} of {len(cases)} are in {results}; {len(todo)} to run, {jobs} at a time")
    machine = {"calibration_s": round(calibration_s(), 4), "jobs": jobs} if todo else {}
    results.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(_run_one, case, machine, stop) for case in todo]
        try:
            for number, future in enumerate(as_completed(futures), 1):
                row = future.result()
                if row is None:
                    continue
                done[row["key"]] = row
                with results.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                came_of = f"{row['verdict']} in {row['seconds']:.0f} s {row['reason'][:100]}"
                tell(f"{number}/{len(todo)} {row['key']}: {came_of}")
        except KeyboardInterrupt:
            stop.set()
            raise
    return [done[case.key] for case in cases if case.key in done]


def read_results(results: Path) -> Iterable[dict[str, Any]]:
    """The rows of a results file; a last line that was cut in the middle is left out."""
    if not results.is_file():
        return []
    rows = []
    for line in results.read_text().splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def _run_one(case: Case, machine: Mapping[str, Any], stop: threading.Event) -> dict[str, Any] | None:
    if stop.is_set():
        return None
    with tempfile.TemporaryDirectory(prefix="embodied-bench-") as folder:
        argv = [sys.executable, "-m", "embodied", case.command, *case.arguments, "--json", "--quiet"]
        argv += ["--minutes", f"{case.minutes:g}"]
        began = time.monotonic()
        environment = {**os.environ, "EMBODIED_RUNS": folder}
        process = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        answer = _wait(process, began + case.minutes * 60 + MARGIN_S, stop)
        if answer is None:
            return None
        report = _last_json(answer)
        path = report.get("journal")
        records = journal.read(Path(path)) if path and Path(path).is_file() else []
        return {
            "key": case.key,
            **case.labels,
            "verdict": report.get("verdict", "UNKNOWN"),
            "reason": report.get("reason") or report.get("error") or "no report",
            "seconds": report.get("seconds", time.monotonic() - began),
            "steps": report.get("steps", 0),
            "primitive_calls": report.get("primitive_calls", 0),
            "assistance": report.get("assistance", {}),
            "milestones": milestones(records, case.milestones),
            "failed_steps": failed_steps(records),
            **({"explored": report["explored"]} if "explored" in report else {}),
            **machine,
        }


def _wait(process: subprocess.Popen[str], deadline: float, stop: threading.Event) -> str | None:
    """What it printed; None if it was stopped. A run that overstays is ended and counts as it is."""
    while True:
        try:
            output, _ = process.communicate(timeout=0.5)
            return output
        except subprocess.TimeoutExpired:
            if stop.is_set() or time.monotonic() > deadline:
                process.terminate()
                output, _ = process.communicate(timeout=30)
                return None if stop.is_set() else output


def _last_json(text: str) -> dict[str, Any]:
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
