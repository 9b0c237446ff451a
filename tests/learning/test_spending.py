"""How a search spends its time: screening that takes too long ends, a stalled training goes on otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from embodied.journal import read
from embodied.learning.budget import Schedule, work_for
from embodied.learning.candidates import Candidate
from embodied.learning.trainer import Choice, trainer_named
from tests.learning.plugged import plugged
from tests.learning.searching import NEARER, SCHEDULE, Fixed, checkpoints, search
from tests.learning.toys import PlayedTrainer

__all__ = ["plugged"]
NEARER_TOO = NEARER.replace("5.0", "4.0")
LONG = replace(SCHEDULE, most=4000)


def kinds(folder: Path) -> list[str]:
    return [record["type"] for record in read(folder / "journal.jsonl")]


def other(stalled: Candidate) -> Choice | None:
    """What a stalled training goes on with, once."""
    return None if stalled.follows else Choice(trainer_named("played"), None, "the first one has stalled")


def test_screening_that_takes_too_long_ends_with_the_best_so_far(tmp_path: Path) -> None:
    short = replace(SCHEDULE, share=0.0, screening=400)
    progress = search(tmp_path, Fixed(NEARER, NEARER_TOO), PlayedTrainer(300), schedule=short)
    assert "screening_cut" in kinds(tmp_path)
    assert [one.state for one in progress.candidates.values()] == ["kept", "accepted"]
    assert [one.steps for one in progress.candidates.values()] == [300, 0]


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_one_that_was_cut_short_goes_on_where_it_was(tmp_path: Path, stop_at: int) -> None:
    short = replace(SCHEDULE, share=0.0, screening=400)
    whole = search(tmp_path / "whole", Fixed(NEARER, NEARER_TOO), PlayedTrainer(300), schedule=short)
    designer = Fixed(NEARER, NEARER_TOO)
    search(tmp_path / "parts", designer, PlayedTrainer(300), schedule=short, stop_at=stop_at)
    parts = search(tmp_path / "parts", designer, PlayedTrainer(300), schedule=short)
    assert parts.best is not None
    assert whole.best is not None
    assert parts.best.steps == whole.best.steps


def test_without_screening_each_is_trained_to_its_end(tmp_path: Path) -> None:
    schedule = replace(SCHEDULE, screened=False)
    progress = search(tmp_path, Fixed(NEARER, NEARER_TOO), PlayedTrainer(10**6), schedule=schedule)
    assert [one.steps for one in progress.candidates.values()] == [600, 600]


def test_a_stalled_training_goes_on_with_another_trainer(plugged: Path, tmp_path: Path) -> None:
    progress = search(tmp_path, Fixed(NEARER), PlayedTrainer(10**6), schedule=LONG, switch=other)
    stalled, follower = progress.candidates.values()
    assert (stalled.steps, follower.steps) == (1700, 400)
    assert follower.follows == stalled.number
    assert follower.proposal == stalled.proposal
    assert progress.best == follower
    (chosen,) = [one for one in read(tmp_path / "journal.jsonl") if one["type"] == "trainer_chosen"]
    assert (chosen["candidate"], chosen["trainer"]) == (follower.number, "played")
    assert chosen["why"] == "the first one has stalled"


def test_it_does_so_after_a_resumption_too(plugged: Path, tmp_path: Path) -> None:
    designer, trainer = Fixed(NEARER), PlayedTrainer(10**6)
    whole = search(tmp_path / "whole", designer, trainer, schedule=LONG, switch=other)
    for stop_at in (17, 19):
        search(tmp_path / "parts", designer, trainer, schedule=LONG, switch=other, stop_at=stop_at)
    parts = search(tmp_path / "parts", designer, trainer, schedule=LONG, switch=other)
    assert parts.candidates == whole.candidates
    assert checkpoints(tmp_path / "parts") == checkpoints(tmp_path / "whole")
    assert kinds(tmp_path / "parts").count("trainer_chosen") == 1


def test_two_that_are_trained_do_not_have_the_same_luck(tmp_path: Path) -> None:
    trainer = PlayedTrainer(10**6)
    search(tmp_path, Fixed(NEARER, NEARER_TOO), trainer, schedule=replace(SCHEDULE, finalists=2))
    assert len({job.seed for job in trainer.jobs}) == 2
    assert trainer.jobs[0].seed == 1, "the first one's is the run's"


def test_as_many_are_trained_at_a_time_as_there_are_cores_and_rivals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda who: set(range(3)), raising=False)
    assert work_for(0, Schedule(rivals=8)).jobs == 3
    assert work_for(0, Schedule(rivals=2)).jobs == 2
    assert work_for(5, Schedule(rivals=2)).jobs == 5
