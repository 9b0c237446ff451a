"""A run on an arm that was cut off in motion goes on from where the arm is, once a person consents again."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from embodied_tabletop.real.world import WORLD, Settings

from embodied.arms import consent
from embodied.arms.consent import NoConsent
from embodied.errors import BadInput, BadLaunchFile
from embodied.launchfile import from_table, parse_launch
from embodied.loop import start_run
from embodied.outcome import Verdict
from tests.deploying.moving import once_it_moves
from tests.deploying.proving import LAUNCH, prove


def records(journal: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.read_text().splitlines()]


def test_a_run_that_was_cut_in_motion_goes_on_from_where_the_arm_is_after_another_consent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = property(lambda self: self.arm == "test-arm")
    monkeypatch.setattr(Settings, "needs_consent", real)
    prove("pick")
    launch, runs = (
        parse_launch(LAUNCH.replace("put the red cube in the bowl", "hold the red cube"), "test"),
        tmp_path,
    )
    consent.give("test-arm", "test-arm", how="typed", audit=tmp_path)
    with once_it_moves(lambda arm: os.kill(arm.pid, signal.SIGKILL)):
        cut = start_run(launch, runs_dir=runs)
    assert cut.verdict is Verdict.UNKNOWN
    before = len(records(cut.journal))
    consent.withdraw("test-arm")  # as the end of the program does

    again = from_table(records(cut.journal)[0]["launch"], "the journal")
    with pytest.raises(NoConsent):
        start_run(again, runs_dir=runs, resume=cut.run)
    consent.give("test-arm", "test-arm", how="typed", audit=tmp_path)
    try:
        resumed = start_run(again, runs_dir=runs, resume=cut.run)
    finally:
        consent.withdraw("test-arm")
    assert resumed.verdict is Verdict.PASSED
    later = records(cut.journal)[before:]
    seen = next(one for one in later if one["type"] == "observed")["facts"]["joint"]
    start = next(one for one in records(cut.journal) if one["type"] == "observed")["facts"]["joint"]
    assert seen == pytest.approx(start, abs=1e-3)  # this arm begins at home again; where it was cut is past


def test_settings_that_a_journal_tells_with_all_their_defaults_are_those_of_the_file(tmp_path: Path) -> None:
    launch = parse_launch(LAUNCH, "test")
    for _ in range(2):
        launch = from_table(launch.to_table(), "the journal")
    assert launch.world.settings["remote"]
    assert not Settings.of(launch.world.settings).remote
    assert not Settings.of(launch.world.settings).camera
    WORLD.simulation(launch.world.settings, tmp_path).close()


def test_a_remote_arm_without_an_address_is_refused_and_is_no_arm_of_this_machine(tmp_path: Path) -> None:
    for given in ('endpoint = ""', "endpoint = 5600"):
        with pytest.raises(
            BadLaunchFile, match=r"\[world.remote\] endpoint is .*; expected text in quotes, not empty"
        ):
            parse_launch(f"{LAUNCH}[world.remote]\n{given}\n", "test")
    launch = parse_launch(f'{LAUNCH}[world.remote]\nserver_key = "robot.key"\n', "test")
    with pytest.raises(BadInput, match="has no endpoint"):
        WORLD.simulation(launch.world.settings, tmp_path)
