"""What came of a run of a skill in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SkillReturn:
    """What a skill returned: `done(**value)` or `failed(reason, **value)`."""

    ok: bool
    reason: str = ""
    value: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TraceLine:
    """A place in a skill's source."""

    skill: str
    file: Path
    line: int
    function: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}: {self.source}"


@dataclass(frozen=True)
class SkillRun:
    """What a run came to: either the skill returned, or `error_code` says why it did not.

    Attributes:
        skill: its name.
        arguments: all of them, defaults filled in.
        returned: what it returned; None if it ended early.
        error_code: "" or one of `bad_arguments`, `does_not_check`, `bad_policy`, `raised`, `bad_return`,
            `cpu_time`, `memory`, `recursion`, `print_flood`, `forbidden`, `too_many_calls`, `deadline`,
            `cancelled`, `halted`, `lease_lost`, `lost`, `stalled`, `rule_broken`, `worker_crashed`.
        error: the same in a sentence, with file and line where there is one.
        trace: where it happened, outermost first.
        primitive_calls: how many primitives were called, by name.
        assistance: what calls were given that a player would not have, name to count.
        prints: what it printed and logged.
        seconds: wall-clock duration [s].
    """

    skill: str
    arguments: Mapping[str, Any]
    returned: SkillReturn | None
    error_code: str = ""
    error: str = ""
    trace: tuple[TraceLine, ...] = ()
    primitive_calls: Mapping[str, int] = field(default_factory=dict)
    assistance: Mapping[str, int] = field(default_factory=dict)
    prints: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the skill returned `done(...)`."""
        return self.returned is not None and self.returned.ok

    @property
    def reason(self) -> str:
        """Why it is not ok, in a sentence; "" when it is."""
        return self.error if self.returned is None else self.returned.reason
