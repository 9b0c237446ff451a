"""A body in our own process as a `World`: no bridge, no threads but the caller's."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from embodied.bridge.body import Aborted, Body, CallContext, PrimitiveFailed
from embodied.errors import BadInput, BridgeLost, did_you_mean
from embodied.facts import Observation, observation_from_wire
from embodied.outcome import PrimitiveResult
from embodied.world import BodySpec


class _InProcessContext(CallContext):
    """Ends by itself: at a deadline as "timeout", or as whatever code it was aborted with."""

    code = "timeout"


class InProcessWorld:
    """See the module's docstring. Moving calls exclude each other (`busy`)."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._moving = threading.Lock()
        self._guard = threading.Lock()
        self._running: set[_InProcessContext] = set()
        self._events: list[dict[str, Any]] = []
        self._seen = 0
        self._closed = False
        self._spec = BodySpec(body.kind, body.identity, body.specs, body.families, body.details)

    @property
    def spec(self) -> BodySpec:
        return self._spec

    def observe(self) -> Observation:
        result = self.call("observe", {})
        with self._guard:
            since, self._seen = self._seen, len(self._events)
            events = self._events[since:]
        return observation_from_wire(
            self._spec.families, {**result.value, "events": events, "seq": self._seen}
        )

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        if self._closed:
            raise BridgeLost("this world was closed")
        spec = self._spec.primitives.get(name)
        if spec is None:
            raise BadInput(
                f"This body has no primitive {name!r}.", remedy=did_you_mean(name, self._spec.primitives)
            )
        spec.check_args(arguments)
        context = _InProcessContext(lambda: None, lambda _value: None, self._event)
        deadline = threading.Timer(timeout_s or spec.timeout_s, context.abort)
        deadline.daemon = True
        with self._guard:  # whoever finds the body busy can also halt what it is busy with
            if spec.moves and not self._moving.acquire(blocking=False):
                return PrimitiveResult(False, error="busy", message="the body is busy with another call")
            self._running.add(context)
        deadline.start()
        try:
            return PrimitiveResult(True, self._body.run(name, arguments, context), "", "", context.assistance)
        except PrimitiveFailed as failed:
            return PrimitiveResult(False, failed.data, failed.code, failed.message, context.assistance)
        except Aborted:
            return PrimitiveResult(False, {}, context.code, f"{name} was ended early ({context.code})")
        finally:
            deadline.cancel()
            with self._guard:
                self._running.discard(context)
            if spec.moves:
                self._moving.release()

    def halt(self, reason: str) -> None:
        with self._guard:
            for context in self._running:
                context.code = "halted"
                context.abort()

    def close(self) -> None:
        self.halt("closed")
        self._closed = True

    def _event(self, type: str, data: Mapping[str, Any]) -> None:
        with self._guard:
            self._events.append({"seq": len(self._events) + 1, "type": type, "data": dict(data)})
