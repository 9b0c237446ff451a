"""Rehearsals: a skill in fresh worlds, set up as the gate does it, with nothing recorded.

For training seeds, for a comparison of versions that are in no library, and for looking again at a seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from embodied.errors import WorldError
from embodied.library.case import Case
from embodied.library.evidence import SeedResult
from embodied.library.gate import Gate
from embodied.library.timeline import Timeline
from embodied.outcome import Verdict
from embodied.skills import Skill
from embodied.world import Simulation


class Rehearsal(Gate):
    """The gate's worlds, without its book."""

    def rehearse(self, skill: Skill, seeds: Sequence[int], example: Mapping[str, Any]) -> list[SeedResult]:
        """What a skill comes to on these seeds; fewer if it was stopped.

        Args:
            example: how it was first used, as the library keeps it: arguments, expects, derived.
        """
        cases = self._uses(skill, example)
        found: list[SeedResult] = []
        with self._opened() as simulation:
            for number, seed in enumerate(seeds):
                if self._stop.is_set():
                    break
                result = self._tried(simulation, cases, number, seed)
                if result is None:
                    break
                found.append(result)
                self._tell(f"{skill.name}: seed {seed}: {result.verdict.value}, {result.reason}")
        return found

    def again(
        self, skill: Skill, before: SeedResult, example: Mapping[str, Any], *, pictures: bool = True
    ) -> tuple[SeedResult | None, Timeline]:
        """A seed once more, with what happened in it. None if it was stopped or the world was lost.

        Args:
            pictures: one after each motion, where the body takes any.
        """
        cases = self._uses(skill, example)
        same = [case for case in cases if dict(case.arguments) == dict(before.arguments)] or cases
        with self._opened() as simulation:
            world, given = self._set_up(simulation, same[0], before.seed, bare=before.from_nothing)
            timeline = Timeline(world, pictures=pictures)
            trial = self._trial(simulation, timeline, same[0], before.seed)
            try:
                return trial.run(given, from_nothing=before.from_nothing), timeline
            except WorldError:
                return None, timeline

    def _tried(
        self, simulation: Simulation, cases: Sequence[Case], number: int, seed: int
    ) -> SeedResult | None:
        try:
            case, world, given = self._begun(simulation, cases, number, seed, bare=False)
            return self._trial(simulation, world, case, seed).run(given, from_nothing=False)
        except WorldError as gone:
            case = cases[0]
            why = f"the world was lost: {gone.message}"
            return SeedResult(seed, Verdict.UNKNOWN, why, case.arguments, str(case.expects), ran=False)

    @contextmanager
    def _opened(self) -> Iterator[Simulation]:
        simulation = self._make(self._run_dir)
        try:
            yield simulation
        finally:
            simulation.close()
