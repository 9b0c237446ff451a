"""The exploration: choose a goal, pursue it in the same world, note what came of it, and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied import journal
from embodied.condition import parse
from embodied.errors import BadInput
from embodied.exploring.curriculum import Curriculum, NoveltyCurriculum, Proposal, targets
from embodied.exploring.facts_curriculum import FactsCurriculum, watched
from embodied.exploring.model_curriculum import ModelCurriculum
from embodied.exploring.progress import Progress
from embodied.exploring.room import SKILL, is_tight, worth_keeping
from embodied.facts import Observation
from embodied.goals import Goal
from embodied.journal import Record
from embodied.launchfile import LaunchFile
from embodied.loop import INTERRUPTED, Run, RunReport, run_in_world, towards
from embodied.loop.lifecycle import Onlookers
from embodied.methods import WorldSpec
from embodied.models import ModelClient
from embodied.outcome import Judgement, Verdict
from embodied.planning.choosing import MODEL_PLANNERS, name_goal
from embodied.plugins import load_world
from embodied.runs import JOURNAL, PastRun, find_run, list_runs, read_run

MODE = "explore"
GOAL_LEAST_S = 45.0
GOAL_MOST_S = 300.0
PATIENCE = 4.0
"""A goal may take so many times what its plan was estimated at, within the two limits above."""
STEPS_OVER = 10
"""And so many steps more than the plan had, twice over."""


@dataclass(frozen=True)
class ExploreReport:
    """What came of an exploration: the run's report, and the progress over all its parts."""

    run: RunReport
    progress: Progress
    iterations: int


def start_exploring(
    launch: LaunchFile,
    iterations: int,
    *,
    runs_dir: Path,
    resume: str | None = None,
    on_record: Callable[[Record], None] = lambda record: None,
    stop: threading.Event | None = None,
    curriculum: Curriculum | None = None,
    client: ModelClient | None = None,
) -> ExploreReport:
    """Explore the world of `launch` for `iterations` goals in all, or go on with exploration `resume`.

    Goals are set offline, or by a model where one plans or `[model] curriculum` names one. `client`, if
    given, is asked in the place of the endpoint of the launch.

    Raises:
        BadInput: the settings or the run to resume cannot be used; nothing was started.
        SetupError: the world cannot be started here.
    """
    spec = load_world(launch.world.kind).spec(launch.world.settings)
    past = find_exploration(runs_dir, resume) if resume else None
    progress = Progress(facts=watched(spec))
    if past is not None:
        progress.read(journal.read(past.folder / JOURNAL))
    exploration = Exploration(spec, curriculum, progress, iterations)

    text = f"explore, {iterations} goals"
    report = run_in_world(
        launch,
        spec,
        Goal(text, parse("true"), (), f"Set its own goals: the nearest {_new(progress)}."),
        past,
        runs_dir=runs_dir,
        onlookers=Onlookers(on_record, (progress.advance,)),
        stop=stop,
        task=exploration,
        announced={"mode": MODE, "iterations": iterations},
        client=client,
    )
    return ExploreReport(report, progress, iterations)


def find_exploration(runs_dir: Path, name: str) -> PastRun:
    """An exploration by its run's name, or the newest with "last"; raises BadInput."""
    if name != "last":
        past = read_run(find_run(runs_dir, name))
        if not is_exploration(past.folder):
            raise BadInput(
                f"Run {past.name} is no exploration.",
                remedy=f"Go on with it:  embodied run --resume {past.name}",
            )
        return past
    for folder in list_runs(runs_dir):
        if is_exploration(folder):
            return read_run(folder)
    raise BadInput(f"There is no exploration in {runs_dir}.", remedy="Start one without --resume.")


def is_exploration(folder: Path) -> bool:
    """True if the first record of its journal says so."""
    with (folder / JOURNAL).open("rb") as file:
        return f'"mode":"{MODE}"'.encode() in file.readline()


@dataclass
class Exploration:
    """The loop's task. `progress` must be fed with the journal's records by whoever starts the run."""

    spec: WorldSpec
    curriculum: Curriculum | None
    progress: Progress
    iterations: int

    def __call__(self, run: Run) -> tuple[Judgement, int]:
        curriculum = self.curriculum or curriculum_of(run)
        observation = run.observe()
        while self.progress.iterations < self.iterations:
            if run.stop.is_set():
                return Judgement(Verdict.UNKNOWN, f"stopped by the user; {self._found()}"), INTERRUPTED
            run.budget.check()
            if is_tight(observation) and SKILL in run.library:
                observation = self._make_room(run, observation)
            proposal = curriculum.propose(observation, self.progress)
            if proposal is None:
                return Judgement(Verdict.PASSED, f"nothing new is left within reach; {self._found()}"), 0
            observation = self._pursue(run, proposal, observation)
        return Judgement(Verdict.PASSED, f"{self.iterations} goals tried; {self._found()}"), 0

    def _pursue(self, run: Run, proposal: Proposal, observation: Observation) -> Observation:
        number = self.progress.iterations + 1
        run.journal.write(
            "goal_chosen",
            iteration=number,
            iterations=self.iterations,
            goal=proposal.goal,
            condition=str(proposal.condition),
            cost=round(proposal.cost, 1),
            why=proposal.why,
            distinct=len(self.progress.found),
        )
        name_goal(run.planner, proposal.goal)
        began, first = time.monotonic(), run.budget.steps
        limit = min(GOAL_MOST_S, max(GOAL_LEAST_S, PATIENCE * proposal.cost))
        most = 2 * proposal.steps + STEPS_OVER
        run.history, run.step_deadline_s = [], limit

        def give_up() -> str:
            if time.monotonic() - began > limit:
                return f"not reached within {limit:.0f} s"
            return f"not reached within {most} steps" if run.budget.steps - first >= most else ""

        judgement = Judgement(Verdict.UNKNOWN, "the budget was spent or the world was lost")
        counts = False
        try:
            judgement, code = towards(run, proposal.condition, observation, give_up=give_up)
            counts = code != INTERRUPTED
            return run.observe()
        finally:
            run.journal.write(
                "goal_ended",
                iteration=number,
                goal=proposal.goal,
                verdict=judgement.verdict.value,
                reason=judgement.reason,
                seconds=round(time.monotonic() - began, 2),
                counts=counts,
                distinct=len(self.progress.found),
            )

    def _make_room(self, run: Run, observation: Observation) -> Observation:
        ahead = [t for t in targets(self.spec) if t.fact[-1] not in self.progress.found]
        keep = worth_keeping(self.spec, ahead, observation)
        run.journal.write(
            "note", text=f"hardly any room left: keeping {', '.join(sorted(keep)) or 'nothing'}"
        )
        return run.act(SKILL, {"keep": keep})

    def _found(self) -> str:
        return f"{len(self.progress.found)} distinct {self.progress.noun}"


def _new(progress: Progress) -> str:
    return "facts that were never so" if progress.facts else "things that were never held"


def curriculum_of(run: Run) -> Curriculum:
    """A model's where one plans or is named for it, else the offline one."""
    writes = run.launch.agent.planner in MODEL_PLANNERS
    if not writes and "curriculum" not in run.launch.model.parts:
        return FactsCurriculum(run.spec) if watched(run.spec) else NoveltyCurriculum(run.spec)
    return ModelCurriculum(
        run.spec, run.asked, lambda: run.library, run.note, writes, run.world.rules_in_words
    )


def as_plain(report: ExploreReport) -> dict[str, Any]:
    """The report as data, for `--json` and benchmarks."""
    progress = report.progress
    failed = [one for one in progress.ended if one.verdict != "PASSED"]
    found: Mapping[str, float] = {name: round(one.seconds, 1) for name, one in progress.found.items()}
    return {
        "distinct": len(found),
        "found": found,
        "iterations": progress.iterations,
        "passed": progress.iterations - len(failed),
        "failures": [{"goal": one.goal, "reason": one.reason} for one in failed],
        "unasked": dict(progress.unasked),
        "deaths": progress.events["died"],
        "exploring_s": round(progress.seconds, 1),
    }
