"""One message of the bridge protocol: a msgpack map in one frame (docs/bridge-protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from embodied.errors import BadInput

VERSION: Final = 1
MAX_FRAME: Final = 1 << 20  # [bytes]
MAX_TIMEOUT_MS: Final = 3_600_000
MAX_ID: Final = 64
ANSWER_TIMEOUT_MS: Final = 1000  # what a bridge writes into its own messages; nobody waits on it

ERROR_CODES: Final = frozenset(
    (
        "bad_envelope",
        "bad_version",
        "bad_session",
        "unknown_kind",
        "unknown_primitive",
        "bad_arguments",
        "stale_epoch",
        "no_lease",
        "lease_lost",
        "busy",
        "halted",
        "cancelled",
        "timeout",
        "stalled",
        "lost",
        "internal",
    )
)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()


@dataclass(frozen=True, slots=True)
class Envelope:
    """A valid message; the fields are those of the protocol's table."""

    session: str
    epoch: int
    id: str
    kind: str
    timeout_ms: int
    body: Mapping[str, Any]
    v: int = VERSION


class Unusable(Exception):
    """A frame that is not an envelope. `id` is "" when not even that could be read: do not answer."""

    def __init__(self, reason: str, *, code: str = "bad_envelope", id: str = "", session: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.id = id
        self.session = session


def encode(envelope: Envelope) -> bytes:
    """The frame of a message. Raises TypeError for what msgpack cannot carry."""
    return _encoder.encode(
        {
            "v": envelope.v,
            "session": envelope.session,
            "epoch": envelope.epoch,
            "id": envelope.id,
            "kind": envelope.kind,
            "timeout_ms": envelope.timeout_ms,
            "body": envelope.body,
        }
    )


def decode(frame: bytes) -> Envelope:
    """The message in a frame; raises `Unusable` and nothing else."""
    if len(frame) > MAX_FRAME:
        raise Unusable(f"a frame of {len(frame)} bytes; at most {MAX_FRAME} are allowed")
    try:
        raw = _decoder.decode(frame)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError) as broken:
        raise Unusable(f"not msgpack: {broken}") from None
    if not isinstance(raw, dict):
        raise Unusable(f"a {type(raw).__name__} where a map was expected")
    id = raw.get("id")
    kind = raw.get("kind")
    if not isinstance(id, str) or len(id) > MAX_ID or (not id and kind != "event"):
        raise Unusable(f"id must be a string of 1 to {MAX_ID} characters")
    session = raw.get("session")
    answer_to = {"id": id, "session": session if isinstance(session, str) else ""}
    if not _is_int(raw.get("v")):
        raise Unusable("v must be an integer", **answer_to)
    if raw["v"] != VERSION:
        raise Unusable(
            f"version {raw['v']} was sent; this side speaks version {VERSION}",
            code="bad_version",
            **answer_to,
        )
    for good, message in (
        (isinstance(session, str), "session must be a string"),
        (_is_int(raw.get("epoch")) and raw["epoch"] >= 0, "epoch must be an integer of at least 0"),
        (isinstance(kind, str), "kind must be a string"),
        (
            _is_int(raw.get("timeout_ms")) and 1 <= raw["timeout_ms"] <= MAX_TIMEOUT_MS,
            f"timeout_ms must be an integer from 1 to {MAX_TIMEOUT_MS}",
        ),
        (_is_string_map(raw.get("body")), "body must be a map with string keys"),
    ):
        if not good:
            raise Unusable(message, **answer_to)
    return Envelope(
        session=raw["session"],
        epoch=raw["epoch"],
        id=id,
        kind=raw["kind"],
        timeout_ms=raw["timeout_ms"],
        body=raw["body"],
    )


def check_endpoint(endpoint: str, *, keyed: bool = False) -> str:
    """Return `endpoint` if it cannot be reached from another machine, or with keys; else raise `BadInput`."""
    if endpoint.startswith("ipc://") and len(endpoint) > len("ipc://"):
        return endpoint
    try:
        parts = urlsplit(endpoint)
        allowed = parts.scheme == "tcp" and bool(parts.hostname)
        allowed = allowed and (keyed or parts.hostname in ("127.0.0.1", "::1"))
    except ValueError:
        allowed = False
    if not allowed:
        raise BadInput(
            f"The bridge endpoint {endpoint!r} can be reached from other machines, or is not an endpoint.",
            remedy="Use tcp://127.0.0.1:PORT, tcp://[::1]:PORT or ipc://PATH; "
            "a bridge on another machine needs keys (`embodied keys`).",
        )
    return endpoint


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_string_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)
