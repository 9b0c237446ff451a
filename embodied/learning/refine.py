"""Starting a refinement, or going on with one: from a task in words to a policy that was measured."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embodied.errors import BadInput
from embodied.journal import Journal, Record, read
from embodied.launchfile import LaunchFile
from embodied.learning.beginning import refuse_no_beginning
from embodied.learning.budget import Clock, Work
from embodied.learning.choosing import choose_task
from embodied.learning.designers import OFFLINE, check_designer
from embodied.learning.environment import TaskSource, TrainingTask, fingerprint, load_tasks
from embodied.learning.errors import NoGuide, writing
from embodied.learning.feedback import refuse_not_understood
from embodied.learning.progress import Progress
from embodied.learning.refined import RefineReport
from embodied.learning.refinement import Refinement
from embodied.learning.resuming import find_refinement, refuse_changed, resumed_launch, resumed_wish
from embodied.learning.trainer import check_trainer
from embodied.learning.wish import Setting, Wish
from embodied.library.seeds import SeenSeeds
from embodied.plugins import load_world
from embodied.runs import JOURNAL, new_run

__all__ = ["RefineReport", "Wish", "resumed_launch", "start_refining"]

ALONE: Final = Work()


def start_refining(
    launch: LaunchFile,
    wish: Wish,
    *,
    runs_dir: Path,
    resume: str | None = None,
    on_record: Callable[[Record], None] = lambda record: None,
    on_past: Callable[[Record], None] = lambda record: None,
    stop: threading.Event | None = None,
    work: Work = ALONE,
    seen: SeenSeeds | None = None,
) -> RefineReport:
    """Refine until a policy is good enough or time is up.

    Args:
        on_past: gets the records of the parts of a resumed run that are over, then `on_record` the new ones.
        work: how many are trained at the same time.
        seen: seeds that somebody has seen; those of the user's library for None. The result is measured on
            others, which are added.
        wish: of a resumed run, only its `schedule.minutes` and its `feedback` count; the rest is as it was
            started. With feedback the minutes are for what follows, without for all of it.

    Raises:
        BadInput: no such task, no success condition, no such run, no such designer; feedback that nothing
            can be made of.
        ModelError: the designer is a model, and it cannot be asked.
        EnvironmentChanged: what is resumed began in another environment.
        NoTrainer: a package is not installed.
        NoGuide, BadSkill: there is no such skill to begin with.
        NoReward: the critic accepted no candidate.
    """
    past = _past(runs_dir, resume, wish)
    if past is not None:
        wish = resumed_wish(past.begun, wish, past.progress.searched)
    source, task = _wanted(launch, wish)
    with closing(source.make(task, launch.world.settings)) as environment:
        environment.reset(seed=0)  # what cannot begin is said before there is a run
        refuse_no_beginning(launch, task, environment, wish.skill)
        now = fingerprint(task, environment)
        if past is not None:
            refuse_changed(past.begun["fingerprint"], now, past.folder.name)
        with writing(runs_dir):
            folder = past.folder if past is not None else new_run(runs_dir, wish.sentence)
            written = Journal(folder / JOURNAL)
        seen = seen or SeenSeeds.of(launch.world.kind)
        setting = Setting(launch, wish, task, source, environment, folder, seen)
        progress = past.progress if past is not None else Progress()
        with _forgotten_if_refused(setting, progress, past), closing(written) as journal:
            for record in past.records if past is not None else ():
                on_past(record)
            journal.subscribe(progress.advance)
            journal.subscribe(on_record)
            clock = Clock(wish.schedule.minutes, stop or threading.Event(), progress.searched)
            refinement = Refinement(setting, journal, progress, clock, work)
            refinement.begin(now, after=past.records[-1] if past is not None else None)
            return refinement.run()


@dataclass(frozen=True, eq=False)
class _Past:
    """The parts of a run that are over."""

    folder: Path
    records: Sequence[Record]
    progress: Progress

    @property
    def begun(self) -> Record:
        return self.records[0]


@contextmanager
def _forgotten_if_refused(setting: Setting, progress: Progress, past: _Past | None) -> Iterator[None]:
    """What is refused before a reward was tried leaves no run behind."""
    try:
        yield
    except (BadInput, NoGuide):
        if past is None and not progress.candidates:
            shutil.rmtree(setting.folder)
        raise


def _past(runs_dir: Path, resume: str | None, wish: Wish) -> _Past | None:
    """What is gone on with, None for nothing."""
    if not resume:
        if wish.feedback and not wish.skill:
            raise BadInput(
                "There is nothing yet to give feedback on.",
                remedy="Say --resume RUN, or last; or --from SKILL, whose manner it is about.",
            )
        return None
    folder, _ = find_refinement(runs_dir, resume)
    records, progress = read(folder / JOURNAL), Progress()
    for record in records:
        progress.advance(record)
    return _Past(folder, records, progress)


def _wanted(launch: LaunchFile, wish: Wish) -> tuple[TaskSource, TrainingTask]:
    """What is to be learned, and that there is what it takes."""
    check_designer(wish.designer, launch.model)
    if wish.feedback and wish.designer == OFFLINE:
        refuse_not_understood(wish.feedback)
    check_trainer(wish.trainer)
    kind, settings = launch.world.kind, launch.world.settings
    source = load_tasks(kind)
    task = choose_task(wish.sentence, wish.success, source, settings, lambda: load_world(kind).spec(settings))
    return source, task
