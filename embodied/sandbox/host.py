"""The host's side of one running program: what its calls do, and what they cost.

A call gives a value, raises `Raise` (an exception inside the program: a mistake in its code), or
raises `Ended` (the program is over and is never resumed).
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Final, Protocol

from pydantic_monty import ClassInstance, ClassType

from embodied.errors import BadInput, did_you_mean
from embodied.facts import UNKNOWN, Observation
from embodied.outcome import PrimitiveResult
from embodied.primitives import PrimitiveSpec
from embodied.sandbox.events import Kind, SandboxEvent
from embodied.sandbox.limits import Limits
from embodied.sandbox.outcome import SkillReturn
from embodied.sandbox.stubs import NOT_OFFERED
from embodied.sandbox.values import NotPlain, plain
from embodied.skills.skill import Skill
from embodied.world import BodySpec

FRESH_S: Final = 0.2
"""How long an observation serves `fact` and `facts` [s]."""

ENDING: Final = frozenset({"halted", "cancelled", "lost", "lease_lost", "stalled", "rule_broken"})
"""Failures of a primitive after which the program does not go on."""


class Body(Protocol):
    """What skills act on: the part of a `World` that the sandbox uses."""

    @property
    def spec(self) -> BodySpec: ...

    def observe(self) -> Observation: ...

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult: ...


class Cancel(Protocol):
    """Something that can be set from another thread; a `threading.Event` is one."""

    def is_set(self) -> bool: ...


class Ended(Exception):
    """The program is over; `code` is one of `SkillRun.error_code`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Raise(Exception):
    """An exception that the program gets to see."""

    def __init__(self, exception: Exception) -> None:
        super().__init__(str(exception))
        self.exception = exception


@dataclass(frozen=True)
class Result:
    """What a primitive came to, as skill code sees it."""

    ok: bool
    error: str
    message: str
    value: dict[str, Any]


_RESULT_TYPE: Final = ClassType(Result)
_RESULT_FIELDS: Final = ("ok", "error", "message", "value")


@dataclass
class Host:
    """One run's state. Only the thread that runs the skill touches it, but for `cancel`."""

    body: Body
    skills: Mapping[str, Skill]
    limits: Limits
    deadline: float
    cancel: Cancel
    tell: Callable[[SandboxEvent], None]
    rng: random.Random
    running: list[Skill] = field(default_factory=list)
    calls: int = 0
    primitive_calls: Counter[str] = field(default_factory=Counter)
    assistance: Counter[str] = field(default_factory=Counter)
    prints: list[str] = field(default_factory=list)
    printed: int = 0
    flooded: bool = False
    line: int = 0
    _told: int = 0
    _seen: Observation | None = None
    _seen_at: float = 0.0

    def __post_init__(self) -> None:
        self._functions: dict[str, Callable[..., Any]] = {
            "fact": self._fact,
            "facts": self._facts,
            "log": self._log,
            "random_int": self._random_int,
            "seconds_left": self._seconds_left,
            "_enter": self._enter,
            "_exit": self._exit,
        }
        self._signatures = {name: signature(function) for name, function in self._functions.items()}

    def check_may_go_on(self) -> None:
        """Raise `Ended` when cancelled or out of time."""
        if self.cancel.is_set():
            raise Ended("cancelled", "the run was cancelled")
        if time.monotonic() >= self.deadline:
            raise Ended("deadline", "the run's time was up")

    def answer(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], skill: str, line: int) -> Any:
        """What a call of the program gives."""
        self.tell_prints()
        self._unwind_to(skill)
        self.line = line
        self.calls += 1
        if self.calls > self.limits.max_calls:
            raise Ended("too_many_calls", f"the run made more than {self.limits.max_calls} calls")
        self.check_may_go_on()
        function = self._functions.get(name)
        if function is not None:
            try:
                self._signatures[name].bind(*args, **kwargs)
            except TypeError as error:
                raise Raise(TypeError(f"{name}(): {error}")) from error
            return function(*args, **kwargs)
        spec = self.body.spec.primitives.get(name)
        if spec is None or name in NOT_OFFERED:
            hint = did_you_mean(name, [*self._functions, *self.body.spec.primitives])
            raise Raise(NameError(f"name {name!r} is not defined. {hint}".strip()))
        return self._primitive(spec, args, kwargs)

    def offers(self, name: str) -> bool:
        """Whether skill code may use this name as a value: `for act in (dig, place): ...`."""
        public = name in self._functions and not name.startswith("_")
        return public or (name in self.body.spec.primitives and name not in NOT_OFFERED)

    def hear(self, stream: str, text: str) -> None:
        """Take printed text; more than the limit marks the run as flooded and stops the program."""
        self.printed += len(text)
        if self.printed > self.limits.max_print_chars:
            self.flooded = True
            raise RuntimeError("too much output")
        self.prints.append(text)

    def tell_prints(self) -> None:
        """Pass on what was printed since the last time."""
        new = "".join(self.prints[self._told :])
        self._told = len(self.prints)
        for text in new.splitlines():
            self._tell("log", "", text)

    def leave_all(self) -> None:
        """Tell the end of every skill that did not return."""
        while self.running:
            self._leave(None)

    def _primitive(self, spec: PrimitiveSpec, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ClassInstance:
        arguments = self._bound(spec, args, kwargs)
        self.primitive_calls[spec.name] += 1
        number = self.primitive_calls.total()
        self._tell("call", spec.name, arguments, number)
        timeout = max(0.001, min(spec.timeout_s, self.deadline - time.monotonic()))
        try:
            result = self.body.call(spec.name, arguments, timeout_s=timeout)
        except BadInput as error:
            self._tell(
                "result", spec.name, PrimitiveResult(False, {}, "bad_arguments", error.message), number
            )
            raise Raise(TypeError(str(error))) from error
        finally:
            if spec.moves:
                self._seen = None
        self._tell("result", spec.name, result, number)
        self.assistance.update(spec.assistance_of(result))
        self.check_may_go_on()
        if not result.ok and result.error in ENDING:
            raise Ended(result.error, f"{spec.name}: {result.message or result.error}")
        shown = Result(result.ok, result.error, result.message, dict(result.value))
        return ClassInstance(shown, eager_attrs=_RESULT_FIELDS, class_type=_RESULT_TYPE)

    def _bound(self, spec: PrimitiveSpec, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        names = list(spec.args.get("properties", {}))
        if len(args) > len(names):
            raise Raise(TypeError(f"{spec.name}(): too many arguments. Expected {spec.signature()}."))
        arguments = dict(zip(names, args, strict=False))
        twice = [name for name in kwargs if name in arguments]
        if twice:
            raise Raise(TypeError(f"{spec.name}(): {twice[0]!r} given twice"))
        return self._plain({**arguments, **kwargs}, f"{spec.name}(): an argument")

    def _plain(self, value: dict[str, Any], what: str) -> dict[str, Any]:
        try:
            copy: dict[str, Any] = plain(value, self.limits.max_value_bytes)
        except NotPlain as error:
            raise Raise(TypeError(f"{what} {error}")) from error
        return copy

    def _observation(self) -> Observation:
        now = time.monotonic()
        if self._seen is None or now - self._seen_at > FRESH_S:
            self._seen = self.body.observe()
            self._seen_at = time.monotonic()
            self._tell("observation", "", self._seen)
            self.check_may_go_on()
        return self._seen

    def _fact(self, family: str, *keys: str, default: Any = None) -> Any:
        self._check_family(family, keys)
        value = self._observation().get(family, *keys)
        return default if value is UNKNOWN else value

    def _facts(self, family: str) -> dict[str, Any]:
        self._check_family(family, None)
        return {", ".join(keys): value for keys, value in self._observation().items(family)}

    def _check_family(self, family: str, keys: tuple[str, ...] | None) -> None:
        families = self.body.spec.families
        known = families.get(family) if isinstance(family, str) else None
        if known is None:
            hint = did_you_mean(str(family), families)
            raise Raise(ValueError(f"no family of facts {family!r}. {hint}".strip()))
        if keys is not None and len(keys) != len(known.keys):
            shown = f"{family}[{', '.join(known.keys)}]" if known.keys else family
            raise Raise(ValueError(f"fact(): {shown} has {len(known.keys)} keys, {len(keys)} given"))

    def _log(self, text: str) -> None:
        line = str(text)
        self.printed += len(line)
        if self.printed > self.limits.max_print_chars:
            raise Ended("print_flood", self.flood_message())
        self.prints.append(line + "\n")
        self.tell_prints()

    def flood_message(self) -> str:
        return f"it printed more than {self.limits.max_print_chars} characters"

    def _random_int(self, lo: int, hi: int) -> int:
        if not (isinstance(lo, int) and isinstance(hi, int)):
            raise Raise(TypeError("random_int() wants two integers"))
        if lo > hi:
            raise Raise(ValueError(f"random_int(): {lo} is above {hi}"))
        return self.rng.randint(lo, hi)

    def _seconds_left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())

    def _enter(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
        skill = self.skills.get(name)
        if skill is None:
            raise Ended("forbidden", "the program called what only the sandbox may call")
        try:
            arguments = skill.bind(*args, **kwargs)
        except BadInput as error:
            raise Raise(TypeError(str(error))) from error
        arguments = self._plain(arguments, f"{skill.python_name}(): an argument")
        while self.running and name not in self.running[-1].calls:  # it raised, and a caller caught that
            self._leave(None)
        self.running.append(skill)
        self._tell("enter", name, arguments)
        return len(self.running)

    def _exit(self, depth: int, reported: tuple[bool, str, Any]) -> None:
        if not (isinstance(depth, int) and isinstance(reported, tuple) and len(reported) == 3):
            raise Ended("forbidden", "the program called what only the sandbox may call")
        ok, reason, value = reported
        name = self.running[-1].python_name if self.running else "the skill"
        try:
            returned = SkillReturn(bool(ok), str(reason), plain(value, self.limits.max_value_bytes))
        except NotPlain as error:
            raise Ended("bad_return", f"what {name}() returned {error}") from error
        while len(self.running) > max(0, depth):
            self._leave(None)
        if self.running:
            self._leave(returned)

    def _unwind_to(self, skill: str) -> None:
        """A call from an outer skill means that the inner ones raised and were caught."""
        names = [running.name for running in self.running]
        while skill in names and names[-1] != skill:
            self._leave(None)
            names.pop()

    def _leave(self, returned: SkillReturn | None) -> None:
        self._tell("exit", self.running[-1].name, returned)
        self.running.pop()

    def _tell(self, kind: Kind, name: str, data: Any, call: int = 0) -> None:
        depth = len(self.running)
        skill = self.running[-1].name if self.running else ""
        self.tell(SandboxEvent(kind, depth, skill, self.line, name, data, call))
