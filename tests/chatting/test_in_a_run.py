"""`embodied run` can be asked, redirected and stopped from the chat, by who may."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from embodied.launchfile import parse_launch
from embodied.loop import RunReport, start_run
from embodied.loop.report import INTERRUPTED
from embodied.plugins import load_world
from embodied.teaching.in_run import RunTalk
from tests.chatting.conftest import DEADLINE_S, LAUNCH, Player

pytestmark = pytest.mark.node


def test_a_run_is_asked_redirected_and_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    launch = parse_launch(LAUNCH.replace("get an oak log", "get 64 cobblestone"), "test")
    stop, joined = threading.Event(), threading.Event()
    lines: list[str] = []
    reports: list[RunReport] = []

    def note(line: str) -> None:
        lines.append(line)
        if "Join with" in line:
            joined.set()

    talk = RunTalk(launch, load_world("minecraft").spec(launch.world.settings), tmp_path, stop, note)

    def run() -> None:
        reports.append(
            start_run(
                launch, runs_dir=tmp_path, observers=(talk.on_record,), on_world=talk.on_world, stop=stop
            )
        )

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert joined.wait(DEADLINE_S), lines
    port = int(next(line for line in lines if "Join with" in line).rpartition(":")[2].split(",")[0])
    with Player(port, "Mallory") as mallory, Player(port, "Steve") as steve:
        steve.until("The goal: get 64 cobblestone.")
        mallory.whisper("stop", "get a clock")
        steve.whisper("why?")
        steve.until("so that ")
        steve.whisper("watch me")
        steve.until("Teaching is for `embodied teach`.")
        steve.whisper("frobnicate the widget")
        steve.until("I do not understand that")
        steve.say("embodied, get 64 dirt instead")
        steve.until("Now: get 64 dirt")
        steve.whisper("status")
        steve.until("The goal: get 64 dirt")
        assert thread.is_alive()
        assert not any("clock" in line for line in (*lines, *mallory.of_bot(), *steve.of_bot()))
        steve.say("stop")
        thread.join(DEADLINE_S)
    talk.close()
    assert [report.exit_code for report in reports] == [INTERRUPTED]
