"""A planner that tries out in the simulator what it will do, and a network that learns from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embodied.learning.episodes import SELECTION_SEEDS, TRAINING_SEEDS, Act, run_episode
from embodied.learning.errors import CannotForesee
from embodied.learning.guides import Guide
from embodied.learning.mpc_planner import Planner, PlannerSettings
from embodied.learning.planning_ahead import Foreseeing, foreseen_by_stepping
from embodied.learning.trainer import Trainer, TrainingJob, choose_trainer
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from tests.learning.foreseeable import ForeseeablePoint
from tests.learning.test_cma import NEARNESS
from tests.learning.test_sac import actions
from tests.learning.test_sac import job as plain_job
from tests.learning.toys import ACTION, OBSERVATION, REACH, Point, still, straight

REWARD = in_process(check(NEARNESS, OBSERVATION, ACTION))
SETTINGS = PlannerSettings(plans=16, steps=6, knots=2)


def test_it_arrives_with_no_training() -> None:
    planner = Planner(REWARD, SETTINGS)
    world = ForeseeablePoint()
    episodes = [
        run_episode(world, planner.act, SELECTION_SEEDS + n, REACH.steps, begin=planner.begin)
        for n in range(10)
    ]
    assert sum(episode.succeeded for episode in episodes) >= 9
    assert world.tried > 0


def test_the_world_stands_where_it_stood() -> None:
    world, planner = ForeseeablePoint(), Planner(REWARD, SETTINGS, known=straight)
    observation, _ = world.reset(seed=1)
    planner.begin(world)
    before = world.save()
    planner.act(observation)
    np.testing.assert_array_equal(world.save(), before)


def test_the_same_seed_gives_the_same_episode() -> None:
    def played(seed: int) -> np.ndarray:
        planner = Planner(REWARD, SETTINGS, seed=seed)
        return run_episode(ForeseeablePoint(), planner.act, 5, 8, begin=planner.begin).actions

    np.testing.assert_array_equal(played(1), played(1))
    assert not np.array_equal(played(1), played(2))


def test_what_is_known_is_one_of_the_plans() -> None:
    few = PlannerSettings(plans=4, rounds=1, steps=6, knots=2, noise=0.0, keep=1)
    planner = Planner(REWARD, few, known=straight)
    episode = run_episode(ForeseeablePoint(), planner.act, 7, REACH.steps, begin=planner.begin)
    assert episode.succeeded
    alone = Planner(REWARD, few)
    assert not run_episode(ForeseeablePoint(), alone.act, 7, REACH.steps, begin=alone.begin).succeeded


def test_a_plan_that_makes_the_physics_unsteady_is_not_taken() -> None:
    source = 'def reward(obs, action, previous):\n    return {"right": obs["hand"][:, 0]}\n'
    planner = Planner(in_process(check(source, OBSERVATION, ACTION)), SETTINGS)
    world = ForeseeablePoint(wall=0.2)
    episode = run_episode(world, planner.act, 2, REACH.steps, begin=planner.begin)
    assert episode.steps == REACH.steps
    assert episode.observations[:, 0].max() <= 0.2
    assert episode.observations[-1, 0] > 0.1


def test_foreseen_is_what_comes() -> None:
    world = ForeseeablePoint(wall=0.2)
    world.reset(seed=2)
    plans = np.random.default_rng(0).uniform(-1, 1, (3, 4, 3)).astype(np.float32)
    plans[0, :, 0] = 1.0
    seen = foreseen_by_stepping(world, plans)
    assert np.isnan(seen[0, -1]).all()
    np.testing.assert_array_equal([world.step(action)[0] for action in plans[1]], seen[1])


def test_a_world_that_cannot_be_tried_out_is_refused_with_what_to_do_instead() -> None:
    planner = Planner(REWARD)
    with pytest.raises(CannotForesee, match="cannot be put back") as error:
        run_episode(Point(), planner.act, 1, 5, begin=planner.begin)
    assert "--trainer sac or guided" in str(error.value)
    assert isinstance(ForeseeablePoint(), Foreseeing)
    assert not isinstance(Point(), Foreseeing)


# -- the network that learns from it -----------------------------------------------------------------


def trainer() -> Trainer:
    pytest.importorskip("torch")
    from embodied.learning.distil import PupilSettings
    from embodied.learning.mpc import MpcTrainer

    return MpcTrainer(SETTINGS, PupilSettings(width=64, batch=128, updates=4.0))


def job(
    until: int, *, state: Path | None = None, make: Callable[[], Point] = ForeseeablePoint
) -> TrainingJob:
    return replace(plain_job(until, every=100, state=state), reward=REWARD, make=make)


def succeeded(act: Act) -> int:
    return sum(run_episode(Point(), act, TRAINING_SEEDS + n, REACH.steps).succeeded for n in range(20))


def test_a_network_learns_to_do_without_the_simulator() -> None:
    assert succeeded(still) <= 1
    best = 0
    for snapshot in trainer().train(replace(job(1200), every=200)):
        best = max(best, succeeded(snapshot.act))
        if best >= 7:
            return
    raise AssertionError(f"at best {best} of 20")


def test_it_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    did = {}
    for snapshot in trainer().train(job(200)):
        did[snapshot.step] = actions(snapshot)
        snapshot.save(tmp_path / str(len(did)))
    (last,) = list(trainer().train(job(200, state=tmp_path / "1")))
    assert last.step == max(did)
    np.testing.assert_array_equal(actions(last), did[last.step])


def test_training_in_a_world_that_cannot_be_tried_out_is_refused() -> None:
    with pytest.raises(CannotForesee, match="cannot be put back"):
        list(trainer().train(job(100, make=Point)))


def test_it_stops_when_it_is_told_to() -> None:
    assert list(trainer().train(replace(job(200), stop=lambda: True))) == []


def test_it_needs_no_skill_to_begin_with() -> None:
    pytest.importorskip("torch")
    assert choose_trainer("mpc", None, 0, 20).trainer.name == "mpc"


def test_the_planner_is_a_guide_for_other_trainers() -> None:
    guided = pytest.importorskip("embodied.learning.guided")
    from embodied.learning.guided_networks import GuidedSettings

    planner: Guide = Planner(REWARD, replace(SETTINGS, plans=6, rounds=1))
    settings = GuidedSettings(width=32, batch=32, follow=20, demonstrations=3)
    begun = replace(job(20), guide=planner, every=20)
    assert [one.step >= 20 for one in guided.GuidedTrainer(settings).train(begun)] == [True]


@pytest.mark.parametrize("task", ["Reach"])
def test_on_the_table_it_reaches_with_no_training(task: str) -> None:
    pytest.importorskip("mujoco")
    from embodied_tabletop.gym import TabletopEnv

    table = TabletopEnv(task)
    reward = in_process(check(NEARNESS, table.observation_spec, table.action_spec))
    planner = Planner(reward)
    episode = run_episode(table, planner.act, TRAINING_SEEDS - 1, 50, begin=planner.begin)
    table.close()
    assert episode.succeeded
    assert not run_episode(TabletopEnv(task), lambda o: still(o), TRAINING_SEEDS - 1, 5).succeeded
