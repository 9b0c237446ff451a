"""Running skills: check, feed, answer each call, and stop for good when told to."""

from __future__ import annotations

import random
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self

from pydantic_monty import (
    FunctionSnapshot,
    FutureSnapshot,
    Monty,
    MontyComplete,
    MontyConversionError,
    MontyCrashedError,
    MontyError,
    MontyRuntimeError,
    MontySession,
    MontySyntaxError,
    NameLookupSnapshot,
    OSPolicy,
    ResourceLimits,
    SyncSnapshot,
)

from embodied.errors import BadInput, BadSkill, WorldError
from embodied.sandbox.checking import Offered, TypeProblem, check_source
from embodied.sandbox.delivery import deliver
from embodied.sandbox.events import SandboxEvent
from embodied.sandbox.host import Body, Cancel, Ended, Host, Raise
from embodied.sandbox.limits import Limits
from embodied.sandbox.outcome import SkillReturn, SkillRun, TraceLine
from embodied.sandbox.program import DRIVER, PRELUDE, Part, part_of
from embodied.sandbox.stubs import HOST_FUNCTIONS, refuse_taken_name, stub_text
from embodied.sandbox.values import NotPlain, plain
from embodied.skills.library import SkillLibrary
from embodied.skills.skill import Skill

_FEED: Final = re.compile(r"<python-input-(\d+)>")
_FIRST_PART: Final = 1  # feed 0 is the prelude
_GRACE_S: Final = 1.0

_Paused = FunctionSnapshot | NameLookupSnapshot | FutureSnapshot


class SkillExecutor:
    """Runs skills of a library on a body, one at a time. Use it in a `with`, or `close` it.

    Args:
        library: where skills are found.
        body: what they act on; a `World` is one.
        limits: of each run.
        on_event: told of every call as it happens, in the thread that runs the skill. What it raises
            ends the run and comes out of `run`.
        seed: of `random_int` and `random`; the n-th run of an executor with one seed draws the same.
    """

    def __init__(
        self,
        library: SkillLibrary,
        body: Body,
        limits: Limits | None = None,
        on_event: Callable[[SandboxEvent], None] | None = None,
        *,
        seed: int = 0,
    ) -> None:
        self.library = library
        self.body = body
        self.limits = limits or Limits()
        self._on_event = on_event or _ignore
        self._seed = seed
        self._runs = 0
        self._draws = ""
        self._checked: dict[tuple[str, str], tuple[TypeProblem, ...]] = {}
        self._pool = Monty(
            min_processes=1,
            max_processes=2,
            checkout_timeout=10.0,
            request_timeout=self.limits.max_cpu_s + 2 * _GRACE_S,
            turn_duration_limit_grace=_GRACE_S,
        )
        with deaf_to_interrupts():
            self._pool.__enter__()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes. Idempotent."""
        if not self._closed:
            self._closed = True
            self._pool.__exit__(None, None, None)

    def stubs(self, skill: Skill) -> str:
        """What `skill` is checked against; raises `BadSkill` if names collide."""
        called = self.library.called_by(skill)
        refuse_taken_name(skill, self.body.spec.primitives)
        return stub_text(self.body.spec.primitives, self.body.spec.families, called)

    def check(self, skill: Skill) -> tuple[TypeProblem, ...]:
        """Type-check one skill's own code; () if it may run. Raises `BadSkill` if names collide."""
        stubs = self.stubs(skill)
        key = (skill.hash, stubs)
        if key not in self._checked:
            skills = (other.python_name for other in self.library)
            offered = Offered(
                callables=frozenset([*self.body.spec.primitives, *HOST_FUNCTIONS, *skills]),
                families=frozenset(self.body.spec.families),
            )
            problems = check_source(self._pool, self._resources(), skill, stubs, offered)
            self._checked[key] = tuple(problems)
        return self._checked[key]

    def run(
        self,
        skill_name: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        deadline_s: float | None = None,
        cancel: Cancel | None = None,
        draws: str = "",
    ) -> SkillRun:
        """Run a skill to its end. Everything that its code can do wrong is a value.

        Args:
            deadline_s: wall-clock time for the whole run [s].
            draws: what `random_int` and `random` follow, in the place of the seed and the number of the run.
            cancel: once set, the program is not resumed again. A primitive that is running is not
                interrupted by it: halt the body too.

        Raises:
            BadSkill: if there is no such skill, or names collide.
            WorldError: if the bridge is lost; the program is over.
        """
        skill = self.library.get(skill_name)
        began = time.monotonic()
        self._runs += 1
        self._draws = draws or f"{self._seed}/{self._runs}"
        given = dict(arguments or {})
        try:
            bound = plain(skill.bind(**given), self.limits.max_value_bytes)
        except BadInput as error:
            return SkillRun(skill.name, given, None, "bad_arguments", str(error))
        except NotPlain as error:
            return SkillRun(skill.name, given, None, "bad_arguments", f"{skill.name}: an argument {error}")
        closure = self.library.closure(skill.name)
        code, message = self._unfit(closure)
        if code:
            return SkillRun(skill.name, bound, None, code, message)
        host = self._host(closure, began, deadline_s, cancel or threading.Event())
        return self._ran(host, skill, [part_of(each) for each in closure], bound, began)

    def _ran(
        self, host: Host, skill: Skill, parts: list[Part], bound: dict[str, Any], began: float
    ) -> SkillRun:
        """What came of a run that was let begin. Raises `WorldError` if the bridge is lost."""
        try:
            returned, code, message, trace = self._attempt(host, skill, parts, bound)
        except WorldError:
            host.leave_all()
            raise
        host.tell_prints()
        host.leave_all()
        return SkillRun(
            skill=skill.name,
            arguments=bound,
            returned=returned,
            error_code=code,
            error=message,
            trace=trace,
            primitive_calls=dict(host.primitive_calls),
            assistance=dict(host.assistance),
            prints=tuple("".join(host.prints).splitlines()),
            seconds=time.monotonic() - began,
        )

    def _unfit(self, closure: Sequence[Skill]) -> tuple[str, str]:
        """The code and the message of what keeps a skill, or one that it calls, from running; else ""."""
        problems = [problem for part in closure for problem in self.check(part)]
        if problems:
            return "does_not_check", "\n".join(map(str, problems))
        try:
            for each in closure:
                if each.policy:
                    deliver(self.body, each)
        except BadSkill as refused:
            return "bad_policy", str(refused)
        return "", ""

    def _host(self, closure: Sequence[Skill], began: float, deadline_s: float | None, cancel: Cancel) -> Host:
        """Who answers the calls of one run."""
        longest = self.limits.max_wall_s
        return Host(
            body=self.body,
            skills={each.name: each for each in closure},
            limits=self.limits,
            deadline=began + (longest if deadline_s is None else min(longest, deadline_s)),
            cancel=cancel,
            tell=self._on_event,
            rng=random.Random(self._draws),
        )

    def _attempt(
        self, host: Host, skill: Skill, parts: list[Part], arguments: dict[str, Any]
    ) -> tuple[SkillReturn | None, str, str, tuple[TraceLine, ...]]:
        """What it returned, or the code, the message and the place of what ended it."""
        session = self._pool.checkout(
            script_name="skill.py",
            limits=self._resources(),
            os_policy=self._policy(),
        )
        try:
            with session as worker:
                return self._drive(host, worker, skill, parts, arguments), "", "", ()
        except Ended as ended:
            return None, ended.code, ended.message, _here(host, parts)
        except MontyCrashedError as crash:
            if crash.timed_out:
                return None, "cpu_time", self._cpu_message(), ()
            return None, "worker_crashed", f"the sandbox's worker process died: {crash}", ()
        except (MontyRuntimeError, MontySyntaxError) as error:
            return self._explained(host, skill, parts, error)
        except (MontyConversionError, MontyError) as error:
            return None, "raised", f"{skill.name}: {error}", ()

    def _drive(
        self, host: Host, worker: MontySession, skill: Skill, parts: list[Part], arguments: dict[str, Any]
    ) -> SkillReturn:
        worker.feed_start(PRELUDE)
        for part in parts:
            if not isinstance(worker.feed_start(part.text, print_callback=host.hear), MontyComplete):
                raise Ended("forbidden", f"the constants of {part.skill.name} call the body")
        snapshot: SyncSnapshot = worker.feed_start(
            DRIVER.format(name=skill.python_name),
            inputs={"_arguments": arguments},
            print_callback=host.hear,
        )
        while not isinstance(snapshot, MontyComplete):
            snapshot = self._step(host, parts, snapshot)
        host.check_may_go_on()
        ok, reason, value = snapshot.output
        return SkillReturn(bool(ok), str(reason), plain(value, self.limits.max_value_bytes))

    def _step(self, host: Host, parts: list[Part], snapshot: _Paused) -> SyncSnapshot:
        """Answer one call and go on. An `Ended` leaves the snapshot unanswered for ever."""
        part, line = _place(parts, snapshot.position.filename, snapshot.position.start)
        if isinstance(snapshot, NameLookupSnapshot):
            host.check_may_go_on()
            if snapshot.object_id is None and host.offers(snapshot.variable_name):
                return snapshot.resume(value=_stand_in(snapshot.variable_name))
            return snapshot.resume()
        if not isinstance(snapshot, FunctionSnapshot) or snapshot.is_os_function:
            host.line = line
            what = getattr(snapshot, "function_name", "await")
            raise Ended("forbidden", f"{_where(part, line)}{what} is not allowed in skills")
        name = str(snapshot.function_name)
        try:
            value = host.answer(name, snapshot.args, snapshot.kwargs, part.skill.name if part else "", line)
        except Raise as error:
            return snapshot.resume({"exception": error.exception})
        return snapshot.resume({"return_value": value})

    def _explained(
        self, host: Host, skill: Skill, parts: list[Part], error: MontyRuntimeError | MontySyntaxError
    ) -> tuple[None, str, str, tuple[TraceLine, ...]]:
        trace = _trace(parts, error)
        where = f"{trace[-1].file}:{trace[-1].line}: " if trace else f"{skill.name}: "
        inner = error.exception()
        text = error.display("type-msg")
        if host.flooded:
            return None, "print_flood", where + host.flood_message(), trace
        if isinstance(inner, TimeoutError) and "time limit exceeded" in str(inner):
            return None, "cpu_time", where + self._cpu_message(), trace
        if isinstance(inner, MemoryError):
            megabytes = self.limits.max_memory // 2**20
            return None, "memory", f"{where}it needed more than {megabytes} MiB of memory", trace
        if isinstance(inner, RecursionError):
            depth = self.limits.max_recursion
            return None, "recursion", f"{where}its functions called each other deeper than {depth}", trace
        if isinstance(inner, TypeError) and "must return done(" in str(inner):
            return None, "bad_return", where + str(inner), trace
        return None, "raised", where + text, trace

    def _cpu_message(self) -> str:
        return f"it computed for longer than {self.limits.max_cpu_s:g} s without calling anything"

    def _resources(self) -> ResourceLimits:
        limits = self.limits
        return ResourceLimits(
            max_memory=limits.max_memory,
            max_turn_duration_secs=limits.max_cpu_s,
            max_recursion_depth=limits.max_recursion,
            max_suspensions=2 * limits.max_calls + 1000,
            max_total_sleep_secs=0.0,
        )

    def _policy(self) -> OSPolicy:
        """Clocks and sleeps come to the host, which refuses them; `random` follows the seed."""
        return OSPolicy(datetime="call_host", sleep="call_host", random_start={"seed": self._draws})


def _stand_in(name: str) -> Callable[[], None]:
    """What a primitive is as a value; calling it in the program comes back here by its name."""

    def stand_in() -> None:
        raise AssertionError("the sandbox calls by name")

    stand_in.__name__ = stand_in.__qualname__ = name
    return stand_in


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Children started within do not hear a terminal's Ctrl-C: it is for us, who end them in order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ignore(event: SandboxEvent) -> None:
    """No one listens."""


def _place(parts: list[Part], filename: str, offset: int) -> tuple[Part | None, int]:
    """The skill's file and line of a byte offset in a feed; line 0 if it is not the author's."""
    part = _part(parts, filename)
    line = part.line_at(offset) if part else 0
    return part, line if part and part.owns(line) else 0


def _part(parts: list[Part], filename: str) -> Part | None:
    match = _FEED.fullmatch(filename)
    index = int(match.group(1)) - _FIRST_PART if match else -1
    return parts[index] if 0 <= index < len(parts) else None


def _where(part: Part | None, line: int) -> str:
    return f"{part.skill.folder / 'skill.py'}:{line}: " if part and line else ""


def _trace(parts: list[Part], error: MontyRuntimeError | MontySyntaxError) -> tuple[TraceLine, ...]:
    lines = []
    for frame in error.traceback():
        part = _part(parts, frame.filename)
        if part is not None and part.owns(frame.line):
            file = part.skill.folder / "skill.py"
            function = part.shown(frame.function_name)
            source = part.source_line(frame.line)
            lines.append(TraceLine(part.skill.name, file, frame.line, function, source))
    return tuple(lines)


def _here(host: Host, parts: list[Part]) -> tuple[TraceLine, ...]:
    """Where a program that was ended by the host stood."""
    for part in parts:
        if host.running and part.skill is host.running[-1] and host.line:
            file = part.skill.folder / "skill.py"
            name = f"{part.skill.python_name}()"
            return (TraceLine(part.skill.name, file, host.line, name, part.source_line(host.line)),)
    return ()
