"""A disk that is full: an error that says so, nothing lost, and the run goes on once there is room.

A limit on the size of files stands for the disk: the real writes fail, as they do there.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from embodied.errors import JournalUnwritable
from embodied.learning.budget import Work
from embodied.learning.crew import Crew
from embodied.learning.errors import Unwritable
from embodied.learning.progress import Progress
from embodied.learning.trainer import trainer_named
from tests.learning.plugged import ROOM, plugged
from tests.learning.searching import NEARER, SCHEDULE, Fixed, checkpoints, search

__all__ = ["plugged"]


@contextmanager
def room_for(most: int) -> Iterator[None]:
    """Files may have so many bytes, and no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def padded(folder: Path, work: Work | None = None) -> Progress:
    return search(folder, Fixed(NEARER), trainer_named("padded"), schedule=SCHEDULE, work=work)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_state_that_cannot_be_written(plugged: Path, tmp_path: Path, jobs: int) -> None:
    work = Work(jobs) if jobs > 1 else None
    whole = padded(tmp_path / "whole")
    with room_for(ROOM // 2), pytest.raises(Unwritable, match="cannot be written: File too large") as error:
        padded(tmp_path / "full", work)
    assert "Is the disk full? Make room there, then go on with --resume" in str(error.value)
    assert len(checkpoints(tmp_path / "full")) == 1, "what was recorded is there"
    assert padded(tmp_path / "full", work).candidates == whole.candidates
    assert checkpoints(tmp_path / "full") == checkpoints(tmp_path / "whole")


def test_a_journal_that_cannot_be_written(plugged: Path, tmp_path: Path) -> None:
    def fill(record: Mapping[str, Any], crew: Crew) -> None:
        if record["type"] == "checkpoint":
            most = (tmp_path / "full" / "journal.jsonl").stat().st_size + 20
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    designer, trainer = Fixed(NEARER), trainer_named("played")
    whole = search(tmp_path / "whole", designer, trainer)
    with room_for(ROOM), pytest.raises(JournalUnwritable, match="Is the disk full"):
        search(tmp_path / "full", designer, trainer, look=fill)
    assert len(checkpoints(tmp_path / "full")) == 1
    assert search(tmp_path / "full", designer, trainer).candidates == whole.candidates
    assert checkpoints(tmp_path / "full") == checkpoints(tmp_path / "whole")


def test_tensors_that_cannot_be_written(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from embodied.learning import tensors

    tensors.write(tmp_path, {"weights": torch.ones(10)}, {"step": 1})
    with room_for(ROOM), pytest.raises(OSError, match=r"File too large|os error 27"):
        tensors.write(tmp_path, {"weights": torch.zeros(ROOM)}, {"step": 2})
    kept, numbers = tensors.read(tmp_path)
    assert (len(kept["weights"]), numbers) == (10, {"step": 1})
