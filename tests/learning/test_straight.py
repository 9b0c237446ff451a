"""A weak skill for where the hand itself shall be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("mujoco")

from embodied_tabletop.gym import TASKS, TabletopEnv

from embodied.learning.candidates import OfflineDesigner
from embodied.learning.environment import Flat
from embodied.learning.episodes import run_episode
from embodied.learning.guides import Tunable, sketch


def test_the_sketch_of_reaching_goes_there_and_rests_there() -> None:
    environment = TabletopEnv(replace(TASKS["Reach"], success="distance(hand, pose[target]) < 0.006"))
    try:
        observation, action = environment.observation_spec, environment.action_spec
        rng = np.random.default_rng(0)

        def at_random(_: Flat) -> Flat:
            return rng.uniform(-1, 1, action.size).astype(np.float32)

        seen = [run_episode(environment, at_random, seed, 30) for seed in range(3)]
        goal = OfflineDesigner(environment.condition, observation, action, 0).goal
        guide = sketch(goal, observation, action, seen)
        assert isinstance(guide, Tunable)
        done = [run_episode(environment, guide.act, 100 + seed, 50) for seed in range(8)]
        assert all(episode.succeeded for episode in done)
        fast = guide.with_values({"speed": 5.0})
        assert fast.parameters[0].value == fast.parameters[0].high
    finally:
        environment.close()
