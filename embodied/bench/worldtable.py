"""Tables of the rows that a world's cases gave: passes with their interval beside what is aimed at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from embodied.bench.statistics import median, wilson
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
    """Each world's steps; where others have the same task, how many times theirs."""
    packages = tuple(dict.fromkeys(one.package for one in found if one.package))
    header = ("", "steps per second and core", "least – most", *(f"times {name}" for name in packages))
    lines: list[tuple[str, ...]] = [(*header, "by the clock", "simulated s a step", "physics substeps", "")]
    for one in found:
        lines.append(
            (
                one.name,
                f"{one.steps_per_s:.0f}",
                f"{min(one.rounds):.0f} – {max(one.rounds):.0f}" if one.rounds else "",
                *(times(one, found, name) for name in packages),
                f"{one.by_clock:.0f}",
                f"{one.simulated_s:g}",
                str(one.substeps),
                one.note,
            )
        )
    return lines


def times(ours: Speed, found: Sequence[Speed], package: str) -> str:
    """How many times as fast as a package's of the same task: the median of the ratios of each round, and the
    least and the most of them; "" where there is nothing to compare."""
    theirs = [one for one in found if one.package == package and one.task == ours.task]
    if ours.package or not ours.task or not theirs:
        return ""
    ratios = [mine / other for mine, other in zip(ours.rounds, theirs[0].rounds, strict=True)]
    return f"{median(ratios, len(ratios)):.2f} ({min(ratios):.2f} – {max(ratios):.2f})"


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
