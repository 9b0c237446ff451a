"""Episodes that other processes show beside a training: the same ones, whoever shows them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from embodied.launchfile import from_table
from embodied.learning.beside import Showing
from embodied.learning.budget import Schedule, Work
from embodied.learning.ground import Ground, lay_ground, sketched
from embodied.learning.guides import Guide
from embodied.learning.order import Order
from embodied.learning.refine import start_refining
from embodied.learning.shown import Kept, Shown, show
from embodied.learning.wish import Setting, Wish
from embodied.library.seeds import SeenSeeds
from tests.learning.plugged import plugged
from tests.learning.searching import LAUNCH, checkpoints
from tests.learning.test_imitation import job, train
from tests.learning.toys import REACH, Point, ToySource

__all__ = ["plugged"]
SEEDS = list(range(100, 112))
DEADLINE_S = 60.0


def order(folder: Path) -> Order:
    seen = SeenSeeds(folder / "seen.jsonl")
    launch = from_table(LAUNCH, "the toys")
    return Order.of(Setting(launch, Wish("reach"), REACH, ToySource(), Point(), folder, seen), 4096)


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return lay_ground(REACH, Point, Point(), tmp_path / "successes")


@pytest.fixture
def guide(ground: Ground) -> Guide:
    found = sketched(ground)
    assert found is not None
    return found


@pytest.fixture
def others(plugged: Path, tmp_path: Path) -> Iterator[Showing]:
    showing = Showing(order(tmp_path), tmp_path / "worker", 2)
    yield showing
    showing.close()


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not done():
        assert time.monotonic() < deadline
        os.sched_yield()


def by_itself(guide: Guide, seed: int) -> Shown:
    return show(Point(), guide, seed, REACH.steps)


def same(one: Shown, other: Shown) -> bool:
    return (
        (one.steps, one.succeeded) == (other.steps, other.succeeded)
        and np.array_equal(one.seen, other.seen)
        and np.array_equal(one.did, other.did)
    )


def nobody(seed: int) -> Shown:
    raise AssertionError(f"{seed} was shown here")


def test_others_show_what_would_be_shown_here(others: Showing, guide: Guide) -> None:
    others.expect(guide, SEEDS)
    assert len(others.pids) == 2
    until(lambda: others.ready == len(SEEDS))
    for seed in SEEDS:
        assert same(others.take(guide, seed, nobody), by_itself(guide, seed))


def test_who_asks_shows_what_nobody_has_begun(others: Showing, guide: Guide) -> None:
    here: list[int] = []

    def shown(seed: int) -> Shown:
        here.append(seed)
        return by_itself(guide, seed)

    others.expect(guide, SEEDS)
    for seed in SEEDS:
        assert same(others.take(guide, seed, shown), by_itself(guide, seed))
    assert len(here) == len(set(here)), "nothing is shown twice"
    assert same(others.take(guide, 7, shown), by_itself(guide, 7))
    assert here[-1] == 7, "what was not expected is shown here"


def test_what_a_process_was_to_show_when_it_ended_is_shown_here(others: Showing, guide: Guide) -> None:
    others.expect(guide, SEEDS)
    for pid in others.pids:
        os.kill(pid, signal.SIGKILL)
    for seed in SEEDS:
        assert same(others.take(guide, seed, lambda one: by_itself(guide, one)), by_itself(guide, seed))


def test_what_was_shown_is_found_again_by_who_goes_on(others: Showing, guide: Guide, tmp_path: Path) -> None:
    first = Kept(tmp_path / "shown", others)
    first.expect(guide, SEEDS)
    for seed in SEEDS[:5]:
        first.take(guide, seed, lambda one: by_itself(guide, one))
    second = Kept(tmp_path / "shown")
    for seed in SEEDS[:5]:
        assert same(second.take(guide, seed, nobody), by_itself(guide, seed))
    assert same(second.take(guide, SEEDS[5], lambda one: by_itself(guide, one)), by_itself(guide, SEEDS[5]))


class Mendable:
    """A guide whose code is told."""

    def __init__(self, guide: Guide, code: str) -> None:
        self.name, self.begin, self.act, self.code = guide.name, guide.begin, guide.act, code


def test_what_a_skill_showed_before_it_was_mended_is_shown_anew(guide: Guide, tmp_path: Path) -> None:
    kept, shown = Kept(tmp_path / "shown"), []

    def here(seed: int) -> Shown:
        shown.append(seed)
        return by_itself(guide, seed)

    for code in ("as it was", "mended", "as it was", "mended"):
        kept.take(Mendable(guide, code), 7, here)
    assert shown == [7, 7]


@pytest.mark.parametrize("left", [b"", b"PK\x03\x04 and no more"])
def test_what_a_lost_machine_left_torn_is_shown_again(guide: Guide, tmp_path: Path, left: bytes) -> None:
    kept = Kept(tmp_path / "shown")
    whole = kept.take(guide, 7, lambda one: by_itself(guide, one))
    (file,) = (tmp_path / "shown").glob("*.npz")
    file.write_bytes(left)
    assert same(kept.take(guide, 7, lambda one: by_itself(guide, one)), whole)
    assert same(kept.take(guide, 7, nobody), whole)


def test_what_a_stopped_process_was_to_show_is_shown_here(others: Showing, guide: Guide) -> None:
    others.patience_s = 0.0
    others.expect(guide, SEEDS)
    for pid in others.pids:
        os.kill(pid, signal.SIGSTOP)
    for seed in SEEDS:
        assert same(others.take(guide, seed, lambda one: by_itself(guide, one)), by_itself(guide, seed))
    for pid in others.pids:
        os.kill(pid, signal.SIGCONT)
    later = [seed + 1000 for seed in SEEDS]
    others.expect(guide, later)
    until(lambda: others.ready >= len(later))
    assert others.ready == len(later), "what came too late is dropped"
    for seed in later:
        assert same(others.take(guide, seed, nobody), by_itself(guide, seed))


def test_where_no_process_can_be_started_whoever_asks_shows(
    others: Showing, guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: object, **named: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr("embodied.learning.beside.subprocess.Popen", refused)
    others.expect(guide, SEEDS)
    for seed in SEEDS:
        assert same(others.take(guide, seed, lambda one: by_itself(guide, one)), by_itself(guide, seed))


def test_what_is_not_wanted_any_more_is_forgotten(others: Showing, guide: Guide) -> None:
    others.expect(guide, SEEDS)
    until(lambda: others.ready == len(SEEDS))
    others.expect(guide, SEEDS[:2])
    assert others.ready == 2


def test_they_end_when_it_is_closed(others: Showing, guide: Guide) -> None:
    others.expect(guide, SEEDS)
    pids = others.pids
    others.close()
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_they_end_with_the_process_that_trains(plugged: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.learning.test_beside", str(tmp_path)]
    root = Path(__file__).parents[2]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env=paths)
    said, _ = program.communicate(timeout=DEADLINE_S)
    assert program.returncode == -signal.SIGKILL
    (pid,) = map(int, said.split())
    if psutil.pid_exists(pid):
        psutil.Process(pid).wait(timeout=DEADLINE_S)


def test_a_network_learns_the_same_of_what_others_show(others: Showing, guide: Guide) -> None:
    pytest.importorskip("torch")
    alone = [snapshot.act(np.zeros(6, np.float32)) for snapshot in train(job(600, guide))]
    together = [
        snapshot.act(np.zeros(6, np.float32)) for snapshot in train(replace(job(600, guide), beside=others))
    ]
    assert len(alone) == 3
    np.testing.assert_array_equal(together, alone)


@pytest.mark.slow
def test_a_skill_is_imitated_the_same_by_any_number_of_processes(plugged: Path, tmp_path: Path) -> None:
    """A whole refinement each; half a minute."""
    pytest.importorskip("torch")
    schedule = Schedule(5, every=250, most=750, held_out=20, rounds=1, finalists=1)
    wish = Wish("Reach", trainer="imitate", schedule=schedule)
    launch = from_table(LAUNCH, "the toys")
    reports = [
        start_refining(launch, wish, runs_dir=tmp_path / str(jobs), work=Work(jobs)) for jobs in (1, 2, 3)
    ]
    assert checkpoints(reports[0].folder) == checkpoints(reports[1].folder) == checkpoints(reports[2].folder)
    assert len({one.artefact.digest for one in reports if one.artefact}) == 1
    assert (reports[1].folder / "worker" / "beside.log").read_bytes() == b""


def main(folder: Path) -> None:
    """Have another process show something, and be killed."""
    ground = lay_ground(REACH, Point, Point(), folder / "successes")
    guide = sketched(ground)
    assert guide is not None
    showing = Showing(order(folder), folder / "worker", 1)
    showing.expect(guide, SEEDS)
    print(*showing.pids, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
