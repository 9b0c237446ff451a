"""What a bridge says of its body in the answer to `hello`, to the wire and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from embodied.errors import BridgeRefused
from embodied.facts import FactFamily
from embodied.primitives import PrimitiveSpec
from embodied.world import BodySpec

REMEDY = "The bridge and this package differ in version: reinstall embodied-agent."


def primitives_to_wire(specs: Iterable[PrimitiveSpec]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(spec) for spec in specs]


def families_to_wire(families: Iterable[FactFamily]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(family) for family in families]


def body_spec(hello: Mapping[str, Any]) -> BodySpec:
    """The body that a `hello` described. Raises `BridgeRefused` ("bad_envelope") if it is malformed."""
    try:
        body = hello["body"]
        primitives = msgspec.convert(hello["primitives"], list[PrimitiveSpec])
        families = msgspec.convert(hello["families"], list[FactFamily])
        return BodySpec(
            kind=str(body["kind"]),
            identity=str(body["identity"]),
            primitives={spec.name: spec for spec in primitives},
            families={family.name: family for family in families},
            details=dict(body.get("details") or {}),
        )
    except (KeyError, TypeError, AttributeError, ValueError, msgspec.ValidationError) as wrong:
        raise BridgeRefused(
            "bad_envelope",
            f"the bridge described its body in a way that cannot be read: {wrong}",
            remedy=REMEDY,
        ) from wrong
