"""An echo bridge in this process, and a way to wait with a deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from embodied.bridge.body import CallContext, PrimitiveFailed
from embodied.bridge.client import BridgeClient
from embodied.bridge.server import BridgeServer
from embodied.facts import FactFamily
from embodied.primitives import PrimitiveSpec

NOTHING: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
SINCE = {"type": "object", "properties": {"since": {"type": "integer"}}}
ANY = {"type": "object"}


class EchoBody:
    """`read` and `act` return at once, `slow` waits for its halt, `stuck` ignores it until `unstick`."""

    kind, identity = "echo", "echo-1"
    details: Mapping[str, Any] = {}
    families: Mapping[str, FactFamily] = {"rested": FactFamily("rested", (), "int", "Times at rest.")}
    specs: Mapping[str, PrimitiveSpec] = {
        spec.name: spec
        for spec in (
            PrimitiveSpec("observe", "", SINCE, ANY, moves=False),
            PrimitiveSpec("read", "", NOTHING, ANY, moves=False),
            PrimitiveSpec("act", "", NOTHING, ANY),
            PrimitiveSpec("slow", "", NOTHING, ANY),
            PrimitiveSpec("stuck", "", NOTHING, ANY),
            PrimitiveSpec("broken", "", NOTHING, ANY),
            PrimitiveSpec("xray", "", NOTHING, ANY, moves=False, assistance="sees all"),
            PrimitiveSpec(
                "blind", "", NOTHING, ANY, errors={"none": "nothing"}, moves=False, assistance="sees all"
            ),
            PrimitiveSpec("huge", "", NOTHING, ANY, moves=False),
        )
    }

    def __init__(self) -> None:
        self.rested = 0
        self.ran: list[str] = []
        self.resting = threading.Event()
        self.started = threading.Event()
        self.unstick = threading.Event()

    def run(self, name: str, args: Mapping[str, Any], context: CallContext) -> Mapping[str, Any]:
        self.ran.append(name)
        self.started.set()
        match name:
            case "observe":
                return {"facts": {"rested": self.rested}}
            case "slow":
                context.wait(60.0)
            case "stuck":
                self.unstick.wait(30.0)
            case "broken":
                raise ZeroDivisionError("a bug")
            case "blind":
                raise PrimitiveFailed("none", "nothing there")
            case "huge":
                return {"text": "x" * 2_000_000}
        return {}

    def rest(self, reason: str) -> None:
        self.rested += 1
        self.resting.set()


@pytest.fixture
def body() -> Iterator[EchoBody]:
    body = EchoBody()
    yield body
    body.unstick.set()


@pytest.fixture
def server(body: EchoBody) -> Iterator[BridgeServer]:
    server = BridgeServer(body)
    yield server
    body.unstick.set()
    server.stop()


@pytest.fixture
def client(server: BridgeServer) -> Iterator[BridgeClient]:
    with BridgeClient(server.endpoint) as client:
        yield client


def eventually(true: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Whether `true()` holds before the deadline."""
    until = time.monotonic() + within_s
    while not true():
        if time.monotonic() > until:
            return False
        threading.Event().wait(0.01)
    return True
