"""The life of a run: goal, journal, world, body; then what is done there; then rest, report and gate."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from embodied.condition import Condition, evaluate, parse
from embodied.deploying.fitness import skills_for
from embodied.errors import (
    BadGoal,
    BudgetSpent,
    EmbodiedError,
    JournalUnwritable,
    ModelInterrupted,
    WorldError,
)
from embodied.facts import Observation
from embodied.goals import Goal
from embodied.journal import Journal, Record
from embodied.journal import read as read_journal
from embodied.launchfile import LaunchFile
from embodied.library import LibraryStore, open_library
from embodied.library.seeds import HELD_OUT
from embodied.library.success import success_of
from embodied.loop.goal import goal_of
from embodied.loop.interruption import Interruption
from embodied.loop.proving import Proving
from embodied.loop.pursuit import towards
from embodied.loop.recording import CallRecorder, write_ended, write_fault, write_resumed, write_started
from embodied.loop.redirection import Redirection
from embodied.loop.refining import Refining
from embodied.loop.report import INTERRUPTED, RunReport, Tally, refuse_spent
from embodied.loop.run import Run, Task
from embodied.loop.waiting import WaitingClient, keep_lease
from embodied.methods import WorldSpec
from embodied.models import ModelClient
from embodied.outcome import Judgement, Verdict
from embodied.planning.choosing import MODEL_PLANNERS, make_planner
from embodied.planning.recalling import FILE, PlanMemory
from embodied.planning.unclear import proposed_goal
from embodied.plugins import load_world
from embodied.rules import Rule, RuledWorld, rules_for
from embodied.runs import JOURNAL, PastRun, find_run, new_run, read_run
from embodied.sandbox import Limits, SkillExecutor
from embodied.watching import Halter
from embodied.world import Simulation, World
from embodied.writing.keeping import keep_unfinished

_NEVER: Final = parse("false")


@dataclass(frozen=True)
class Onlookers:
    """Who is told what happens.

    Attributes:
        on_record: gets every record, and the gate's progress after the run; one that fails is told no more.
        observers: get every record too, before `on_record`.
        on_world: called once with the body, when the world is ready; it must return at once.
        ask: puts a yes-or-no question to a person, in the run's thread; None where there is nobody.
    """

    on_record: Callable[[Record], None] = lambda record: None
    observers: Sequence[Callable[[Record], None]] = ()
    on_world: Callable[[World], None] = lambda world: None
    ask: Callable[[str], bool] | None = None


@dataclass(frozen=True)
class Place:
    """Where a run happens: its folder, and the world that it launches."""

    folder: Path
    simulation: Simulation


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
    ask: Callable[[str], bool] | None = None,
) -> RunReport:
    """Pursue the goal of `launch` in its world, or go on with run `resume`.

    `observers` and then `on_record` are told every record; one that fails is told no more.
    `on_world` is called once with the body, when the world is ready; it must return at once.
    `ask` puts a yes-or-no question to a person: whether something may be learned (`[agent] refine = "ask"`).

    Raises:
        BadInput: the goal, the world's settings or the run to resume cannot be used; nothing was started.
        SetupError: the world cannot be started here.
    """
    spec = load_world(launch.world.kind).spec(launch.world.settings)
    past = read_run(find_run(runs_dir, resume)) if resume else None
    return run_in_world(
        launch,
        spec,
        goal_of(launch, spec, past),
        past,
        runs_dir=runs_dir,
        onlookers=Onlookers(on_record, observers, on_world, ask),
        stop=stop,
        client=client,
    )


def run_in_world(
    launch: LaunchFile,
    spec: WorldSpec,
    goal: Goal | BadGoal,
    past: PastRun | None,
    *,
    runs_dir: Path,
    onlookers: Onlookers = Onlookers(),
    stop: threading.Event | None = None,
    task: Task | None = None,
    announced: Mapping[str, Any] | None = None,
    client: ModelClient | None = None,
    place: Place | None = None,
) -> RunReport:
    """One run: journal, world, body, executor; then `task` (towards `goal`, if none is given) within them.

    `announced` is added to the journal's `run_started`. A `BadGoal` in the place of a goal is one that a
    model is asked about first. `client`, if given, is asked in the place of the endpoint of the launch.
    `place`: a folder and a simulation that were prepared before; it is closed at the end all the same.
    """
    _refuse_before_it_begins(launch, past, client)
    text = goal.text if isinstance(goal, Goal) else launch.goal.text
    store = open_library(launch.world.kind, seeds=launch.agent.seed_skills)
    store.skills()  # a library that cannot be used is said before anything starts
    rules = rules_for(spec, launch.agent.rules)
    place = place or _place(launch, past.folder if past else new_run(runs_dir, text))
    folder, simulation = place.folder, place.simulation
    if past:
        past.refuse_other_world(getattr(simulation, "identity", ""))
    with _journal_of(folder, onlookers) as journal:
        life = _Life(
            launch=launch,
            spec=spec,
            simulation=simulation,
            journal=journal,
            past=past,
            stop=stop or threading.Event(),
            task=task,
            announced=announced or {},
            client=client,
            store=store,
            ask=onlookers.ask,
            rules=rules,
        )
        try:
            report = life.live(goal, onlookers.on_world)
        finally:
            life.held.close()
            simulation.close()
        proving = Proving(life.store, launch, journal, life.tally.budget, life.stop, onlookers.on_record)
        return replace(report, unproven=proving.prove())


def _refuse_before_it_begins(launch: LaunchFile, past: PastRun | None, client: ModelClient | None) -> None:
    if client is None and launch.agent.planner in MODEL_PLANNERS:
        from embodied.models.client import refuse_unusable

        refuse_unusable(launch.model, "planner")
    refuse_spent(launch, past)


def _place(launch: LaunchFile, folder: Path) -> Place:
    return Place(folder, load_world(launch.world.kind).simulation(launch.world.settings, folder))


@contextmanager
def _journal_of(folder: Path, onlookers: Onlookers) -> Iterator[Journal]:
    journal = Journal(folder / JOURNAL)
    for observer in (*onlookers.observers, onlookers.on_record):
        journal.subscribe(observer)
    try:
        yield journal
    finally:
        journal.close()


@dataclass
class _Life:
    """From the first record to the last."""

    launch: LaunchFile
    spec: WorldSpec
    simulation: Simulation
    journal: Journal
    past: PastRun | None
    stop: threading.Event
    task: Task | None
    announced: Mapping[str, Any]
    client: ModelClient | None
    store: LibraryStore
    ask: Callable[[str], bool] | None = None
    rules: Sequence[Rule] = ()
    held: ExitStack = field(default_factory=ExitStack)
    world: World | None = None
    proposed: bool = False

    def __post_init__(self) -> None:
        self.tally = Tally.after(self.launch, self.past)

    def live(self, goal: Goal | BadGoal, on_world: Callable[[World], None]) -> RunReport:
        """Raises EmbodiedError, after the run was ended in its journal, for what the user must mend."""
        self.goal = goal if isinstance(goal, Goal) else Goal(self.launch.goal.text, _NEVER, (), "")
        more = ""
        try:
            self._begin(goal)
            judgement, exit_code = self._with_world(on_world)
        except BudgetSpent as spent:
            judgement, exit_code = Judgement(Verdict.FAILED, spent.message), spent.exit_code
            more = spent.more
        except ModelInterrupted:
            judgement, exit_code = Judgement(Verdict.UNKNOWN, "stopped by the user"), INTERRUPTED
        except JournalUnwritable as full:
            judgement, exit_code = Judgement(Verdict.UNKNOWN, str(full)), full.exit_code
        except WorldError as lost:
            write_fault(self.journal, lost)
            reason = f"{lost.message.rstrip('.')}; what was done is in the journal"
            judgement, exit_code = Judgement(Verdict.UNKNOWN, reason), lost.exit_code
        except EmbodiedError as error:
            write_fault(self.journal, error)
            self._end(Judgement(Verdict.UNKNOWN, error.message), error.exit_code)
            error.journal = self.journal.path
            raise
        return self._end(judgement, exit_code, more)

    def _begin(self, goal: Goal | BadGoal) -> None:
        """Before the world starts: is there a model where one is needed, what does an unclear goal mean?"""
        try:
            if self.launch.agent.planner in MODEL_PLANNERS:
                self._asked()
            if isinstance(goal, BadGoal):
                self.proposed = True
                self.goal = proposed_goal(self._asked(), self.goal.text, self.spec, goal)
                understood = f"understood as: {self.goal.explanation}"
                self.journal.write("note", text=understood, condition=str(self.goal.condition))
        finally:
            if self.past:
                write_resumed(self.journal, self.launch, self.goal, self.past)
            else:
                known = self.goal.condition is not _NEVER
                write_started(
                    self.journal, self.launch, self.goal, understood=known, announced=self.announced
                )

    def _asked(self) -> ModelClient:
        """Whoever answers the run's questions; the endpoint of the launch is first used here."""
        if self.client is None:
            from embodied.models.client import connect

            opened = connect(self.launch.model, self.tally.budget, self.journal.write, stop=self.stop)
            self.client = self.held.enter_context(opened)
        return WaitingClient(self.client, lambda: keep_lease(self.world))

    def _with_world(self, on_world: Callable[[World], None]) -> tuple[Judgement, int]:
        body = self.simulation.launch()
        self.world = world = RuledWorld(body, self.spec, self.rules, self.journal.write)
        try:
            if self.past:
                self.past.refuse_other_world(world.spec.identity)
            self.journal.write("world_ready", identity=world.spec.identity, details=world.spec.details)
            if self.rules:
                self.journal.write("rules", rules=[rule.text for rule in self.rules])
            interruption = Interruption(self.journal, frozenset(self.spec.interrupts))
            interruption.listen(world)
            on_world(world)
            self._open_library(world)
            folder = self.journal.path.parent
            with (
                Halter(world, (self.stop, interruption.event), self._note, lambda: interruption.told),
                self._executor(world) as (executor, recorder),
                Redirection(self.spec, interruption, self.journal, folder) as redirection,
            ):
                run = self._run(world, executor, recorder, interruption)
                run.redirection = redirection
                return self._pursue(run)
        finally:
            self._rest(world)

    def _open_library(self, world: World) -> None:
        """The library as it is used on this body; what an earlier part of the run had passed is in it."""
        agent, kind = self.launch.agent, self.launch.world.kind
        self.store = open_library(kind, body=world.spec, seeds=agent.seed_skills)
        seed = self.launch.world.settings.get("seed")
        if isinstance(seed, int) and seed in HELD_OUT:
            self.store.seen.add(seed, f"run {self.journal.path.parent.name}")
        for name, problem in self.store.problems().items():
            self._note(f"the skill {name} is not used: {problem}; mend or remove it")
        if self.past:
            keep_unfinished(self.store, read_journal(self.journal.path), self.journal)

    @contextmanager
    def _executor(self, world: RuledWorld) -> Iterator[tuple[SkillExecutor, CallRecorder]]:
        allowed = self.launch.sandbox
        limits = Limits(max_memory=allowed.memory_mb * 2**20, max_cpu_s=allowed.cpu_seconds)
        recorder = CallRecorder(self.journal, self.tally, world.spec.primitives)
        seed = int(self.launch.world.settings.get("seed") or 0)
        skills = skills_for(self.launch, self.store, needed=self.task is None)
        with SkillExecutor(skills, world, limits, on_event=recorder.hear, seed=seed) as executor:
            yield executor, recorder

    def _run(
        self, world: RuledWorld, executor: SkillExecutor, recorder: CallRecorder, interruption: Interruption
    ) -> Run:
        memory = PlanMemory(self.store.folder / FILE)
        planner = make_planner(
            self.launch,
            self.spec,
            world.spec.primitives,
            lambda: executor.library,
            self._asked,
            memory,
            self._note,
            world.rules_in_words,
            success_of(self.store),
        )
        return Run(
            launch=self.launch,
            spec=self.spec,
            simulation=self.simulation,
            world=world,
            journal=self.journal,
            tally=self.tally,
            stop=self.stop,
            asked=self._asked,
            store=self.store,
            executor=executor,
            planner=planner,
            memory=memory,
            recorder=recorder,
            interruption=interruption,
            refining=Refining(self.ask),
        )

    def _pursue(self, run: Run) -> tuple[Judgement, int]:
        if self.task is not None:
            return self.task(run)
        observation = run.observe()
        if self.past:
            run.history = list(self.past.attempts)
        condition = self._resolved(observation)
        self.tally.pursues(self.goal, condition)
        if self.proposed and evaluate(condition, observation) is True:
            reason = f"{condition} holds already, before anything was done: what a model proposed cannot tell"
            text = f"{reason} whether {self.goal.text!r} was achieved; say in the goal what is to change"
            return Judgement(Verdict.UNKNOWN, text), 1
        same = str(condition) == str(self.goal.condition)  # of a run that was given another goal: no stages
        stages, reached = self.goal.stages if same else (), self.past.stages_reached if self.past else 0
        return towards(run, condition, observation, stages=stages, reached=reached)

    def _resolved(self, observation: Observation) -> Condition:
        """The goal with "more" counted from the run's first facts, also when it is resumed."""
        if self.past and self.past.resolved:
            return parse(self.past.resolved)
        condition = self.goal.condition_for(observation)
        self.journal.write("goal_resolved", condition=str(condition))
        return condition

    def _note(self, text: str) -> None:
        self.journal.write("note", text=text)

    def _rest(self, world: World) -> None:
        try:
            world.halt("the run ends")
        except WorldError as gone:
            self._note(f"the body could not be halted: {gone.message}")
        world.close()

    def _end(self, judgement: Judgement, exit_code: int, more: str = "") -> RunReport:
        report = self.tally.report(
            self.tally.goal or self.goal.text, self.journal.path, judgement, exit_code, more=more
        )
        with suppress(JournalUnwritable):  # the report says so already
            write_ended(self.journal, report)
        return report
