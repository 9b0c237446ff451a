"""A refinement as it runs: who trains, the search, and the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec
import numpy as np

from embodied import __version__
from embodied.errors import EmbodiedError
from embodied.journal import Journal
from embodied.learning.budget import Clock
from embodied.learning.candidates import OfflineDesigner
from embodied.learning.episodes import TRAINING_SEEDS
from embodied.learning.errors import NoReward
from embodied.learning.examining import Examiner
from embodied.learning.features import fitted
from embodied.learning.guides import sketch
from embodied.learning.keeping import keep_policy
from embodied.learning.progress import Progress
from embodied.learning.refined import RefineReport, report_of, write_page
from embodied.learning.resuming import MODE
from embodied.learning.search import Search
from embodied.learning.trainer import Choice, choose_trainer
from embodied.learning.wish import Setting
from embodied.outcome import Verdict

DISCOUNT: Final = 0.96
GUIDED_EPISODES: Final = 20
GUIDED_RIVALS: Final = 2


@dataclass(frozen=True, eq=False)
class Refinement:
    """One part of a run: from its start, or its resumption, to its end."""

    setting: Setting
    journal: Journal
    progress: Progress
    clock: Clock

    def begin(self, fingerprint: Mapping[str, str], *, resumed: bool) -> None:
        """Write what is begun, or gone on with."""
        setting, wish = self.setting, self.setting.wish
        if resumed:
            self.journal.write("run_resumed", run=setting.folder.name, wish=msgspec.to_builtins(wish))
            return
        self.journal.write(
            "run_started",
            run=setting.folder.name,
            mode=MODE,
            goal=wish.sentence,
            condition=str(setting.task.condition),
            explanation=setting.task.sentence,
            world=setting.launch.world.kind,
            planner=f"designer {wish.designer}, trainer {wish.trainer}",
            launch=setting.launch.to_table(),
            wish=msgspec.to_builtins(wish),
            fingerprint=dict(fingerprint),
            version=__version__,
        )

    def run(self) -> RefineReport:
        """Search, measure, keep, report."""
        try:
            choice = self._search()
        except EmbodiedError as error:
            self.journal.write("run_ended", verdict=Verdict.UNKNOWN.value, reason=error.message)
            raise
        chosen = self.progress.best
        if chosen is None and not self.clock.over():
            raise self._no_reward()
        kept = None if chosen is None else keep_policy(self.setting, self.journal, chosen, choice)
        report = report_of(self.setting, self.progress, self.clock.elapsed, chosen, kept)
        write_page(self.setting, report, choice)
        self.journal.write(
            "run_ended",
            verdict=report.verdict.value,
            reason=report.reason,
            stopped=self.clock.stop.is_set(),
        )
        return report

    def _search(self) -> Choice:
        """Look around, choose who trains, and search; the choice is what the report tells."""
        setting, environment = self.setting, self.setting.environment
        condition, seed = setting.task.condition, setting.wish.seed
        assert condition is not None
        observation, action = environment.observation_spec, environment.action_spec
        designer = OfflineDesigner(condition, observation, action, seed)
        self.journal.write("phase", doing="looking at idle and random motion")
        successes = setting.folder / "successes"
        examiner = Examiner(environment, condition, designer.goal, setting.task.steps, DISCOUNT, successes)
        choice = self._choose(designer, examiner)
        schedule = setting.wish.schedule
        if choice.guide is not None:  # its steps take longer, and it leads most rewards the same way
            rivals = min(schedule.rivals, GUIDED_RIVALS)
            schedule = replace(schedule, rivals=rivals, screening=2 * schedule.screening)
        seen = np.concatenate([one.observations for one in examiner.experience]).astype(float)
        Search(
            setting.task, setting.make, designer, choice, examiner, fitted(observation, seen),
            schedule, self.clock, self.journal, self.progress, setting.folder, seed,
        ).run()  # fmt: skip
        return choice

    def _choose(self, designer: OfflineDesigner, examiner: Examiner) -> Choice:
        """Who trains; a weak skill is measured first, on seeds of training."""
        guide = sketch(designer.goal, examiner.observation, examiner.action, examiner.experience)
        seeds = range(TRAINING_SEEDS - GUIDED_EPISODES, TRAINING_SEEDS)
        episodes = examiner.run(guide.act, seeds, begin=guide.begin) if guide else None
        examiner.keep(episodes or ())
        successes = sum(episode.succeeded for episode in episodes or ())
        choice = choose_trainer(self.setting.wish.trainer, guide, successes, GUIDED_EPISODES)
        self.journal.write("trainer_chosen", trainer=choice.trainer.name, why=choice.why)
        return choice

    def _no_reward(self) -> NoReward:
        last = next(reversed(self.progress.candidates.values()), None)
        said = f"\n{last.critique}" if last else ""
        error = NoReward(
            "No reward was accepted, so nothing was trained.",
            remedy=f"Look at {self.setting.folder / 'candidates'} and at what the critic says:{said}",
        )
        self.journal.write("run_ended", verdict=Verdict.UNKNOWN.value, reason=error.message)
        return error
