"""The search for a reward, with a trainer that only plays: what is screened, dropped, kept, resumed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from embodied.journal import Journal, read
from embodied.learning.budget import Clock, Schedule
from embodied.learning.candidates import Candidate, OfflineDesigner, Proposal, rank
from embodied.learning.crew import Alone
from embodied.learning.ground import lay_ground
from embodied.learning.progress import Progress
from embodied.learning.search import Search
from embodied.learning.trainer import Choice, Trainer
from embodied.rewards.training import Checkpoint
from tests.learning.toys import ACTION, OBSERVATION, REACH, PlayedTrainer, Point, condition

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

    def propose(self, earlier: Sequence[Candidate], count: int) -> tuple[Proposal, ...]:
        known = {one.proposal.source for one in earlier}
        return tuple(one for one in self.proposals if one.source not in known)[:count]


SCHEDULE = Schedule(minutes=5, rivals=4, screening=200, every=100, most=600, episodes=20, rounds=1)


def search(
    folder: Path, designer: Any, trainer: Trainer, *, schedule: Schedule = SCHEDULE, stop_at: int = 10**9
) -> Progress:
    """Run one part of a search; `stop_at` checkpoints it is stopped, as by Ctrl-C."""
    path, progress, stop = folder / "journal.jsonl", Progress(), threading.Event()
    for record in read(path) if path.exists() else ():
        progress.advance(record)
    ground = lay_ground(REACH, Point, Point(), folder / "successes")

    def count(record: Any) -> None:
        if record["type"] == "checkpoint" and record["seq"] and len(_checkpoints(path)) >= stop_at:
            stop.set()

    journal = Journal(path)
    journal.subscribe(progress.advance)
    journal.subscribe(count)
    try:
        clock = Clock(schedule.minutes, stop)
        crew = Alone(ground, folder, clock.over, stop.is_set)
        Search(
            ground, designer, Choice(trainer, None, ""), crew, schedule, clock, journal, progress, folder, 1
        ).run()
    finally:
        journal.close()
    return progress


def _checkpoints(path: Path) -> list[tuple[int, Any]]:
    return [(r["candidate"], r["checkpoint"]) for r in read(path) if r["type"] == "checkpoint"]


def test_the_reward_that_is_learned_from_is_kept(tmp_path: Path) -> None:
    progress = search(tmp_path, Fixed(FARTHER, NEARER), PlayedTrainer())
    assert {n: c.state for n, c in progress.candidates.items()} in (
        {1: "dropped", 2: "kept"},
        {1: "refused", 2: "kept"},
    )
    assert progress.best is not None
    assert progress.best.number == 2
    assert (tmp_path / "candidates" / "02" / "reward.py").read_text() == NEARER


def test_what_the_critic_refuses_is_never_trained(tmp_path: Path) -> None:
    trainer = PlayedTrainer()
    progress = search(tmp_path, Fixed(BLIND, NEARER), trainer)
    assert progress.candidates[1].state == "refused"
    assert "REFUSED ignores" in progress.candidates[1].critique
    assert progress.candidates[1].checkpoints == ()


def test_code_that_is_not_allowed_is_refused_with_the_reason(tmp_path: Path) -> None:
    progress = search(tmp_path, Fixed("import os\n" + NEARER, NEARER), PlayedTrainer())
    assert progress.candidates[1].state == "refused"
    assert "line 1" in progress.candidates[1].critique
    assert progress.best is not None


def test_a_reward_that_breaks_in_training_is_left(tmp_path: Path) -> None:
    progress = search(tmp_path, Fixed(EXPLODES, NEARER), PlayedTrainer())
    assert progress.candidates[1].state in ("broken", "refused")
    assert "near" in progress.candidates[1].critique
    assert progress.best is not None
    assert progress.best.number == 2


def test_training_ends_when_it_is_good_enough(tmp_path: Path) -> None:
    progress = search(tmp_path, Fixed(NEARER), PlayedTrainer(learned_at=300))
    best = progress.candidates[1]
    assert best.steps == 300
    assert best.best is not None
    assert (best.best.successes, best.best.episodes) == (160, 160)
    assert "What this says" in best.analysis


def test_a_later_round_changes_the_numbers_of_the_best(tmp_path: Path) -> None:
    designer = OfflineDesigner(condition(), OBSERVATION, ACTION, seed=1)
    schedule = Schedule(5, rivals=2, screening=100, every=100, most=200, episodes=4, rounds=2)
    progress = search(tmp_path, designer, PlayedTrainer(learned_at=10**6), schedule=schedule)
    second = progress.of_round(2)
    assert len(second) == 2
    for candidate in second:
        parent = progress.candidates[candidate.proposal.parent]
        assert candidate.proposal.name == parent.proposal.name
        assert candidate.proposal.values != parent.proposal.values


@pytest.mark.parametrize("stop_at", [1, 2, 4])
def test_a_stopped_search_goes_on_to_the_same_result(tmp_path: Path, stop_at: int) -> None:
    def designer() -> OfflineDesigner:
        return OfflineDesigner(condition(), OBSERVATION, ACTION, seed=1)

    whole = search(tmp_path / "whole", designer(), PlayedTrainer(learned_at=300))
    search(tmp_path / "parts", designer(), PlayedTrainer(learned_at=300), stop_at=stop_at)
    parts = search(tmp_path / "parts", designer(), PlayedTrainer(learned_at=300))
    assert _checkpoints(tmp_path / "parts" / "journal.jsonl") == _checkpoints(
        tmp_path / "whole" / "journal.jsonl"
    )
    assert parts.candidates == whole.candidates


def test_no_seed_of_training_is_one_that_is_judged_by(tmp_path: Path) -> None:
    trainer = PlayedTrainer()
    search(tmp_path, Fixed(NEARER), trainer)
    assert max(episode.seed for episode in trainer.jobs[0].experience) < 1_000_000


def test_checkpoints_are_chosen_by_success_and_never_by_the_reward() -> None:
    rich = Checkpoint(1, 20, 5, 20.0, returned=1e6, terms={})
    good = Checkpoint(2, 20, 6, 20.0, returned=-1e6, terms={})
    quick = Checkpoint(3, 20, 6, 10.0, returned=0.0, terms={})
    assert max((rich, good, quick), key=rank) is quick
    assert max((rich, good), key=rank) is good
