"""On the real table: the sketch's numbers are searched, and what comes out is a policy's file that acts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
pytest.importorskip("torch", reason="the extra `learn` is not installed")
pytest.importorskip("cma", reason="the extra `learn` is not installed")

from embodied_tabletop.gym import TabletopEnv

from embodied.learning.cma import CmaTrainer
from embodied.learning.cma_search import SearchSettings
from embodied.learning.episodes import TRAINING_SEEDS, random_act, run_episode
from embodied.learning.features import fitted
from embodied.learning.guides import Tunable, sketch
from embodied.learning.policy import load_policy
from embodied.learning.trainer import TrainingJob
from embodied.rewards.calling import in_process
from embodied.rewards.composing import compose, designs


def test_the_sketch_of_pick_and_place_becomes_a_policy(tmp_path: Path) -> None:
    table = TabletopEnv("PickPlace")
    specs = table.observation_spec, table.action_spec
    design = designs(table.condition, *specs)[0]
    seen = tuple(
        run_episode(table, random_act(np.random.default_rng(seed), specs[1].size), seed, 40)
        for seed in range(3)
    )
    guide = sketch(design, *specs, seen)
    assert isinstance(guide, Tunable)
    assert {"above", "near", "speed", "at"} <= {number.name for number in guide.parameters}
    features = fitted(specs[0], np.concatenate([one.observations for one in seen]).astype(float))
    reward = in_process(compose(design, *specs))
    job = TrainingJob(
        lambda: TabletopEnv("PickPlace"), reward, features, table.task.steps, 1, 2500, 2500, guide=guide
    )
    settings = SearchSettings(rivals=4, episodes=2, proof=6, most=2)
    *_, last = CmaTrainer(settings).train(job)
    last.export(tmp_path / "policy.onnx", step_seconds=0.04)
    policy = load_policy(tmp_path / "policy.onnx")
    policy.refuse_other(*specs)
    moved = []
    for seed in range(TRAINING_SEEDS - 3, TRAINING_SEEDS):
        start, _ = table.reset(seed=seed)
        before = table.named(start)
        episode = run_episode(table, policy, seed, 60)
        after = table.named(episode.observations[-1])
        ways = [np.linalg.norm(one["hand"] - one["red_cube"]) for one in (before, after)]
        moved.append(ways[0] - ways[1])
    table.close()
    assert np.mean(moved) > 0.03  # m: the hand goes to the cube
