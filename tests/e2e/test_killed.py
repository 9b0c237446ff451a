"""Any process of a run is killed at any moment: the others notice, say so, end, and the run resumes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.e2e.command import minecraft, resume, started

pytestmark = [pytest.mark.node, pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")]


def test_a_killed_agent_leaves_no_orphan_and_resumes_in_the_same_world(tmp_path: Path) -> None:
    with started(tmp_path, *minecraft(goal="craft a wooden pickaxe")) as command:
        command.wait_for("step_ended", step=1, verdict="PASSED")
        command.kill()
        command.no_orphans()
        before = command.records()
    assert command.process.returncode == -signal.SIGKILL
    assert before[-1]["type"] != "run_ended"
    gained = [record for record in before if record["type"] == "observed"][-1]["facts"]["inventory"]

    with started(tmp_path, *resume("last")) as again:
        code, report = again.finish()
        again.no_orphans()
    assert (code, report["verdict"]) == (0, "PASSED"), again.err[-2000:]
    after = again.records()[len(before) :]
    assert after[0]["type"] == "run_resumed"
    first = next(record for record in after if record["type"] == "observed")["facts"]["inventory"]
    assert sum(first.values()) >= sum(gained.values()) > 0
    identities = {record["identity"] for record in again.records() if record["type"] == "world_ready"}
    assert len(identities) == 1


@pytest.mark.parametrize("victim", ["bridge", "server"])
def test_a_killed_bridge_or_server_is_named_and_the_run_resumes(tmp_path: Path, victim: str) -> None:
    with started(tmp_path, *minecraft()) as command:
        command.wait_for_travel()
        process = command.the_bridge() if victim == "bridge" else command.the_server()
        process.kill()
        code, report = command.finish(deadline_s=8)
        command.no_orphans()
    assert (code, report["verdict"]) == (1, "UNKNOWN")
    assert ("SIGKILL" if victim == "bridge" else "the Minecraft server is gone") in report["reason"]
    assert f"--resume {report['run']}" in command.err
    records = command.records()
    assert records[-1]["type"] == "run_ended"
    assert any(record["type"] == "fault" for record in records)

    with started(tmp_path, *resume(report["run"])) as again:
        code, report = again.finish()
    assert (code, report["verdict"]) == (0, "PASSED"), again.err[-2000:]


def test_ctrl_c_halts_and_closes_and_the_run_resumes(tmp_path: Path) -> None:
    with started(tmp_path, *minecraft()) as command:
        command.wait_for_travel()
        command.process.send_signal(signal.SIGINT)
        code, report = command.finish(deadline_s=10)
        command.no_orphans()
    assert (code, report["verdict"], report["exit_code"]) == (130, "UNKNOWN", 130)
    assert f"--resume {report['run']}" in command.err
    halted = next(r for r in command.records() if r["type"] == "call_ended" and r["error"])
    assert halted["error"] in ("halted", "cancelled")

    with started(tmp_path, *resume(report["run"])) as again:
        code, report = again.finish()
    assert (code, report["verdict"]) == (0, "PASSED"), again.err[-2000:]
