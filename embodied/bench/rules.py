"""Do rules hold? Programs that try to break them, and some that they permit.

`python -m embodied.bench.rules [mini] [tabletop] [without]`. Each program is a row of calls of the body, made
to break one rule: straight at it, and at random around it. Whether it was broken is judged here from the
facts after every call that was made, not by the rules' monitor. "without": the same calls without rules.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embodied.bench.rules_cases import Case, mini_cases, tabletop_cases
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


def main(kinds: Sequence[str]) -> int:
    """Run the kinds of worlds named (both, unless said), and print a line of JSON for each."""
    worst = 0
    ruled = "without" not in kinds
    for kind in [kind for kind in kinds if kind != "without"] or ("mini", "tabletop"):
        began = time.monotonic()
        cases = mini_cases() if kind == "mini" else tabletop_cases()
        with tempfile.TemporaryDirectory() as folder:
            count = run(kind, cases, SEEDS[kind], Path(folder), ruled=ruled)
        row = {
            "world": kind,
            "rules": len(cases),
            "ruled": ruled,
            **vars(count),
            "seconds": round(time.monotonic() - began),
        }
        print(json.dumps(row), flush=True)
        worst = max(worst, count.violations + count.wrongly_refused)
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
