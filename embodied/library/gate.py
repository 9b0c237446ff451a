"""The gate: a skill is run in fresh worlds of held-out seeds before it counts as verified.

In all worlds but one the skill's needs are made to hold by the world itself before the body acts; in one
the body starts with nothing and reaches them by the skills that there are. Both are recorded as set-up.
Every seed's result is in the library as soon as it is there, so a verification that was stopped or killed
goes on where it was.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from embodied.condition import Condition, evaluate, parse
from embodied.errors import BadLibrary, BadSkill, WorldError
from embodied.facts import Observation
from embodied.library.case import Case
from embodied.library.evidence import Evidence, Ground, SeedResult, stubs_hash
from embodied.library.grades import VERIFIED, lost
from embodied.library.locks import FileLock
from embodied.library.records import Check
from embodied.library.scenes import examples_of, expected, needs_of, scene_for, scene_of, uses_per_tool
from embodied.library.store import LibraryStore
from embodied.library.trial import Trial
from embodied.library.way import way_of
from embodied.methods import WorldSpec
from embodied.outcome import Verdict
from embodied.rules import Rule, RuledWorld
from embodied.sandbox import Limits, SkillExecutor
from embodied.skills import Skill, SkillLibrary
from embodied.skills.sameness import outside_names
from embodied.world import Simulation, World

REPLACEMENTS: Final = 2
"""Seeds that may be replaced because the skill could not be brought to run on them, or the world was lost."""
ALREADY: Final = 0.1
"""Share of the seeds that may be replaced because the end was there from the beginning, and at least as many
as the others: of a hundred starts some have it."""

_OTHER_GATE_S: Final = 3600.0


@dataclass
class _Proof:
    """A verification as it runs. `cases` are tried in turn, one a seed."""

    cases: Sequence[Case]
    check: Check
    ground: Ground
    results: list[SeedResult]
    replaced: Counter[bool] = field(default_factory=Counter)
    """How many seeds were, by whether the end was there already."""


class Gate:
    """Verifies skills, one world at a time.

    Args:
        simulation: makes a simulation whose logs go into a folder.
        spec: what the kind of world knows.
        store: where skills are found, and evidence is kept.
        run_dir: for logs and worlds.
        step_retries: how often a step towards a skill's needs may fail in the same way.
        how: how the worlds are run, if not as usual ("fast"); part of the evidence.
        scene: in which they are, "" for the usual one: what was begun in one goes on in that one alone.
        rules: in force in its worlds. A skill that one of them stands against is not proven, nor is it held
            against the skill: its grade stays, and the reason names the rule.
        on_progress: gets a line for each thing that begins or ends.
        stop: ends the verification after what is running was halted; it can be gone on with.
    """

    def __init__(
        self,
        simulation: Callable[[Path], Simulation],
        spec: WorldSpec,
        store: LibraryStore,
        *,
        run_dir: Path,
        how: str = "",
        scene: str = "",
        rules: Sequence[Rule] = (),
        limits: Limits | None = None,
        step_retries: int = 3,
        on_progress: Callable[[str], None] = lambda line: None,
        stop: threading.Event | None = None,
    ) -> None:
        self.spec = spec
        self.store = store
        self._make = simulation
        self._run_dir = run_dir
        self._how, self._scene = how, scene
        self._rules = tuple(rules)
        self._limits = limits or Limits()
        self._step_retries = step_retries
        self._tell = on_progress
        self._stop = stop or threading.Event()

    def verify(
        self,
        skill: Skill,
        seeds: int | Sequence[int] = VERIFIED,
        *,
        arguments: Mapping[str, Any] | None = None,
        expects: Condition | None = None,
        needs: Sequence[Condition] = (),
    ) -> Evidence:
        """Run a skill on held-out seeds and record what came of it. A skill that is new is stored on trial.

        Args:
            seeds: how many, or which; those must be held out.
            arguments: to run it with; without, those of its example, of the world's knowledge, or defaults.
            expects: what must hold after, where the skill itself does not say.
            needs: what must hold before, besides what the skill and the world say.

        Raises:
            BadLibrary: nothing could judge it, it is a duplicate, or something that it calls cannot be used.
            BadInput: a seed is not held out, or the arguments do not fit.
            SetupError: the world cannot be started here.
        """
        cases = self._cases(skill, arguments, expects, needs)
        wait = f"{skill.name}: another gate is running; waiting for it"
        lock = FileLock(
            self.store.folder / "_gate.lock",
            timeout_s=_OTHER_GATE_S,
            stop=self._stop,
            on_wait=lambda: self._tell(wait),
        )
        with lock:
            return self._prove(skill, cases, seeds)

    def _cases(
        self,
        skill: Skill,
        arguments: Mapping[str, Any] | None,
        expects: Condition | None,
        needs: Sequence[Condition],
    ) -> list[Case]:
        version = next((line.version for line in self._history(skill) if line.hash == skill.hash), None)
        first = version.example if version is not None and arguments is None else {}
        cases = self._uses(skill, first, arguments, expects, needs)
        example: dict[str, Any] = {"arguments": dict(cases[0].arguments), "expects": str(cases[0].expects)}
        if len(cases) > 1:
            example["derived"] = True
        added = self.store.add(skill, example=example)
        if added.status == "duplicate":
            raise BadLibrary(f"{skill.name} is the same as {added.twin}.", remedy=f"Use {added.twin}.")
        return cases

    def _uses(
        self,
        skill: Skill,
        first: Mapping[str, Any],
        arguments: Mapping[str, Any] | None = None,
        expects: Condition | None = None,
        needs: Sequence[Condition] = (),
    ) -> list[Case]:
        """What to try a skill with; `first` is how it was first used."""
        given = arguments if arguments is not None else first.get("arguments")
        derived = given is None or first.get("derived")
        each = examples_of(skill, self.spec) if given is None or derived else [dict(given)]
        if expects is None and first.get("expects") and not first.get("derived"):
            expects = parse(str(first["expects"]))
        bound = [skill.bind(**one) for one in each]
        goals = [expected(skill, one, expects) for one in bound]
        library = self._library(skill, seed_skills=bool(first.get("seed_skills", True)))
        return [
            Case(
                skill.name,
                one,
                tuple(dict.fromkeys([*needs_of(skill, one, self.spec), *needs])),
                goal,
                library,
                held=dict(first.get("held") or {}),
                way=way_of(first),
                step_retries=self._step_retries,
            )
            for one, goal in zip(bound, goals, strict=True)
        ]

    def _history(self, skill: Skill) -> Sequence[Any]:
        try:
            return self.store.history(skill.name)
        except BadLibrary:
            return ()

    def _library(self, skill: Skill, *, seed_skills: bool) -> SkillLibrary:
        """What may be called: as in the run that the skill was written in."""
        others = (self.store if seed_skills else self.store.without_seeds()).skills()
        for called in skill.calls:
            if called not in others:
                raise BadLibrary(
                    f"{skill.name} calls {called}, which is not used as it is.",
                    remedy=f"`embodied skills verify {called}` first.",
                )
        return others.with_skill(skill)

    def _prove(self, skill: Skill, cases: Sequence[Case], seeds: int | Sequence[int]) -> Evidence:
        closure = cases[0].library.closure(skill.name)
        callees = {each.name: each.hash for each in closure if each.name != skill.name}
        names = {name for each in closure for name in outside_names(each.source)}
        ground = Ground(callees, "", f"{self.spec.name} {self._how}".strip())
        check = self._check(skill, seeds, ground)
        proof = _Proof(cases, check, ground, self._before(skill, check))
        simulation = self._make(self._run_dir)
        try:
            while not self._stop.is_set() and not check.complete and not lost(check):
                seed = next(seed for seed in check.seeds if seed not in check.done)
                if not self._one(simulation, skill, proof, seed, names):
                    break
        finally:
            simulation.close()
        evidence = self._evidence(skill, proof)
        self._tell(f"{skill.name}: {evidence.reason}")
        return evidence

    def _evidence(self, skill: Skill, proof: _Proof) -> Evidence:
        planned = len(proof.check.seeds)
        stopped = not proof.check.complete and not lost(proof.check)
        return Evidence(
            skill.name, skill.hash, proof.check.id, planned, tuple(proof.results), proof.ground, stopped
        )

    def _check(self, skill: Skill, seeds: int | Sequence[int], ground: Ground) -> Check:
        """The verification that was begun and not ended, or a new one."""
        if not isinstance(seeds, int):
            self.store.seen.refuse_seen(list(seeds))
        lines = [line for line in self.store.history(skill.name) if line.hash == skill.hash]
        for check in reversed(lines[0].version.checks if lines else []):
            same = check.scene == self._scene and (
                not check.stubs
                or (dict(check.callees) == dict(ground.callees) and check.world == ground.world)
            )
            wanted = len(check.seeds) == seeds if isinstance(seeds, int) else check.seeds == list(seeds)
            if check.complete or lost(check) or not same or not wanted:
                break
            self._tell(
                f"{skill.name}: going on with {check.id}, {len(check.done)} of {len(check.seeds)} done"
            )
            return check
        return self._begin(skill, seeds)

    def _begin(self, skill: Skill, seeds: int | Sequence[int]) -> Check:
        chosen = self.store.seen.draw(seeds, skill.hash) if isinstance(seeds, int) else list(seeds)
        id_ = self.store.begin_verification(skill.name, skill.hash, chosen, chosen[-1], self._scene)
        return Check(id_, chosen, chosen[-1], scene=self._scene)

    def _before(self, skill: Skill, check: Check) -> list[SeedResult]:
        """What earlier parts of this verification came to."""
        fields = SeedResult.__dataclass_fields__
        return [
            SeedResult(**{**{k: v for k, v in r.items() if k in fields}, "verdict": Verdict(r["verdict"])})
            for r in self.store.records(skill.name)
            if r["type"] == "evidence" and r["id"] == check.id
        ]

    def _one(self, simulation: Simulation, skill: Skill, proof: _Proof, seed: int, names: set[str]) -> bool:
        """One seed; False if the verification cannot go on."""
        bare = seed == proof.check.from_nothing
        number = f"{len(proof.check.done) + 1} of {len(proof.check.seeds)}"
        self._tell(f"{skill.name}: seed {seed} ({number}){', from nothing' if bare else ''}")
        case = proof.cases[len(proof.check.done) % len(proof.cases)]
        try:
            case, world, given = self._begun(simulation, proof.cases, len(proof.check.done), seed, bare=bare)
            if not proof.check.done:
                self._refuse_unchecked(skill, case, world)
            stubs = stubs_hash(world.spec, names)
            if proof.check.stubs and proof.check.stubs != stubs:
                raise BadLibrary(
                    f"{skill.name}: the body has changed since this verification began.",
                    remedy="`embodied skills verify` again begins a new one.",
                )
            proof.ground = replace(proof.ground, stubs=stubs)
            proof.check.stubs = stubs
            result = self._trial(simulation, world, case, seed).run(given, from_nothing=bare)
        except WorldError as gone:
            result = SeedResult(
                seed,
                Verdict.UNKNOWN,
                f"the world was lost: {gone.message}",
                case.arguments,
                str(case.expects),
                ran=False,
                from_nothing=bare,
            )
        if result is None:
            return False
        return self._keep(skill, proof, result)

    def _refuse_unchecked(self, skill: Skill, case: Case, world: World) -> None:
        """Code that does not check fails on any seed: raises `BadSkill` with all of its mistakes."""
        with SkillExecutor(case.library, world, self._limits) as executor:
            problems = executor.check(skill)
        if problems:
            where = "\n".join(map(str, problems))
            raise BadSkill(f"{skill.name} does not check:\n{where}", remedy="Mend it, and verify again.")

    def _begun(
        self, simulation: Simulation, cases: Sequence[Case], number: int, seed: int, *, bare: bool
    ) -> tuple[Case, World, Mapping[str, Any]]:
        """A world for the seed, and the use to try in it: the cases take turns."""
        first = number % len(cases)
        for case in (*cases[first:], *cases[:first]):
            world, given = self._set_up(simulation, case, seed, bare=bare)
            if len(cases) == 1 or evaluate(case.expects, world.observe()) is not True:
                break  # where the end is there from the beginning, nothing is shown
        return case, world, given

    def _trial(self, simulation: Simulation, world: World, case: Case, seed: int) -> Trial:
        ruled = RuledWorld(world, self.spec, self._rules, lambda *_, **__: None)
        return Trial(simulation, ruled, self.spec, case, self._limits, self._stop, self._tell, seed)

    def _keep(self, skill: Skill, proof: _Proof, result: SeedResult) -> bool:
        check = proof.check
        instead: list[int] = []
        may_go_on = True
        if not result.ran:
            most = max(REPLACEMENTS, int(ALREADY * len(check.seeds))) if result.already else REPLACEMENTS
            may_go_on = proof.replaced[result.already] < most
            if may_go_on:
                proof.replaced[result.already] += 1
                drawn = self.store.seen.draw(len(check.seeds) + 1, skill.hash)
                instead = [next(s for s in drawn if s not in check.seeds)]
                check.seeds = [s for s in check.seeds if s != result.seed] + instead
                check.from_nothing = instead[0] if result.from_nothing else check.from_nothing
        elif result.passed:
            check.passed += 1
        else:
            check.failed += 1
        self.store.record(skill.name, skill.hash, check.id, proof.ground, result, instead)
        check.done.append(result.seed)
        proof.results.append(result)
        self._tell(f"{skill.name}: seed {result.seed}: {result.verdict.value}, {result.reason}")
        return may_go_on

    def _set_up(
        self, simulation: Simulation, case: Case, seed: int, *, bare: bool
    ) -> tuple[World, Mapping[str, Any]]:
        own = {} if bare else scene_for(case.needs, self.spec)
        if own:
            return simulation.reset(seed, own), own
        scene = {} if bare else scene_of(case.needs, self.spec, held=case.held, expects=case.expects)
        world = simulation.reset(seed, scene or None)
        if not scene:
            return world, {}
        seen: Observation = world.observe()
        per_tool = uses_per_tool(case.needs, scene["inventory"], seen)
        more = scene_of(case.needs, self.spec, per_tool=per_tool, held=case.held, expects=case.expects)
        if more != scene:
            world = simulation.reset(seed, more)
        return world, more["inventory"]
