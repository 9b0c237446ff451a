"""Everything that embodied raises on purpose.

    EmbodiedError
    ├── BadInput                 exit code 2: what the user gave cannot be used
    │   ├── BadLaunchFile
    │   ├── BadGoal
    │   ├── BadCondition
    │   ├── BadSkill
    │   └── BadJournal
    ├── SetupError               exit code 2: something that must be installed or free is not
    ├── BudgetSpent              exit code 3
    └── WorldError               exit code 1: the world or its bridge failed
        ├── BridgeRefused        the bridge answered with an error of the protocol
        ├── BridgeStalled        alive, not answering
        └── BridgeLost           gone

Expected failures of a primitive (no path, nothing found) are values, not exceptions: see
`embodied.outcome.PrimitiveResult`.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class EmbodiedError(Exception):
    """Base of every deliberate error. `remedy` says what to do, in one sentence."""

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message if not remedy else f"{message}\n  {remedy}")
        self.message = message
        self.remedy = remedy


class BadInput(EmbodiedError):
    exit_code = 2


class BadLaunchFile(BadInput):
    pass


class BadGoal(BadInput):
    pass


class BadCondition(BadInput):
    pass


class BadSkill(BadInput):
    pass


class BadJournal(BadInput):
    pass


class SetupError(EmbodiedError):
    exit_code = 2


class BudgetSpent(EmbodiedError):
    exit_code = 3


class WorldError(EmbodiedError):
    pass


class BridgeRefused(WorldError):
    """The bridge refused a request. `code` is one of `embodied.bridge.envelope.ERROR_CODES`."""

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(f"{code}: {message}", remedy=remedy)
        self.code = code


class BridgeStalled(WorldError):
    pass


class BridgeLost(WorldError):
    pass


def did_you_mean(wrong: str, known: Iterable[str], *, limit: int = 3) -> str:
    """A sentence naming the nearest known names, or the empty string."""
    near = get_close_matches(wrong, list(known), n=limit, cutoff=0.55)
    return f"Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
