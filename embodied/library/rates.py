"""How often skills succeeded in runs, by skill, version and world, counted from journals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied.bench.statistics import wilson
from embodied.errors import BadJournal
from embodied.journal import read


@dataclass
class Rate:
    """Steps that were judged. An UNKNOWN verdict is no success."""

    passed: int = 0
    judged: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval."""
        return wilson(self.passed, self.judged)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.passed} of {self.judged} ({low:.0%} to {high:.0%})"


Rates = Mapping[tuple[str, str, str], Rate]
"""By skill, first 16 digits of its hash ("" where the journal does not tell), and kind of world."""


def rates_of(journals: Iterable[Path]) -> Rates:
    """Count the steps in these journals; one that cannot be read is left out."""
    found: dict[tuple[str, str, str], Rate] = defaultdict(Rate)
    for path in journals:
        try:
            records = read(path)
        except (BadJournal, OSError):
            continue
        _count(records, found)
    return dict(found)


def _count(records: list[dict[str, Any]], found: dict[tuple[str, str, str], Rate]) -> None:
    world, key = "", ("", "", "")
    for record in records:
        match record["type"]:
            case "run_started":
                world = str(record.get("world", "")) + (" fast" if record.get("fast") else "")
            case "step_started":
                key = (str(record["skill"]), str(record.get("hash", ""))[:16], world)
            case "step_ended" if key[0]:
                found[key].judged += 1
                found[key].passed += record["verdict"] == "PASSED"
                key = ("", "", "")
