"""How fast our trainers update their networks, beside stable-baselines3 as it comes. Needs torch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import torch
from stable_baselines3 import SAC

from embodied.learning.candidates import OfflineDesigner
from embodied.learning.ground import Ground, sketched
from embodied.learning.guided import GuidedTrainer
from embodied.learning.guided_networks import GuidedSettings
from embodied.learning.rewarded import RewardedEnvironment
from embodied.learning.sac import SacSettings, SacTrainer
from embodied.learning.trainer import Trainer, TrainingJob
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check

PLAIN: Final = "stable-baselines3, its defaults"
NARROW: Final = "stable-baselines3, our networks"
_SEED: Final = 1


@dataclass(frozen=True)
class Speed:
    """One trainer on one core, with its environment.

    Attributes:
        steps: of the environment, after a warm-up.
        updates: of the critics, in those.
        cpu_s: of this process: what else the machine does counts less there than in `wall_s`.
        ratio: updates for each second of CPU, over those of stable-baselines3.
    """

    name: str
    steps: int
    updates: int
    cpu_s: float
    wall_s: float
    ratio: float

    @property
    def updates_per_s(self) -> float:
        """For each second of CPU."""
        return self.updates / self.cpu_s


def updates_per_second(ground: Ground, steps: int = 1000) -> tuple[Speed, ...]:
    """Plain stable-baselines3, the same with networks as small as ours, then our `sac`, then our `guided`
    where there is a sketch to begin with.

    Args:
        ground: the task; the reward is the first that is composed for its condition.
        steps: of the environment, for each.
    """
    job = _job(ground, steps)
    found = [_timed(PLAIN, steps, 1, _plain(job))]
    found.append(_timed(NARROW, steps, 1, _plain(job, net_arch=[SacSettings().width] * 2)))
    found.append(_timed("sac", steps, 1, _ours(SacTrainer(), job)))
    if job.guide is not None:
        found.append(_timed("guided", steps, GuidedSettings().updates, _ours(GuidedTrainer(), job)))
    base = found[0].updates_per_s
    return tuple(
        Speed(one.name, one.steps, one.updates, one.cpu_s, one.wall_s, one.updates_per_s / base)
        for one in found
    )


def _job(ground: Ground, steps: int) -> TrainingJob:
    examiner, condition = ground.examiner, ground.task.condition
    assert condition is not None
    designer = OfflineDesigner(condition, examiner.observation, examiner.action, _SEED)
    code = check(designer.propose([], 1)[0].source, examiner.observation, examiner.action)
    return TrainingJob(
        ground.make, in_process(code), ground.features, ground.task.steps, _SEED, 10 * steps, steps,
        examiner.experience, sketched(ground),
    )  # fmt: skip


def _ours(trainer: Trainer, job: TrainingJob) -> Iterator[int]:
    """The step, after each part of the training."""
    for snapshot in trainer.train(job):
        yield snapshot.step


def _plain(job: TrainingJob, **policy: Any) -> Iterator[int]:
    torch.set_num_threads(1)
    environment = RewardedEnvironment(job.make(), job.reward, job.horizon, job.seed)
    try:
        model = SAC("MlpPolicy", environment, policy_kwargs=policy, seed=job.seed, device="cpu")
        while True:
            model.learn(job.every, reset_num_timesteps=False)
            yield int(model.num_timesteps)
    finally:
        environment.close()


def _timed(name: str, steps: int, updates: int, parts: Iterator[int]) -> Speed:
    """The second part: the first warms up.

    Args:
        updates: for each step.
    """
    begun = next(parts)
    clocks: tuple[Callable[[], float], ...] = (time.process_time, time.perf_counter)
    before = [clock() for clock in clocks]
    done = next(parts) - begun
    cpu_s, wall_s = (clock() - was for clock, was in zip(clocks, before, strict=True))
    close = getattr(parts, "close", None)
    if close:
        close()
    return Speed(name, done, done * updates, cpu_s, wall_s, 1.0)
