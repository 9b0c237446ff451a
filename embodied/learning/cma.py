"""Better numbers for a skill by CMA-ES; what it then does is learned by a network. Needs torch.

The search comes first (`embodied.learning.cma_search`); once it is over the network, which watched, has
lessons until it does as well as the skill. What is measured and kept is always the network: one file that
runs anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from embodied.learning.cma_search import NumberSearch, SearchSettings, require_tunable
from embodied.learning.distil import PupilSettings, PupilSnapshot, Schooling, go_on
from embodied.learning.environment import Environment
from embodied.learning.guides import Tunable
from embodied.learning.tensors import unreadable
from embodied.learning.trainer import Snapshot, TrainingJob

TAUGHT: Final = 0.5
"""Share of the lessons in which the skill takes over at some step."""


class CmaTrainer:
    """Implements `embodied.learning.trainer.Trainer`; `job.guide` is the skill whose numbers are searched.

    A snapshot comes at the end of a generation, so later than it was asked for.
    """

    name = "cma"

    def __init__(self, search: SearchSettings | None = None, pupil: PupilSettings | None = None) -> None:
        self.search, self.pupil = search or SearchSettings(), pupil or PupilSettings()

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        """See `Trainer.train`. Raises `NoGuide` if there is no skill with numbers."""
        guide = require_tunable(job.guide)
        environment = job.make()
        try:
            yield from _Training(job, guide, environment, self.search, self.pupil).snapshots()
        finally:
            environment.close()


class _Training:
    def __init__(
        self,
        job: TrainingJob,
        guide: Tunable,
        environment: Environment,
        search: SearchSettings,
        pupil: PupilSettings,
    ) -> None:
        self._job, self._environment = job, environment
        self._school = Schooling(job, environment, pupil)
        self._search = NumberSearch(
            guide, environment, job.reward, job.horizon, job.seed, search, stop=job.stop
        )
        self._step = 0
        if job.state is not None:
            self._step, told = go_on(job.state, self._school.pupil)
            try:
                self._search.tell_again(told)
            except (KeyError, ValueError) as broken:
                raise unreadable(job.state, broken) from broken

    def snapshots(self) -> Iterator[Snapshot]:
        job, school = self._job, self._school
        while self._step < job.until:
            school.begin_anew(self._step)
            before, wanted = self._step, min(job.until, (self._step // job.every + 1) * job.every)
            while self._step < wanted:
                if job.stop() or not self._more():
                    return
            school.pupil.learn(min(self._step - before, school.pupil.known), school.draws)
            yield PupilSnapshot(self._step, school, self._environment, self._search.told())

    def _more(self) -> bool:
        """A generation, or a lesson once the search is over. False if `job.stop` said so meanwhile."""
        search, pupil = self._search, self._school.pupil
        if search.over:
            self._step += self._school.lesson(search.guide, taught=TAUGHT)
            return True
        before, had = search.steps, search.proof
        if not search.generation():
            return False
        self._step += search.steps - before
        if search.proof is not had:  # what another said before is of no use
            pupil.forget()
            for episode in search.proof:
                if episode.succeeded:
                    pupil.look(episode.observations[:-1], episode.actions)
        return True
