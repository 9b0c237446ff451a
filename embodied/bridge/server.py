"""A bridge in Python: one thread owns the socket and the protocol, two run the body.

The socket's thread never runs the body's code, so a halt is answered while a primitive hangs.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import secrets
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import zmq

from embodied.bridge.body import (
    HEARTBEAT_S,
    Aborted,
    Body,
    CallContext,
    KnowsItsClient,
    PrimitiveFailed,
)
from embodied.bridge.core import BridgeCore
from embodied.bridge.description import families_to_wire, primitives_to_wire
from embodied.bridge.effects import Abort, Effect, Rest, Send, Start
from embodied.bridge.envelope import ANSWER_TIMEOUT_MS, MAX_FRAME, Envelope, check_endpoint, encode
from embodied.bridge.keys import BridgeKeys, Owners
from embodied.errors import EmbodiedError, SetupError

if TYPE_CHECKING:
    from zmq.auth.thread import ThreadAuthenticator

_log = logging.getLogger(__name__)

STOPPED_WITHIN_MS = 10_000
"""How long an aborted moving call may take to stop before the body counts as stalled [ms]."""

_Word = Callable[[BridgeCore], list[Effect]]
"""What the body said, as a call on the core."""

_Job = Callable[[], None]


class BridgeServer:
    """Serve `body` at `endpoint`, whose port may be `*`; `endpoint` is then the one that was bound.

    With `keys` only those whose public key they admit can talk to it, from other machines too. What was sent
    before a lease lapsed is refused then, however late the network delivers it.

    Raises:
        BadInput: the endpoint can be reached from other machines, and there are no keys.
        SetupError: it cannot be bound.
    """

    def __init__(
        self,
        body: Body,
        endpoint: str = "tcp://127.0.0.1:*",
        *,
        lease_ms: int = 2000,
        stopped_within_ms: int = STOPPED_WITHIN_MS,
        keys: BridgeKeys | None = None,
    ) -> None:
        check_endpoint(endpoint, keyed=keys is not None)
        self._context = zmq.Context()
        self._doorman = doorman(self._context, keys) if keys is not None else None
        self._router = self._bind(endpoint, keys)
        self._body = body
        moving_lease_ms = int(getattr(body, "moving_lease_ms", 0))  # a real arm's is short
        self._owners = Owners(keys)
        self._unheard: set[str] = set()
        self._core = BridgeCore(
            _hello(body),
            body.specs,
            lambda: secrets.token_hex(8),
            lease_ms,
            moving_lease_ms,
            lapse_raises_epoch=keys is not None or bool(getattr(body, "lapse_raises_epoch", False)),
        )
        self._contexts: dict[tuple[str, str], CallContext] = {}
        self._stopped_within_ms = stopped_within_ms
        self._stopping_since: dict[tuple[str, str], int] = {}  # aborted moving calls, in the socket's thread
        self._stuck = False
        self._acting: tuple[str, str] | None = None
        self._words: deque[_Word] = deque()
        self._stopping = threading.Event()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self.endpoint: str = self._router.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")
        self._born = time.monotonic()
        self._moves: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reads: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, name="bridge", daemon=True),
            threading.Thread(target=self._work, args=(self._moves, True), name="body", daemon=True),
            threading.Thread(target=self._work, args=(self._reads, False), name="body reads", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def dropped(self) -> int:
        """How many frames were not worth an answer."""
        return self._core.dropped

    def say(self, type: str, data: Mapping[str, Any]) -> None:
        """Send an event of the body to every client. From any thread."""
        self._tell(lambda core: core.body_event(type, data))

    def lose(self, reason: str) -> None:
        """The body is gone: every call is refused as `lost` from now on. From any thread."""
        self._tell(lambda core: core.body_lost(reason))

    def stop(self) -> None:
        """Bring the body to rest and stop serving. Idempotent; waits at most 2 s for the body."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        for context in list(self._contexts.values()):
            context.abort()
        self._moves.put(lambda: self._rest("the bridge stops", ""))
        self._moves.put(None)
        self._reads.put(None)
        self._wake()
        until = time.monotonic() + 2.0
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    # -- the socket's thread -----------------------------------------------------------------------

    def _bind(self, endpoint: str, keys: BridgeKeys | None) -> zmq.Socket[bytes]:
        router = self._context.socket(zmq.ROUTER)
        if keys is not None:
            router.curve_server = True
            router.curve_publickey, router.curve_secretkey = keys.public, keys.secret
        router.linger = 200
        router.setsockopt(zmq.MAXMSGSIZE, 4 * MAX_FRAME)
        router.setsockopt(zmq.IPV6, 1 if "[" in endpoint else 0)
        try:
            router.bind(endpoint)
        except zmq.ZMQError as failed:
            router.close(linger=0)
            self._end_context()
            raise SetupError(
                f"The bridge cannot listen at {endpoint}: {failed.strerror}.",
                remedy="Choose another port, or tcp://127.0.0.1:* for any free one.",
            ) from failed
        return router

    def _serve(self) -> None:
        poller = zmq.Poller()
        poller.register(self._router, zmq.POLLIN)
        poller.register(self._wake_out.fileno(), zmq.POLLIN)
        try:
            while not self._stopping.is_set():
                due = self._core.next_due_ms()
                longest = 100 if self._stopping_since else 1000
                patience = longest if due is None else max(0, min(longest, due - self._now()))
                poller.poll(patience)
                self._do(self._core.advance(self._now()))
                self._take_words()
                self._watch_stopping()
                self._take_frames()
        finally:
            self._router.close()
            self._end_context()
            self._wake_in.close()
            self._wake_out.close()

    def _end_context(self) -> None:
        if self._doorman is not None:
            self._doorman.stop()
        self._context.term()

    def _take_words(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake_out.recv(4096)
        while self._words:
            self._do(self._words.popleft()(self._core))

    def _take_frames(self) -> None:
        for _ in range(100):
            try:
                identity, *frames = self._router.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            peer, owner = identity.bytes.hex(), self._owner(frames[0])
            if len(frames) == 1 and owner is not None:
                self._do(self._core.receive(peer, frames[0].bytes, owner))
            else:
                self._core.dropped += 1
        self._wake()  # let the clock and the body have their turn

    def _owner(self, frame: zmq.Frame) -> str | None:
        """Whose key a frame came with, by the authenticated connection that it came over; None for one that
        is refused by now, whose lease lapses."""
        key = str(frame.get("User-Id")) if self._doorman is not None else ""
        owner = self._owners.of(key)
        if owner is None and key not in self._unheard:
            _log.warning("the key %s… is not admitted any more, and not heard", key[:12])
            self._unheard.add(key)
        return owner

    def _now(self) -> int:
        return int((time.monotonic() - self._born) * 1000)

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(to, envelope):
                    self._send(to, envelope)
                case Start():
                    self._start(effect)
                case Abort(session, id, _code):
                    context = self._contexts.get((session, id))
                    if context is not None:
                        context.abort()
                        if self._acting == (session, id):
                            self._stopping_since[session, id] = self._now()
                case Rest(reason, left):
                    self._moves.put(lambda reason=reason, left=left: self._rest(reason, left))  # type: ignore[misc]

    def _watch_stopping(self) -> None:
        """Rule 7: a moving call that does not stop makes the body stalled; who waits behind it is refused."""
        for key in [key for key in self._stopping_since if key != self._acting]:
            del self._stopping_since[key]
        since = min(self._stopping_since.values(), default=self._now())
        stuck = bool(self._stopping_since) and self._now() - since >= self._stopped_within_ms
        if stuck != self._stuck:
            self._stuck = stuck
            self._do(self._core.body_stuck(stuck))
        if not stuck:
            return
        for key, context in list(self._contexts.items()):
            if context.moves and key != self._acting and not context.aborted:
                context.abort()
                seconds = self._stopped_within_ms / 1000
                text = f"an ended call has not stopped for {seconds:g} s; this one did not begin"
                self._do(self._core.body_failed(*key, {"code": "stalled", "message": text}))

    def _send(self, to: str, envelope: Envelope) -> None:
        try:
            frame = encode(envelope)
            too_long = len(frame) > MAX_FRAME
        except (TypeError, ValueError, OverflowError):
            _log.exception("the answer to %s cannot be sent", envelope.id)
            frame, too_long = b"", True
        if too_long:
            error = {"code": "internal", "message": "the answer is too long or cannot be carried by msgpack"}
            body = {"ok": False, "error": error}
            frame = encode(
                Envelope(envelope.session, envelope.epoch, envelope.id, "result", ANSWER_TIMEOUT_MS, body)
            )
        with contextlib.suppress(zmq.Again):  # a peer that does not read loses messages, not the bridge
            self._router.send_multipart([bytes.fromhex(to), frame], zmq.NOBLOCK)

    def _start(self, start: Start) -> None:
        key = (start.session, start.id)
        context = CallContext(
            alive=self._alive,
            progress=lambda value: self._tell(lambda core: core.body_progress(*key, value)),
            event=self.say,
            moves=self._body.specs[start.name].moves,
            session=start.session,
            caller=self._core.owner_of(start.session),
            leased=self._core.holder == start.session,
        )
        self._contexts[key] = context
        jobs = self._moves if context.moves else self._reads
        jobs.put(lambda: self._run(start, context))

    # -- the body's threads ------------------------------------------------------------------------

    def _work(self, jobs: queue.SimpleQueue[_Job | None], beats: bool) -> None:
        while True:
            try:
                job = jobs.get(timeout=HEARTBEAT_S)
            except queue.Empty:
                if beats:
                    self._alive()
                continue
            if job is None:
                return
            job()

    def _run(self, start: Start, context: CallContext) -> None:
        key = (start.session, start.id)
        if context.moves:
            self._acting = key
        try:
            context.check()  # ended while it waited: it must not begin
            value = self._body.run(start.name, start.args, context)
            self._tell(lambda core: core.body_done(*key, value, context.assistance))
        except Aborted:
            self._alive()
        except PrimitiveFailed as failed:
            error: dict[str, Any] = {"code": failed.code, "message": failed.message}
            if failed.data:
                error["data"] = failed.data
            self._tell(lambda core: core.body_failed(*key, error, context.assistance))
        except Exception as broken:  # noqa: BLE001 - the one boundary around a body's code
            _log.exception("%s broke", start.name)
            fault = {"code": "internal", "message": f"{start.name} broke: {type(broken).__name__}: {broken}"}
            self._tell(lambda core: core.body_failed(*key, fault, context.assistance))
        finally:
            self._contexts.pop(key, None)
            if context.moves:
                self._acting = None

    def _rest(self, reason: str, left: str) -> None:
        try:
            try:
                self._body.rest(reason)
            finally:  # whether or not it rests, who left has no say any more
                if left and isinstance(self._body, KnowsItsClient):
                    self._body.left(left)
        except Exception:  # noqa: BLE001 - as above
            _log.exception("the body did not come to rest")  # unconfirmed: the clients learn it from the core
        else:
            self._tell(lambda core: core.body_rests())

    def _alive(self) -> None:
        self._tell(lambda core: core.body_alive())

    def _tell(self, word: _Word) -> None:
        self._words.append(word)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):  # full: it is awake already; closed: it ended
            self._wake_in.send(b".")


def _hello(body: Body) -> dict[str, Any]:
    """Who is served, and what it can do, for whoever connects."""
    return {
        "body": {"kind": body.kind, "identity": body.identity, "details": dict(body.details)},
        "primitives": primitives_to_wire(body.specs.values()),
        "families": families_to_wire(body.families.values()),
    }


def doorman(context: zmq.Context[zmq.Socket[bytes]], keys: BridgeKeys) -> ThreadAuthenticator:
    """Lets nobody in whose public key is not admitted."""
    from zmq.auth.thread import ThreadAuthenticator  # brings asyncio along, and few bridges have keys

    doorman = ThreadAuthenticator(context, log=_log)
    doorman.start()
    doorman.configure_curve_callback(domain="*", credentials_provider=keys)
    return doorman


def serve(
    make: Callable[[], Body],
    endpoint: str = "tcp://127.0.0.1:*",
    *,
    lease_ms: int = 2000,
    keys: Callable[[], BridgeKeys | None] = lambda: None,
) -> int:
    """The main function of a bridge process: serve until standard input closes, SIGTERM, or orphaned.

    Prints the ready line, or why it cannot start; returns the exit code.
    """
    stop: queue.SimpleQueue[None] = queue.SimpleQueue()  # a signal may come within a wait; an Event deadlocks
    signal.signal(signal.SIGTERM, lambda *_: stop.put(None))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes us in order
    try:
        found = keys()  # before the body is made: a real arm is not held for nothing
        server = BridgeServer(make(), endpoint, lease_ms=lease_ms, keys=found)
    except EmbodiedError as wrong:
        error = {"code": type(wrong).__name__, "message": wrong.message, "remedy": wrong.remedy}
        print(json.dumps({"ready": False, "error": error}), flush=True)
        return 1
    threading.Thread(target=_watch_parent, args=(stop,), name="parent", daemon=True).start()
    print(json.dumps({"ready": True, "endpoint": server.endpoint}), flush=True)
    stop.get()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends in order: one more must not cut that off
    server.stop()
    return 0


def _watch_parent(stop: queue.SimpleQueue[None]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.put(None)
