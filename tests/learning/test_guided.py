"""Training that begins with a weak skill; and the weak skill that is composed from the condition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from embodied.condition import parse
from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import TRAINING_SEEDS, random_act, run_episode
from embodied.learning.errors import NoGuide
from embodied.learning.guides import Guide, sketch
from embodied.learning.trainer import TrainingJob
from embodied.rewards.composing import designs
from tests.learning.test_sac import OBSERVATIONS, actions
from tests.learning.test_sac import job as plain_job
from tests.learning.toys import ACTION, OBSERVATION, REACH, Point, condition, straight

pytest.importorskip("stable_baselines3")


@dataclass(frozen=True)
class Weak:
    """Goes to where the target would be if it stood a little beside."""

    name: str = "weak"
    off: float = 0.06

    def begin(self, environment: Environment) -> None:
        pass

    def act(self, observation: Flat) -> Flat:
        shifted = observation.copy()
        shifted[3] += self.off
        return straight(shifted)


def job(until: int, guide: Guide | None, *, every: int = 100, state: Path | None = None) -> TrainingJob:
    return replace(plain_job(until, every=every, state=state), guide=guide)


def trainer() -> object:
    from embodied.learning.guided import GuidedTrainer
    from embodied.learning.guided_networks import GuidedSettings

    return GuidedTrainer(GuidedSettings(width=64, batch=128, follow=60, demonstrations=10, imitation=0.1))


def test_it_becomes_better_than_what_it_began_with() -> None:
    guide = Weak()
    alone = [run_episode(Point(), guide.act, TRAINING_SEEDS + n, REACH.steps) for n in range(20)]
    best = 0
    for snapshot in trainer().train(job(900, guide, every=150)):  # type: ignore[attr-defined]
        done = [run_episode(Point(), snapshot.act, TRAINING_SEEDS + n, REACH.steps) for n in range(20)]
        best = max(best, sum(episode.succeeded for episode in done))
        if best >= 14:
            break
    assert best > sum(episode.succeeded for episode in alone) + 3


def test_it_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    did = {}
    for snapshot in trainer().train(job(200, Weak())):  # type: ignore[attr-defined]
        did[snapshot.step] = actions(snapshot)
        snapshot.save(tmp_path / str(len(did)))
    (last,) = list(trainer().train(job(200, Weak(), state=tmp_path / "1")))  # type: ignore[attr-defined]
    assert last.step == max(did)
    np.testing.assert_array_equal(actions(last), did[last.step])


@dataclass
class Counting:
    """Remembers how it was asked."""

    environment: Environment | None = None
    first: bool = False
    episodes: int = 0
    asked: int = 0
    name: str = "counting"

    def begin(self, environment: Environment) -> None:
        self.environment, self.first, self.episodes = environment, True, self.episodes + 1

    def act(self, observation: Flat) -> Flat:
        assert isinstance(self.environment, Point)
        if not self.first:  # in order, each once: it is where the environment is
            np.testing.assert_allclose(observation, self.environment._told()[0])
        self.first, self.asked = False, self.asked + 1
        return straight(observation)


def test_a_guide_is_told_of_each_episode_and_asked_once_for_each_observation() -> None:
    guide = Counting()
    (snapshot,) = list(trainer().train(job(40, guide, every=40)))  # type: ignore[attr-defined]
    tried = snapshot._training._online.filled()["now"]
    assert guide.asked == len(tried) + guide.episodes


def test_its_file_does_what_the_actor_does(tmp_path: Path) -> None:
    from embodied.learning.policy import load_policy

    (snapshot,) = list(trainer().train(job(50, Weak(), every=50)))  # type: ignore[attr-defined]
    snapshot.export(tmp_path / "policy.onnx", step_seconds=0.1)
    policy = load_policy(tmp_path / "policy.onnx")
    np.testing.assert_allclose([policy(row) for row in OBSERVATIONS], actions(snapshot), atol=1e-5)


def test_a_guide_that_never_succeeds_is_refused() -> None:
    with pytest.raises(NoGuide, match="succeeds on 0 of 100"):
        list(trainer().train(job(50, Weak(off=5.0))))  # type: ignore[attr-defined]


def test_a_correction_of_a_guide_that_does_well_is_put_into_a_pupil_that_does_well(tmp_path: Path) -> None:
    from embodied.learning.guided_networks import GuidedSettings
    from embodied.learning.policy import load_policy
    from embodied.learning.residual import ResidualTrainer

    corrected = ResidualTrainer(GuidedSettings(width=64, batch=128, follow=60, demonstrations=10))
    best = 0
    for snapshot in corrected.train(job(600, Weak(off=0.03), every=150)):
        done = [run_episode(Point(), snapshot.act, TRAINING_SEEDS + n, REACH.steps) for n in range(20)]
        best = max(best, sum(episode.succeeded for episode in done))
    assert best >= 16
    snapshot.export(tmp_path / "policy.onnx", step_seconds=0.1)
    policy = load_policy(tmp_path / "policy.onnx")
    np.testing.assert_allclose([policy(row) for row in OBSERVATIONS], actions(snapshot), atol=1e-5)


def test_where_the_hand_itself_is_to_be_somewhere_it_goes_straight_there() -> None:
    design = designs(condition(), OBSERVATION, ACTION)[0]
    episode = run_episode(Point(), random_act(np.random.default_rng(0), 3), 1, REACH.steps)
    guide = sketch(design, OBSERVATION, ACTION, [episode])
    assert guide is not None
    assert run_episode(Point(), guide.act, 2, REACH.steps).succeeded


def test_a_thing_that_is_to_be_brought_somewhere_gives_a_sketch() -> None:
    from tests.rewards import toys as rewards_toys

    wanted = parse("distance(cube, target) < 0.05")
    specs = rewards_toys.OBSERVATION, rewards_toys.ACTION
    state = {"hand": [0.4, 0.0, 0.3], "cube": [0.5, 0.1, 0.02], "target": [0.5, -0.1, 0.2], "gripper": 0.08}
    seen = {name: np.array([value, value]) for name, value in state.items()}
    episode = run_episode(Point(), straight, 1, 1)
    still = replace(
        episode,
        observations=specs[0].flatten(seen).astype(np.float32),
        actions=np.ones((1, 4), np.float32),
    )
    guide = sketch(designs(wanted, *specs)[0], *specs, [still])
    assert guide is not None

    def told(**changed: object) -> dict[str, np.ndarray]:
        flat = specs[0].flatten({name: np.array([value]) for name, value in {**state, **changed}.items()})
        return {
            name: value[0] for name, value in specs[1].split(guide.act(flat[0])[None].astype(float)).items()
        }

    far = told()
    assert far["move"][0] > 0.9  # to above the cube
    assert far["move"][1] > 0.9
    assert far["grip"] == 1.0
    assert told(hand=[0.5, 0.1, 0.09])["move"][2] < -0.9  # down
    assert told(hand=[0.5, 0.1, 0.025])["grip"] == -1.0  # shut
    carried = told(hand=[0.5, 0.1, 0.025], gripper=0.04)
    assert carried["move"][1] < -0.9
    assert carried["move"][2] > 0.9
