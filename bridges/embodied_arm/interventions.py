"""What the limits changed, counted and told: how often, since when, and by how much at worst."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Worst:
    """One kind of intervention.

    Attributes:
        first_s: when it happened first, on the arm's clock [s].
        by: the most that was asked for beyond what is allowed, in `unit`; NaN where that has no measure.
        words: what that was: "joint 4 was asked for 3.1 rad/s and may do 2.1".
    """

    first_s: float
    by: float
    unit: str
    words: str


class Interventions(Counter[str]):
    """Counts by name; `worst` has more of each."""

    def __init__(self) -> None:
        super().__init__()
        self.worst: dict[str, Worst] = {}
        self.recent: list[str] = []
        """Names of what the present command met; whoever passes commands on empties it."""

    def note(self, name: str, when_s: float, by: float = math.nan, unit: str = "", words: str = "") -> None:
        """Count one; keep the words of the worst."""
        self[name] += 1
        self.recent.append(name)
        known = self.worst.get(name)
        if known is None:
            self.worst[name] = Worst(when_s, by, unit, words)
        elif by > known.by:
            known.by, known.words = by, words

    def told(self) -> list[Mapping[str, Any]]:
        """For a report: name, count, first_s, worst, unit, words, most frequent first."""
        rows: list[Mapping[str, Any]] = []
        for name, count in list(self.items()):
            worst = self.worst[name]
            by = None if math.isnan(worst.by) else round(worst.by, 6)
            row = {"name": name, "count": count, "first_s": worst.first_s, "worst": by, "unit": worst.unit}
            rows.append({**row, "words": worst.words or name})
        return sorted(rows, key=lambda row: -int(row["count"]))

    def sentences(self) -> list[str]:
        """The same for people, one line each."""
        lines = []
        for row in self.told():
            by = "" if row["worst"] is None else f", at worst by {row['worst']:.3g} {row['unit']}".rstrip()
            what = "" if row["words"] == row["name"] else f": {row['words']}"
            times = "once" if row["count"] == 1 else f"{row['count']} times"
            lines.append(f"{row['name']} {times}, first at {row['first_s']:.2f} s{by}{what}")
        return lines
