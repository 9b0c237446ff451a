"""Candidates trained at the same time: the same result, and what happens when processes end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from embodied.errors import BadInput
from embodied.journal import read
from embodied.launchfile import from_table
from embodied.learning import processes
from embodied.learning.budget import Schedule, Work, work_for
from embodied.learning.crew import Assignment, Crew
from embodied.learning.errors import NoReward
from embodied.learning.leg import SHOWN, Leg, candidate_folder
from embodied.learning.order import Order
from embodied.learning.processes import Processes
from embodied.learning.progress import Progress
from embodied.learning.refine import start_refining
from embodied.learning.trainer import Choice, trainer_named
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


@pytest.mark.parametrize("said", ["by SIGABRT", "with exit code 1"])
def test_one_whose_log_ends_for_want_of_memory_says_so_however_it_ended(tmp_path: Path, said: str) -> None:
    crew = Processes(Order({}, {}, 64), tmp_path, 1, lambda: False, lambda: False)
    worker: Any = SimpleNamespace(ended=lambda: said, last_words=lambda: "std::bad_alloc")
    assert crew._why_ended(worker) == "it wanted more than 64 MiB of memory (--memory)"
    worker.last_words = lambda: "KeyError: 'a'"
    assert crew._why_ended(worker) == f"its process ended {said}"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")
def test_where_no_training_has_memory_enough_the_run_ends_with_that(plugged: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    wish = Wish("reach the target", trainer="sac", skill="nothing", schedule=replace(PAIR, held_out=5))
    launch = from_table(LAUNCH, "the toys")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("embodied.learning.refinement.choose_trainer", crowded)
        with pytest.raises(NoReward, match=r"it wanted more than 512 MiB of memory \(--memory\)"):
            start_refining(launch, wish, runs_dir=tmp_path, work=Work(2, memory_mb=512))
    (folder,) = tmp_path.glob("2*")
    ended = read(folder / "journal.jsonl")[-1]
    assert "it wanted more than 512 MiB of memory" in ended["reason"]


def crowded(*args: Any) -> Choice:
    return Choice(trainer_named("crowded"), None, "")


def test_too_little_memory_for_any_training_is_refused_with_how_much_it_takes() -> None:
    with pytest.raises(BadInput, match="needs at least 256 MiB"):
        work_for(2, Schedule(), memory_mb=10)
    assert work_for(2, Schedule(), memory_mb=0).memory_mb == 0


def test_how_much_was_shown_is_told_when_it_is_more_than_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "TELL_S", 0.0)
    told: list[str] = []
    crew = Processes(Order({}, {}, 64), tmp_path, 1, lambda: False, lambda: False, told.append)
    trains: Any = object()
    crew._busy[trains] = Assignment(Leg(1, "", "imitate", 0, 500, 500, 20, 1))
    shown = candidate_folder(tmp_path, 1) / SHOWN
    shown.mkdir(parents=True)
    for number in range(2):
        (shown / f"{number}.npz").touch()
        crew._tell_shown()
        crew._tell_shown()
    assert [text.split(",")[0] for text in told] == [
        "candidate 1: 1 episode of the skill is shown",
        "candidate 1: 2 episodes of the skill are shown",
    ]


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
