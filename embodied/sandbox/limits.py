"""What a run of a skill may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of one run.

    Attributes:
        max_memory: heap of the program [bytes].
        max_cpu_s: computing time between two calls [s]; time inside calls does not count.
        max_calls: calls of any kind: primitives, facts, logs, skills.
        max_wall_s: the longest deadline that a run can be given [s].
        max_print_chars: characters printed and logged.
        max_recursion: depth of calls inside the program.
        max_value_bytes: size of what it passes to a call, or returns [bytes, roughly].
    """

    max_memory: int = 64 * 1024 * 1024
    max_cpu_s: float = 2.0
    max_calls: int = 20_000
    max_wall_s: float = 3600.0
    max_print_chars: int = 20_000
    max_recursion: int = 200
    max_value_bytes: int = 256 * 1024
