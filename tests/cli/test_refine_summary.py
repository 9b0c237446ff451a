"""What `embodied refine` says at its end: one name and one number for each thing, and commands to copy."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from embodied.cli.main import app
from embodied.learning.artefact import Artefact, Measured
from embodied.learning.candidates import Candidate, Feedback, Proposal
from embodied.learning.progress import Progress
from embodied.learning.proposing import Proposed
from embodied.learning.refined import RefineReport
from embodied.library import Grade
from embodied.outcome import Verdict
from embodied.rewards.training import Checkpoint

LAUNCH = '[goal]\ntext = "wait"\n[world]\nkind = "mini"\n'
LONG = 'embodied run tabletop --set world.scene=/a/long/way/to/folder/of/runs/gate/drawer.toml --goal "open"'


def report(folder: Path, successes: int = 98) -> RefineReport:
    progress = Progress(seconds=48.2, searched=18.9)
    points = (Checkpoint(508, 160, 160, 9.0, 1.0, {}), Checkpoint(2007, 160, 150, 9.0, 1.0, {}))
    progress.candidates[1] = Candidate(1, Proposal("reach", "", {}), "kept", "", points)
    progress.rounds[1] = 1
    measured = Measured.of([n < successes for n in range(100)], range(100), 20.0)
    kept = Artefact("d", folder / "p.onnx", folder / "p.json", folder / "p.reward.py", measured)
    verdict = Verdict.PASSED if successes >= 90 else Verdict.FAILED
    reason = f"succeeds on {measured.words} held-out seeds"
    return RefineReport(
        "a-run", folder, "reach", verdict, reason, progress, progress.candidates[1], kept
    )  # fmt: skip


def said(told: RefineReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> Any:
    (tmp_path / "toy.toml").write_text(LAUNCH)
    monkeypatch.setattr("embodied.learning.refine.start_refining", lambda *args, **named: told)
    monkeypatch.setenv("COLUMNS", "80")
    command = ["refine", str(tmp_path / "toy.toml"), "--task", "reach", "--minutes", "3", "--quiet", *more]
    return CliRunner().invoke(app, command)


def test_the_best_checkpoint_and_both_times_have_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = said(report(tmp_path), tmp_path, monkeypatch)
    assert "step 508 of 2007, candidate 1 of 1" in ended.stdout
    assert "search 0:18, altogether 0:48" in ended.stdout
    assert "trained" not in ended.stdout
    assert ended.exit_code == 0


def test_a_long_command_stands_on_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gated = Proposed("open", "h", Grade.FIT_FOR_ARM, True, 97, 100, "kept as fit_for_arm", LONG)
    ended = said(replace(report(tmp_path), proposed=gated), tmp_path, monkeypatch)
    (line,) = [one for one in ended.stdout.splitlines() if one.startswith("Use it with:  ")]
    assert line.endswith(LONG.removeprefix("embodied"))


def test_words_that_changed_nothing_leave_a_way_to_go_on_and_the_verdicts_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = report(tmp_path)
    told.progress.feedback = (Feedback("slower", 1),)
    ended = said(told, tmp_path, monkeypatch)
    assert "refine --resume a-run --minutes 4" in ended.stdout, "19 s were searched, 3 minutes come on top"
    assert ended.exit_code == 0


def test_json_tells_both_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = said(report(tmp_path, 50), tmp_path, monkeypatch, "--json")
    plain = json.loads(ended.stdout.splitlines()[-1])
    assert (plain["search_seconds"], plain["seconds"], plain["exit_code"]) == (18.9, 48.2, 1)
