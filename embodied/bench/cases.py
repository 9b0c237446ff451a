"""Runs many cases, a few at a time, and appends what came of each to a file.

A case that the file already holds is not run again, so a benchmark that was stopped goes on where it was.
What was stopped (Ctrl-C, SIGTERM, a signal to one run) is not in the file: it is no result.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from embodied.bench.calibration import calibration_s
from embodied.bench.running import Case, run_case
from embodied.bench.version import code_version

__all__ = ["Case", "append_row", "read_results", "run_cases", "versions"]


class Keyed(Protocol):
    """What is run; `key` identifies it in the results."""

    @property
    def key(self) -> str: ...


AnyCase = TypeVar("AnyCase", bound=Keyed)


def run_cases(
    cases: Sequence[AnyCase],
    results: Path,
    *,
    run: Callable[[AnyCase, threading.Event], dict[str, Any] | None] = run_case,  # type: ignore[assignment]
    jobs: int = 1,
    tell: Callable[[str], None] = print,
    stop: threading.Event | None = None,
) -> list[dict[str, Any]]:
    """Run what `results` does not hold yet, `jobs` at a time; gives the results of all cases, in order.

    `run` gives the row of a case, None if it was stopped; without it, each is a process of its own.
    Ctrl-C, SIGTERM or `stop` ends the running ones, which are not recorded.

    Raises:
        BadInput: a case was refused before it began, and that ends its benchmark.
    """
    stop = stop or threading.Event()
    done = {row["key"]: row for row in read_results(results)}
    todo = [case for case in cases if case.key not in done]
    tell(f"{len(cases) - len(todo)} of {len(cases)} are in {results}; {len(todo)} to run, {jobs} at a time")
    machine = {"calibration_s": round(calibration_s(), 4), "jobs": jobs} if todo else {}
    with _sigterm_as_ctrl_c(), ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(run, case, stop): case for case in todo}
        try:
            for number, future in enumerate(as_completed(futures), 1):
                row, key = future.result(), futures[future].key
                if row is None:
                    tell(f"{number}/{len(todo)} {key}: was stopped from outside, not recorded")
                    continue
                done[key] = append_row(results, {**row, **machine})
                came_of = f"{row['verdict']} in {row['seconds']:.0f} s {row['reason'][:100]}"
                tell(f"{number}/{len(todo)} {key}: {came_of}")
        except BaseException:
            stop.set()
            raise
    return [done[case.key] for case in cases if case.key in done]


def append_row(results: Path, row: Mapping[str, Any]) -> dict[str, Any]:
    """Add a row, with the version of the code, to a results file; gives it as it is kept."""
    kept = {**row, "version": code_version()}
    results.parent.mkdir(parents=True, exist_ok=True)
    torn = results.is_file() and not results.read_bytes().endswith(b"\n") and results.stat().st_size > 0
    with results.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + json.dumps(kept) + "\n")
    return kept


def read_results(results: Path) -> list[dict[str, Any]]:
    """The rows of a results file; a last line that was cut in the middle is left out."""
    if not results.is_file():
        return []
    rows = []
    for line in results.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def versions(rows: Sequence[Mapping[str, Any]]) -> str:
    """Of which code the rows are, in a line."""
    found = dict.fromkeys(str(row.get("version", "a version before rows said it")) for row in rows)
    return f"measured with {', '.join(found) or 'nothing yet'}"


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """SIGTERM ends a benchmark as Ctrl-C does: its runs are asked to end, none is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, asked)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
