"""Rows of `embodied bench deploy` as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from embodied.bench.statistics import wilson

Row = Mapping[str, Any]
MOST_TOLD: Final = 20


def faults(rows: Sequence[Row]) -> list[list[str]]:
    """A line for each arm, one for each fault, and one for all."""
    table = [["", "cases", "violations", "not at rest", "no result", "to rest p50", "p99", "worst"]]
    for group in dict.fromkeys(str(row["group"]) for row in rows):
        table.append(_faults_line(group, [row for row in rows if row["group"] == group]))
    for fault in dict.fromkeys(str(row["fault"]) for row in rows):
        table.append(_faults_line(fault, [row for row in rows if row["fault"] == fault]))
    return [*table, _faults_line("all", rows)]


def passes(rows: Sequence[Row], aim: int, of: int) -> list[list[str]]:
    """How many passed, beside what is aimed at."""
    passed = sum(row["verdict"] == "PASSED" for row in rows)
    low, high = wilson(passed, len(rows))
    off = sorted(float(row["off_mm"]) for row in rows if "off_mm" in row)
    middle = f"{np.median(off):.1f} mm, worst {off[-1]:.1f} mm" if off else ""
    line = [f"{passed} of {len(rows)}", f"{low:.0%} to {high:.0%}", f"{aim} of {of}", middle]
    return [["passed", "95 % interval", "aim", "off (median)"], line]


def loops(rows: Sequence[Row]) -> list[list[str]]:
    """Periods of each arm's loop [ms]."""
    table = [["arm", "beside", "minutes", "period", "p50", "p99", "worst", "missed", "gaps > 100 ms", "load"]]
    for row in rows:
        if "p50_ms" not in row:
            table.append([str(row["group"]), "", "", "", "", "", "", "", row["reason"], ""])
            continue
        share = f"{row['missed']} of {row['periods']}"
        numbers = [f"{row[name]:.2f}" for name in ("wanted_ms", "p50_ms", "p99_ms", "worst_ms")]
        table.append(
            [
                row["group"],
                row["beside"],
                f"{row['minutes']:g}",
                *numbers,
                share,
                str(row["gaps"]),
                f"{row['load']:g}",
            ]
        )
    return table


def overheads(rows: Sequence[Row]) -> list[list[str]]:
    """Microseconds of one command."""
    table = [["arm", "what", "p50", "p99", "worst"]]
    for row in rows:
        for name, times in row.get("us", {}).items():
            table.append([row["group"], name, *(f"{times[each]:g}" for each in ("p50", "p99", "worst"))])
    return table


def failures(rows: Iterable[Row]) -> list[str]:
    """What did not pass, some of it."""
    told = [f"{row['verdict']} {row['key']}: {row['reason']}" for row in rows if row["verdict"] != "PASSED"]
    more = [f"and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
    return told[:MOST_TOLD] + more


def acted(rows: Iterable[Row]) -> str:
    """Which limits acted, how often."""
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.get("interventions", {}))
    return ", ".join(f"{name} {count}" for name, count in total.most_common())


def loads(rows: Sequence[Row]) -> str:
    """How busy the machine was."""
    seen = [float(row["load"]) for row in rows if "load" in row]
    return f"Load average {min(seen):g} to {max(seen):g} while it was measured." if seen else ""


def _faults_line(name: str, rows: Sequence[Row]) -> list[str]:
    rest = [float(row["rest_s"]) for row in rows if row.get("rest_s") is not None]
    p50, p99, worst = (
        (f"{value:.2f} s" for value in np.percentile(rest, [50, 99, 100])) if rest else ("", "", "")
    )
    judged = [row for row in rows if "violations" in row]
    violated = sum(bool(row["violations"]) for row in judged)
    moving = sum(row["rest_s"] is None for row in judged)
    return [name, str(len(rows)), str(violated), str(moving), str(len(rows) - len(judged)), p50, p99, worst]
