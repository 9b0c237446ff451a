"""A network that does what a skill does, from the states that it comes to by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import SELECTION_SEEDS, Act, run_episode
from embodied.learning.errors import NoGuide
from embodied.learning.guides import Guide
from embodied.learning.trainer import Snapshot, TrainingJob, trainer_named
from embodied.learning.trying_again import tried_again
from embodied.rewards.spec import Entry, ObservationSpec
from tests.learning.test_sac import actions
from tests.learning.test_sac import job as plain_job
from tests.learning.toys import HIGH, LOW, REACH, Point, straight

torch = pytest.importorskip("torch")


class Straight:
    """Goes to the target; says so once for each observation."""

    name = "straight"

    def __init__(self, act: Act = straight) -> None:
        self._act = act

    def begin(self, environment: Environment) -> None:
        self.asked: list[Flat] = []

    def act(self, observation: Flat) -> Flat:
        self.asked.append(observation)
        return self._act(observation)


def job(until: int, guide: Guide | None, *, state: Path | None = None) -> TrainingJob:
    return replace(plain_job(until, every=200, state=state), guide=guide)


def train(job_: TrainingJob) -> Iterator[Snapshot]:
    return trainer_named("imitate").train(job_)


def succeeded(act: Act) -> int:
    episodes = [run_episode(Point(), act, SELECTION_SEEDS + n, REACH.steps) for n in range(20)]
    return sum(episode.succeeded for episode in episodes)


def test_the_network_does_what_the_skill_does(tmp_path: Path) -> None:
    from embodied.learning.policy import load_policy

    *_, last = train(job(800, Straight()))
    count = succeeded(last.act)
    assert count >= 19
    last.export(tmp_path / "policy.onnx", step_seconds=0.1)
    assert succeeded(load_policy(tmp_path / "policy.onnx")) == count


def test_it_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    did = {}
    for snapshot in train(job(600, Straight())):
        did[snapshot.step] = actions(snapshot)
        snapshot.save(tmp_path / str(len(did)))
    again = {one.step: actions(one) for one in train(job(600, Straight(), state=tmp_path / "2"))}
    assert list(again) == list(did)[2:]
    for step, actions_ in again.items():
        np.testing.assert_array_equal(actions_, did[step])


def test_without_a_skill_that_succeeds_there_is_nothing_to_imitate() -> None:
    with pytest.raises(NoGuide, match="no skill to imitate"):
        next(train(job(400, None)))
    with pytest.raises(NoGuide, match="'straight' fails in all of 20 episodes"):
        next(train(job(400, Straight(lambda seen: -straight(seen)))))


class ByHeart(Straight):
    """Looks once, and then goes by what it meant to do; never sees what came of it."""

    remembers = True
    over = False
    begun = 0

    def begin(self, environment: Environment) -> None:
        super().begin(environment)
        self._meant: Flat | None = None

    def act(self, observation: Flat) -> Flat:
        if self._meant is None:
            self._meant = observation.copy()
        assert np.allclose(observation, self._meant, atol=1e-5), "another went another way"
        action = straight(self._meant)
        self._meant[:3] += 0.1 * action
        return action


def test_a_skill_that_remembers_shows_and_is_not_asked_while_another_acts() -> None:
    *_, last = train(job(1200, ByHeart()))
    assert succeeded(last.act) >= 19


class Clumsy:
    """Looks once, misjudges along each axis how far it is, goes there, and is done with it."""

    name = "clumsy"
    remembers = True
    begun = 0

    def begin(self, environment: Environment) -> None:
        self._goal: Flat | None = None
        self.over = False

    def act(self, observation: Flat) -> Flat:
        hand, target = observation[:3], observation[3:]
        if self._goal is None:
            draws = np.random.default_rng(list(observation.tobytes()))
            goal: Flat = hand + draws.uniform(0.6, 1.4, 3).astype(np.float32) * (target - hand)
            self._goal = np.clip(goal, LOW, HIGH).astype(np.float32)
        self.over = self.over or float(np.linalg.norm(self._goal - hand)) < 0.01
        return straight(np.concatenate([hand, hand if self.over else self._goal]))


def test_a_skill_that_fails_in_half_of_its_episodes_is_learned_from_where_it_succeeds() -> None:
    skill = Clumsy()
    alone = [run_episode(Point(), skill.act, seed, REACH.steps, begin=skill.begin) for seed in range(60)]
    assert 12 <= sum(one.succeeded for one in alone) <= 45
    *_, last = train(job(2500, skill))
    assert succeeded(last.act) >= 19


def test_what_is_learned_of_a_skill_that_tried_again_is_its_last_try() -> None:
    skill, tried = Clumsy(), 0
    for seed in range(20):
        episode, seen, did = tried_again(Point(), skill, seed, REACH.steps)
        assert episode.succeeded
        assert len(seen) == len(did) <= episode.steps
        np.testing.assert_array_equal(seen, episode.observations[-1 - len(seen) : -1])
        np.testing.assert_array_equal(did, episode.actions[episode.steps - len(did) :])
        if len(did) < episode.steps:
            tried += 1
            assert not episode.success[episode.steps - len(did)]
    assert tried >= 5


def test_it_stops_when_it_is_told_to() -> None:
    asked = iter(range(10**6))
    assert list(train(replace(job(6000, Straight()), stop=lambda: next(asked) > 25))) == []


def position(name: str, role: str) -> Entry:
    return Entry(name, (3,), "m", "world", -1.0, 1.0, "", role)


def test_bearings_turn_with_the_way_that_a_thing_has_to_go() -> None:
    from embodied.learning.bearings import FAR_M, Bearings

    spec = ObservationSpec((position("hand", "hand"), position("cube", "object"), position("spot", "place")))
    bearings = Bearings(spec)
    turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    scene = np.array([[-0.05, 0.02, 0.1], [0.0, 0.0, 0.0], [0.2, 0.0, 0.0]])
    seen = torch.as_tensor(np.stack([scene.ravel(), (scene @ turned.T).ravel()]), dtype=torch.float32)
    told = bearings(seen).numpy()
    assert told.shape == (2, bearings.size)
    np.testing.assert_allclose(told[0, -4:], told[1, -4:], atol=1e-6)
    assert told[0, -4] * FAR_M == pytest.approx(-0.05, rel=0.05)  # the hand is behind the cube
    assert abs(told).max() <= 1.1
    assert np.isfinite(bearings(torch.zeros(1, spec.size)).numpy()).all()
