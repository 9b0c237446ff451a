"""Plans that reached their goal, kept beside the library: the same goal is pursued without a question."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embodied.condition import Condition
from embodied.errors import BadInput
from embodied.planning.calls import written_call
from embodied.planning.plan import Attempt
from embodied.planning.proposal import Judge, Move

FILE: Final = "_plans.jsonl"
MOST_RECALLED: Final = 3
VERSION: Final = 1


@dataclass(frozen=True)
class PlanMemory:
    """Plans of one world, one JSON line each, oldest first; a line that cannot be read counts for nothing."""

    path: Path

    def add(self, goal: Condition, history: Sequence[Attempt], run: str) -> bool:
        """Keep the steps that passed on the way to `goal`; False if there are none or they are known."""
        steps = [
            {
                "call": written_call(attempt.step.skill, attempt.step.arguments),
                "expects": str(attempt.step.expects),
                "why": attempt.step.why,
            }
            for attempt in history
            if attempt.judgement.passed
        ]
        if not steps or any(_same(record["steps"], steps) for record in self._records()):
            return False
        record = {"v": VERSION, "goal": str(goal), "steps": steps, "run": run, "t": round(time.time())}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab", buffering=0) as file:  # one write: whole lines, whoever else appends
            file.write(json.dumps(record).encode() + b"\n")
        return True

    def recall(self, goal: Condition, judge: Judge) -> list[tuple[Move, ...]]:
        """Plans for `goal`, or beginnings of plans for more that brought it about, newest first.

        Those whose skills are gone or take other arguments now are left out.
        """
        found: list[tuple[Move, ...]] = []
        for record in reversed(self._records()):
            steps = _until(str(goal), record)
            if not steps:
                continue
            try:
                plan = judge.checked(steps)
            except BadInput:
                continue
            if plan not in found:
                found.append(plan)
        return found[:MOST_RECALLED]

    def _records(self) -> list[dict[str, Any]]:
        try:
            lines = self.path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError):
            return []
        return [record for line in lines if (record := _read(line)) is not None]


def _read(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
        steps = record["steps"]
        whole = all(isinstance(step[key], str) for step in steps for key in ("call", "expects", "why"))
    except (ValueError, KeyError, TypeError):
        return None
    return record if whole and steps and record.get("v", 0) <= VERSION else None


def _until(goal: str, record: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps up to the one that brings `goal` about; none if no step does."""
    steps: list[dict[str, Any]] = record["steps"]
    if record.get("goal") == goal:
        return steps
    last = next((number for number, step in enumerate(steps, 1) if step["expects"] == goal), 0)
    return steps[:last]


def _same(one: Sequence[dict[str, Any]], other: Sequence[dict[str, Any]]) -> bool:
    return [(s["call"], s["expects"]) for s in one] == [(s["call"], s["expects"]) for s in other]
