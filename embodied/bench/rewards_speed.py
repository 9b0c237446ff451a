"""Updates per second of our SAC set-up beside stable-baselines3 as it comes, in the same run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import psutil

from embodied.bench.calibration import calibration_s
from embodied.bench.rewards_authors import Author, written
from embodied.learning.environment import load_tasks
from embodied.learning.features import fitted
from embodied.learning.rewarded import RewardedEnvironment
from embodied.learning.trainer import TrainingJob

KIND, TASK = "tabletop", "Reach"
UPDATES: Final = 600
ROUNDS: Final = 5
WARM_UP: Final = 200

CONDITIONS: Final = (
    "One thread, the task Reach at the table with the offline designer's reward, the same networks, batch "
    "and discount in both. An update is a gradient step of actor and critics, with the environment's step "
    "that goes with it, by the process's own CPU time. In turn in each of five rounds, every other reversed."
)


def measured() -> dict[str, Any]:
    """A row: updates per second of both, in each round."""
    job, environment = _job()
    sides: dict[str, Callable[[], float]] = {
        "ours": lambda: _ours(job),
        "stable-baselines3": lambda: _plain(environment(), job),
    }
    before = psutil.getloadavg()[0]
    rounds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(ROUNDS):
        for name in list(sides)[:: -1 if number % 2 else 1]:
            rounds[name].append(round(sides[name](), 1))
    return {
        "key": f"speed/{time.time():.0f}",
        "rounds": rounds,
        "load": [round(before, 1), round(psutil.getloadavg()[0], 1)],
        "cores": os.cpu_count(),
        "calibration_s": round(calibration_s(), 4),
    }


def _job() -> tuple[TrainingJob, Callable[[], RewardedEnvironment]]:
    source = load_tasks(KIND)
    task = next(one for one in source.tasks({}) if one.name == TASK)
    plain = source.make(task, {})
    reward = written(Author.offline, source, task, plain, 1)
    seen = np.concatenate([one.observations for one in reward.experience]).astype(float)
    job = TrainingJob(
        reward.make,
        reward.function,
        fitted(plain.observation_spec, seen),
        task.steps,
        seed=1,
        until=WARM_UP + UPDATES,
        every=WARM_UP,
        experience=reward.experience,
    )
    return job, lambda: RewardedEnvironment(reward.make(), reward.function, task.steps, 1)


def _ours(job: TrainingJob) -> float:
    """With its experience, so that it updates from the first step."""
    from embodied.learning.sac import SacTrainer

    snapshots = SacTrainer().train(job)
    began_at = next(snapshots).step
    began = time.process_time()
    step = began_at
    for snapshot in snapshots:
        step = snapshot.step
    return (step - began_at) / (time.process_time() - began)


def _plain(environment: RewardedEnvironment, job: TrainingJob) -> float:
    """What `SAC("MlpPolicy", env)` does, with our numbers."""
    import torch
    from stable_baselines3 import SAC

    from embodied.learning.sac import SacSettings

    torch.set_num_threads(1)
    chosen = SacSettings()
    model = SAC(
        "MlpPolicy",
        environment,
        learning_rate=chosen.learning_rate,
        buffer_size=chosen.replay,
        learning_starts=WARM_UP,
        batch_size=chosen.batch,
        gamma=chosen.discount,
        tau=chosen.target_rate,
        policy_kwargs={"net_arch": [chosen.width, chosen.width]},
        seed=job.seed,
        device="cpu",
    )
    model.learn(WARM_UP)
    began = time.process_time()
    model.learn(UPDATES, reset_num_timesteps=False)
    spent = time.process_time() - began
    environment.close()
    return UPDATES / spent


def table(row: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Median, least and most of the rounds, and how many times plain stable-baselines3 it is."""
    rounds: Mapping[str, list[float]] = row["rounds"]
    plain = rounds["stable-baselines3"]
    lines: list[tuple[str, ...]] = [("", "updates a second", "least – most", "times stable-baselines3")]
    for name, values in rounds.items():
        ratios = [one / other for one, other in zip(values, plain, strict=True)]
        ratio = f"{np.median(ratios):.2f} ({min(ratios):.2f} – {max(ratios):.2f})"
        lines.append((name, f"{np.median(values):.0f}", f"{min(values):.0f} – {max(values):.0f}", ratio))
    lines.append((f"load {row['load'][0]} before, {row['load'][1]} after, {row['cores']} cores", "", "", ""))
    return lines
