"""Rows of benchmarks: what is recorded, what is not, and what each row says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from embodied import __version__
from embodied.bench.cases import append_row, read_results, run_cases, versions
from embodied.bench.running import Case
from embodied.bench.version import code_version
from tests.models.conftest import Endpoint, Reply

DEADLINE_S = 60.0
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")


def wait_for_children(process: psutil.Process) -> list[psutil.Process]:
    """The runs that a benchmark has started."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        found = [child for child in process.children() if "run" in child.cmdline()]
        if found:
            return found
        threading.Event().wait(0.05)
    pytest.fail("no run was started")


def wait_for_a_journal(runs: Path) -> None:
    """Until a run is under way, and hears signals."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if list(runs.glob("*/journal.jsonl")):
            return
        threading.Event().wait(0.05)
    pytest.fail("no journal was begun")


def wait_until_gone(process: psutil.Process) -> None:
    psutil.wait_procs([process], timeout=DEADLINE_S)
    assert not process.is_running()


def test_a_row_says_what_code_was_measured_and_follows_a_torn_line(tmp_path: Path) -> None:
    results = tmp_path / "rows.jsonl"
    results.write_text('{"key": "a", "vers')
    append_row(results, {"key": "b"})
    [row] = read_results(results)
    assert row == {"key": "b", "version": code_version()}
    assert row["version"].startswith(__version__)
    assert code_version() in versions([row])


def test_outside_a_checkout_the_version_is_the_packages(tmp_path: Path) -> None:
    assert code_version(tmp_path) == __version__


def test_a_run_that_fails_is_recorded_and_not_run_again(surroundings: Path) -> None:
    launch = surroundings / "mini.toml"
    launch.write_text('[goal]\ntext = "get 2 ore"\n[world]\nkind = "mini"\n')
    short = Case("short", (str(launch), "--set", "limits.steps=1"), minutes=1, milestones=("wood",))
    told: list[str] = []
    [row] = run_cases([short], surroundings / "rows.jsonl", tell=told.append)
    assert (row["verdict"], row["model_use"]["calls"]) == ("FAILED", 0)
    assert "wood" in row["milestones"]
    assert run_cases([short], surroundings / "rows.jsonl", tell=told.append) == [row]
    assert told[-1].startswith("1 of 1 are in")


@POSIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_run_that_somebody_ends_is_not_recorded(surroundings: Path, number: signal.Signals) -> None:
    launch = surroundings / "mini.toml"
    launch.write_text('[goal]\ntext = "get 2 ore"\n[world]\nkind = "mini"\nslow_s = 30\n')
    results, told = surroundings / "rows.jsonl", list[str]()
    rows: list[object] = []
    case = Case("slow", (str(launch),), minutes=5, runs=surroundings / "runs")
    bench = threading.Thread(target=lambda: rows.extend(run_cases([case], results, tell=told.append)))
    bench.start()
    [child] = wait_for_children(psutil.Process())
    wait_for_a_journal(surroundings / "runs")
    child.send_signal(number)
    bench.join(DEADLINE_S)
    assert not bench.is_alive()
    assert rows == read_results(results) == []
    assert told[-1].endswith("was stopped from outside, not recorded")


@POSIX
def test_sigterm_ends_a_benchmark_with_its_runs_and_records_nothing(
    launch: str, endpoint: Endpoint, surroundings: Path
) -> None:
    endpoint.decide = lambda body: Reply(fault="late")
    argv = [sys.executable, "-m", "embodied", "bench", "planner", launch, "--goals", "get 2 plank"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as bench:
        [child] = wait_for_children(psutil.Process(bench.pid))
        assert endpoint.asked.wait(DEADLINE_S)
        bench.send_signal(signal.SIGTERM)
        _, err = bench.communicate(timeout=DEADLINE_S)
    assert bench.returncode == 130
    assert b"Traceback" not in err
    wait_until_gone(child)
    assert read_results(surroundings / "bench" / "planner.jsonl") == []
