"""Candidates trained at the same time: the same result, and what happens when processes end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from embodied.launchfile import from_table
from embodied.learning.budget import Schedule, Work
from embodied.learning.crew import Crew
from embodied.learning.processes import Processes
from embodied.learning.progress import Progress
from embodied.learning.refine import start_refining
from embodied.learning.trainer import trainer_named
from embodied.learning.wish import Wish
from tests.learning.plugged import plugged
from tests.learning.searching import FARTHER, LAUNCH, NEARER, SCHEDULE, Fixed, checkpoints, notes, search

__all__ = ["plugged"]
PAIR = replace(SCHEDULE, finalists=2)
NEARER_TOO = NEARER.replace("5.0", "4.0")
TWO = Work(2)


def designer() -> Fixed:
    return Fixed(NEARER, FARTHER, NEARER_TOO)


def played(folder: Path, work: Work | None, trainer: str = "played", **more: Any) -> Progress:
    return search(folder, designer(), trainer_named(trainer), schedule=PAIR, work=work, **more)


def test_two_processes_come_to_what_one_comes_to(plugged: Path, tmp_path: Path) -> None:
    alone = played(tmp_path / "alone", None)
    together = played(tmp_path / "together", TWO)
    assert together.candidates == alone.candidates
    assert checkpoints(tmp_path / "together") == checkpoints(tmp_path / "alone")
    assert sorted(path.name for path in (tmp_path / "together" / "successes").iterdir()) == sorted(
        path.name for path in (tmp_path / "alone" / "successes").iterdir()
    )
    assert together.best is not None
    assert together.best.steps == 400


def test_both_are_trained_at_the_same_time(plugged: Path, tmp_path: Path) -> None:
    most = 0

    def look(record: Mapping[str, Any], crew: Crew) -> None:
        nonlocal most
        assert isinstance(crew, Processes)
        most = max(most, len(crew.pids))

    pair = Fixed(NEARER, NEARER_TOO)
    progress = search(tmp_path, pair, trainer_named("played"), schedule=PAIR, work=TWO, look=look)
    assert most == 2
    assert [one.state for one in progress.candidates.values()] == ["kept", "kept"]
    assert [one.steps for one in progress.candidates.values()] == [400, 400]


def test_a_killed_process_goes_on_from_its_last_checkpoint(plugged: Path, tmp_path: Path) -> None:
    whole = played(tmp_path / "whole", TWO)
    killed = played(tmp_path / "killed", TWO, "dies-once")
    assert killed.candidates == whole.candidates
    assert checkpoints(tmp_path / "killed") == checkpoints(tmp_path / "whole")
    (said,) = notes(tmp_path / "killed")
    assert "its process ended by SIGKILL; it goes on from step 100" in said


def test_one_that_is_killed_twice_is_broken_and_says_why(plugged: Path, tmp_path: Path) -> None:
    progress = played(tmp_path, TWO, "dies")
    assert {one.state for one in progress.candidates.values()} <= {"broken", "refused"}
    broken = next(one for one in progress.candidates.values() if one.state == "broken")
    assert "Training was lost twice: its process ended by SIGKILL." in broken.critique
    assert broken.steps == 100
    assert progress.best is not None, "what it came to is kept"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")
def test_one_that_wants_too_much_memory_is_broken_and_says_so(plugged: Path, tmp_path: Path) -> None:
    progress = played(tmp_path, Work(2, memory_mb=512), "hungry")
    broken = next(one for one in progress.candidates.values() if one.state == "broken")
    assert "it wanted more than 512 MiB of memory" in broken.critique


def test_a_stop_ends_all_at_once_and_keeps_the_best(plugged: Path, tmp_path: Path) -> None:
    trained_in: dict[int, psutil.Process] = {}

    def look(record: Mapping[str, Any], crew: Crew) -> None:
        assert isinstance(crew, Processes)
        trained_in.update({pid: psutil.Process(pid) for pid in crew.pids if psutil.pid_exists(pid)})

    progress = played(tmp_path, TWO, "hangs", stop_at=4, look=look)
    gone, alive = psutil.wait_procs(list(trained_in.values()), timeout=20)
    assert gone
    assert not alive
    assert progress.best is not None
    resumed = played(tmp_path, TWO)
    assert resumed.best is not None
    assert resumed.best.steps == 400


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_run_leaves_no_process_and_goes_on_to_the_same_result(
    plugged: Path, tmp_path: Path, jobs: int
) -> None:
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "tests.learning.searching", str(killed), "played", str(jobs), "3"]
    root = Path(__file__).parents[2]
    paths = {**os.environ, "PYTHONPATH": ":".join([str(root), *sys.path])}
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env=paths)
    said, _ = program.communicate(timeout=60)
    assert program.returncode == -9
    for pid in map(int, said.split()):
        if psutil.pid_exists(pid):
            psutil.Process(pid).wait(timeout=20)
    assert len(checkpoints(killed)) == 3
    designer = Fixed(NEARER, FARTHER)
    resumed = search(killed, designer, trainer_named("played"), work=TWO)
    whole = search(tmp_path / "whole", designer, trainer_named("played"))
    assert resumed.candidates == whole.candidates
    assert checkpoints(killed) == checkpoints(tmp_path / "whole")


@pytest.mark.slow
def test_a_whole_refinement_is_the_same_in_processes(plugged: Path, tmp_path: Path) -> None:
    """With a trainer that learns; about a minute."""
    pytest.importorskip("stable_baselines3")
    schedule = Schedule(5, rivals=2, screening=250, every=250, most=750, held_out=20, rounds=1, finalists=2)
    wish = Wish("Reach", trainer="sac", schedule=schedule, skill="nothing")
    launch = from_table(LAUNCH, "the toys")
    alone, together = (
        start_refining(launch, wish, runs_dir=tmp_path / name, work=Work(jobs))
        for name, jobs in (("alone", 1), ("together", 2))
    )
    assert checkpoints(alone.folder) == checkpoints(together.folder)
    assert alone.artefact is not None
    assert together.artefact is not None
    assert alone.artefact.digest == together.artefact.digest
