"""A deployment that loses its arm, or is interrupted, ends with a report of what was known until then."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embodied.arms.running import reset, stop
from embodied.cli.main import main
from embodied.deploying.lost import last_known
from embodied.errors import WorldError
from tests.deploying.moving import once_it_moves
from tests.deploying.proving import LAUNCH, prove


@pytest.fixture
def launch(tmp_path: Path) -> Path:
    path = tmp_path / "arm.toml"
    path.write_text(LAUNCH)
    prove("pick")
    return path


def deployed(launch: Path, capsys: pytest.CaptureFixture[str]) -> tuple[object, dict[str, Any]]:
    """The exit code, and the object of --json."""
    with pytest.raises(SystemExit) as ended:
        main(["deploy", "pick", "--arm", str(launch), "--with", "object=red_cube", "--json", "--quiet"])
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return ended.value.code, told


def test_an_arm_whose_bridge_is_killed_in_motion_leaves_a_report(
    launch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with once_it_moves(lambda arm: os.kill(arm.pid, signal.SIGKILL)):
        code, told = deployed(launch, capsys)
    assert code == told["exit_code"] == 1
    assert told["verdict"] == "UNKNOWN"
    assert told["error"]["type"] == "BridgeLost"
    assert "end never heard of" in told["under way"]
    assert "rad" in told["last measured"]
    assert told["since then"] == "it was simulated, and ended with its bridge"
    page = Path(told["report"])
    assert "SIGKILL" in page.read_text()
    known = json.loads(page.with_name("report.json").read_text())
    assert known["motion"]["sent"] > 0
    assert len(known["motion"]["last_position"]) == 7


@pytest.fixture
def hearing_ctrl_c() -> Iterator[None]:
    """A test run that a script began in the background inherits that Ctrl-C is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("hearing_ctrl_c")
def test_ctrl_c_in_motion_leaves_a_report_and_the_arm_at_rest(
    launch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    with once_it_moves(lambda arm: signal.pthread_kill(main_thread, signal.SIGINT)):
        code, told = deployed(launch, capsys)
    assert code == told["exit_code"] == 130
    assert told["verdict"] == "UNKNOWN"
    motion = json.loads(Path(told["report"]).with_name("report.json").read_text())["motion"]
    assert max(map(abs, motion["last_velocity"])) < 0.02


def test_of_an_arm_that_another_machine_serves_the_report_says_what_stops_it_and_where_its_log_is(
    tmp_path: Path,
) -> None:
    served = {"served": {"lease_ms": 200, "log": "robot-pc:/runs/arm-log.bin"}, "description": {}}
    told = last_known(tmp_path, served, WorldError("it has not answered for 2.1 s"), None)
    assert "lease of 200 ms" in told["since then"]
    assert "robot-pc:/runs/arm-log.bin" in told["since then"]
    assert told["last measured"] == "nothing of it is here"


def test_an_arm_that_was_stopped_in_motion_is_said_to_be(
    launch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with once_it_moves(lambda arm: stop(arm.name, "a hand on the table")):
        code, told = deployed(launch, capsys)
    assert told["stopped"].startswith("a hand on the table. It stays so until a person resets it:")
    assert told["verdict"] == "UNKNOWN"
    assert told["reason"].startswith("the arm was stopped: a hand on the table")
    assert code == told["exit_code"] == 1
    assert "arm reset test-arm" in Path(told["report"]).read_text()
    assert reset("test-arm")
