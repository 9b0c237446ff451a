"""What a Python bridge needs of the body it serves."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from embodied.facts import FactFamily
from embodied.primitives import PrimitiveSpec

HEARTBEAT_S = 0.25

Tell = Callable[[Mapping[str, Any]], None]


class PrimitiveFailed(Exception):
    """An expected failure: `code` is one of the spec's `errors`; `data` is what else the caller may use
    (the nearest point, what is in the way), and becomes the result's `value`."""

    def __init__(self, code: str, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.data: Mapping[str, Any] = dict(data or {})


class Aborted(Exception):
    """The call was answered already (halted, cancelled, timed out); stop, the value is not wanted."""


class CallContext:
    """What a running primitive may use.

    A primitive that takes longer than an instant waits with `wait`, or calls `check` at least every
    quarter of a second: this is how it stops when it must, and how the bridge knows that it is alive.

    Attributes:
        moves: whether it may move the body.
        session, caller: who called: the client's session, and whose key it has ("" without keys).
        leased: whether that session had the lease when it called.
    """

    def __init__(
        self,
        alive: Callable[[], None],
        progress: Tell,
        event: Callable[[str, Mapping[str, Any]], None],
        moves: bool = True,
        session: str = "",
        caller: str = "",
        leased: bool = True,
    ):
        self.moves, self.leased = moves, leased
        self.session, self.caller = session, caller
        self.assistance: Counter[str] = Counter()
        self._aborted = threading.Event()
        self._alive = alive
        self._progress = progress
        self._event = event

    def abort(self) -> None:
        self._aborted.set()

    @property
    def aborted(self) -> bool:
        return self._aborted.is_set()

    def check(self) -> None:
        """Raise `Aborted` if the call has been ended."""
        if self._aborted.is_set():
            raise Aborted
        self._alive()

    def beat(self) -> None:
        """Say that the body is alive, while it comes to rest and does not look whether it was ended."""
        self._alive()

    def wait(self, seconds: float) -> None:
        """Let time pass [s]; raises `Aborted` as soon as the call is ended."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check()
            self._aborted.wait(min(left, HEARTBEAT_S))
        self.check()

    def progress(self, value: Mapping[str, Any]) -> None:
        """Tell the caller how far it is."""
        self._progress(value)

    def event(self, type: str, data: Mapping[str, Any]) -> None:
        """Tell every client that something happened."""
        self._event(type, data)

    def assist(self, name: str) -> None:
        """Name something that the world gave for free."""
        self.assistance[name] += 1


class Body(Protocol):
    """A body. Primitives that move are run in one thread, those that only read in another."""

    @property
    def kind(self) -> str: ...

    @property
    def identity(self) -> str: ...

    @property
    def details(self) -> Mapping[str, Any]: ...

    @property
    def specs(self) -> Mapping[str, PrimitiveSpec]: ...

    @property
    def families(self) -> Mapping[str, FactFamily]: ...

    def run(self, name: str, args: Mapping[str, Any], context: CallContext) -> Mapping[str, Any]:
        """Run a primitive to its end. Raises `PrimitiveFailed` as its spec says, `Aborted` when told."""
        ...

    def rest(self, reason: str) -> None:
        """Come to rest; called after the running call has stopped. Return when at rest."""
        ...


@runtime_checkable
class KnowsItsClient(Protocol):
    """A body to which it matters who has it."""

    def left(self, session: str) -> None:
        """That session gave up the lease, and the body rests."""
        ...
