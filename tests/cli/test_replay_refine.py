"""`embodied replay` of a refinement: what was tried, what came of it, what a person said, what is kept."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from embodied.cli.main import app
from embodied.journal import Journal
from embodied.learning.artefact import Measured
from embodied.learning.candidates import Candidate, Proposal
from embodied.rewards.training import Checkpoint


def journal(runs: Path, *, ended: bool) -> None:
    folder = runs / "20260102-030405-reach-the-target"
    folder.mkdir(parents=True)
    with closing(Journal(folder / "journal.jsonl")) as told:
        told.write(
            "run_started", run=folder.name, mode="refine", goal="reach the target", world="tabletop",
            explanation="Bring the hand there.", condition="true",
        )  # fmt: skip
        told.write("trainer_chosen", trainer="sac", why="from nothing", guide="", numbers={})
        one = Candidate(1, Proposal("reach, level", "", {}), "accepted").to_plain()
        told.write("candidate", candidate=one, round=1)
        told.write("candidate", candidate=one, round=1)
        point = msgspec.to_builtins(Checkpoint(500, 20, 15, 30.0, 4.0, {}))
        told.write("checkpoint", candidate=1, checkpoint=point)
        if not ended:
            return
        told.write("run_ended", verdict="FAILED", reason="succeeds on 70 of 100")
        told.write("run_resumed", from_seq=6, goal="reach the target", run=folder.name)
        told.write("feedback", text="slower", after=1, understood=["slower"], missed=[])
        measured = Measured.of([True] * 19 + [False], range(20), 9.0)
        told.write("policy_kept", policy="4b3e" * 16, candidate=1, held_out=asdict(measured))
        told.write("skill_proposed", skill="reach-learned", reason="kept as fit_for_arm")
        told.write("run_ended", verdict="PASSED", reason="succeeds on 95 of 100")


def replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path))
    done = CliRunner().invoke(app, ["replay", "last"])
    assert done.exception is None, done.exception
    return done.stdout


def test_a_refinement_is_told_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal(tmp_path, ended=True)
    told = replayed(tmp_path, monkeypatch)
    expected = [
        "reach the target (tabletop)",
        "trainer sac, from nothing",
        "candidate 1 (reach, level): accepted",
        "candidate 1, step 500: 15 of 20",
        "FAILED: succeeds on 70 of 100",
        "resumed after record 6: reach the target",
        "a person says: slower",
        "policy 4b3e4b3e4b3e4b3e kept: 19 of 20 (76 % to 99 %) held-out seeds",
        "skill reach-learned: kept as fit_for_arm",
        "PASSED: succeeds on 95 of 100",
    ]
    lines = [line for line in told.splitlines() if line.strip()]
    assert len(lines) == len(expected)
    assert all(want in line for want, line in zip(expected, lines, strict=True))


def test_one_that_did_not_end_goes_on_with_its_own_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal(tmp_path, ended=False)
    assert "refine --resume 20260102-030405-reach-the-target" in replayed(tmp_path, monkeypatch)
