"""The search for a reward, with a trainer that only plays: what is screened, dropped, kept, resumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.learning.budget import Schedule
from embodied.learning.candidates import OfflineDesigner, rank
from embodied.rewards.training import Checkpoint
from tests.learning.searching import BLIND, EXPLODES, FARTHER, NEARER, Fixed, checkpoints, search
from tests.learning.toys import ACTION, OBSERVATION, PlayedTrainer, condition


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
    assert checkpoints(tmp_path / "parts") == checkpoints(tmp_path / "whole")
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


def test_the_critic_hears_of_the_first_success_of_what_is_being_finished(tmp_path: Path) -> None:
    progress = search(tmp_path, Fixed(NEARER), PlayedTrainer(400))
    (kept,) = progress.candidates.values()
    assert kept.state == "kept"
    assert kept.best is not None
    assert kept.best.step == 400
    assert "no_success" not in kept.critique
    assert "The critic accepts the reward." in kept.critique
