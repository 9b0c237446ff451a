"""A network learns from a planner that tries everything out in the simulator first. Needs torch.

The planner (`embodied.learning.mpc_planner`) needs no training, and the simulator at each step; what it does
is learned by a network, which needs neither. What is measured and kept is the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from embodied.learning.distil import PupilSettings, PupilSnapshot, Schooling, go_on
from embodied.learning.environment import Environment
from embodied.learning.episodes import Act
from embodied.learning.guides import Guide, Sketch
from embodied.learning.mpc_planner import Planner, PlannerSettings
from embodied.learning.planning_ahead import require_foreseeing
from embodied.learning.trainer import Snapshot, TrainingJob

TAUGHT: Final = 0.6
"""Share of the lessons in which the planner takes over at some step."""


class MpcTrainer:
    """Implements `embodied.learning.trainer.Trainer`. A skill, where there is one, gives the planner one of
    the plans that it tries.

    Steps are those that were done, not those of plans that were tried.
    """

    name = "mpc"

    def __init__(self, planner: PlannerSettings | None = None, pupil: PupilSettings | None = None) -> None:
        self.planner, self.pupil = planner or PlannerSettings(), pupil or PupilSettings(updates=6.0)

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        """See `Trainer.train`. Raises `CannotForesee` where the world cannot be tried out."""
        environment = job.make()
        try:
            refuse_unforeseeable(environment)
            planner = Planner(job.reward, self.planner, seed=job.seed, known=known_way(job.guide))
            school = Schooling(job, environment, self.pupil)
            step = go_on(job.state, school.pupil)[0] if job.state is not None else 0
            while step < job.until:
                school.begin_anew(step)
                before, wanted = step, min(job.until, (step // job.every + 1) * job.every)
                while step < wanted:
                    if job.stop():
                        return
                    step += school.lesson(planner, taught=TAUGHT)
                school.pupil.learn(step - before, school.draws)
                yield PupilSnapshot(step, school, environment, {})
        finally:
            environment.close()


def refuse_unforeseeable(environment: Environment) -> None:
    """Raise `CannotForesee` before anything is trained; resets the environment."""
    foreseeing = require_foreseeing(environment)
    foreseeing.reset(seed=0)
    foreseeing.save()


def known_way(guide: Guide | None) -> Act | None:
    """A guide's way can be one of the plans only if it remembers nothing: a plan is no episode."""
    return guide.act if isinstance(guide, Sketch) else None
