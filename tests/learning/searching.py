"""A search over the toys, in this process or in several; as a program, one that can be killed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.journal import Journal, read
from embodied.launchfile import from_table
from embodied.learning.budget import Clock, Schedule, Work
from embodied.learning.candidates import Candidate, Feedback, Proposal
from embodied.learning.cluster import Cluster
from embodied.learning.crew import Alone, Crew
from embodied.learning.ground import Ground, lay_ground
from embodied.learning.order import Order
from embodied.learning.processes import Processes
from embodied.learning.progress import Progress
from embodied.learning.search import Search
from embodied.learning.trainer import Choice, Trainer
from embodied.learning.wish import Setting, Wish
from embodied.library.seeds import SeenSeeds
from tests.learning.toys import REACH, Point, ToySource

NEARER = """
def reward(obs, action, previous):
    return {"near": 1.0 - np.tanh(5.0 * np.linalg.norm(obs["hand"] - obs["target"], axis=-1))}
"""
FARTHER = """
def reward(obs, action, previous):
    return {"far": np.tanh(5.0 * np.linalg.norm(obs["hand"] - obs["target"], axis=-1)) + action["move"][:, 0]}
"""
BLIND = """
def reward(obs, action, previous):
    return {"effort": -np.sum(np.square(action["move"]), axis=-1)}
"""
EXPLODES = """
def reward(obs, action, previous):
    left = np.linalg.norm(obs["hand"] - obs["target"], axis=-1)
    return {"near": np.where(left < 0.02, np.log(left * 0.0 - 1.0), 1.0 - left)}
"""


class Fixed:
    """A designer that has its proposals ready."""

    name = "fixed"

    def __init__(self, *sources: str) -> None:
        self.proposals = [Proposal(f"reward {n}", source, {}) for n, source in enumerate(sources, 1)]

    def propose(
        self, earlier: Sequence[Candidate], count: int, feedback: Sequence[Feedback] = ()
    ) -> tuple[Proposal, ...]:
        known = {one.proposal.source for one in earlier}
        return tuple(one for one in self.proposals if one.source not in known)[:count]


SCHEDULE = Schedule(minutes=5, rivals=4, screening=200, every=100, most=600, episodes=20, rounds=1)
LAUNCH = {"goal": {"text": "wait"}, "world": {"kind": "mini"}}
Look = Callable[[Mapping[str, Any], Crew], None]


def search(
    folder: Path,
    designer: Any,
    trainer: Trainer,
    *,
    schedule: Schedule = SCHEDULE,
    stop_at: int = 10**9,
    work: Work | None = None,
    look: Look = lambda record, crew: None,
    switch: Callable[[Candidate], Choice | None] = lambda candidate: None,
) -> Progress:
    """Run one part of a search.

    Args:
        stop_at: so many checkpoints after which it is stopped, as by Ctrl-C.
        work: for processes; the trainer is then looked up there by its name.
        look: called with each record.
    """
    path, progress, stop = folder / "journal.jsonl", Progress(), threading.Event()
    folder.mkdir(parents=True, exist_ok=True)
    for record in read(path) if path.exists() else ():
        progress.advance(record)
    ground = lay_ground(REACH, Point, Point(), folder / "successes")
    clock = Clock(schedule.minutes, stop)
    journal = Journal(path)
    crew = _crew(ground, folder, clock, work, lambda text: journal.write("note", text=text))

    def count(record: Mapping[str, Any]) -> None:
        if record["type"] == "checkpoint" and len(checkpoints(folder)) >= stop_at:
            stop.set()
        look(record, crew)

    journal.subscribe(progress.advance)
    journal.subscribe(count)
    choice = Choice(trainer, None, "")
    try:
        Search(ground, designer, choice, crew, schedule, clock, journal, progress, folder, 1, switch).run()
    finally:
        crew.close()
        journal.close()
    return progress


def _crew(ground: Ground, folder: Path, clock: Clock, work: Work | None, told: Callable[[str], Any]) -> Crew:
    if work is None:
        return Alone(ground, folder, clock.over, clock.stop.is_set)
    launch = from_table(LAUNCH, "the toys")
    setting = Setting(
        launch, Wish("reach"), REACH, ToySource(), Point(), folder, SeenSeeds(folder / "seen.jsonl")
    )
    order = Order.of(setting, work.memory_mb)
    if work.cluster:
        return Cluster(order, folder, work.jobs, clock.over, clock.stop.is_set, told, work.cluster)
    return Processes(order, folder, work.jobs, clock.over, clock.stop.is_set, told)


def checkpoints(folder: Path) -> list[tuple[int, Any]]:
    """Of each candidate in the order of its steps, candidates in the order of designing."""
    found = [
        (r["candidate"], r["checkpoint"]) for r in read(folder / "journal.jsonl") if r["type"] == "checkpoint"
    ]
    return sorted(found, key=lambda one: (one[0], one[1]["step"]))


def notes(folder: Path) -> list[str]:
    return [record["text"] for record in read(folder / "journal.jsonl") if record["type"] == "note"]


def main(folder: Path, trainer: str, jobs: int, die_at: int) -> None:
    """Search, and be killed once so many checkpoints are recorded; tells what processes there are."""
    from embodied.learning.trainer import trainer_named

    def look(record: Mapping[str, Any], crew: Crew) -> None:
        if record["type"] == "checkpoint" and len(checkpoints(folder)) >= die_at:
            if isinstance(crew, Processes):
                print(*crew.pids, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    work = Work(jobs) if jobs > 1 else None
    search(folder, Fixed(NEARER, FARTHER), trainer_named(trainer), work=work, look=look)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
