"""What the protocol's state machine asks of whoever owns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embodied.bridge.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to a peer."""

    to: str
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Start:
    """Tell the body to begin a call."""

    session: str
    id: str
    name: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Abort:
    """Tell the body to stop a call; it has been answered with `code` already."""

    session: str
    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Rest:
    """Tell the body to come to rest."""

    reason: str
    left: str = ""


Effect = Send | Start | Abort | Rest
