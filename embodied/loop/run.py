"""A run whose world is ready: look, do one step, judge it from facts, write it down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from embodied.budget import Budget
from embodied.condition import Condition, evaluate
from embodied.deploying.fitness import refuse_unfit
from embodied.errors import BudgetSpent
from embodied.facts import Observation, observation_to_wire
from embodied.journal import Journal
from embodied.launchfile import LaunchFile
from embodied.library import LibraryStore
from embodied.library.success import success_of
from embodied.library.way import first_use
from embodied.loop.interruption import Interruption
from embodied.loop.recording import (
    CallRecorder,
    write_step_cut,
    write_step_ended,
    write_step_started,
    write_unasked,
)
from embodied.loop.redirection import WHY, Redirection
from embodied.loop.refining import Refining
from embodied.loop.report import Tally
from embodied.loop.trust import note_use, tells
from embodied.loop.waiting import keep_lease
from embodied.methods import WorldSpec
from embodied.models import ModelClient
from embodied.outcome import Judgement, Verdict
from embodied.planning import Attempt, NewSkill, Planner, Step
from embodied.planning.offline import OfflinePlanner
from embodied.planning.plan import AGAINST
from embodied.planning.progress import progressed
from embodied.planning.recalling import PlanMemory
from embodied.planning.search import Plan
from embodied.planning.skilled import SkilledMethods
from embodied.referee import judge
from embodied.rules import RuledWorld, Violation
from embodied.sandbox import SkillExecutor, SkillRun
from embodied.skills import Skill, SkillLibrary
from embodied.watching import AnyOf
from embodied.world import Simulation
from embodied.writing.calls import CallLog
from embodied.writing.keeping import draft_folder, keep
from embodied.writing.workshop import Workshop

STEP_DEADLINE_S: Final = 600.0
READY_DEADLINE_S: Final = 20.0
LOST_DEADLINE_S: Final = 3.0
"""An arm that fell silent answers again within that, or not by itself."""
READY_POLL_S: Final = 0.2


@dataclass
class Run:
    """A run in its world; a `Task` steers it with `observe`, `act`, `attempt` and `embodied.loop.towards`.

    Attributes:
        redirection: where a changed goal is heard of.
        refining: what is proposed where the planner has nothing more to try.
        asked: gives whoever answers the run's questions; the endpoint is first used by it.
        step_deadline_s: the longest that a step may take [s].
        history: the attempts at the present goal.
        last_run: what the sandbox said of the last step.
    """

    launch: LaunchFile
    spec: WorldSpec
    simulation: Simulation
    world: RuledWorld
    journal: Journal
    tally: Tally
    stop: threading.Event
    asked: Callable[[], ModelClient]
    store: LibraryStore
    executor: SkillExecutor
    planner: Planner
    memory: PlanMemory
    recorder: CallRecorder
    interruption: Interruption
    redirection: Redirection | None = None
    refining: Refining = field(default_factory=Refining)
    history: list[Attempt] = field(default_factory=list)
    step_deadline_s: float = STEP_DEADLINE_S
    last_run: SkillRun | None = None

    @property
    def budget(self) -> Budget:
        return self.tally.budget

    @property
    def library(self) -> SkillLibrary:
        return self.executor.library

    @property
    def calls(self) -> CallLog:
        """What the running skill called, in a readable form."""
        return self.recorder.log

    @property
    def cut_off(self) -> str:
        """What interrupted the last step; "" if nothing did."""
        return self.interruption.by if self.interruption.event.is_set() else ""

    @cached_property
    def workshop(self) -> Workshop:
        """Where missing skills are written; one for the whole run, as it numbers its drafts."""
        return Workshop(
            self.asked(),
            self.spec,
            self.world.spec.primitives,
            lambda: self.library,
            draft_folder(self.journal),
            self.note,
            rules=self.world.rules_in_words,
        )

    @cached_property
    def _without_model(self) -> OfflinePlanner:
        if isinstance(self.planner, OfflinePlanner):
            return self.planner
        return OfflinePlanner(SkilledMethods(self.spec, lambda: self.library, success_of(self.store)))

    def outline(self, goal: Condition, observation: Observation) -> Plan:
        """The whole plan from here, as it would be made without a model; raises `NoPlan`."""
        return self._without_model.outline(goal, observation)

    def beat(self) -> None:
        """Keep the lease of the body, if it has one, while the run is busy elsewhere."""
        keep_lease(self.world)

    def note(self, text: str) -> None:
        self.journal.write("note", text=text)

    def use(self, library: SkillLibrary) -> None:
        """From now on the run has these skills. Raises NotFit for one that is not fit for the arm."""
        known = {skill.hash for skill in self.library}
        refuse_unfit(self.launch, (skill for skill in library if skill.hash not in known), self.store)
        self.executor.library = library

    def keep(self, skill: Skill, wanted: NewSkill, before: Observation) -> None:
        """A written skill passed its trial: it goes to the library as `trial`, for the gate.

        `before`: the facts right before the trial, which is the last attempt.
        """
        seed = self.launch.world.settings.get("seed")
        example = first_use(
            wanted.arguments,
            wanted.expects,
            before,
            self.history[:-1],
            seed_skills=self.launch.agent.seed_skills,
        )
        keep(self.store, skill, wanted.task, example, self.journal, seed if isinstance(seed, int) else None)

    def observe(self) -> Observation:
        """The facts, once the body is fit to act: a dead one is waited for."""
        observation = self.world.observe()
        began = time.monotonic()
        while self.spec.ready is not None and evaluate(self.spec.ready, observation) is False:
            patience = LOST_DEADLINE_S if observation.notes.get("lost") else READY_DEADLINE_S
            if time.monotonic() > began + patience or self.stop.is_set():
                break
            time.sleep(READY_POLL_S)
            observation = self.world.observe()
        self.journal.write("observed", facts=observation_to_wire(observation)["facts"])
        return observation

    def act(self, skill: str, arguments: Mapping[str, Any]) -> Observation:
        """Run a skill that is no step of a plan, and observe."""
        self._run_skill(skill, arguments)
        return self.observe()

    def attempt(self, step: Step, before: Observation, goal: Condition) -> Observation:
        """One step towards `goal`: run its skill, observe, judge from facts, record."""
        self.budget.steps += 1
        number = self.budget.steps
        hash_ = self.library.get(step.skill).hash if step.skill in self.library else ""
        write_step_started(self.journal, number, step, hash_)
        try:
            run = self._run_skill(step.skill, step.arguments)
        except BudgetSpent as spent:
            self.world.halt("the budget is spent")
            write_step_cut(self.journal, number, spent.message)
            raise
        if run.error_code in ("lost", "stalled"):
            self.world.observe()  # raises the WorldError that says what happened
        after = self.observe()
        write_unasked(self.journal, number, step, goal, before, after)
        attempt = self._judged(step, run, before, after)
        write_step_ended(self.journal, number, attempt, run, interrupted_by=self.cut_off)
        self._speaks_for_its_skill(step, attempt, run, before, after)
        self.history.append(attempt)
        self.last_run = run
        return after

    def _judged(self, step: Step, run: SkillRun, before: Observation, after: Observation) -> Attempt:
        judgement: Judgement = judge(step.expects, after)
        if self.world.violations:
            judgement = Judgement(Verdict.FAILED, f"a rule was broken: {self.world.violations[-1]}")
        stopped = after.notes.get("protective_stop")
        if stopped and not self.world.violations:  # what holds then holds by chance
            holds = "; what was asked for holds" if judgement.passed else ""
            judgement = Judgement(Verdict.UNKNOWN, f"the arm was stopped: {stopped}{holds}")
        self.tally.claims = self.tally.claims.plus(run.ok, judgement.passed)
        disturbed = self.cut_off == WHY or self.cut_off in getattr(self.spec, "disturbances", frozenset())
        progress = disturbed or progressed(step.expects, before, after)
        error = run.error_code or run.reason
        if not judgement.passed:
            error = _of_rules(self.world.violations or self.world.refusals) or error
        return Attempt(step, judgement, error, progress)

    def _speaks_for_its_skill(
        self, step: Step, attempt: Attempt, run: SkillRun, before: Observation, after: Observation
    ) -> None:
        """What a step came to is kept in the library, where nothing but its skill decided it."""
        between = self.world.violations or self.world.refusals or self.cut_off or self.stop.is_set()
        if between or after.notes.get("protective_stop") or step.skill not in self.library:
            return
        skill = self.library.get(step.skill)
        if tells(skill, step, attempt, run, before):
            note_use(self.store, skill, self.journal, passed=attempt.judgement.passed)

    def _run_skill(self, skill: str, arguments: Mapping[str, Any]) -> SkillRun:
        self.interruption.clear()
        self.calls.clear()
        self.world.refusals.clear()
        self.world.violations.clear()
        deadline = max(1.0, min(self.step_deadline_s, self.budget.seconds_left))
        return self.executor.run(
            skill, arguments, deadline_s=deadline, cancel=AnyOf(self.stop, self.interruption.event)
        )


def _of_rules(found: Sequence[Violation]) -> str:
    """What rules say of a step, for whoever plans the next."""
    return f"{AGAINST} {found[-1]}; another way must be found" if found else ""


Task = Callable[[Run], tuple[Judgement, int]]
"""What is done in a world once it is ready; gives the verdict and the exit code."""
