"""What a step achieved that nobody asked for: its trajectory under another name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from embodied.condition import Condition, facts_in
from embodied.facts import Observation
from embodied.methods import FactRef


@dataclass(frozen=True)
class Gain:
    """A fact that a step raised from nothing to `amount`."""

    fact: FactRef
    amount: float

    @property
    def condition(self) -> str:
        """The goal that the step would have reached."""
        return f"{self.fact[0]}[{', '.join(self.fact[1:])}] >= 1"


def unasked(before: Observation, after: Observation, asked: Iterable[Condition]) -> list[Gain]:
    """The counts that rose from zero and that no condition in `asked` speaks of.

    Only closed families of numbers with keys are looked at: in an open one, what was not seen before may
    have been there. A thing that two families count is told once.
    """
    wanted = {fact.keys[-1] for condition in asked for fact in facts_in(condition) if fact.keys}
    found: dict[str, Gain] = {}
    for name, family in after.families.items():
        if not family.closed or not family.keys or family.kind not in ("int", "float"):
            continue
        for keys, value in after.items(name):
            new = isinstance(value, (int, float)) and value > 0 and before.number(name, *keys) <= 0
            if new and not any(fnmatchcase(keys[-1], pattern) for pattern in wanted):
                found.setdefault(keys[-1], Gain((name, *keys), after.number(name, *keys)))
    return list(found.values())


def count_unasked(records: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str, str]]:
    """How often (skill, its arguments but the amount, condition) was achieved unasked, over journals."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for record in _unasked_records(records):
        fixed = ", ".join(f"{k}={v}" for k, v in sorted(record["arguments"].items()) if k != "count")
        counted[record["skill"], fixed, record["condition"]] += 1
    return counted


def _unasked_records(records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (record for record in records if record["type"] == "achieved_unasked")
