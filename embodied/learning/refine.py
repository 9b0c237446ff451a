"""A refinement: from a task in words to a policy that was measured, in the folder of a run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from embodied import __version__
from embodied.errors import BadInput, EmbodiedError
from embodied.journal import Journal, Record, read
from embodied.launchfile import LaunchFile
from embodied.learning.artefact import Artefact, Measured, keep
from embodied.learning.budget import Clock, Schedule
from embodied.learning.candidates import SOLVED, Candidate, OfflineDesigner
from embodied.learning.choosing import choose
from embodied.learning.environment import (
    Environment,
    TaskSource,
    TrainingTask,
    fingerprint,
    load_tasks,
)
from embodied.learning.episodes import HELD_OUT_SEEDS, SELECTION_SEEDS, TRAINING_SEEDS, run_episode
from embodied.learning.errors import EnvironmentChanged, NoReward
from embodied.learning.examining import Examiner
from embodied.learning.features import fitted
from embodied.learning.guides import sketch
from embodied.learning.policy import load_policy
from embodied.learning.progress import Progress
from embodied.learning.report import Film, render
from embodied.learning.search import POLICY, Search, candidate_folder
from embodied.learning.trainer import Choice, check_trainer, choose_trainer
from embodied.outcome import Verdict
from embodied.rewards.spec import ActionSpec, ObservationSpec
from embodied.runs import JOURNAL, find_run, list_runs, new_run

MODE: Final = "refine"
REPORT: Final = "report.html"
FRAMES: Final = 6
DISCOUNT: Final = 0.96
GUIDED_EPISODES: Final = 20
GUIDED_RIVALS: Final = 2


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        sentence: the task in words.
        seed: of everything that is drawn at random.
    """

    sentence: str
    designer: str = "offline"
    trainer: str = "auto"
    seed: int = 1
    schedule: Schedule = field(default_factory=Schedule)


@dataclass(frozen=True)
class RefineReport:
    """How it ended.

    Attributes:
        verdict: PASSED if the policy succeeded on at least 90 % of the held-out seeds, FAILED if on fewer,
            UNKNOWN if there is none.
        chosen: the candidate whose policy is kept.
    """

    run: str
    folder: Path
    sentence: str
    verdict: Verdict
    reason: str
    seconds: float
    progress: Progress
    chosen: Candidate | None
    artefact: Artefact | None

    @property
    def page(self) -> Path:
        return self.folder / REPORT


def start_refining(
    launch: LaunchFile,
    wish: Wish,
    *,
    runs_dir: Path,
    resume: str | None = None,
    on_record: Callable[[Record], None] = lambda record: None,
    on_past: Callable[[Record], None] = lambda record: None,
    stop: threading.Event | None = None,
) -> RefineReport:
    """Refine until a policy is good enough or time is up.

    Args:
        on_past: gets the records of the parts of a resumed run that are over, then `on_record` the new ones.
        wish: of a resumed run, only its `schedule.minutes` counts; the rest is as it was started.

    Raises:
        BadInput: no such task, no success condition, no such run.
        EnvironmentChanged: what is resumed began in another environment.
        NoTrainer: a package is not installed.
        NoReward: the critic accepted no candidate.
    """
    past = _find(runs_dir, resume) if resume else None
    if past is not None:
        wish = replace(_wish_of(past[1]), schedule=_longer(_wish_of(past[1]).schedule, wish.schedule))
    if wish.designer != "offline":
        raise BadInput(f"The designer {wish.designer!r} is not built yet.", remedy="There is: offline.")
    check_trainer(wish.trainer)
    source = load_tasks(launch.world.kind)
    task = choose(wish.sentence, source.tasks(launch.world.settings))
    environment = source.make(task, launch.world.settings)
    try:
        now = fingerprint(task, environment)
        if past is not None:
            _refuse_changed(past[1]["fingerprint"], now, past[0].name)
        folder = past[0] if past is not None else new_run(runs_dir, wish.sentence)
        progress = Progress()
        for record in read(folder / JOURNAL) if past is not None else ():
            progress.advance(record)
            on_past(record)
        journal = Journal(folder / JOURNAL)
        try:
            journal.subscribe(progress.advance)
            journal.subscribe(on_record)
            refinement = Refinement(
                launch, wish, task, source, environment, journal, progress, folder,
                Clock(wish.schedule.minutes, stop or threading.Event(), progress.seconds),
            )  # fmt: skip
            refinement.begin(now, resumed=past is not None)
            return refinement.run()
        finally:
            journal.close()
    finally:
        environment.close()


@dataclass(frozen=True, eq=False)
class Refinement:
    """One part of a run: from its start, or its resumption, to its end."""

    launch: LaunchFile
    wish: Wish
    task: TrainingTask
    source: TaskSource
    environment: Environment
    journal: Journal
    progress: Progress
    folder: Path
    clock: Clock

    def begin(self, fingerprint: Mapping[str, str], *, resumed: bool) -> None:
        """Write what is begun, or gone on with."""
        if resumed:
            self.journal.write("run_resumed", run=self.folder.name, wish=msgspec.to_builtins(self.wish))
            return
        self.journal.write(
            "run_started",
            run=self.folder.name,
            mode=MODE,
            goal=self.wish.sentence,
            condition=str(self.task.condition),
            explanation=self.task.sentence,
            world=self.launch.world.kind,
            planner=f"designer {self.wish.designer}, trainer {self.wish.trainer}",
            launch=self.launch.to_table(),
            wish=msgspec.to_builtins(self.wish),
            fingerprint=dict(fingerprint),
            version=__version__,
        )

    def run(self) -> RefineReport:
        """Search, measure, keep, report."""
        assert self.task.condition is not None
        observation, action = self.environment.observation_spec, self.environment.action_spec
        try:
            designer = OfflineDesigner(self.task.condition, observation, action, self.wish.seed)
            self.journal.write("phase", doing="looking at idle and random motion")
            examiner = Examiner(
                self.environment,
                self.task.condition,
                designer.goal,
                self.task.steps,
                DISCOUNT,
                self.folder / "successes",
            )
            choice = self._choose(designer, examiner)
            schedule = self.wish.schedule
            if choice.guide is not None:  # its steps take longer, and it leads most rewards the same way
                rivals = min(schedule.rivals, GUIDED_RIVALS)
                schedule = replace(schedule, rivals=rivals, screening=2 * schedule.screening)
            seen = np.concatenate([one.observations for one in examiner.experience]).astype(float)
            Search(
                self.task, self._make, designer, choice, examiner, fitted(observation, seen),
                schedule, self.clock, self.journal, self.progress, self.folder, self.wish.seed,
            ).run()  # fmt: skip
        except EmbodiedError as error:
            self.journal.write("run_ended", verdict=Verdict.UNKNOWN.value, reason=error.message)
            raise
        chosen = self.progress.best
        if chosen is None and not self.clock.over():
            raise self._no_reward()
        artefact = self._kept(chosen, choice) if chosen is not None else None
        return self._ended(chosen, artefact, choice)

    def _choose(self, designer: OfflineDesigner, examiner: Examiner) -> Choice:
        """Who trains; a weak skill is measured first, on seeds of training."""
        guide = sketch(designer.goal, examiner.observation, examiner.action, examiner.experience)
        seeds = range(TRAINING_SEEDS - GUIDED_EPISODES, TRAINING_SEEDS)
        episodes = examiner.run(guide.act, seeds) if guide else None
        examiner.keep(episodes or ())
        successes = sum(episode.succeeded for episode in episodes or ())
        choice = choose_trainer(self.wish.trainer, guide, successes, GUIDED_EPISODES)
        self.journal.write("trainer_chosen", trainer=choice.trainer.name, why=choice.why)
        return choice

    def _make(self) -> Environment:
        return self.source.make(self.task, self.launch.world.settings)

    def _no_reward(self) -> NoReward:
        last = next(reversed(self.progress.candidates.values()), None)
        said = f"\n{last.critique}" if last else ""
        error = NoReward(
            "No reward was accepted, so nothing was trained.",
            remedy=f"Look at {self.folder / 'candidates'} and at what the critic says:{said}",
        )
        self.journal.write("run_ended", verdict=Verdict.UNKNOWN.value, reason=error.message)
        return error

    def _kept(self, chosen: Candidate, choice: Choice) -> Artefact:
        """Measure the file itself, on seeds that nothing saw, and keep it."""
        self.journal.write("phase", doing="measuring on held-out seeds", candidate=chosen.number)
        file = candidate_folder(self.folder, chosen.number) / POLICY
        policy = load_policy(file)
        policy.refuse_other(self.environment.observation_spec, self.environment.action_spec)
        count = self.wish.schedule.held_out
        seeds = range(HELD_OUT_SEEDS, HELD_OUT_SEEDS + count)
        episodes = [run_episode(self.environment, policy, seed, self.task.steps) for seed in seeds]
        measured = Measured.of(
            sum(episode.succeeded for episode in episodes),
            count,
            HELD_OUT_SEEDS,
            float(np.mean([episode.steps for episode in episodes])),
        )
        artefact = keep(file, self.folder, measured, chosen.proposal.source, self._told(chosen, choice))
        self.journal.write(
            "policy_kept",
            policy=artefact.digest,
            file=str(artefact.file.relative_to(self.folder)),
            candidate=chosen.number,
            held_out=asdict(measured),
        )
        return artefact

    def _told(self, chosen: Candidate, choice: Choice) -> dict[str, Any]:
        """What the card says beside the specs."""
        assert chosen.best is not None
        return {
            "task": self.task.name,
            "sentence": self.task.sentence,
            "success": str(self.task.condition),
            "horizon": self.task.steps,
            "world": self.launch.world.kind,
            "environment": dict(self.task.identity),
            "trained": {
                "trainer": choice.trainer.name,
                "began_with": choice.guide.name if choice.guide else "nothing",
                "designer": self.wish.designer,
                "steps": chosen.best.step,
                "seed": self.wish.seed,
                "seeds": f"drawn below {TRAINING_SEEDS}",
                "chosen_by": f"{chosen.best.successes} of {chosen.best.episodes} from {SELECTION_SEEDS}",
                "candidate": chosen.number,
            },
            "embodied": __version__,
        }

    def _ended(self, chosen: Candidate | None, artefact: Artefact | None, choice: Choice) -> RefineReport:
        if artefact is None:
            verdict, reason = Verdict.UNKNOWN, "time was up, or it was stopped, before the first checkpoint"
        else:
            good = artefact.measured.rate >= SOLVED
            verdict = Verdict.PASSED if good else Verdict.FAILED
            reason = f"succeeds on {artefact.measured.words} held-out seeds"
            reason += "" if good else f"; {100 * SOLVED:.0f} % are wanted"
        film = self._film(artefact) if artefact else Film(why_none="there is no policy yet")
        report = RefineReport(
            self.folder.name, self.folder, self.wish.sentence, verdict, reason, self.clock.elapsed,
            self.progress, chosen, artefact,
        )  # fmt: skip
        facts = {
            "task": f"{self.task.name}: {self.task.sentence}",
            "success means": str(self.task.condition),
            "trainer": f"{choice.trainer.name}, {choice.why}",
            "designer": self.wish.designer,
            "time": f"{report.seconds / 60:.1f} min",
            "seed": str(self.wish.seed),
        }
        page = render(self.wish.sentence, reason, facts, self.progress, chosen, artefact, film)
        report.page.write_text(page, encoding="utf-8")
        self.journal.write(
            "run_ended", verdict=verdict.value, reason=reason, stopped=self.clock.stop.is_set()
        )
        return report

    def _film(self, artefact: Artefact) -> Film:
        """An episode in pictures, where the world can be drawn."""
        frames: list[Any] = []
        try:
            environment = self.source.make(self.task, self.launch.world.settings, pictures=True)
            try:
                policy = load_policy(artefact.file, digest=artefact.digest)
                run_episode(
                    environment, policy, HELD_OUT_SEEDS, self.task.steps, lambda e: frames.append(e.render())
                )
            finally:
                environment.close()
        except EmbodiedError as error:
            return Film(why_none=error.message)
        if not frames or frames[0] is None:
            return Film(why_none="this world draws none.")
        chosen = np.unique(np.linspace(0, len(frames) - 1, FRAMES).round().astype(int))
        return Film(tuple(frames[index] for index in chosen), HELD_OUT_SEEDS)


def _find(runs_dir: Path, name: str) -> tuple[Path, Record]:
    """The folder of a refinement and its first record."""
    folders = [find_run(runs_dir, name)] if name != "last" else list_runs(runs_dir)
    for folder in folders:
        records = read(folder / JOURNAL)
        if records and records[0].get("mode") == MODE:
            return folder, records[0]
    raise BadInput(
        f"There is no refinement {name!r} in {runs_dir}.",
        remedy="Start one without --resume; other runs go on with `embodied run --resume`.",
    )


def resumed_launch(runs_dir: Path, name: str) -> Mapping[str, Any]:
    """The launch table that a refinement was started with. Raises BadInput if there is none of that name."""
    launch: Mapping[str, Any] = _find(runs_dir, name)[1]["launch"]
    return launch


def _wish_of(record: Record) -> Wish:
    return msgspec.convert(record["wish"], Wish)


def _longer(before: Schedule, now: Schedule) -> Schedule:
    return replace(before, minutes=now.minutes)


def _refuse_changed(before: Mapping[str, str], now: Mapping[str, str], run: str) -> None:
    said: list[str] = []
    for name in {**before, **now}:
        was, is_ = before.get(name, "nothing"), now.get(name, "nothing")
        if was == is_:
            continue
        if name == "observation":
            said += ObservationSpec.from_json(was).differences(ObservationSpec.from_json(is_))
        elif name == "action":
            said += ActionSpec.from_json(was).differences(ActionSpec.from_json(is_))
        else:
            said.append(f"{name} was {was}, is {is_}.")
    if said:
        listed = "".join(f"\n    {one}" for one in said)
        raise EnvironmentChanged(
            f"Run {run} began in another environment than this.",
            remedy=f"What it learned may not hold here. Undo the change, or start a new run:{listed}",
        )
