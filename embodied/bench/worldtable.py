"""Tables of the rows that a world's cases gave: passes with their interval beside what is aimed at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from embodied.bench.statistics import wilson
from embodied.bench.worldcase import Speed
from embodied.outcome import Verdict

Row = Mapping[str, Any]

HEADER: Final = ("", "passed", "95 %", "rate", "aim", "median s")
MOST_REASONS: Final = 12


def table(rows: Sequence[Row], aim: float) -> list[tuple[str, ...]]:
    """A line for each group and one for all; the aim is for all."""
    groups = dict.fromkeys(str(row["group"]) for row in rows)
    lines: list[tuple[str, ...]] = [HEADER]
    for group in groups:
        lines.append(_line(group, [row for row in rows if row["group"] == group], ""))
    lines.append(_line("all", rows, f"{aim:.0%} {'reached' if _rate(rows) >= aim else 'missed'}"))
    return lines


def failures(rows: Sequence[Row]) -> list[str]:
    """What did not pass: how often for which reason, the most frequent first."""
    reasons = Counter(
        f"{row['group']}: {str(row['reason'])[:110]}" for row in rows if not _passed(row)
    ).most_common()
    told = [f"{count} x {reason}" for reason, count in reasons[:MOST_REASONS]]
    left = sum(count for _, count in reasons[MOST_REASONS:])
    return [*told, f"and {left} more, in the results file"] if left else told


def at_once(rows: Sequence[Row]) -> str:
    """How many goals held before anything was done, for honesty; "" if none did."""
    count = sum(_passed(row) and row.get("steps") == 0 for row in rows)
    return f"{count} of {len(rows)} held before anything was done" if count else ""


def speeds(found: Sequence[Speed]) -> list[tuple[str, ...]]:
    """Each world's steps beside the others'."""
    lines: list[tuple[str, ...]] = [
        ("", "steps per second and core", "simulated s a step", "physics substeps", "times real time", "")
    ]
    for one in sorted(found, key=lambda speed: -speed.steps_per_s):
        lines.append(
            (
                one.name,
                f"{one.steps_per_s:.0f}",
                f"{one.simulated_s:g}",
                str(one.substeps),
                f"{one.steps_per_s * one.simulated_s:.1f}",
                one.note,
            )
        )
    return lines


def _line(name: str, rows: Sequence[Row], aim: str) -> tuple[str, ...]:
    passed = sum(_passed(row) for row in rows)
    low, high = wilson(passed, len(rows))
    seconds = sorted(row["seconds"] for row in rows)
    middle = f"{seconds[len(seconds) // 2]:.1f}" if seconds else ""
    return name, f"{passed} of {len(rows)}", f"{low:.0%} – {high:.0%}", f"{_rate(rows):.1%}", aim, middle


def _rate(rows: Sequence[Row]) -> float:
    return sum(_passed(row) for row in rows) / len(rows) if rows else 0.0


def _passed(row: Row) -> bool:
    return bool(row["verdict"] == Verdict.PASSED.value)
