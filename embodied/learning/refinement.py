"""A refinement as it runs: who trains, the search, and the end."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import msgspec

from embodied import __version__
from embodied.errors import EmbodiedError, JournalUnwritable
from embodied.journal import Journal, Record
from embodied.learning.artefact import Artefact
from embodied.learning.beginning import Beginning, best_beginning
from embodied.learning.budget import Clock, Work
from embodied.learning.candidates import Designer
from embodied.learning.cluster import Cluster
from embodied.learning.crew import Alone, Crew
from embodied.learning.designers import OFFLINE, designer_of
from embodied.learning.errors import NoReward, writing
from embodied.learning.feedback import read_feedback
from embodied.learning.ground import Ground, lay_ground, sketched
from embodied.learning.keeping import keep_policy
from embodied.learning.leg import SUCCESSES
from embodied.learning.order import Order
from embodied.learning.policy_guide import kept_guide
from embodied.learning.processes import Processes
from embodied.learning.progress import REPORTING, Progress
from embodied.learning.proposing import Proposed, propose
from embodied.learning.refined import RefineReport, film_of, report_of, write_page
from embodied.learning.resuming import MODE
from embodied.learning.search import Search, best_policy, told
from embodied.learning.switching import switch_for
from embodied.learning.trainer import AUTO, DEAF, WORTH_FOLLOWING, Choice, choose_trainer
from embodied.learning.wish import Setting, Wish
from embodied.outcome import Verdict

GUIDED_EPISODES: Final = 20
WORTH_PROPOSING: Final = 0.5
"""A policy that succeeds more rarely in training's own environment is not shown to the gate."""
GUIDED_RIVALS: Final = 2
SHOWN_AT_LEAST: Final = 330
"""Episodes of the task's length that a skill may show: of long ones 200, the first checkpoint's, were all."""
FROM_A_POLICY: Final = (AUTO, "guided", "residual")
"""Trainers that can begin with the policy that a person spoke of."""
LEARNERS: Final = ("stable_baselines3", "embodied.learning.guided")
"""What processes import while there is nothing to train yet."""


@dataclass(frozen=True, eq=False)
class Refinement:
    """One part of a run: from its start, or its resumption, to its end.

    Attributes:
        designer: in the place of the one that the wish names; None for that.
    """

    setting: Setting
    journal: Journal
    progress: Progress
    clock: Clock
    work: Work
    designer: Designer | None = None

    def begin(self, fingerprint: Mapping[str, str], *, after: Record | None = None) -> None:
        """Write what is begun, or gone on with after that record."""
        setting, wish = self.setting, self.setting.wish
        if after is not None:
            self.journal.write(
                "run_resumed",
                run=setting.folder.name,
                from_seq=after["seq"],
                goal=wish.sentence,
                wish=msgspec.to_builtins(wish),
            )
            if wish.feedback:
                self.journal.write("feedback", **self._heard(wish.feedback))
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
        if wish.feedback:
            self.journal.write("feedback", **self._heard(wish.feedback))

    def _heard(self, text: str) -> dict[str, Any]:
        """A person's words, what is made of them, and the round after which they were said."""
        after = max(self.progress.proposals, default=0)
        if self.setting.wish.designer != OFFLINE:
            return {"text": text, "after": after, "understood": ["it is told to the model"], "missed": []}
        reading = read_feedback(text)
        understood, missed = list(reading.understood), list(reading.missed)
        return {"text": text, "after": after, "understood": understood, "missed": missed}

    def run(self) -> RefineReport:
        """Search, measure, keep, report."""
        try:
            with writing(self.setting.folder):
                return self._run()
        except EmbodiedError as error:
            with suppress(JournalUnwritable):  # what is told to the user is what came first
                self.journal.write("run_ended", verdict=Verdict.UNKNOWN.value, reason=error.message)
            raise

    def _run(self) -> RefineReport:
        search = self._search()
        chosen = self.progress.best
        if chosen is None and not self.clock.over():
            raise self._no_reward()
        by = (self.progress.who_trained(chosen.number) if chosen else None) or told(search.choice)
        kept = None if chosen is None else keep_policy(self.setting, self.journal, chosen, by)
        report = report_of(self.setting, self.progress, chosen, kept)
        if kept is not None and self.setting.wish.gate:
            report = replace(report, proposed=self._proposed(kept))
        self.journal.write("phase", doing=REPORTING)
        film = film_of(self.setting, kept)
        self.journal.write(
            "run_ended",
            verdict=report.verdict.value,
            reason=report.reason,
            stopped=self.clock.stop.is_set(),
            model_use=self.progress.used.to_wire(),
        )
        write_page(self.setting, report, by, film)  # last, so that it tells the same times as all others
        return report

    def _proposed(self, kept: Artefact) -> Proposed | None:
        """What the gate says of the policy as a skill; None if it is too weak to be asked."""
        setting = self.setting
        if kept.measured.rate < WORTH_PROPOSING:
            return None
        self.journal.write("phase", doing="the gate: as a skill, through the arm's bridge")
        try:
            proposed = propose(
                kept,
                setting.task,
                setting.source,
                setting.launch.world.settings,
                setting.folder,
                kind=setting.launch.world.kind,
                seeds=setting.wish.gate,
                sentence=setting.wish.sentence,
                tell=self._heard_of_gate,
                stop=self.clock.stop,
            )
        except EmbodiedError as error:  # training has its result, whatever the library says
            self.journal.write("note", text=f"the policy is no skill: {error.message}")
            return None
        self.journal.write("skill_proposed", **{**asdict(proposed), "grade": proposed.grade.value})
        return proposed

    def _heard_of_gate(self, line: str) -> None:
        """What failed, and how it ended: a hundred seeds that begin and pass are no news."""
        if "FAILED" in line or "held-out seeds" in line or "waiting" in line:
            self.journal.write("note", text=f"gate: {line}")

    def _search(self) -> Search:
        """Look around, choose who trains, and search; what was searched knows who trained which candidate."""
        setting = self.setting
        self.journal.write("phase", doing="looking at idle and random motion")
        ground = lay_ground(
            setting.task, setting.make, setting.environment, setting.folder / SUCCESSES, setting.launch
        )
        crew = self._crew(ground)
        try:
            return self._searched(ground, crew)
        finally:
            crew.close()

    def _searched(self, ground: Ground, crew: Crew) -> Search:
        setting, seed = self.setting, self.setting.wish.seed
        choice = self._choose(ground)
        schedule = setting.wish.schedule
        if choice.guide is not None:  # its steps take longer, and it leads most rewards the same way
            rivals = min(schedule.rivals, GUIDED_RIVALS)
            schedule = replace(schedule, rivals=rivals, screening=2 * schedule.screening)
        if choice.trainer.name in DEAF:  # any two rewards lead it the same way, a bad one too
            schedule = replace(schedule, rivals=1, critic=False)
        if choice.trainer.name == "imitate":
            schedule = replace(schedule, most=max(schedule.most, SHOWN_AT_LEAST * setting.task.steps))
        if choice.trainer.name == "cma":  # its steps cost no updates
            schedule = replace(schedule, most=2 * schedule.most)
        wish, model, used = setting.wish, setting.launch.model, self.progress.used
        wished = designer_of(wish, model, ground, self.clock, self.journal, used)
        with nullcontext(self.designer) if self.designer is not None else wished as designer:
            search = Search(
                ground, designer, choice, crew, schedule, self.clock, self.journal,
                self.progress, setting.folder, seed, switch_for(choice, ground),
            )  # fmt: skip
            search.run()
        return search

    def _crew(self, ground: Ground) -> Crew:
        """Who trains: this process alone, or some of their own."""
        setting, clock = self.setting, self.clock
        if self.work.jobs == 1 and not self.work.cluster:
            return Alone(ground, setting.folder, clock.over, clock.stop.is_set)

        def note(text: str) -> None:
            self.journal.write("note", text=text)

        order = Order.of(setting, self.work.memory_mb, LEARNERS)
        if self.work.cluster:
            return Cluster(
                order, setting.folder, self.work.jobs, clock.over, clock.stop.is_set, note, self.work.cluster
            )
        crew = Processes(order, setting.folder, self.work.jobs, clock.over, clock.stop.is_set, note)
        crew.prepare()
        return crew

    def _choose(self, ground: Ground) -> Choice:
        """Who trains; a weak skill is measured first, on seeds of training."""
        setting, wish = self.setting, self.setting.wish
        begun = self._spoken_of() or best_beginning(
            setting.launch, setting.task, sketched(ground), ground.examiner, wish.skill, GUIDED_EPISODES,
            numbers=wish.trainer == "cma", strictly=wish.trainer != AUTO,
        )  # fmt: skip
        if begun.said:
            self.journal.write("note", text=begun.said)
        said = bool(self.progress.feedback)
        trainer = meant_trainer(wish, begun, said=said)
        choice = choose_trainer(trainer, begun.guide, begun.successes, begun.episodes)
        if said and choice.trainer.name in DEAF:
            text = f"{choice.trainer.name} looks at no reward: what was said changes nothing of the motion"
            self.journal.write("note", text=f"{text}. Begin anew with --trainer guided, or auto")
        elif self.progress.spoken_of is not None and choice.guide is None:
            text = f"what was said is learned from nothing, in {self.clock.left / 60:.1f} minutes"
            self.journal.write("note", text=f"{text}: the earlier policy stays unless this comes as far")
        self.journal.write("trainer_chosen", **asdict(told(choice)))
        return choice

    def _spoken_of(self) -> Beginning | None:
        """The policy that a person has seen and wants otherwise, for who can begin with one; None where there
        is none that is good enough. A cluster's machines do not have its file."""
        one, run = self.progress.spoken_of, self.setting.folder
        fits = self.setting.wish.trainer in FROM_A_POLICY and not self.work.cluster
        if not fits or one is None or one.best is None or one.best.success < WORTH_FOLLOWING:
            return None
        return Beginning(kept_guide(best_policy(run, one), run), one.best.successes, one.best.episodes)

    def _no_reward(self) -> NoReward:
        last = next(reversed(self.progress.candidates.values()), None)
        broken = [one for one in self.progress.candidates.values() if one.state == "broken"]
        if broken:
            why, _, more = broken[-1].critique.partition("\n")
            return NoReward(
                f"No training came to its first checkpoint. Candidate {broken[-1].number}: {why}",
                remedy=f"{self.setting.folder / 'worker'} may tell more." + (f"\n{more}" if more else ""),
            )
        said = f"\n{last.critique}" if last else ""
        return NoReward(
            "No reward was accepted, so nothing was trained.",
            remedy=f"Look at {self.setting.folder / 'candidates'} and at what the critic says:{said}",
        )


def meant_trainer(wish: Wish, begun: Beginning, *, said: bool) -> str:
    """Who shall train, by name. A person's words end in the reward, and who copies a skill, or searches its
    numbers, does not look at that: with words, auto takes who begins with the skill and listens."""
    known = begun.guide is not None and begun.successes > 0
    return "guided" if said and known and wish.trainer == AUTO else wish.trainer
