"""Talk to a bridge: a `World` whose body lives in another process.

One thread of the client owns the socket. Whoever calls hands it a message and waits for the answer with
a deadline. The same thread asks the bridge for a sign of life every 500 ms, and renews the lease while
the application shows that it is alive: it does so by each call, `observe` and `beat`, for `patience_s`
after the last one, and for as long as a living thread waits for a call. An application that hangs lets
the lease lapse, and the body comes to rest; its next call takes the lease again.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from embodied.bridge.description import body_spec
from embodied.bridge.envelope import VERSION
from embodied.bridge.keys import ClientKeys
from embodied.bridge.line import Answer, Line
from embodied.bridge.process import ChildProcess
from embodied.errors import BadInput, BridgeLost, BridgeRefused, BridgeStalled, WorldError, did_you_mean
from embodied.facts import Observation, observation_from_wire
from embodied.outcome import PrimitiveResult
from embodied.primitives import PrimitiveSpec
from embodied.world import BodySpec

_log = logging.getLogger(__name__)

ANSWER_S = 2.0
RELEASE_S = 4.0  # the body comes to rest first
GREETING_S = 20.0
"""A busy machine may be slow to start all of a bridge's threads [s]."""
NOT_ALLOWED = "not_allowed"
"""By convention: the error of a primitive that gives assistance, where the launch file does not allow it."""
VALUES = frozenset(("halted", "cancelled", "timeout", "busy", "lease_lost", "internal", "rule"))
"""Errors of the protocol that a call returns as values; the others are raised."""

EventCallback = Callable[[Mapping[str, Any]], None]


class BridgeClient:
    """A body behind a bridge; implements `embodied.world.World`.

    Args:
        endpoint: where the bridge listens; loopback or ipc, or anywhere with `keys`.
        name: what to call it in messages ("the mineflayer bridge").
        child: the bridge's process, if it is ours: its exit is noticed at once, and `close` ends it.
        patience_s: how long after its last sign of life the application keeps the lease [s].
        stall_patience_s: how long the body's thread may be silent during a call [s].
        greeting_s: how long the bridge may take to answer at first [s].
        keys: for a bridge on another machine.

    Raises:
        BadInput: the endpoint is not loopback, and there are no keys.
        BridgeLost: nobody answered within `greeting_s`, or the child ended.
        BridgeRefused: the bridge speaks another version, or another client has the lease.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        name: str = "the bridge",
        child: ChildProcess | None = None,
        patience_s: float = 5.0,
        stall_patience_s: float = 5.0,
        greeting_s: float = GREETING_S,
        keys: ClientKeys | None = None,
    ) -> None:
        self.name = name
        self.lease_s = 0.0
        """How long this client may be silent while the body moves [s]."""
        self._child = child
        self._closed = False
        self._closing = threading.Lock()
        self._seen_seq = 0
        self._subscribers: list[EventCallback] = []
        self._line = Line(
            endpoint,
            name,
            patience_s=patience_s,
            stall_patience_s=stall_patience_s,
            on_event=self._deliver,
            keys=keys,
        )
        if child is not None:
            child.on_exit(lambda _code: self._line.lose(self._why_gone()))
        try:
            self._spec = self._greet(greeting_s)
        except BaseException:
            self.close()
            raise

    @property
    def spec(self) -> BodySpec:
        return self._spec

    @property
    def lost(self) -> str:
        """Why the bridge is gone, or the empty string."""
        return self._line.lost

    @property
    def state(self) -> str:
        """What the bridge last said: idle, busy, stalled or lost."""
        return self._line.state

    def round_trips(self, count: int) -> list[float]:
        """How long the bridge took to answer, `count` times in a row [s]; it is asked nothing that acts.

        Raises BridgeLost when it is gone.
        """
        lasted = []
        for _ in range(count):
            began = time.monotonic()
            answer = self._line.ask("cancel", {"id": ""}, ANSWER_S)
            if not answer.ok:
                raise self._error(answer)
            lasted.append(time.monotonic() - began)
        return lasted

    def on_event(self, callback: EventCallback) -> None:
        """Call `callback` with every event {"seq", "type", "data"} from now on, in order, none twice.

        It runs in the client's own thread: it must return at once, and must not call the client.
        """
        self._subscribers.append(callback)

    def beat(self) -> None:
        """Say that the application is alive though it calls nothing: the lease is kept a while longer."""
        self._line.beat()

    def observe(self) -> Observation:
        self._check_open()
        answer = self._ask_call("observe", {"since": self._seen_seq}, 10.0)
        if answer.code == "halted":  # a halt ends whatever runs; looking is allowed again at once
            answer = self._ask_call("observe", {"since": self._seen_seq}, 10.0)
        if not answer.ok:
            raise self._error(answer)
        observation = observation_from_wire(self._spec.families, answer.value)
        self._seen_seq = max(self._seen_seq, observation.seq)
        return observation

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        """Run one primitive; see `World.call`. `busy`, `halted`, `cancelled`, `timeout`, `lease_lost` and
        `internal` are values too.

        Raises:
            BadInput: no such primitive, or arguments that do not fit; nothing was sent.
            BridgeStalled, BridgeLost: see their names.
            BridgeRefused: the bridge would not take the request.
        """
        self._check_open()
        spec = self._known(name)
        spec.check_args(arguments)
        answer = self._ask_call(name, arguments, timeout_s or spec.timeout_s)
        return self._result(spec, answer)

    def halt(self, reason: str) -> None:
        """Bring the body to rest, from any thread. A bridge that is gone has nothing to halt.

        Raises BridgeLost when the bridge does not answer within 2 s.
        """
        if self._closed or self._line.lost:
            return
        answer = self._line.ask("halt", {"reason": reason}, ANSWER_S)
        if answer.ok:
            self._line.epoch = max(self._line.epoch, int(answer.value.get("epoch", 0)))
        elif not self._line.lost:
            raise self._error(answer)

    def close(self) -> None:
        """Release the lease (the body comes to rest), let go, and end the bridge if it is our child."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            lost = bool(self._line.lost)
            if not lost and self._line.session:
                self._line.ask("release", {}, RELEASE_S)
            self._line.close()
            if self._child is not None:
                self._child.close(grace_s=0.3 if lost else 3.0)

    def __enter__(self) -> BridgeClient:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # -- parts -------------------------------------------------------------------------------------

    def _greet(self, within_s: float) -> BodySpec:
        hello = {"client": f"embodied {os.getpid()}", "versions": [VERSION]}
        answer = self._line.ask("hello", hello, within_s)
        if not answer.ok:
            raise self._error(answer)
        spec = body_spec(answer.value)
        self._seen_seq = self._line.adopt(answer.value)
        taken = self._line.ask("lease", {}, ANSWER_S)
        if not taken.ok:
            raise self._error(taken)
        self.lease_s = float(taken.value.get("moving_lease_ms") or taken.value.get("lease_ms") or 0.0) / 1000
        return spec

    def _ask_call(self, name: str, arguments: Mapping[str, Any], timeout_s: float) -> Answer:
        """Call; once more if the bridge refused it as stalled and the body's thread speaks again in time."""
        answer = self._line.ask("call", {"name": name, "args": dict(arguments)}, timeout_s)
        refused = answer.code == "stalled" and not answer.given_up  # given up, it may have begun: never twice
        if refused and self._line.wait_not_stalled():
            answer = self._line.ask("call", {"name": name, "args": dict(arguments)}, timeout_s)
        if answer.code == "stale_epoch":
            self._line.epoch = max(self._line.epoch, int(answer.data.get("epoch", 0)))
            spec = self._spec.primitives.get(name)
            if spec is not None and not spec.moves:  # a halt does not concern who only looks
                return self._line.ask("call", {"name": name, "args": dict(arguments)}, timeout_s)
            return Answer(ok=False, code="halted", message="the body was halted; this call did not begin")
        return answer

    def _result(self, spec: PrimitiveSpec, answer: Answer) -> PrimitiveResult:
        if not answer.ok and answer.code not in VALUES and answer.code not in spec.errors:
            raise self._error(answer)
        assistance = dict(answer.assistance)
        refused = answer.code in ("busy", NOT_ALLOWED)
        if spec.assistance and not assistance and not refused:  # finding nothing, or an end in doubt, counts
            assistance = {spec.assistance: 1}
        value = answer.value if answer.ok else answer.data
        return PrimitiveResult(answer.ok, value, answer.code, answer.message, assistance)

    def _error(self, answer: Answer) -> WorldError:
        if answer.code == "lost":
            return BridgeLost(f"{self.name}: {answer.message}")
        if answer.code == "stalled":
            return BridgeStalled(
                f"{self.name} does not answer: {answer.message}.",
                remedy="Its process is alive; halt still works. Close it and start it again.",
            )
        remedy = {
            "bad_version": "Use the bridge that came with this version of embodied-agent.",
            "no_lease": "Close the other client, or wait 2 s if it is gone.",
        }.get(answer.code, "")
        return BridgeRefused(answer.code, answer.message, remedy=remedy)

    def _known(self, name: str) -> PrimitiveSpec:
        spec = self._spec.primitives.get(name)
        if spec is None:
            known = self._spec.primitives
            raise BadInput(
                f"This body has no primitive {name!r}.",
                remedy=f"{did_you_mean(name, known)} It has: {', '.join(sorted(known))}.".strip(),
            )
        return spec

    def _check_open(self) -> None:
        if self._closed:
            raise BridgeLost(f"{self.name} was closed.")

    def _why_gone(self) -> str:
        assert self._child is not None
        lines = self._child.last_log_lines(6)
        quoted = "".join(f"\n    {line}" for line in lines.splitlines())
        return f"its process ended ({self._child.exit_words()})" + (
            f"; its last words:{quoted}" if quoted else ""
        )

    def _deliver(self, event: Mapping[str, Any]) -> None:
        for tell in list(self._subscribers):
            try:
                tell(event)
            except Exception:  # noqa: BLE001 - a stranger's callback; the line must go on
                _log.exception("a subscriber to events of %s broke", self.name)
