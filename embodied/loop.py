"""The loop: plan a step, run its skill, judge it from facts, and again, until the goal holds."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embodied import __version__
from embodied.budget import Budget
from embodied.condition import Condition, check, evaluate, facts_in, parse
from embodied.confirming import confirm
from embodied.errors import (
    BadGoal,
    BadInput,
    BudgetSpent,
    EmbodiedError,
    JournalUnwritable,
    ModelInterrupted,
    WorldError,
)
from embodied.exploring.unasked import unasked
from embodied.facts import Observation, observation_to_wire
from embodied.goals import Goal, GoalParser
from embodied.journal import Journal, Record
from embodied.journal import read as read_journal
from embodied.launchfile import LaunchFile
from embodied.library import open_library
from embodied.library.proving import make_gate
from embodied.library.seeds import HELD_OUT
from embodied.methods import Reflex, WorldSpec
from embodied.models import ModelClient
from embodied.models.usage import Usage
from embodied.outcome import Judgement, Verdict
from embodied.planning import Ask, Attempt, NewSkill, Step
from embodied.planning.choosing import MODEL_PLANNERS, make_planner
from embodied.planning.progress import progressed
from embodied.planning.recalling import FILE, PlanMemory
from embodied.planning.unclear import proposed_goal, understood_before
from embodied.plugins import load_world
from embodied.referee import judge
from embodied.runs import JOURNAL, PastRun, find_run, new_run, read_run
from embodied.sandbox import Limits, SandboxEvent, SkillExecutor, SkillRun
from embodied.saydo import Claims
from embodied.skills import Skill, SkillLibrary
from embodied.watching import AnyOf, Halter
from embodied.world import Simulation, World
from embodied.writing.calls import CallLog
from embodied.writing.keeping import draft_folder, keep, keep_unfinished
from embodied.writing.learning import learn
from embodied.writing.workshop import Workshop

STEP_DEADLINE_S = 600.0
READY_DEADLINE_S = 20.0
READY_POLL_S = 0.2
INTERRUPTED = 130
_NEVER = parse("false")


@dataclass(frozen=True)
class RunReport:
    """How a run ended.

    Attributes:
        seconds: wall clock over all parts of the run [s].
        assistance: what the world gave for free, name to count.
        journal: the path of its journal.
        model_use: what asking models has cost over all parts of the run.
        claims: what skills said of themselves beside what the facts said.
        more: with a spent budget, the option that lets it go on: "--set model.calls=200".
        exit_code: 0 PASSED, 1 FAILED or UNKNOWN, 3 budget spent, 130 stopped by the user.
    """

    run: str
    goal: str
    verdict: Verdict
    reason: str
    seconds: float
    steps: int
    primitive_calls: int
    model_calls: int
    assistance: Mapping[str, int]
    journal: Path
    exit_code: int
    model_use: Usage = field(default_factory=Usage)
    more: str = ""
    claims: Claims = field(default_factory=Claims)


def start_run(
    launch: LaunchFile,
    *,
    runs_dir: Path,
    resume: str | None = None,
    on_record: Callable[[Record], None] = lambda record: None,
    observers: Sequence[Callable[[Record], None]] = (),
    stop: threading.Event | None = None,
    client: ModelClient | None = None,
    on_world: Callable[[World], None] = lambda world: None,
) -> RunReport:
    """Pursue the goal of `launch` in its world, or go on with run `resume`.

    `observers` and then `on_record` are told every record; one that fails is told no more.
    `on_world` is called once with the body, when the world is ready; it must return at once.

    Raises:
        BadInput: the goal, the world's settings or the run to resume cannot be used; nothing was started.
        SetupError: the world cannot be started here.
    """
    spec = load_world(launch.world.kind).spec(launch.world.settings)
    past = read_run(find_run(runs_dir, resume)) if resume else None
    if past:
        past.refuse_other_goal(launch.goal.text)
    goal: Goal | BadGoal
    try:
        goal = understand(launch.goal.text, spec)
    except BadGoal as unclear:
        if launch.agent.planner not in MODEL_PLANNERS:
            raise
        goal = understood_before(launch.goal.text, past) or unclear
    return run_in_world(
        launch,
        spec,
        goal,
        past,
        runs_dir=runs_dir,
        on_record=on_record,
        observers=observers,
        stop=stop,
        client=client,
        on_world=on_world,
    )


def run_in_world(
    launch: LaunchFile,
    spec: WorldSpec,
    goal: Goal | BadGoal,
    past: PastRun | None,
    *,
    runs_dir: Path,
    on_record: Callable[[Record], None] = lambda record: None,
    observers: Sequence[Callable[[Record], None]] = (),
    stop: threading.Event | None = None,
    task: Task | None = None,
    announced: Mapping[str, Any] | None = None,
    client: ModelClient | None = None,
    on_world: Callable[[World], None] = lambda world: None,
) -> RunReport:
    """One run: journal, world, body, executor; then `task` (towards `goal`, if none is given) within them.

    `announced` is added to the journal's `run_started`. A `BadGoal` in the place of a goal is one that a
    model is asked about first. `client`, if given, is asked in the place of the endpoint of the launch.
    """
    if client is None and launch.agent.planner != "offline":
        from embodied.models.client import refuse_unusable

        refuse_unusable(launch.model, "planner")
    text = goal.text if isinstance(goal, Goal) else launch.goal.text
    store = open_library(launch.world.kind, seeds=launch.agent.seed_skills)
    store.skills()  # a library that cannot be used is said before anything starts
    folder = past.folder if past else new_run(runs_dir, text)
    simulation = load_world(launch.world.kind).simulation(launch.world.settings, folder)
    if past:
        past.refuse_other_world(getattr(simulation, "identity", ""))
    journal = Journal(folder / JOURNAL)
    for observer in (*observers, on_record):
        journal.subscribe(observer)
    stop = stop or threading.Event()
    understood = goal if isinstance(goal, Goal) else Goal(launch.goal.text, _NEVER, (), "")
    run = Run(launch, spec, understood, simulation, journal, past, stop, task, announced or {}, client=client)
    run.unclear = goal if isinstance(goal, BadGoal) else None
    run.on_world = on_world
    try:
        report = run.pursue()
        simulation.close()
        prove_kept(run, on_record)
        return report
    finally:
        run.held.close()
        simulation.close()
        journal.close()


def understand(text: str, spec: WorldSpec) -> Goal:
    """Read a goal in plain words; raises `BadGoal` if it is not understood or nothing can yield it."""
    goal = GoalParser(spec.vocabulary, spec.families).parse(text)
    check(goal.condition, spec.families)
    for fact in facts_in(goal.condition):
        why = spec.unreachable((fact.family, *fact.keys))
        if why:
            raise BadGoal(f"{text!r} cannot be reached: {why}", remedy=examples(spec))
    return goal


def examples(spec: WorldSpec) -> str:
    return (
        f"Try, for instance: {'; '.join(spec.vocabulary.examples[:4])}." if spec.vocabulary.examples else ""
    )


def skills_of(world: str) -> SkillLibrary:
    """The skills of a kind of world that may be used: the library's, laid over the seed skills."""
    return open_library(world).skills()


def prove_kept(run: Run, on_record: Callable[[Record], None]) -> None:
    """Put what this run wrote through the gate, in worlds of its own, once the run's own world is closed.

    What cannot be proven here stays on trial; `embodied skills verify --new` tries again.
    """
    kept = [r for r in read_journal(run.journal.path) if r["type"] == "skill_kept"] if run.kept else []
    for record in {r["skill"]: r for r in kept if r["status"] == "new"}.values():
        if run.stop.is_set():
            return

        def tell(line: str) -> None:
            on_record({"v": 1, "seq": 0, "t": time.time(), "type": "note", "text": f"gate: {line}"})

        settings = run.launch.world.settings
        gate = make_gate(
            run.store,
            run.journal.path.parent / "gate",
            fast=bool(settings.get("fast")),
            settings=settings,
            on_progress=tell,
            stop=run.stop,
        )
        try:
            gate.verify(run.store.get(record["skill"], record["hash"]))
        except EmbodiedError as error:
            tell(f"{record['skill']} stays on trial: {error.message}")


Task = Callable[["Run"], tuple[Judgement, int]]
"""What is done in a world once it is ready; gives the verdict and the exit code."""


@dataclass
class Run:
    """One run in one world; a `Task` steers it with `observe`, `towards` and `act`.

    Attributes:
        planner, library, world, executor: there once the world is ready.
        step_deadline_s: the longest that a step may take [s].
        history: the attempts at the present goal.
    """

    launch: LaunchFile
    spec: WorldSpec
    goal: Goal
    simulation: Simulation
    journal: Journal
    past: PastRun | None
    stop: threading.Event
    task: Task | None = None
    announced: Mapping[str, Any] = field(default_factory=dict)
    step_deadline_s: float = STEP_DEADLINE_S
    history: list[Attempt] = field(default_factory=list)
    kept: bool = False
    assistance: Counter[str] = field(default_factory=Counter)
    more: str = ""
    client: ModelClient | None = None
    held: ExitStack = field(default_factory=ExitStack)
    unclear: BadGoal | None = None
    on_world: Callable[[World], None] = lambda world: None
    last_run: SkillRun | None = None
    calls: CallLog = field(default_factory=CallLog)
    _writer: Workshop | None = None

    def pursue(self) -> RunReport:
        past = self.past
        self.budget = Budget.after(self.launch.limits, self.launch.model, past)
        self.assistance.update(past.assistance if past else {})
        self.claims = past.claims if past else Claims()
        judgement, exit_code = Judgement(Verdict.UNKNOWN, "the run did not begin"), 1
        try:
            try:
                self._understand()
            finally:
                self._announce()
            world = self.simulation.launch()
            try:
                judgement, exit_code = self._with_world(world)
            finally:
                self._close(world)
        except BudgetSpent as spent:
            judgement, exit_code = Judgement(Verdict.FAILED, str(spent)), spent.exit_code
            self.more = spent.more
        except ModelInterrupted:
            judgement, exit_code = Judgement(Verdict.UNKNOWN, "stopped by the user"), INTERRUPTED
        except JournalUnwritable as full:
            judgement, exit_code = Judgement(Verdict.UNKNOWN, str(full)), full.exit_code
        except WorldError as lost:
            self.journal.write("fault", code=type(lost).__name__, message=str(lost))
            judgement = Judgement(
                Verdict.UNKNOWN, f"{lost.message.rstrip('.')}; what was done is in the journal"
            )
        except BadInput as refused:
            self.journal.write("fault", code=type(refused).__name__, message=str(refused))
            self._end(Judgement(Verdict.UNKNOWN, str(refused)), refused.exit_code)
            raise
        except EmbodiedError as error:
            self.journal.write("fault", code=type(error).__name__, message=str(error))
            self._end(Judgement(Verdict.UNKNOWN, str(error)), error.exit_code)
            raise
        return self._end(judgement, exit_code)

    def _understand(self) -> None:
        """Before anything starts: is there a model where one is needed, what does an unclear goal mean?"""
        if self.launch.agent.planner in MODEL_PLANNERS:
            self.asked()
        if self.unclear is None:
            return
        self.goal = proposed_goal(self.asked(), self.goal.text, self.spec, self.unclear)
        self.journal.write(
            "note", text=f"understood as: {self.goal.explanation}", condition=str(self.goal.condition)
        )

    def asked(self) -> ModelClient:
        """Whoever answers the run's questions; the endpoint of the launch is first used here."""
        if self.client is None:
            from embodied.models.client import connect

            opened = connect(self.launch.model, self.budget, self.journal.write, stop=self.stop)
            self.client = self.held.enter_context(opened)
        return self.client

    def _announce(self) -> None:
        if self.past:
            self.journal.write(
                "run_resumed",
                run=self.past.name,
                from_seq=self.past.last_seq,
                in_doubt=[record["call"] for record in self.past.in_doubt],
                launch=self.launch.to_table(),
            )
            for call in self.past.in_doubt:
                shown = ", ".join(f"{name}={value}" for name, value in call["args"].items())
                text = f"in doubt: {call['name']}({shown}) was sent and its end was never recorded"
                self.journal.write("note", text=text)
            return
        settings = self.launch.world.settings
        self.journal.write(
            "run_started",
            run=self.journal.path.parent.name,
            goal=self.goal.text,
            condition=str(self.goal.condition) if self.goal.condition is not _NEVER else "",
            explanation=self.goal.explanation,
            world=self.launch.world.kind,
            seed=settings.get("seed"),
            fast=bool(settings.get("fast", False)),
            planner=self.launch.agent.planner,
            launch=self.launch.to_table(),
            version=__version__,
            **self.announced,
        )

    def _with_world(self, world: World) -> tuple[Judgement, int]:
        if self.past:
            self.past.refuse_other_world(world.spec.identity)
        self.journal.write("world_ready", identity=world.spec.identity, details=world.spec.details)
        self.interrupt = threading.Event()
        self.interrupted_by = ""
        self._watch(world)
        self.world = world
        self.on_world(world)
        self.store = open_library(
            self.launch.world.kind, body=world.spec, seeds=self.launch.agent.seed_skills
        )
        seed = self.launch.world.settings.get("seed")
        if isinstance(seed, int) and seed in HELD_OUT:
            self.store.seen.add(seed, f"run {self.journal.path.parent.name}")
        for name, problem in self.store.problems().items():
            self._note(f"the skill {name} is not used: {problem}; mend or remove it")
        if self.past:
            keep_unfinished(self.store, read_journal(self.journal.path), self.journal)
        self.library = self.store.skills()
        limits = Limits(
            max_memory=self.launch.sandbox.memory_mb * 2**20, max_cpu_s=self.launch.sandbox.cpu_seconds
        )
        self.planner = make_planner(
            self.launch,
            self.spec,
            world.spec.primitives,
            lambda: self.library,
            self.asked,
            self._plans(),
            self._note,
        )
        seed = int(self.launch.world.settings.get("seed") or 0)
        with (
            Halter(world, (self.stop, self.interrupt), self._note),
            SkillExecutor(self.library, world, limits, on_event=self._sandbox_event, seed=seed) as executor,
        ):
            self.executor = executor
            if self.task is not None:
                return self.task(self)
            observation = self.observe()
            if self.past:
                self.history = list(self.past.attempts)
            return self.towards(self._resolved(observation), observation)

    def _resolved(self, observation: Observation) -> Condition:
        """The goal with "more" counted from the run's first facts, also when it is resumed."""
        if self.past and self.past.resolved:
            return parse(self.past.resolved)
        condition = self.goal.condition_for(observation)
        self.journal.write("goal_resolved", condition=str(condition))
        return condition

    def _watch(self, world: World) -> None:
        """Body events go to the journal; those that make the running step void interrupt it."""

        def heard(event: Mapping[str, Any]) -> None:
            with suppress(JournalUnwritable):  # the run meets it itself, in its own thread
                self.journal.write("event", event=dict(event))
            if event.get("type") in self.spec.interrupts:
                self.interrupted_by = str(event["type"])
                self.interrupt.set()

        subscribe = getattr(world, "on_event", None)
        if subscribe is not None:
            subscribe(heard)

    def towards(
        self,
        goal: Condition,
        observation: Observation,
        *,
        give_up: Callable[[], str] = lambda: "",
    ) -> tuple[Judgement, int]:
        """Plan, act and judge until `goal` holds or there is nothing more to try; raises `BudgetSpent`.

        `give_up` is asked before each step; a reason that it returns ends the pursuit as FAILED.
        """
        while True:
            judgement = judge(goal, observation)
            if judgement.passed:
                if self.launch.agent.planner in MODEL_PLANNERS:
                    self._plans().add(goal, self.history, self.journal.path.parent.name)
                return self._confirm(goal, judgement)
            if self.stop.is_set():
                return Judgement(Verdict.UNKNOWN, "stopped by the user"), INTERRUPTED
            self.budget.check()
            enough = give_up()
            if enough:
                return Judgement(Verdict.FAILED, enough), 1
            reflex = self._reflex(observation, self.library)
            if reflex is not None:
                self.journal.write("note", text=reflex.why)
                observation = self.act(reflex.skill, reflex.arguments)
            decision = self.planner.next(goal, observation, self.history)
            if not isinstance(decision, Step | NewSkill):
                question = decision.question if isinstance(decision, Ask) else decision.reason
                return Judgement(Verdict.FAILED, question), 1
            step = decision if isinstance(decision, Step) else decision.step
            upcoming = [
                {"skill": s.skill, "arguments": s.arguments, "why": s.why} for s in (step, *step.upcoming)
            ]
            self.journal.write("plan", tree=decision.tree.to_wire(), steps=upcoming)
            if isinstance(decision, Step):
                observation = self.attempt(decision, observation, goal)
            else:
                observation = learn(self, self._workshop(), decision, observation, goal)

    def act(self, skill: str, arguments: Mapping[str, Any]) -> Observation:
        """Run a skill that is no step of a plan, and observe."""
        self._run_skill(skill, arguments)
        return self.observe()

    def _workshop(self) -> Workshop:
        if self._writer is None:
            self._writer = Workshop(
                self.asked(),
                self.spec,
                self.world.spec.primitives,
                lambda: self.library,
                draft_folder(self.journal),
                self._note,
            )
        return self._writer

    def _plans(self) -> PlanMemory:
        return PlanMemory(self.store.folder / FILE)

    def _note(self, text: str) -> None:
        self.journal.write("note", text=text)

    def use(self, library: SkillLibrary) -> None:
        """From now on the run has these skills."""
        self.library = self.executor.library = library

    def keep(self, skill: Skill, wanted: NewSkill) -> None:
        """A written skill passed its trial: it goes to the library as `trial`, for the gate."""
        seed = self.launch.world.settings.get("seed")
        keep(self.store, skill, wanted, self.journal, seed if isinstance(seed, int) else None)
        self.kept = True

    def attempt(self, step: Step, before: Observation, goal: Condition) -> Observation:
        """One step towards `goal`: run its skill, observe, judge from facts, record."""
        self.budget.steps += 1
        number = self.budget.steps
        self.journal.write(
            "step_started",
            step=number,
            skill=step.skill,
            hash=self.library.get(step.skill).hash[:16] if step.skill in self.library else "",
            arguments=step.arguments,
            why=step.why,
            expects=str(step.expects),
        )
        try:
            run = self._run_skill(step.skill, step.arguments)
        except BudgetSpent as spent:
            self.world.halt("the budget is spent")
            self.journal.write(
                "step_ended",
                step=number,
                verdict=Verdict.UNKNOWN.value,
                reason=spent.message,
                error="budget_spent",
            )
            raise
        if run.error_code in ("lost", "stalled"):
            self.world.observe()  # raises the WorldError that says what happened
        after = self.observe()
        judgement = judge(step.expects, after)
        for gain in unasked(before, after, (goal, step.expects, *(each.expects for each in step.upcoming))):
            self.journal.write(
                "achieved_unasked",
                step=number,
                skill=step.skill,
                arguments=step.arguments,
                condition=gain.condition,
                amount=gain.amount,
            )
        self.last_run = run
        self.claims = self.claims.plus(run.ok, judgement.passed)
        progress = progressed(step.expects, before, after)
        self.journal.write(
            "step_ended",
            step=number,
            verdict=judgement.verdict.value,
            reason=f"interrupted: {self.interrupted_by}"
            if self.interrupt.is_set()
            else run.reason or judgement.reason,
            seconds=round(run.seconds, 3),
            calls=sum(run.primitive_calls.values()),
            assistance=dict(run.assistance),
            claimed=run.ok,
            error=run.error_code or run.reason,
            progress=progress,
        )
        self.history.append(Attempt(step, judgement, run.error_code or run.reason, progress))
        return after

    def _run_skill(self, skill: str, arguments: Mapping[str, Any]) -> SkillRun:
        self.interrupt.clear()
        self.calls.clear()
        deadline = max(1.0, min(self.step_deadline_s, self.budget.seconds_left))
        return self.executor.run(
            skill, arguments, deadline_s=deadline, cancel=AnyOf(self.stop, self.interrupt)
        )

    def _reflex(self, observation: Observation, library: SkillLibrary) -> Reflex | None:
        for reflex in self.spec.reflexes:
            if reflex.skill in library and evaluate(reflex.when, observation) is True:
                return reflex
        return None

    def _confirm(self, goal: Condition, judgement: Judgement) -> tuple[Judgement, int]:
        """Where the world itself can be asked, body and world must agree."""
        ask = getattr(self.simulation, "truth", None)
        if ask is None or not getattr(self.simulation, "tells_truth", True):
            return judgement, 0
        confirmed = confirm(goal, judgement, ask)
        return confirmed, 0 if confirmed.passed else 1

    def observe(self) -> Observation:
        """The facts, once the body is fit to act: a dead one is waited for."""
        observation = self.world.observe()
        deadline = time.monotonic() + READY_DEADLINE_S
        while self.spec.ready is not None and evaluate(self.spec.ready, observation) is False:
            if time.monotonic() > deadline or self.stop.is_set():
                break
            time.sleep(READY_POLL_S)
            observation = self.world.observe()
        self.journal.write("observed", facts=observation_to_wire(observation)["facts"])
        return observation

    def _given(self, event: SandboxEvent) -> dict[str, int]:
        """What the call that ended was given for free; recorded with it, so that no fault loses it."""
        spec = self.world.spec.primitives[event.name]
        by_default = {spec.assistance: 1} if spec.assistance and event.data.ok else {}
        return dict(event.data.assistance or by_default)

    def _sandbox_event(self, event: SandboxEvent) -> None:
        write = self.journal.write
        self.calls.hear(event)
        match event.kind:
            case "enter":
                write("skill_entered", skill=event.name, arguments=event.data, depth=event.depth)
            case "exit":
                returned = event.data
                ok, reason = (
                    (returned.ok, returned.reason) if returned is not None else (False, "ended early")
                )
                write("skill_left", skill=event.name, depth=event.depth, ok=ok, reason=reason)
            case "call":
                self.budget.check_primitive()
                self.budget.primitive_calls += 1
                write("call_started", call=self.budget.primitive_calls, name=event.name, args=event.data)
            case "result":
                result = event.data
                given = self._given(event)
                self.assistance.update(given)
                write(
                    "call_ended",
                    call=self.budget.primitive_calls,
                    ok=result.ok,
                    error=result.error,
                    message=result.message,
                    assistance=given,
                )
            case "log":
                write("note", text=event.data)

    def _close(self, world: World) -> None:
        try:
            world.halt("the run ends")
        except WorldError as gone:
            self.journal.write("note", text=f"the body could not be halted: {gone.message}")
        world.close()

    def _end(self, judgement: Judgement, exit_code: int) -> RunReport:
        report = RunReport(
            run=self.journal.path.parent.name,
            goal=self.goal.text,
            verdict=judgement.verdict,
            reason=judgement.reason,
            seconds=round(self.budget.seconds, 2),
            steps=self.budget.steps,
            primitive_calls=self.budget.primitive_calls,
            model_calls=self.budget.model_calls,
            assistance=dict(self.assistance),
            journal=self.journal.path,
            exit_code=exit_code,
            model_use=self.budget.used,
            more=self.more,
            claims=self.claims,
        )
        with suppress(JournalUnwritable):  # the report says so already
            self.journal.write(
                "run_ended",
                verdict=report.verdict.value,
                reason=report.reason,
                seconds=report.seconds,
                steps=report.steps,
                primitive_calls=report.primitive_calls,
                model_calls=report.model_calls,
                model_use=report.model_use.to_wire(),
                claims=report.claims.to_wire(),
                assistance=dict(report.assistance),
                exit_code=exit_code,
            )
        return report
