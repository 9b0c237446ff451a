"""The bridge's side of the protocol as a pure state machine: messages in, effects out.

It has no sockets, no threads and no clock of its own: whoever owns it calls `advance` with the time,
`receive` with frames, and the `body_…` methods with what the body said, and carries out the effects in
order. The rules are numbered as in docs/bridge-protocol.md.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any

from embodied.bridge.effects import Abort, Effect, Rest, Send, Start
from embodied.bridge.envelope import ANSWER_TIMEOUT_MS, VERSION, Envelope, Unusable, decode
from embodied.bridge.refusal import refusal, wrong_arguments
from embodied.bridge.sessions import Running, Session
from embodied.errors import did_you_mean
from embodied.primitives import PrimitiveSpec

KEPT_EVENTS = 1000
KEPT_RESULTS = 1024
MOST_SESSIONS = 64
EVENTS_AFTER_LAST_WORD_MS = 60_000
STALLED_AFTER_MS = 1000
REST_CONFIRMED_WITHIN_MS = 2000
RELEASED = "the lease was released"
LAPSED = "the lease was not renewed in time"

Body = Mapping[str, Any]


class BridgeCore:
    """See the module's docstring.

    Args:
        hello: what `hello` answers besides the session: "body", "primitives", "families".
        specs: the primitives by name.
        new_session: makes the name of the next session, unguessable outside of tests.
        lease_ms: how long a lease lasts after it was last renewed.
        moving_lease_ms: the same while its holder's call moves the body; 0: no shorter. The call itself is a
            sign of life too.
        lapse_raises_epoch: what was sent before the lease lapsed is refused, however late a network delivers
            it (rule 8).
    """

    def __init__(
        self,
        hello: Body,
        specs: Mapping[str, PrimitiveSpec],
        new_session: Callable[[], str],
        lease_ms: int = 2000,
        moving_lease_ms: int = 0,
        *,
        lapse_raises_epoch: bool = False,
    ) -> None:
        self.epoch = 1
        self.seq = 0
        self.dropped = 0
        self._hello = hello
        self._specs = specs
        self._new_session = new_session
        self._lease_ms = lease_ms
        self._moving_lease_ms = min(moving_lease_ms or lease_ms, lease_ms)
        self._lapse_raises_epoch = lapse_raises_epoch
        self._now = 0
        self._sessions: dict[str, Session] = {}
        self._running: OrderedDict[tuple[str, str], Running] = OrderedDict()
        self._events: deque[dict[str, Any]] = deque(maxlen=KEPT_EVENTS)
        self.holder = ""
        self._renewed_ms = 0
        self._called_ms = 0
        self._alive_ms = 0
        self._rest_asked_ms: int | None = None
        self._unrested = False
        self._silent = False
        self._stuck = False
        self._lost = ""
        self._effects: list[Effect] = []

    # -- what happens ------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """idle, busy, stalled or lost."""
        if self._lost:
            return "lost"
        if self._silent or self._unrested or self._stuck:
            return "stalled"
        return "busy" if any(call.spec.moves for call in self._running.values()) else "idle"

    def advance(self, now_ms: int) -> list[Effect]:
        """Set the clock, and let what fell due happen: calls, then the lease, then the body's silence."""
        self._now = now_ms
        for call in [call for call in self._running.values() if now_ms >= call.deadline_ms]:
            self._end(call, "timeout", f"{call.spec.name} did not end in the time it was given")
        if self.holder and now_ms >= self._lease_ends_ms():
            self._lapse()
        if not self._lost:
            before = self.state
            if self._rest_asked_ms is not None and now_ms - self._rest_asked_ms >= REST_CONFIRMED_WITHIN_MS:
                self._rest_asked_ms = None
                self._unrested = True
                self._emit("halt_unconfirmed", {})
            self._silent = now_ms - self._alive_ms >= STALLED_AFTER_MS
            self._tell_state(before)
        return self._taken()

    def next_due_ms(self) -> int | None:
        """When `advance` has something to do, if nothing else happens before."""
        due = [call.deadline_ms for call in self._running.values()]
        if self.holder:
            due.append(self._lease_ends_ms())
        if not self._lost:
            if self._rest_asked_ms is not None:
                due.append(self._rest_asked_ms + REST_CONFIRMED_WITHIN_MS)
            if not self._silent:
                due.append(self._alive_ms + STALLED_AFTER_MS)
        return min(due, default=None)

    def receive(self, peer: str, frame: bytes, owner: str = "") -> list[Effect]:
        """A frame arrived. Never raises, whatever is in it. `owner`: whose key sent it, where there are keys;
        a session is its owner's alone."""
        try:
            message = decode(frame)
            if not message.id:
                raise Unusable("id must not be empty")
        except Unusable as bad:
            if bad.id:
                self._send(peer, bad.session, bad.id, "result", refusal(bad.code, bad.reason))
            else:
                self.dropped += 1
            return self._taken()
        if message.kind == "hello":
            self._on_hello(peer, message, owner)
            return self._taken()
        session = self._sessions.get(message.session)
        if session is None or session.owner != owner:
            text = "this session is not known here; say hello first"
            self._send(peer, message.session, message.id, "result", refusal("bad_session", text))
            return self._taken()
        session.peer, session.heard_ms = peer, self._now
        self._on_request(peer, session, message)
        return self._taken()

    def body_done(
        self, session: str, id: str, value: Body, assistance: Mapping[str, int] | None = None
    ) -> list[Effect]:
        """The body ended a call with a value. Ignored when the call has been answered already."""
        return self._body_ended(session, id, {"ok": True, "value": value}, assistance)

    def body_failed(
        self, session: str, id: str, error: Body, assistance: Mapping[str, int] | None = None
    ) -> list[Effect]:
        """The body ended a call with {"code", "message", "data"?}."""
        return self._body_ended(session, id, {"ok": False, "error": error}, assistance)

    def body_progress(self, session: str, id: str, value: Body) -> list[Effect]:
        self._heard_body()
        call = self._running.get((session, id))
        for peer in call.peers if call else ():
            self._send(peer, session, id, "progress", value)
        return self._taken()

    def body_event(self, type: str, data: Body) -> list[Effect]:
        self._heard_body()
        self._emit(type, data)
        return self._taken()

    def body_alive(self) -> list[Effect]:
        """The heartbeat of the body's thread."""
        self._heard_body()
        return self._taken()

    def body_rests(self) -> list[Effect]:
        """The body confirms that it rests."""
        self._rest_asked_ms = None
        self._heard_body(rested=True)
        return self._taken()

    def body_stuck(self, stuck: bool) -> list[Effect]:
        """An aborted call has not stopped in its time, or has stopped after all."""
        before = self.state
        self._stuck = stuck
        self._tell_state(before)
        return self._taken()

    def body_lost(self, reason: str) -> list[Effect]:
        """The body is gone for good."""
        if not self._lost:
            self._lost = reason or "the body is gone"
            for call in list(self._running.values()):
                self._end(call, "lost", self._lost, abort=False)
            self._emit("state", {"state": "lost", "reason": self._lost})
        return self._taken()

    def owner_of(self, session: str) -> str:
        """Whose key began a session; "" without keys."""
        known = self._sessions.get(session)
        return known.owner if known is not None else ""

    # -- requests ----------------------------------------------------------------------------------

    def _on_hello(self, peer: str, message: Envelope, owner: str) -> None:
        versions = message.body.get("versions")
        if not isinstance(versions, list) or VERSION not in versions:
            text = f"the client speaks versions {versions!r}, this bridge speaks [{VERSION}]"
            self._send(peer, "", message.id, "result", refusal("bad_version", text))
            return
        self._forget_one_session()
        session = Session(self._new_session(), peer, self._now, owner)
        self._sessions[session.id] = session
        value = {**self._hello, "session": session.id, "version": VERSION, **self._standing()}
        self._send(peer, session.id, message.id, "result", {"ok": True, "value": value})

    def _on_request(self, peer: str, session: Session, message: Envelope) -> None:
        stored = session.results.get(message.id)
        if stored is not None:  # rule 4
            self._send(peer, session.id, message.id, "result", stored)
            return
        running = self._running.get((session.id, message.id))
        if running is not None:
            if peer not in running.peers:
                running.peers.append(peer)
            return
        handle = {
            "call": self._on_call,
            "lease": self._on_lease,
            "release": self._on_release,
            "cancel": self._on_cancel,
            "halt": self._on_halt,
        }.get(message.kind)
        if handle is None:
            answer: Body | None = refusal(
                "unknown_kind", f"there is no request of kind {message.kind[:64]!r}"
            )
        else:
            answer = handle(peer, session, message)
        if answer is not None:
            self._answer(session, message.id, [peer], answer)

    def _on_call(self, peer: str, session: Session, message: Envelope) -> Body | None:
        name, args = message.body.get("name"), message.body.get("args")
        if self._lost:
            return refusal("lost", self._lost)
        if message.epoch != self.epoch:
            text = f"the body was halted since (epoch {self.epoch}, not {message.epoch})"
            return refusal("stale_epoch", text, {"epoch": self.epoch})
        spec = self._specs.get(name) if isinstance(name, str) else None
        if spec is None:
            hint = did_you_mean(str(name)[:64], self._specs)
            return refusal(
                "unknown_primitive", f"this body has no primitive {str(name)[:64]!r}. {hint}".rstrip()
            )
        wrong = wrong_arguments(spec, args)
        if wrong:
            return refusal("bad_arguments", wrong)
        if spec.moves and self.holder != session.id:
            return refusal("no_lease", f"{spec.name} moves the body, which needs the lease")
        if spec.moves and any(call.spec.moves for call in self._running.values()):
            return refusal("busy", "the body is busy with another call")
        if self.state == "stalled":
            return refusal("stalled", "the body's thread does not answer")
        if spec.moves:
            self._called_ms = self._now
        deadline = self._now + message.timeout_ms
        assert isinstance(args, Mapping)
        call = Running(session.id, message.id, spec, args, deadline, [peer])
        self._running[session.id, message.id] = call
        self._effects.append(Start(session.id, message.id, spec.name, args))
        return None

    def _on_lease(self, peer: str, session: Session, message: Envelope) -> Body:
        if self.holder and self.holder != session.id:
            owner = self.owner_of(self.holder)
            return refusal("no_lease", f"another session holds the lease{owner and f', that of {owner}'}")
        self.holder = session.id
        self._renewed_ms = self._now
        return {"ok": True, "value": self._standing()}

    def _on_release(self, peer: str, session: Session, message: Envelope) -> Body:
        if self.holder == session.id:
            self.holder = ""
            for call in [call for call in self._running.values() if call.session == session.id]:
                self._end(call, "cancelled", RELEASED)
            self._effects.append(Rest(RELEASED, left=session.id))
        return {"ok": True, "value": {}}

    def _on_cancel(self, peer: str, session: Session, message: Envelope) -> Body:
        id = message.body.get("id")
        if not isinstance(id, str):
            return refusal("bad_arguments", "cancel needs the id of a call")
        call = self._running.get((session.id, id))
        if call is not None:
            self._end(call, "cancelled", "cancelled by the client")
        return {"ok": True, "value": {"cancelled": call is not None}}

    def _on_halt(self, peer: str, session: Session, message: Envelope) -> Body:
        reason = str(message.body.get("reason") or "halted")[:200]
        self.epoch += 1
        for call in list(self._running.values()):
            self._end(call, "halted", reason)
        if not self._lost:
            self._effects.append(Rest(reason))
            if self._rest_asked_ms is None:
                self._rest_asked_ms = self._now
        return {"ok": True, "value": {"epoch": self.epoch}}

    # -- parts -------------------------------------------------------------------------------------

    def _body_ended(
        self, session: str, id: str, answer: dict[str, Any], assistance: Mapping[str, int] | None
    ) -> list[Effect]:
        self._heard_body()
        call = self._running.pop((session, id), None)
        if call is not None:
            if answer["ok"] and call.spec.name == "observe":
                since = call.args.get("since", 0)
                events = [event for event in self._events if event["seq"] > since]
                answer["value"] = {**answer["value"], "events": events, "seq": self.seq}
            if assistance:
                answer["assistance"] = dict(assistance)
            self._answer(self._sessions[session], id, call.peers, answer)
        return self._taken()

    def _end(self, call: Running, code: str, message: str, *, abort: bool = True) -> None:
        del self._running[call.session, call.id]
        if abort:
            self._effects.append(Abort(call.session, call.id, code))
        self._answer(self._sessions[call.session], call.id, call.peers, refusal(code, message))

    def _lease_ends_ms(self) -> int:
        shorter = self._moving_lease_ms < self._lease_ms
        if shorter and any(call.spec.moves for call in self._running.values()):
            return max(self._renewed_ms, self._called_ms) + self._moving_lease_ms
        return self._renewed_ms + self._lease_ms

    def _lapse(self) -> None:
        self.holder = ""
        for call in [call for call in self._running.values() if call.spec.moves]:
            self._end(call, "lease_lost", LAPSED)
        self._effects.append(Rest(LAPSED))
        self.epoch += self._lapse_raises_epoch
        self._emit("lease_lost", {"epoch": self.epoch} if self._lapse_raises_epoch else {})

    def _heard_body(self, *, rested: bool = False) -> None:
        before = self.state
        self._alive_ms = self._now
        self._silent = False
        if rested:
            self._unrested = False
        self._tell_state(before)

    def _tell_state(self, before: str) -> None:
        if self.state != before:
            self._emit("state", {"state": self.state})

    def _emit(self, type: str, data: Body) -> None:
        self.seq += 1
        event = {"seq": self.seq, "type": type, "data": data}
        self._events.append(event)
        for session in self._sessions.values():
            if self._now - session.heard_ms < EVENTS_AFTER_LAST_WORD_MS:
                self._send(session.peer, session.id, "", "event", event)

    def _answer(self, session: Session, id: str, peers: list[str], body: Body) -> None:
        session.results[id] = body
        if len(session.results) > KEPT_RESULTS:
            session.results.popitem(last=False)
        for peer in peers:
            self._send(peer, session.id, id, "result", body)

    def _send(self, peer: str, session: str, id: str, kind: str, body: Body) -> None:
        envelope = Envelope(session, self.epoch, id, kind, ANSWER_TIMEOUT_MS, body)
        self._effects.append(Send(peer, envelope))

    def _standing(self) -> dict[str, Any]:
        standing = {"epoch": self.epoch, "state": self.state, "lease_ms": self._lease_ms, "seq": self.seq}
        if self._moving_lease_ms < self._lease_ms:
            standing["moving_lease_ms"] = self._moving_lease_ms
        return standing

    def _forget_one_session(self) -> None:
        if len(self._sessions) < MOST_SESSIONS:
            return
        needed = {self.holder, *(session for session, _id in self._running)}
        idle = [session for session in self._sessions.values() if session.id not in needed]
        if idle:
            del self._sessions[min(idle, key=lambda session: session.heard_ms).id]

    def _taken(self) -> list[Effect]:
        effects, self._effects = self._effects, []
        return effects
