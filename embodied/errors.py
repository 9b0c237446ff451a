"""Everything that embodied raises on purpose.

    EmbodiedError
    ├── BadInput                 exit code 2: what the user gave cannot be used
    │   ├── BadLaunchFile
    │   ├── BadGoal
    │   ├── BadCondition
    │   ├── BadRule
    │   ├── BadSkill
    │   ├── BadLibrary
    │   └── BadJournal
    ├── SetupError               exit code 2: something that must be installed or free is not
    ├── JournalUnwritable        exit code 1: the record of a run cannot be kept, the disk is full
    ├── BudgetSpent              exit code 3
    ├── ModelError               exit code 1: a language model gave no usable answer
    │   ├── NoKey                exit code 2: the endpoint wants a key and there is none
    │   ├── WrongKey             exit code 2: the endpoint does not take the key
    │   ├── ModelRefused         exit code 2: no such model, or a request that it does not take
    │   ├── ModelUnreachable     no answer, or what answers is no such endpoint
    │   ├── RateLimited          too many requests, or no credit, for longer than can be waited
    │   ├── ModelTimeout         too late
    │   ├── ModelInterrupted     the user stopped the run while the model was thinking
    │   ├── NotRecorded          exit code 2: a cassette is played that lacks this request
    │   └── BadAnswer            an answer that cannot be used; `reason` says why
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
from pathlib import Path


class EmbodiedError(Exception):
    """Base of every deliberate error. `remedy` says what to do, in one sentence.

    Attributes:
        journal: of the run that this error ended; None if no run had begun.
    """

    exit_code = 1
    journal: Path | None = None

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


class BadRule(BadInput):
    pass


class BadSkill(BadInput):
    pass


class BadLibrary(BadInput):
    pass


class BadJournal(BadInput):
    pass


class SetupError(EmbodiedError):
    exit_code = 2


class JournalUnwritable(EmbodiedError):
    pass


class BudgetSpent(EmbodiedError):
    """What may be spent is spent. `more` is the setting that would let it go on: "--set limits.steps=600"."""

    exit_code = 3

    def __init__(self, message: str, *, remedy: str = "", more: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.more = more


class ModelError(EmbodiedError):
    pass


class NoKey(ModelError):
    exit_code = 2


class WrongKey(ModelError):
    exit_code = 2


class ModelRefused(ModelError):
    exit_code = 2


class ModelUnreachable(ModelError):
    pass


class RateLimited(ModelError):
    pass


class ModelTimeout(ModelError):
    pass


class ModelInterrupted(ModelError):
    pass


class NotRecorded(ModelError):
    exit_code = 2


class BadAnswer(ModelError):
    """`reason` is "empty", "truncated", "refusal", "not_json" or "schema"; `text` what the model wrote."""

    def __init__(self, reason: str, message: str, *, text: str = "", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason
        self.text = text


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
