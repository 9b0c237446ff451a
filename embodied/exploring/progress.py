"""How far an exploration has come, as its journal tells it. The same records always give the same progress,
so a resumed exploration goes on where it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from embodied.exploring.steps import signature_of
from embodied.journal import Record

STOCK = "stock of "
"""Begins the name of a goal that gathers a thing for several others."""
RECENT = 20
"""Failed steps are held against a plan for so many iterations."""


@dataclass(frozen=True)
class Found:
    """When a thing was first held. Attributes: seconds of exploring [s]; asked: it was the goal then."""

    seconds: float
    iteration: int
    asked: bool


@dataclass(frozen=True)
class GoalEnded:
    """An iteration: the goal, its verdict and reason, its duration [s] and steps, and what was new."""

    iteration: int
    goal: str
    verdict: str
    reason: str
    seconds: float
    steps: int
    gained: tuple[str, ...] = ()


@dataclass
class Progress:
    """Fed with every record of the journal, in order.

    Attributes:
        family: whose keys are the things that can be held ("inventory").
        facts: in a world of single things, the facts to look for, as text: those are then what is found.
        found: things by name, in the order in which they were first observed.
        given: those of the facts that were so at the beginning.
        ended: the iterations that came to an end, interrupted ones left out.
        unasked: how often a thing was achieved without being asked for.
        deaths: and other events that made a step void, by type.
    """

    family: str = "inventory"
    facts: frozenset[str] = frozenset()
    found: dict[str, Found] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    ended: list[GoalEnded] = field(default_factory=list)
    unasked: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    step_failures: dict[str, list[int]] = field(default_factory=dict)
    seconds: float = 0.0
    goal: str = ""
    _step: str = ""
    _steps: int = 0
    _new: list[str] = field(default_factory=list)
    _last: float | None = None
    _begun: bool = False

    @property
    def noun(self) -> str:
        """What is found, for a reader."""
        return "facts brought about" if self.facts else "things held"

    @property
    def iterations(self) -> int:
        return len(self.ended)

    def read(self, records: Iterable[Record]) -> Progress:
        for record in records:
            self.advance(record)
        return self

    def advance(self, record: Record) -> None:
        moment = float(record.get("t") or 0.0)
        if record["type"] in ("run_started", "run_resumed"):
            self._last, self.goal = None, ""
        if self._last is not None:
            self.seconds += max(0.0, moment - self._last)
        if record["type"] == "world_ready" or self._last is not None:
            self._last = moment
        act = getattr(self, f"_on_{record['type']}", None)
        if act is not None:
            act(record)

    def failures(self, goal: str) -> tuple[int, int]:
        """How often a goal failed since it last passed, and the iteration of the last time."""
        count, last = 0, 0
        for one in self.ended:
            if one.goal == goal:
                count, last = (0, 0) if one.verdict == "PASSED" else (count + 1, one.iteration)
        return count, last

    def recent_failures(self, signature: str) -> int:
        """How often a step failed within the last few iterations, since it last passed."""
        return sum(at > self.iterations - RECENT for at in self.step_failures.get(signature, ()))

    # ------------------------------------------------------------------------ records

    def _on_goal_chosen(self, record: Record) -> None:
        self.goal, self._steps, self._new = str(record["goal"]), 0, []

    def _on_goal_ended(self, record: Record) -> None:
        if record.get("counts", True):
            self.ended.append(
                GoalEnded(
                    len(self.ended) + 1,
                    str(record["goal"]),
                    str(record["verdict"]),
                    str(record["reason"]),
                    float(record.get("seconds") or 0.0),
                    self._steps,
                    tuple(self._new),
                )
            )
        if self.facts and record["verdict"] == "PASSED":
            self._note(str(record["goal"]))  # a goal of several facts, such as a tower
        self.goal, self._new = "", []

    def _on_observed(self, record: Record) -> None:
        held = record["facts"].get(self.family)
        for name, count in held.items() if isinstance(held, Mapping) else ():
            if isinstance(count, (int, float)) and count > 0:
                self._note(name)
        if not self.facts:
            return
        true: set[str] = set(self.facts) & set(_true_facts(record["facts"]))
        if not self._begun:
            self.given, self._begun = true, True
        for name in sorted(true - self.given):
            self._note(name)

    def _note(self, name: str) -> None:
        if name not in self.found:
            asked = self.goal in (name, f"{STOCK}{name}")
            self.found[name] = Found(self.seconds, self.iterations + 1, asked)
            self._new.append(name)

    def _on_step_started(self, record: Record) -> None:
        self._steps += 1
        self._step = signature_of(record["skill"], record["arguments"])

    def _on_step_ended(self, record: Record) -> None:
        if record["verdict"] == "PASSED":
            self.step_failures.pop(self._step, None)
        else:
            self.step_failures.setdefault(self._step, []).append(self.iterations + 1)

    def _on_achieved_unasked(self, record: Record) -> None:
        self.unasked[str(record["condition"])] += 1

    def _on_event(self, record: Record) -> None:
        self.events[str(record["event"].get("type", ""))] += 1


def _true_facts(facts: Mapping[str, Any]) -> Iterator[str]:
    """The facts of an observation, as journals hold it, that are true; as text."""
    for family, values in facts.items():
        if values is True:
            yield family
        elif isinstance(values, Mapping):
            yield from (f"{family}[{key}]" for key, value in values.items() if value is True)
        elif isinstance(values, list):
            pairs = (pair for pair in values if isinstance(pair, list) and len(pair) == 2)
            yield from (f"{family}[{', '.join(map(str, keys))}]" for keys, value in pairs if value is True)
