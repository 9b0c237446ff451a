"""The client's end of the wire: one thread that owns the socket, and the questions that wait for it."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import zmq
from zmq.utils.monitor import recv_monitor_message

from embodied.bridge.envelope import MAX_FRAME, Envelope, Unusable, check_endpoint, decode, encode
from embodied.bridge.keys import NOT_ADMITTED, REFUSED, ClientKeys
from embodied.errors import BadInput
from embodied.plain_text import plain_line

PING_S = 0.5
PINGS = 4  # signs of life in the time of the shortest lease
LOST_AFTER_S = 2.0
MARGIN_S = 0.3
REFILL_AGAIN_S = 2.0  # an answer with missing events that did not come by then is asked for again
UNFINISHED_S = 2.0  # how much longer than the call's own deadline an answer may take

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """A result as it came over the wire; `code` is "" when ok.

    `given_up`: the bridge did not say this, the client stopped waiting; the call may have begun.
    """

    ok: bool
    value: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    assistance: Mapping[str, int] = field(default_factory=dict)
    given_up: bool = False


@dataclass(slots=True)
class _Waiting:
    kind: str
    thread: threading.Thread
    answers: queue.SimpleQueue[Answer]


class Line:
    """Ask a bridge, from any thread; see `embodied.bridge.client` for how the lease is renewed.

    Args:
        on_event: called in the line's thread with each event, in order, none missing and none twice.
    """

    def __init__(
        self,
        endpoint: str,
        name: str,
        *,
        patience_s: float,
        stall_patience_s: float,
        on_event: Callable[[Event], None],
        keys: ClientKeys | None = None,
    ) -> None:
        self.session = self.lost = ""
        self.epoch = self.malformed = 0
        self._name = name
        self._patience_s, self._stall_patience_s = patience_s, stall_patience_s
        self._on_event = on_event
        self._ids = count(1)
        self._waiting: dict[str, _Waiting] = {}
        self._outbox: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._state = "idle"
        self._stalled_since: float | None = None
        self._beat = self._heard = time.monotonic()
        self._lease_until = 0.0
        self._ping_s = PING_S
        self._lease_asked: dict[str, float] = {}
        self._in_order, self._released = threading.Lock(), False
        self._pinged: float | None = None  # when the oldest unanswered sign of life was asked for
        self._delivered = 0
        self._refill, self._refill_asked = "", 0.0
        self._ending = False
        check_endpoint(endpoint, keyed=keys is not None)
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._context = zmq.Context()
        self._dealer = self._context.socket(zmq.DEALER)
        self._dealer.linger = 200
        self._dealer.setsockopt(zmq.IPV6, 1 if "[" in endpoint else 0)
        self._dealer.setsockopt(zmq.MAXMSGSIZE, 4 * MAX_FRAME)
        if keys is not None:
            self._dealer.curve_publickey, self._dealer.curve_secretkey = keys.public, keys.secret
            self._dealer.curve_serverkey = keys.bridge
        self._handshakes = self._dealer.get_monitor_socket(REFUSED)
        self._dealer.connect(endpoint)
        self._thread = threading.Thread(target=self._serve, name=f"line to {name}", daemon=True)
        self._thread.start()

    @property
    def state(self) -> str:
        return "lost" if self.lost else self._state

    def adopt(self, hello: Mapping[str, Any]) -> int:
        """Take session, epoch and last event from the answer to `hello`; returns the latter."""
        self.session = str(hello.get("session", ""))
        self.epoch = int(hello.get("epoch", 0))
        self._set_state(str(hello.get("state", "idle")))
        self._delivered = int(hello.get("seq", 0))
        self.beat()
        return self._delivered

    def beat(self) -> None:
        self._beat = time.monotonic()

    def ask(self, kind: str, body: Mapping[str, Any], timeout_s: float) -> Answer:
        """Send a request and wait for its answer, at most 2 s longer than `timeout_s`.

        Never raises for what the bridge does: that it is gone is the answer `lost`, that it is silent
        is `stalled`; a call that is given up is cancelled first. Raises BadInput if the body cannot be
        carried or is too long.
        """
        waiting = _Waiting(kind, threading.current_thread(), queue.SimpleQueue())
        id = f"{kind[0]}{next(self._ids)}"
        frame = self._frame(id, kind, body, timeout_s)
        self.beat()
        self._waiting[id] = waiting
        if self.lost:  # looked at after registering, so that `lose` cannot miss this one
            self._waiting.pop(id, None)
            return Answer(False, code="lost", message=self.lost)
        if kind == "call" and self._beat + MARGIN_S > self._lease_until:
            self._renew()
        with self._in_order:
            self._released |= kind == "release"
            self._post(frame)
        grace = UNFINISHED_S if kind == "call" else 0.0
        try:
            answer = waiting.answers.get(timeout=timeout_s + grace)
        except queue.Empty:
            answer = self._no_answer(kind, timeout_s + grace)
        try:
            return self._call_off(id, waiting, answer) if answer.given_up else answer
        finally:
            self._waiting.pop(id, None)
            self.beat()

    def _call_off(self, id: str, waiting: _Waiting, given_up: Answer) -> Answer:
        """Cancel a call that is no longer waited for, so that it does not act later.

        What the bridge said of it before it heard of that stands: answers come in the order of requests.
        """
        self.ask("cancel", {"id": id}, LOST_AFTER_S)
        with contextlib.suppress(queue.Empty):
            while True:
                late = waiting.answers.get_nowait()
                if not late.given_up and late.code != "cancelled":
                    return late
        return given_up

    def wait_not_stalled(self) -> bool:
        """Wait for the body's thread to speak again; False if it does not within the patience."""
        with self._changed:
            return self._changed.wait_for(lambda: self.state != "stalled", self._stall_patience_s)

    def lose(self, reason: str) -> None:
        """The bridge is gone: everybody who waits is told. From any thread."""
        if not self.lost:
            self.lost = reason
        for waiting in list(self._waiting.values()):
            waiting.answers.put(Answer(False, code="lost", message=self.lost))
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread and the socket. Idempotent."""
        self._ending = True
        self.lose("it was closed")
        self._wake()
        self._thread.join(2.0)

    # -- sending -----------------------------------------------------------------------------------

    def _frame(self, id: str, kind: str, body: Mapping[str, Any], timeout_s: float) -> bytes:
        timeout_ms = min(max(int(timeout_s * 1000), 1), 3_600_000)
        try:
            frame = encode(Envelope(self.session, self.epoch, id, kind, timeout_ms, body))
        except (TypeError, ValueError, OverflowError) as wrong:
            raise BadInput(f"This cannot be sent to {self._name}: {wrong}.") from wrong
        if len(frame) > MAX_FRAME:
            raise BadInput(
                f"A message of {len(frame)} bytes to {self._name}; at most {MAX_FRAME} are allowed.",
                remedy="Send less at once.",
            )
        return frame

    def _renew(self) -> bool:
        """Ask for the lease; False once it was given back: the next client would be refused."""
        with self._in_order:
            if not self._released:
                id = f"l{next(self._ids)}"
                self._lease_asked[id] = time.monotonic()
                self._post(self._frame(id, "lease", {}, LOST_AFTER_S))
            return not self._released

    def _post(self, frame: bytes) -> None:
        self._outbox.append(frame)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):  # full: it is awake already; closed: it ended
            self._wake_in.send(b".")

    def _no_answer(self, kind: str, after_s: float) -> Answer:
        if self.lost:
            return Answer(False, code="lost", message=self.lost)
        text = f"no answer to {kind} within {after_s:g} s"
        if kind != "call":
            return Answer(False, code="lost", message=text)
        return Answer(False, code="stalled", message=text, given_up=True)

    # -- the line's thread -------------------------------------------------------------------------

    def _serve(self) -> None:
        poller = zmq.Poller()
        poller.register(self._dealer, zmq.POLLIN)
        poller.register(self._wake_out.fileno(), zmq.POLLIN)
        poller.register(self._handshakes, zmq.POLLIN)
        next_ping = time.monotonic() + self._ping_s
        try:
            while not self._ending:
                patience = max(0.0, next_ping - time.monotonic())
                poller.poll(int(patience * 1000) + 1)
                with contextlib.suppress(BlockingIOError):
                    self._wake_out.recv(4096)
                if self._handshakes.poll(0):
                    recv_monitor_message(self._handshakes)
                    self.lose(NOT_ADMITTED)
                self._flush()
                self._take_frames()
                next_ping = min(next_ping, time.monotonic() + self._ping_s)  # a lease may turn out shorter
                if time.monotonic() >= next_ping:
                    self._ping()
                    next_ping = time.monotonic() + self._ping_s
            self._flush()
        finally:
            self._dealer.disable_monitor()
            self._handshakes.close(linger=0)  # or the context never ends
            self._dealer.close()
            self._context.term()
            self._wake_in.close()
            self._wake_out.close()

    def _flush(self) -> None:
        while self._outbox:
            try:
                self._dealer.send(self._outbox[0], zmq.NOBLOCK)
            except zmq.Again:
                return
            self._outbox.popleft()

    def _take_frames(self) -> None:
        for _ in range(200):
            try:
                frames = self._dealer.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                if len(frames) != 1:
                    raise Unusable("more than one frame")
                self._take(decode(frames[0]))
            except (Unusable, KeyError, TypeError, ValueError, AttributeError):
                self.malformed += 1  # a bridge that talks nonsense is found out by its missing answers

    def _ping(self) -> None:
        """Ask for a sign of life: renew the lease if the application is alive, else something idle."""
        now = time.monotonic()
        if self.lost or not self.session:
            return
        if self._pinged is not None and now - self._pinged >= LOST_AFTER_S:
            self.lose(f"it has not answered for {now - self._heard:.1f} s")
            return
        self._pinged = now if self._pinged is None else self._pinged
        if not (self._application_lives(now) and self._renew()):
            self._outbox.append(self._frame(f"p{next(self._ids)}", "cancel", {"id": ""}, LOST_AFTER_S))
        if self._refill and now - self._refill_asked >= REFILL_AGAIN_S:
            self._ask_refill()
        self._flush()
        stalled = self._stalled_since
        if stalled is not None and now - stalled >= self._stall_patience_s:
            self._give_up_on_stalled(now - stalled)

    def _application_lives(self, now: float) -> bool:
        if now - self._beat < self._patience_s:
            return True
        return any(item.kind == "call" and item.thread.is_alive() for item in list(self._waiting.values()))

    def _give_up_on_stalled(self, seconds: float) -> None:
        text = f"the body's thread has been silent for {seconds:.0f} s"
        for item in list(self._waiting.values()):
            if item.kind == "call":
                item.answers.put(Answer(False, code="stalled", message=text, given_up=True))

    def _take(self, message: Envelope) -> None:
        self._heard = time.monotonic()
        self._pinged = None
        if message.kind == "event":
            self._take_event(message.body, message.epoch)
        elif message.kind == "result":
            answer = _answer(message.body)
            if message.id in self._lease_asked:
                self._take_lease(self._lease_asked.pop(message.id), answer)
            elif message.id == self._refill:
                self._take_refill(answer)
            waiting = self._waiting.get(message.id)
            if waiting is not None:
                if waiting.kind == "lease":
                    self._take_lease(self._heard, answer)
                waiting.answers.put(answer)

    def _take_lease(self, asked: float, answer: Answer) -> None:
        if answer.ok:
            self._lease_until = asked + float(answer.value.get("lease_ms", 0)) / 1000
            shortest = answer.value.get("moving_lease_ms") or answer.value.get("lease_ms") or 2000
            self._ping_s = min(PING_S, float(shortest) / 1000 / PINGS)
            self._set_state(str(answer.value.get("state", "idle")))

    def _take_event(self, event: Event, epoch: int) -> None:
        if event["type"] == "state":
            self._set_state(str(event["data"]["state"]), str(event["data"].get("reason", "")))
        elif event["type"] == "lease_lost" and "epoch" in event["data"]:
            self.epoch = max(self.epoch, epoch)  # what is asked from now on is asked knowing of it
        seq = int(event["seq"])
        if self._refill or seq <= self._delivered or not self.session:
            return
        if seq == self._delivered + 1:
            self._hand_on(event)
            return
        self._ask_refill()

    def _ask_refill(self) -> None:
        self._refill = f"o{next(self._ids)}"
        self._refill_asked = time.monotonic()
        body = {"name": "observe", "args": {"since": self._delivered}}
        self._outbox.append(self._frame(self._refill, "call", body, 10.0))

    def _take_refill(self, answer: Answer) -> None:
        if not answer.ok:  # a halt ended it, or the body is stalled: asked again in its time
            return
        self._refill = ""
        for event in answer.value.get("events", ()):
            if int(event["seq"]) > self._delivered:
                self._hand_on(event)

    def _hand_on(self, event: Event) -> None:
        self._delivered = int(event["seq"])
        self._on_event(event)

    def _set_state(self, state: str, reason: str = "") -> None:
        with self._changed:
            if state != "stalled":
                self._stalled_since = None
            elif self._stalled_since is None:
                self._stalled_since = time.monotonic()
            self._state = state
            self._changed.notify_all()
        if state == "lost":
            self.lose(plain_line(reason) or "the body is gone")


def _answer(body: Mapping[str, Any]) -> Answer:
    """Read a result; one that cannot be read is an answer too, `bad_envelope`."""
    ok, error = body.get("ok"), body.get("error")
    assistance = body.get("assistance") or {}
    if not isinstance(assistance, dict) or not all(isinstance(n, int) for n in assistance.values()):
        assistance = {}
    if ok is True and isinstance(body.get("value"), dict):
        return Answer(True, body["value"], assistance=assistance)
    if ok is False and isinstance(error, dict) and isinstance(error.get("code"), str) and error["code"]:
        data = error.get("data")
        message = plain_line(str(error.get("message", "")))  # it may quote the game's server
        return Answer(
            False,
            code=error["code"],
            message=message,
            data=data if isinstance(data, dict) else {},
            assistance=assistance,
        )
    return Answer(False, code="bad_envelope", message="the bridge answered with something malformed")
