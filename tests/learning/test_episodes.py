"""What counts as a success, and what a policy is told of an observation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embodied.learning.environment import Flat
from embodied.learning.episodes import HOLD, Act, idle_act, random_act, run_episode
from embodied.learning.examining import KEPT, Successes
from embodied.learning.features import differences, fitted
from tests.learning.toys import ACTION, OBSERVATION, Point, still, straight


def test_who_stays_at_the_target_succeeds_and_ends_early() -> None:
    episode = run_episode(Point(), straight, 3, 20)
    assert episode.succeeded
    assert episode.success[-HOLD:].all()
    assert episode.steps < 20
    assert len(episode.observations) == len(episode.success) == episode.steps + 1


def test_who_flies_past_does_not() -> None:
    steps = iter(range(100))

    def past(observation: Flat) -> Flat:
        return straight(observation) if next(steps) < 3 else np.ones(3, np.float32)

    episode = run_episode(Point(), past, 3, 20)
    assert episode.success.any()
    assert not episode.succeeded


def test_of_successes_that_come_at_once_the_quickest_are_kept(tmp_path: Path) -> None:
    waits = [6, 3, 9, 0, 5]
    episodes = [run_episode(Point(), waiting(steps), seed, 20) for seed, steps in enumerate(waits)]
    assert all(one.succeeded for one in episodes)
    kept = Successes(tmp_path)
    kept.add(episodes)
    lengths = sorted(one.steps for one in episodes)
    assert sorted(one.steps for one in kept.episodes) == lengths[:KEPT]


def waiting(steps: int) -> Act:
    """Stays for so many steps, then goes to the target."""
    passed = iter(range(100))
    return lambda observation: (still if next(passed) < steps else straight)(observation)


def test_a_seed_is_an_episode() -> None:
    first, second = (run_episode(Point(), still, 5, 4) for _ in range(2))
    assert np.array_equal(first.observations, second.observations)
    assert not np.array_equal(first.observations[0], run_episode(Point(), still, 6, 4).observations[0])


def test_random_motion_goes_somewhere_and_idle_motion_does_not() -> None:
    moving = run_episode(Point(), random_act(np.random.default_rng(0), 3), 1, 20)
    resting = run_episode(Point(), idle_act(3), 1, 20)
    assert np.ptp(moving.observations[:, 0]) > 0.1
    assert np.ptp(resting.observations) == pytest.approx(np.ptp(resting.observations[0]))


def test_episodes_become_trajectories_of_the_critic() -> None:
    trajectory = run_episode(Point(), straight, 3, 20).trajectory("scripted", OBSERVATION, ACTION)
    trajectory.check(OBSERVATION, ACTION)
    assert trajectory.start == "3"


def test_a_network_sees_how_far_the_target_is() -> None:
    observation = np.array([[0.1, 0.2, 0.3, 0.0, 0.0, 0.1]])
    assert (observation @ differences(OBSERVATION))[0, 6:] == pytest.approx([0.1, 0.2, 0.2])


def test_what_was_seen_is_normalised_and_nothing_is_blown_up() -> None:
    seen = np.random.default_rng(0).normal(0.2, 0.1, (500, 6))
    seen[:, 5] = 0.05  # never changes
    features = fitted(OBSERVATION, seen)
    out = features(seen)
    assert out.mean(axis=0) == pytest.approx(0.0, abs=1e-4)
    assert out[:, 0].std() == pytest.approx(1.0, abs=1e-3)
    assert np.abs(out[:, 5]).max() < 1e-4
    assert np.abs(features(1e6 * seen)).max() == 8.0
