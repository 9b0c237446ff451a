"""What a bridge remembers of who speaks to it, and of what runs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embodied.primitives import PrimitiveSpec


@dataclass(slots=True)
class Running:
    """A call that has begun; `peers` wait for its answer."""

    session: str
    id: str
    spec: PrimitiveSpec
    args: Mapping[str, Any]
    deadline_ms: int
    peers: list[str]


@dataclass(slots=True)
class Session:
    """A client, at the peer from which it was last heard; `results` are those of its last requests by id."""

    id: str
    peer: str
    heard_ms: int
    owner: str = ""
    results: OrderedDict[str, Mapping[str, Any]] = field(default_factory=OrderedDict)
