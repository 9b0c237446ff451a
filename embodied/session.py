"""A world that stays open: goals, skills and single calls, one after the other, asked for from any thread.

    from embodied.session import Session

    with Session.open("tabletop", seed=3) as table:
        print(table.pursue("put the red cube in the bowl"))
        print(table.observe().get("pose", "red_cube"))

It is what `embodied run` does for one goal, for as many as are asked: the same journal, library, planner,
sandbox and referee. What is asked runs in the thread that owns the world; who asks waits, or holds a future.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from embodied import folders
from embodied.condition import Condition, parse
from embodied.done import Done, over_all
from embodied.errors import EmbodiedError, WorldError
from embodied.facts import Observation
from embodied.goals import Goal
from embodied.launchfile import LaunchFile, Override, load_launch_file
from embodied.loop import answering
from embodied.loop.answering import Unless
from embodied.loop.goal import understand
from embodied.loop.lifecycle import Onlookers, Place, run_in_world
from embodied.loop.report import RunReport
from embodied.loop.run import Run
from embodied.loop.waiting import BEAT_S
from embodied.models import ModelClient
from embodied.outcome import Judgement, PrimitiveResult, Verdict
from embodied.planning.choosing import MODEL_PLANNERS
from embodied.plugins import load_world
from embodied.rules import Rule

MODE: Final = "session"
T = TypeVar("T")


@dataclass
class _Job:
    """Something to do in the world's thread."""

    do: Callable[[Run], Any]
    answer: Future[Any] = field(default_factory=Future)


class Session:
    """One open world. Made by `open` or `start`; ends with `close`, or when its world is lost.

    Attributes:
        launch: what it was started with. Its limits hold for each thing that is asked, not for the whole.
        spec: what the kind of world knows.
    """

    def __init__(
        self,
        launch: LaunchFile,
        *,
        runs_dir: Path | None = None,
        onlookers: Onlookers | None = None,
        client: ModelClient | None = None,
        mode: str = MODE,
        place: Place | None = None,
    ) -> None:
        self.launch = launch
        self.spec = load_world(launch.world.kind).spec(launch.world.settings)
        self._runs_dir = runs_dir or folders.runs_folder()
        self._onlookers, self._client, self._mode = onlookers or Onlookers(), client, mode
        self._place = place
        self._verdicts: list[Verdict] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._ready: Future[Run] = Future()
        self._stop = threading.Event()
        self._report: RunReport | None = None
        self._thread = threading.Thread(target=self._live, name="session", daemon=True)

    @classmethod
    def open(cls, launch: str | Path = "minecraft", **settings: Any) -> Self:
        """Start a world by the name or path of its launch file.

        Args:
            settings: of its [world] table: `seed=3`, `engine="pybullet"`, `fast=True`.

        Raises:
            BadInput: there is no such launch file, or a setting is wrong; nothing was started.
            SetupError, WorldError: the world cannot be started here.
        """
        overrides = [
            Override(f"world.{name}", value, f"{name}={value!r}") for name, value in settings.items()
        ]
        return cls(load_launch_file(folders.find_launch_file(str(launch)), overrides)).start()

    def start(self) -> Self:
        """Start the world; returns when it is ready. Raises as `open` does."""
        self._thread.start()
        self._ready.result()
        return self

    # -- what can be asked ---------------------------------------------------------------------------

    def observe(self) -> Observation:
        """The facts now."""
        return self.submit(lambda run: run.observe()).result()

    def pursue(
        self, goal: str | Condition | Goal, *, seconds: float | None = None, unless: Unless = lambda: ""
    ) -> Done:
        """Plan and act until a goal holds, in plain words or as a condition over facts.

        Args:
            seconds: at most; without, the minutes of the launch's [limits].
            unless: asked before each step, and before the first; a reason ends it, as an interruption does.
                An interruption by itself is of what is being done, not of what waits for its turn.

        Raises:
            BadGoal: it is not understood, or nothing can yield it; nothing was done.
            WorldError: the world is lost.
        """
        return self.start_pursuing(goal, seconds=seconds, unless=unless).result()

    def start_pursuing(
        self, goal: str | Condition | Goal, *, seconds: float | None = None, unless: Unless = lambda: ""
    ) -> Future[Done]:
        """As `pursue`, without waiting. Raises BadGoal at once where no model is asked what it means."""
        wanted = goal if isinstance(goal, str | Goal) else Goal(str(goal), goal, (), str(goal))
        if isinstance(wanted, str) and self.launch.agent.planner not in MODEL_PLANNERS:
            wanted = understand(wanted, self.spec)
        return self.submit(lambda run: self._noted(answering.pursue(run, wanted, seconds, unless)))

    def do(self, skill: str, /, **arguments: Any) -> Done:
        """Run one skill of the library, judged by what it says that it achieves. In a simulation it is begun
        again, three times in all, where an event of the body interrupts it; not on an arm that is there.

        Raises:
            BadInput: there is no such skill, or the arguments do not fit.
        """
        return self.start_doing(skill, arguments).result()

    def start_doing(
        self, skill: str, arguments: Mapping[str, Any], *, unless: Unless = lambda: ""
    ) -> Future[Done]:
        """As `do`, without waiting; `unless` as of `pursue`, asked before it begins."""
        return self.submit(lambda run: self._noted(answering.do_skill(run, skill, arguments, unless)))

    def call(self, primitive: str, /, **arguments: Any) -> PrimitiveResult:
        """Call one primitive of the body, within the body's own limits.

        Raises:
            BadInput: there is no such primitive, or the arguments do not fit.
        """
        return self.submit(lambda run: answering.call(run, primitive, arguments)).result()

    def submit(self, do: Callable[[Run], T]) -> Future[T]:
        """Have something done in the thread that owns the world, after what was asked before."""
        job = _Job(do)
        if self._thread.is_alive() and not self._stop.is_set():
            self._jobs.put(job)
        if not self._thread.is_alive() or self._stop.is_set():
            self._refuse(job)
        return job.answer

    def interrupt(self, why: str = "stopped by the person") -> None:
        """End what is being done now: the body comes to rest, and the answer is UNKNOWN. From any thread."""
        if self._ready.done() and not self._ready.exception():
            self._ready.result().interruption.hold(why)

    def redirect(self, goal: str) -> None:
        """Give what is being pursued another goal: the running step is interrupted. From any thread."""
        redirection = self._ready.result().redirection
        assert redirection is not None
        redirection.ask(goal)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What must hold whatever is done, in order; numbers count from 1."""
        return self._ready.result().world.rules

    def add_rule(self, text: str) -> Rule:
        """A rule more, for this session, from the next call of the body on. From any thread.

        Raises:
            BadRule: it is not understood, is there already, or contradicts another.
        """
        return self._ready.result().world.add(text)

    def remove_rule(self, number: int) -> Rule:
        """The rule of that number, from 1, ends for this session. Raises BadInput if there is none."""
        return self._ready.result().world.remove(number)

    @property
    def run(self) -> Run:
        """The run behind it, for what reads: library, store, journal. To act, `submit`."""
        return self._ready.result()

    @property
    def closed(self) -> bool:
        """Whether nothing can be asked any more: it was closed, or its world is lost."""
        return self._stop.is_set()

    def close(self) -> RunReport | None:
        """End what is being done, bring the body to rest, end the world. Idempotent; None if none began."""
        self.interrupt("the session is closed")
        self._stop.set()
        self._jobs.put(None)
        if self._thread.ident is not None:
            self._thread.join()
        return self._report

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- the thread that owns the world --------------------------------------------------------------

    def _live(self) -> None:
        nothing = Goal(self._mode, parse("true"), (), "Whatever is asked.")
        try:
            self._report = run_in_world(
                self.launch,
                self.spec,
                nothing,
                None,
                runs_dir=self._runs_dir,
                onlookers=self._onlookers,
                stop=self._stop,
                task=self._serve,
                announced={"mode": self._mode},
                client=self._client,
                place=self._place,
            )
            reason = self._report.reason
        except EmbodiedError as error:
            reason = error.message
            if not self._ready.done():
                self._ready.set_exception(error)
        except BaseException as bug:
            reason = f"a mistake in embodied: {bug!r}"
            if not self._ready.done():
                self._ready.set_exception(bug)
            raise
        finally:
            self._stop.set()
            if not self._ready.done():
                self._ready.set_exception(WorldError(f"The world did not come up: {reason}."))
            while not self._jobs.empty():
                self._refuse(self._jobs.get())

    def _serve(self, run: Run) -> tuple[Judgement, int]:
        """The run's task: do what is asked until there is nothing more."""
        run.observe()
        self._ready.set_result(run)
        limits, idle_since = run.budget.limits, time.monotonic()
        while not run.stop.is_set():
            job = self._next(run)
            if job is None:
                break
            run.budget.renew(limits, time.monotonic() - idle_since)
            self._do(run, job)
            idle_since = time.monotonic()
        return over_all(self._verdicts), 0

    def _next(self, run: Run) -> _Job | None:
        while not run.stop.is_set():
            run.beat()
            try:
                return self._jobs.get(timeout=BEAT_S)
            except queue.Empty:
                continue
        return None

    def _do(self, run: Run, job: _Job) -> None:
        """Raises WorldError, when the world is lost, after whoever asked was told."""
        if not job.answer.set_running_or_notify_cancel():
            return
        run.interruption.release()
        try:
            job.answer.set_result(job.do(run))
        except WorldError as lost:
            job.answer.set_exception(lost)
            raise
        except EmbodiedError as wrong:
            job.answer.set_exception(wrong)
        except Exception as bug:  # noqa: BLE001 - whoever asked is told; the world is there for what comes next
            job.answer.set_exception(bug)  # before the body is asked to rest: it may be lost by then
            run.world.halt("a mistake in embodied")
        except BaseException as end:
            job.answer.set_exception(end)
            raise

    def _refuse(self, job: _Job | None) -> None:
        if job is not None and not job.answer.done():
            try:
                job.answer.set_exception(WorldError("The session is closed.", remedy="Open another one."))
            except InvalidStateError:  # it was done or refused in between
                return

    def _noted(self, done: Done) -> Done:
        self._verdicts.append(done.verdict)
        return done
