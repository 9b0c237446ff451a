"""Steps as journals hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from embodied.journal import Record


@dataclass(frozen=True)
class StepTaken:
    """One step of a run: what was done, what was expected, and how it was judged."""

    skill: str
    arguments: Mapping[str, Any]
    expects: str
    passed: bool
    reason: str
    seconds: float

    @property
    def signature(self) -> str:
        return signature_of(self.skill, self.arguments)


@dataclass(frozen=True)
class Pursuit:
    """The steps towards one goal, in order: a run, or one iteration of an exploration."""

    run: str
    world: str
    goal: str
    steps: tuple[StepTaken, ...]


def signature_of(skill: str, arguments: Mapping[str, Any]) -> str:
    """A step but for its amount, as the planner tells attempts apart (`Step.signature`)."""
    fixed = sorted((key, str(value)) for key, value in arguments.items() if key != "count")
    return f"{skill}({', '.join(f'{key}={value}' for key, value in fixed)})"


def pursuits(records: Iterable[Record]) -> list[Pursuit]:
    """The pursuits of a journal. A step that never ended is left out."""
    found: list[Pursuit] = []
    run = world = goal = ""
    begun: Record | None = None
    steps: list[StepTaken] = []

    def close() -> None:
        nonlocal steps
        if steps:
            found.append(Pursuit(run, world, goal, tuple(steps)))
        steps = []

    for record in records:
        match record["type"]:
            case "run_started":
                run, world, goal = (
                    str(record["run"]),
                    str(record.get("world", "")),
                    str(record.get("goal", "")),
                )
            case "goal_chosen":
                close()
                goal = str(record["goal"])
            case "step_started":
                begun = record
            case "step_ended" if begun is not None and begun["step"] == record["step"]:
                steps.append(_step(begun, record))
                begun = None
    close()
    return found


def _step(begun: Record, ended: Record) -> StepTaken:
    return StepTaken(
        str(begun["skill"]),
        dict(begun["arguments"]),
        str(begun.get("expects", "")),
        ended["verdict"] == "PASSED",
        str(ended.get("reason", "")),
        float(ended.get("seconds") or 0.0),
    )
