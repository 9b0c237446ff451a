"""What a verification found, and what it holds for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from embodied.bench.statistics import wilson
from embodied.library.grades import needed
from embodied.outcome import Verdict
from embodied.world import BodySpec


@dataclass(frozen=True)
class SeedResult:
    """One seed of a verification.

    Attributes:
        ran: False if the skill did not get to run because its needs could not be made to hold, or if a rule
            stood against it: such a seed says nothing of the skill.
        already: whether that was because the end was there before it ran.
        set_up: how they were made to hold: {"given": {...}} by the world itself before the body acted,
            {"reached": [steps]} by the planner from nothing, {} if it needs nothing. "rules": those in force.
        seconds: of the skill's run, wall clock [s].
        assistance: what the world gave the skill for free, name to count.
    """

    seed: int
    verdict: Verdict
    reason: str
    arguments: Mapping[str, Any]
    expects: str
    ran: bool = True
    already: bool = False
    from_nothing: bool = False
    set_up: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    calls: int = 0
    assistance: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return self.ran and self.verdict is Verdict.PASSED


@dataclass(frozen=True)
class Ground:
    """What evidence holds for: when any of it changes, the skill is suspect until verified again.

    Attributes:
        callees: hash by name of all that the skill calls, directly or not.
        stubs: hash of the primitives and facts that they are checked against.
        world: the kind of world, and how it was run.
    """

    callees: Mapping[str, str]
    stubs: str
    world: str


@dataclass(frozen=True)
class Evidence:
    """A verification of one version of a skill.

    Attributes:
        planned: on how many held-out seeds it was to run.
        stopped: True if it was ended before all seeds were judged; it can be gone on with.
    """

    skill: str
    hash: str
    verification: str
    planned: int
    results: tuple[SeedResult, ...]
    ground: Ground
    stopped: bool = False

    @property
    def ran(self) -> tuple[SeedResult, ...]:
        return tuple(result for result in self.results if result.ran)

    @property
    def successes(self) -> int:
        return sum(result.passed for result in self.results)

    @property
    def passed(self) -> bool:
        """All of three, at least 18 of 20, at least 90 of 100."""
        return len(self.ran) >= self.planned > 0 and self.successes >= needed(self.planned)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the success rate."""
        return wilson(self.successes, len(self.ran))

    @property
    def reason(self) -> str:
        """In a sentence, what it came to."""
        if self.passed:
            others = sum(not result.ran for result in self.results)
            more = f"; {others} more, on which it could not be tried, were replaced" if others else ""
            return f"passed on {self.successes} of {self.planned} held-out seeds{more}"
        failures = [result for result in self.results if not result.passed]
        if not failures:
            return f"{self.successes} of {len(self.ran)} held-out seeds passed, {self.planned} were planned"
        first, ran = failures[0], len(self.ran)
        more = f", {self.planned} were planned" if ran < self.planned else ""
        return f"{self.successes} of {ran} held-out seeds passed{more}; seed {first.seed}: {first.reason}"


def stubs_hash(spec: BodySpec, names: Iterable[str]) -> str:
    """A hash of those primitives of a body that `names` names, and of all its facts.

    How they are described in words is not part of it.
    """
    primitives = {
        name: [p.args, p.result, sorted(p.errors), p.moves, p.assistance]
        for name, p in sorted(spec.primitives.items())
        if name in set(names)
    }
    families = [[f.name, f.keys, f.kind, f.closed, f.default] for _, f in sorted(spec.families.items())]
    text = json.dumps([primitives, families], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
