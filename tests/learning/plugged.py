"""The toys as an installed package, so that other processes find them by name; and trainers that fail."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embodied.learning.trainer import Snapshot, TrainingJob
from tests.learning.toys import PlayedSnapshot, PlayedTrainer, ToySource

SOURCE = ToySource()
ROOM = 8_000_000
MARK = "EMBODIED_TOY_MARK"
ENTRY_POINTS = """
[embodied.tasks]
mini = tests.learning.plugged:SOURCE
[embodied.trainers]
played = tests.learning.plugged:LatePlayedTrainer
dies-once = tests.learning.plugged:DiesOnce
dies = tests.learning.plugged:Dies
hungry = tests.learning.plugged:Hungry
crowded = tests.learning.plugged:Crowded
padded = tests.learning.plugged:Padded
hangs = tests.learning.plugged:Hangs
"""


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which trainers leave marks."""
    package = tmp_path / "installed" / "toys-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: toys\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(package.parent)
    marks = tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setenv(MARK, str(marks))
    return marks


class LatePlayedTrainer(PlayedTrainer):
    """The toy that knows its way from step 400 on."""

    def __init__(self) -> None:
        super().__init__(400)


class DiesOnce(LatePlayedTrainer):
    """Its process is killed at step 200, as by the kernel, the first time."""

    name = "dies-once"

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        mark = Path(os.environ[MARK]) / "died"
        for snapshot in super().train(job):
            if snapshot.step == 200 and not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            yield snapshot


class PaddedSnapshot(PlayedSnapshot):
    """With a state that takes room from step 200 on."""

    def save(self, folder: Path) -> None:
        super().save(folder)
        if self.step >= 200:
            (folder / "memory").write_bytes(bytes(ROOM))


class Padded(LatePlayedTrainer):
    """Its states take room."""

    name = "padded"

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        for snapshot in super().train(job):
            yield PaddedSnapshot(snapshot.step, snapshot.act)


class Dies(LatePlayedTrainer):
    """Its process is killed at step 200, whenever it comes there."""

    name = "dies"

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        for snapshot in super().train(job):
            if snapshot.step == 200:
                os.kill(os.getpid(), signal.SIGKILL)
            yield snapshot


class Hungry(LatePlayedTrainer):
    """Wants 4 GiB at step 200."""

    name = "hungry"

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        for snapshot in super().train(job):
            if snapshot.step == 200:
                np.empty(1 << 32, np.uint8)
            yield snapshot


class FatalError(Exception):
    """What an engine says of itself."""


class Crowded(LatePlayedTrainer):
    """Its engine finds no memory."""

    name = "crowded"

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        raise FatalError("Could not allocate memory")
        yield from super().train(job)


class Hangs(LatePlayedTrainer):
    """Is not done with step 300 before it is ended."""

    name = "hangs"

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        for snapshot in super().train(job):
            if snapshot.step == 300:
                threading.Event().wait()
            yield snapshot
