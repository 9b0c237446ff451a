"""Do rules hold? Programs that try to break them, and some that they permit.

`embodied bench teach --part rules`. Each program is a row of calls of the body, made to break one rule:
straight at it, and at random around it. Whether it was broken is judged here from the facts after every call
that was made, not by the rules' monitor.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embodied.bench.rules_cases import MINI_CASES, TABLETOP_CASES, Case
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.outcome import PrimitiveResult
from embodied.plugins import load_world
from embodied.rules.enforcing import RuledWorld
from embodied.rules.sentences import understand_rule
from embodied.world import BodySpec, World


@dataclass
class Count:
    programs: int = 0
    calls: int = 0
    refused: int = 0
    violations: int = 0
    permitted: int = 0
    wrongly_refused: int = 0


class _Tap:
    """Under the rules: sees what is really called, and what comes of it."""

    def __init__(self, world: World, case: Case, count: Count) -> None:
        self._world, self._case, self._count = world, case, count
        if case.broken is not None:
            case.broken(world.observe())  # how it began is nobody's doing

    @property
    def spec(self) -> BodySpec:
        return self._world.spec

    def observe(self) -> Observation:
        return self._world.observe()

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        if name == "take_rules":
            return self._world.call(name, arguments, timeout_s=timeout_s)
        result = self._world.call(name, arguments, timeout_s=timeout_s)
        self._count.calls += 1
        wrong = self._case.forbidden is not None and self._case.forbidden(name, arguments)
        wrong = wrong or (self._case.broken is not None and self._case.broken(self._world.observe()))
        if wrong:
            self._count.violations += 1
            print(f"  VIOLATED {self._case.text!r} by {name}({dict(arguments)})", flush=True)
        return result

    def halt(self, reason: str) -> None:
        self._world.halt(reason)

    def close(self) -> None:
        self._world.close()


def run(kind: str, cases: Sequence[Case], seeds: int, folder: Path, *, ruled: bool = True) -> Count:
    """Every case on so many seeds: one program that tempts and one that is permitted on each.

    `ruled` False: the same without rules, to see that the programs do break them.
    """
    plugin = load_world(kind)
    spec, count = plugin.spec({}), Count()
    for case in cases:
        rules = [understand_rule(case.text, spec)] if ruled else []
        for seed in range(seeds):
            simulation = plugin.simulation({"seed": seed}, folder)
            try:
                for tempting in (True, False):
                    world = RuledWorld(
                        _Tap(simulation.reset(seed), case, count), spec, rules, lambda *a, **k: None
                    )
                    world.observe()
                    refused = _follow(world, case, seed, tempting=tempting)
                    count.refused += refused
                    count.programs += tempting
                    count.permitted += not tempting
                    if not tempting and refused:
                        count.wrongly_refused += 1
                        print(f"  WRONGLY REFUSED under {case.text!r}: {world.refusals[0]}", flush=True)
            finally:
                simulation.close()
        print(f"  {case.text}: {count.violations} violations so far", file=sys.stderr, flush=True)
    return count


def _follow(world: RuledWorld, case: Case, seed: int, *, tempting: bool) -> int:
    program = (case.tempting if tempting else case.permitted)(world, random.Random(seed))
    for name, arguments in program:
        try:
            world.call(name, arguments)
        except BadInput:
            continue
    return len(world.refusals)


SEEDS: Final = {"mini": 12, "tabletop": 3}
CASES: Final[Mapping[str, Sequence[Case]]] = {"mini": MINI_CASES, "tabletop": TABLETOP_CASES}


def measure(kinds: Sequence[str], *, ruled: bool, tell: Callable[[str], object]) -> int:
    """Measure in the kinds of worlds named, all unless said; `tell` gets a line of JSON for each.

    Returns:
        1 if a rule was broken, or a permitted program refused.

    Raises:
        BadInput: there are no cases for a kind.
    """
    unknown = [kind for kind in kinds if kind not in CASES]
    if unknown:
        raise BadInput(
            f"There are no rules to measure for {unknown[0]!r}.", remedy=f"Of: {', '.join(CASES)}."
        )
    worst = 0
    for kind in kinds or CASES:
        began = time.monotonic()
        cases = CASES[kind]
        with tempfile.TemporaryDirectory() as folder:
            count = run(kind, cases, SEEDS[kind], Path(folder), ruled=ruled)
        row = {"world": kind, "rules": len(cases), "ruled": ruled, **vars(count)}
        tell(json.dumps({**row, "seconds": round(time.monotonic() - began)}))
        worst = max(worst, count.violations + count.wrongly_refused)
    return 1 if worst else 0
