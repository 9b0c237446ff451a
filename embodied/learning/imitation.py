"""A network learns to do what a skill does that succeeds mostly. Needs torch.

First the skill shows how: the episodes in which it succeeds. Then the network has lessons
(`embodied.learning.distil`); of a skill that remembers what it was doing it sees more episodes instead: what
such a skill says while another acts fits what it would have done itself, and spoils a good pupil. The reward
is not looked at: who copies what works needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from embodied.learning.distil import PupilSettings, PupilSnapshot, Schooling, go_on
from embodied.learning.errors import NoGuide
from embodied.learning.guides import Guide, remembers
from embodied.learning.trainer import Snapshot, TrainingJob

SHOWN: Final = 20
"""Episodes of the skill, to begin with."""
SHOWN_ALONE: Final = 200
"""Of one that remembers, which gives no lessons."""
MORE_ALONE: Final = 20
"""Such episodes from one snapshot to the next, at the least: each teaches little."""
REPEATED: Final = 1.5
"""Updates for each of their states are so many times those of a lesson: nothing is known before."""
TAUGHT: Final = 0.8
"""Share of the lessons in which the skill takes over at some step. Where the network gets stuck, an episode
is the same state over and over; what is shown then is the way out."""


class ImitationTrainer:
    """Implements `embodied.learning.trainer.Trainer`; `job.guide` is the skill."""

    name = "imitate"

    def __init__(self, pupil: PupilSettings | None = None) -> None:
        self.pupil = pupil or PupilSettings()

    def train(self, job: TrainingJob) -> Iterator[Snapshot]:
        """See `Trainer.train`. Raises `NoGuide` if there is none, or it fails in all that it shows."""
        if job.guide is None:
            raise NoGuide("There is no skill to imitate.", remedy="Train with --trainer sac.")
        environment = job.make()
        try:
            school = Schooling(job, environment, self.pupil)
            alone = remembers(job.guide)
            first, fewest = (SHOWN_ALONE, MORE_ALONE) if alone else (SHOWN, 0)
            step = go_on(job.state, school.pupil)[0] if job.state is not None else 0
            while step < job.until:
                school.begin_anew(step)
                before, wanted = school.pupil.looked, min(job.until, (step // job.every + 1) * job.every)
                if not step:
                    school.expect(job.guide, first)
                    for _ in range(first):
                        if job.stop():
                            return
                        step += school.shown(job.guide)
                    if not school.pupil.known:
                        raise _never_succeeds(job.guide)
                    school.pupil.learn(round(REPEATED * school.pupil.known), school.draws)
                    before = school.pupil.looked
                shown = 0
                if alone:
                    school.expect(job.guide, fewest)
                while step < wanted or shown < fewest:
                    if job.stop():
                        return
                    step += school.lesson(job.guide, taught=TAUGHT)
                    shown += 1
                if alone:  # while this network learns and is measured
                    school.expect(job.guide, fewest, step=step)
                school.pupil.learn(school.pupil.looked - before, school.draws)
                yield PupilSnapshot(step, school, environment, {})
        finally:
            environment.close()


def _never_succeeds(guide: Guide) -> NoGuide:
    shown = SHOWN_ALONE if remembers(guide) else SHOWN
    return NoGuide(
        f"The skill {guide.name!r} fails in all of {shown} episodes.", remedy="Train with --trainer sac."
    )
