"""The Python bridge keeps the protocol's test vectors, as the JavaScript one does."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from embodied.bridge.core import BridgeCore
from embodied.bridge.effects import Abort, Effect, Rest, Send, Start
from embodied.primitives import PrimitiveSpec

VECTORS = sorted((Path(__file__).parents[1] / "vectors" / "bridge").glob("*.json"))
RESULT = {"type": "object"}


def _args(required: tuple[str, ...] = (), **properties: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(required),
        "additionalProperties": False,
    }


SPECS = {
    spec.name: spec
    for spec in (
        PrimitiveSpec("read", "", _args(), RESULT, moves=False),
        PrimitiveSpec("observe", "", _args(since="integer"), RESULT, moves=False),
        PrimitiveSpec("move", "", _args(("x",), x="number"), RESULT),
        PrimitiveSpec("slow", "", _args(), RESULT),
    )
}


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_text())
    names = (f"s{number}" for number in itertools.count(1))
    hello = {"body": {"kind": "test", "identity": "t-1", "details": {}}, "primitives": [], "families": []}
    core = BridgeCore(hello, SPECS, lambda: next(names), lease_ms=2000)
    for number, step in enumerate(vector["steps"]):
        got = [_plain(effect) for effect in _play(core, step)]
        expected = step.get("expect", [])
        shown = f"step {number} {step}\n got {got}"
        assert len(got) == len(expected), shown
        assert all(_fits(want, have) for want, have in zip(expected, got, strict=True)), shown


def test_the_vectors_are_there() -> None:
    assert len(VECTORS) >= 12


def _play(core: BridgeCore, step: dict[str, Any]) -> list[Effect]:
    if "at" in step:
        return core.advance(step["at"])
    if "recv" in step:
        return core.receive(step["from"], msgspec.msgpack.encode(step["recv"]))
    if "raw" in step:
        return core.receive(step["from"], bytes.fromhex(step["raw"]))
    match step["body"]:
        case "done":
            return core.body_done(step["session"], step["id"], step["value"], step.get("assistance"))
        case "fail":
            return core.body_failed(step["session"], step["id"], step["error"])
        case "progress":
            return core.body_progress(step["session"], step["id"], step["value"])
        case "event":
            return core.body_event(step["type"], step["data"])
        case "rest":
            return core.body_rests()
        case "alive":
            return core.body_alive()
        case "stuck":
            return core.body_stuck(step["stuck"])
        case "lost":
            return core.body_lost(step["reason"])
    raise AssertionError(f"unknown step {step}")


def _plain(effect: Effect) -> dict[str, Any]:
    match effect:
        case Send(to, envelope):
            return {"to": to, "send": {name: getattr(envelope, name) for name in envelope.__slots__}}
        case Start(session, id, name, args):
            return {"start": {"session": session, "id": id, "name": name, "args": args}}
        case Abort(session, id, code):
            return {"abort": {"session": session, "id": id, "code": code}}
        case Rest(reason):
            return {"rest": reason}


def _fits(want: Any, have: Any) -> bool:
    """Every key that is wanted is there and fits; lists and other values are equal."""
    if isinstance(want, dict):
        return isinstance(have, dict) and all(key in have and _fits(want[key], have[key]) for key in want)
    return bool(want == have)
