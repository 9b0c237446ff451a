"""One world of the gate: set it up, reach what cannot be given, run the skill, judge it from facts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from embodied.condition import evaluate
from embodied.facts import Observation
from embodied.library.case import Case
from embodied.library.evidence import SeedResult
from embodied.library.reaching import Reaching
from embodied.methods import WorldSpec
from embodied.outcome import Verdict
from embodied.planning.plan import AGAINST
from embodied.referee import judge
from embodied.rules import RuledWorld
from embodied.sandbox import Limits, SkillExecutor, SkillRun
from embodied.watching import AnyOf, Halter
from embodied.world import Simulation

SKILL_DEADLINE_S: Final = 600.0
_READY_DEADLINE_S: Final = 20.0
_READY_POLL_S: Final = 0.2


@dataclass
class Trial:
    """A fresh world, with a body in it that has not acted yet.

    Attributes:
        tell: gets lines about progress.
        stop: ends what runs; the seed then counts for nothing.
    """

    simulation: Simulation
    world: RuledWorld
    spec: WorldSpec
    case: Case
    limits: Limits
    stop: threading.Event
    tell: Callable[[str], None]
    seed: int = 0
    interrupt: threading.Event = field(default_factory=threading.Event)
    why: str = ""

    def run(self, given: Mapping[str, Any], *, from_nothing: bool) -> SeedResult | None:
        """What the seed came to; None if it was stopped."""
        self._watch()
        with (
            Halter(self.world, (self.stop, self.interrupt)),
            SkillExecutor(self.case.library, self.world, self.limits, seed=self.seed) as executor,
        ):
            reaching = Reaching(
                self.spec,
                self.case,
                lambda skill, arguments: self._on_the_way(executor, skill, arguments),
                self._observe,
                self.stop,
                lambda line: self.tell(f"seed {self.seed}: {line}"),
            )
            problem = reaching.reach(from_nothing=from_nothing)
            set_up: dict[str, Any] = {"given": dict(given)} if given else {}
            if self.world.rules:
                set_up["rules"] = [rule.text for rule in self.world.rules]
            if reaching.taken:
                set_up["reached"] = reaching.taken
            before = self._observe()
            already = not problem and evaluate(self.case.expects, before) is True
            if already:
                problem = f"{self.case.expects} holds before it ran"
            if self.stop.is_set():
                return None
            if problem:
                unrun = self._result(Verdict.UNKNOWN, problem, set_up, from_nothing, ran=False)
                return replace(unrun, already=already)
            self.tell(f"seed {self.seed}: running {self.case.skill}")
            done = self._use(executor, self.case.skill, self.case.arguments)
            if self.stop.is_set():
                return None
            verdict, reason = self._judged(done)
            against = self._against() if verdict is not Verdict.PASSED or self.world.violations else ""
            if against:
                return self._result(Verdict.UNKNOWN, against, set_up, from_nothing, ran=False, done=done)
            return self._result(verdict, reason, set_up, from_nothing, done=done)

    def _use(self, executor: SkillExecutor, skill: str, arguments: Mapping[str, Any]) -> SkillRun:
        self.interrupt.clear()
        self.world.refusals.clear()
        self.world.violations.clear()
        self.why = ""
        done = executor.run(
            skill, arguments, deadline_s=SKILL_DEADLINE_S, cancel=AnyOf(self.stop, self.interrupt)
        )
        if done.error_code in ("lost", "stalled"):
            self.world.observe()  # raises the WorldError that says what happened
        return done

    def _on_the_way(self, executor: SkillExecutor, skill: str, arguments: Mapping[str, Any]) -> SkillRun:
        """A step towards the needs; one that a rule stood against is not planned again."""
        done = self._use(executor, skill, arguments)
        found = self.world.violations or self.world.refusals
        return replace(done, error_code=f"{AGAINST} {found[-1]}") if found and not done.ok else done

    def _against(self) -> str:
        """What a rule had against the skill; "" if nothing."""
        found = self.world.violations or self.world.refusals
        return f"against a rule: {found[-1]}" if found else ""

    def _judged(self, done: SkillRun) -> tuple[Verdict, str]:
        """Facts decide: the body's, and the world's own where it can be asked."""
        judgement = judge(self.case.expects, self._observe())
        ask = getattr(self.simulation, "truth", None)
        truth = ask() if ask is not None and judgement.passed else None
        if truth is not None:
            second = judge(self.case.expects, truth)
            if second.verdict is Verdict.FAILED:
                return Verdict.FAILED, f"the body says {judgement.reason}, the server: {second.reason}"
        if judgement.passed and done.ok:
            return Verdict.PASSED, judgement.reason
        if judgement.passed:
            said = done.reason or done.error or done.error_code
            return Verdict.FAILED, f"{judgement.reason} holds, but the skill ended with: {said}"
        why = f"interrupted: {self.why}" if self.why else done.error or done.reason
        return Verdict.FAILED, judgement.reason + (f" ({why})" if why else "")

    def _result(
        self,
        verdict: Verdict,
        reason: str,
        set_up: Mapping[str, Any],
        from_nothing: bool,
        *,
        ran: bool = True,
        done: SkillRun | None = None,
    ) -> SeedResult:
        return SeedResult(
            seed=self.seed,
            verdict=verdict,
            reason=reason,
            arguments=dict(self.case.arguments),
            expects=str(self.case.expects),
            ran=ran,
            from_nothing=from_nothing,
            set_up=set_up,
            seconds=round(done.seconds, 3) if done else 0.0,
            calls=sum(done.primitive_calls.values()) if done else 0,
            assistance=dict(done.assistance) if done else {},
        )

    def _watch(self) -> None:
        """Events that make a running skill void end it, as in a run."""

        def heard(event: Mapping[str, Any]) -> None:
            if event.get("type") in self.spec.interrupts:
                self.why = str(event["type"])
                self.interrupt.set()

        subscribe = getattr(self.world, "on_event", None)
        if subscribe is not None:
            subscribe(heard)

    def _observe(self) -> Observation:
        observation = self.world.observe()
        deadline = time.monotonic() + _READY_DEADLINE_S
        while self.spec.ready is not None and evaluate(self.spec.ready, observation) is False:
            if time.monotonic() > deadline or self.stop.wait(_READY_POLL_S):
                break
            observation = self.world.observe()
        return observation
