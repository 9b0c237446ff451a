"""A search that is ended at any record goes on to what an unbroken one comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embodied.learning.budget import Schedule
from embodied.learning.environment import Flat
from embodied.learning.progress import Progress
from embodied.learning.search import APART
from embodied.learning.trainer import Snapshot, TrainingJob
from embodied.rewards.calling import in_process
from embodied.rewards.checking import RewardCode
from embodied.rewards.compiling import RewardFunction
from tests.learning.searching import NEARER, Fixed, checkpoints, search
from tests.learning.toys import PlayedSnapshot, straight

ALIKE = [NEARER.replace("5.0", f"{scale}.0") for scale in (3, 4, 5)]
NEVER = 10**6
ALWAYS = 10.0


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rewards need no process of their own here: there are hundreds of searches."""

    @contextmanager
    def worker(code: RewardCode, *specs: object, limits: object) -> Iterator[RewardFunction]:
        yield in_process(code)

    for module in ("leg", "designing"):
        monkeypatch.setattr(f"embodied.learning.{module}.RewardWorker", worker)


class Ended(BaseException):
    """As by `kill -9`: nothing is put in order."""


class Learning:
    """Each candidate succeeds from other steps on, and only on a part of the starts at first.

    Args:
        course: by candidate, from which step on it goes to targets that are farther left than so many metres.
    """

    name = "learning"

    def __init__(self, *course: Mapping[int, float]) -> None:
        self.course = course

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        course = self.course[(job.seed - 1) // APART]
        step = int((job.state / "step").read_text()) if job.state else 0
        while step < job.until and not job.stop():
            step = min((step // job.every + 1) * job.every, job.until)
            left = max((left for since, left in course.items() if since <= step), default=-ALWAYS)

            def act(observation: Flat, left: float = left) -> Flat:
                return straight(observation) if observation[3] < left else np.zeros(3, np.float32)

            yield PlayedSnapshot(step, act)


def known(folder: Path) -> dict[str, bytes]:
    """The successes that the critic looks at."""
    return {path.name: path.read_bytes() for path in (folder / "successes").glob("*")}


SCREENED = Schedule(5, rivals=3, screening=200, every=100, most=500, episodes=20, rounds=1, finalists=2)
TRAINED = replace(SCREENED, rivals=2, screened=False)
CASES: dict[str, tuple[Schedule, Callable[[], Learning]]] = {
    "one succeeds sooner in screening": (
        SCREENED,
        lambda: Learning({100: -0.22, 300: -0.1}, {100: -0.2, 400: 0.0}, {200: -0.15}),
    ),
    "nobody succeeds in screening": (
        SCREENED,
        lambda: Learning({500: -0.22}, {300: -0.2, 500: 0.1}, {400: -0.22, 500: ALWAYS}),
    ),
    "both succeed at the same checkpoint": (
        TRAINED,
        lambda: Learning({300: -0.22, 400: 0.0}, {300: -0.22, 500: 0.1}),
    ),
    "both are good enough at the same checkpoint": (
        TRAINED,
        lambda: Learning({200: -0.22, 300: 0.24}, {300: ALWAYS}),
    ),
}


def ended_at(folder: Path, number: int, schedule: Schedule, trainer: Learning) -> bool:
    """Search until so many records were written; False if there are not so many."""
    written = 0

    def look(record: Mapping[str, Any], crew: object) -> None:
        nonlocal written
        written += 1
        if written == number:
            raise Ended

    try:
        search(folder, Fixed(*ALIKE), trainer, schedule=schedule, look=look)
    except Ended:
        return True
    return False


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.slow if "screening" in case else ()) for case in CASES]
)
def test_what_is_killed_at_any_record_goes_on_to_the_same(tmp_path: Path, case: str) -> None:
    schedule, trainer = CASES[case]

    def whole(folder: Path) -> Progress:
        return search(folder, Fixed(*ALIKE), trainer(), schedule=schedule)

    expected = whole(tmp_path / "whole")
    number = 1
    while ended_at(tmp_path / str(number), number, schedule, trainer()):
        folder = tmp_path / str(number)
        found = whole(folder)
        assert found.candidates == expected.candidates, number
        assert checkpoints(folder) == checkpoints(tmp_path / "whole"), number
        assert known(folder) == known(tmp_path / "whole"), number
        number += 1
    assert number > 10


@pytest.mark.parametrize("case", CASES)
def test_what_is_stopped_at_any_checkpoint_goes_on_to_the_same(tmp_path: Path, case: str) -> None:
    schedule, trainer = CASES[case]
    expected = search(tmp_path / "whole", Fixed(*ALIKE), trainer(), schedule=schedule)
    for stop_at in range(1, len(checkpoints(tmp_path / "whole"))):
        folder = tmp_path / str(stop_at)
        search(folder, Fixed(*ALIKE), trainer(), schedule=schedule, stop_at=stop_at)
        found = search(folder, Fixed(*ALIKE), trainer(), schedule=schedule)
        assert found.candidates == expected.candidates, stop_at
        assert checkpoints(folder) == checkpoints(tmp_path / "whole"), stop_at
        assert known(folder) == known(tmp_path / "whole"), stop_at


@pytest.mark.parametrize("left", [b"", b"PK\x03\x04 and no more"])
def test_a_success_that_a_lost_machine_left_torn_is_seen_again(tmp_path: Path, left: bytes) -> None:
    schedule, trainer = CASES["both succeed at the same checkpoint"]
    expected = search(tmp_path / "whole", Fixed(*ALIKE), trainer(), schedule=schedule)
    folder = tmp_path / "torn"
    search(folder, Fixed(*ALIKE), trainer(), schedule=schedule, stop_at=9)
    kept = sorted((folder / "successes").glob("*.npz"))
    kept[-1].write_bytes(left)
    assert search(folder, Fixed(*ALIKE), trainer(), schedule=schedule).candidates == expected.candidates
    assert known(folder) == known(tmp_path / "whole")
