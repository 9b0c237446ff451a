"""One world of the gate: set it up, reach what cannot be given, run the skill, judge it from facts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from embodied.condition import And, Condition, evaluate
from embodied.facts import Observation
from embodied.library.evidence import SeedResult
from embodied.methods import WorldSpec
from embodied.outcome import Verdict
from embodied.planning import Attempt, OfflinePlanner, Step
from embodied.planning.progress import progressed
from embodied.referee import judge
from embodied.sandbox import Limits, SkillExecutor, SkillRun
from embodied.skills import SkillLibrary
from embodied.watching import AnyOf, Halter
from embodied.world import Simulation, World

SKILL_DEADLINE_S: Final = 600.0
REACH_DEADLINE_S: Final = 900.0
REACH_STEPS: Final = 80
_READY_DEADLINE_S: Final = 20.0
_READY_POLL_S: Final = 0.2


@dataclass(frozen=True)
class Case:
    """What is put to the proof.

    Attributes:
        library: what may be called, the skill itself among it.
        needs, expects: what must hold before and after.
    """

    skill: str
    arguments: Mapping[str, Any]
    needs: tuple[Condition, ...]
    expects: Condition
    library: SkillLibrary


@dataclass
class Trial:
    """A fresh world, with a body in it that has not acted yet.

    Attributes:
        tell: gets lines about progress.
        stop: ends what runs; the seed then counts for nothing.
    """

    simulation: Simulation
    world: World
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
            steps, problem = self._reach(executor)
            set_up: dict[str, Any] = {"given": dict(given)} if given else {}
            if steps:
                set_up["reached"] = steps
            before = self._observe()
            if not problem and evaluate(self.case.expects, before) is True:
                problem = f"{self.case.expects} holds before it ran"
            if self.stop.is_set():
                return None
            if problem:
                return self._result(Verdict.UNKNOWN, problem, set_up, from_nothing, ran=False)
            self.tell(f"seed {self.seed}: running {self.case.skill}")
            done = self._use(executor, self.case.skill, self.case.arguments)
            if self.stop.is_set():
                return None
            verdict, reason = self._judged(done)
            return self._result(verdict, reason, set_up, from_nothing, done=done)

    def _reach(self, executor: SkillExecutor) -> tuple[list[str], str]:
        """Make the needs hold with the offline planner: the steps it took, and why it could not ("")."""
        if not self.case.needs:
            return [], ""
        goal: Condition = And(self.case.needs) if len(self.case.needs) > 1 else self.case.needs[0]
        planner = OfflinePlanner(self.spec)
        history: list[Attempt] = []
        taken: list[str] = []
        deadline = time.monotonic() + REACH_DEADLINE_S
        observation = self._observe()
        while evaluate(goal, observation) is not True and not self.stop.is_set():
            if len(taken) >= REACH_STEPS or time.monotonic() > deadline:
                return taken, f"the needs were not reached in {len(taken)} steps: {goal}"
            for reflex in self.spec.reflexes:
                if reflex.skill in self.case.library and evaluate(reflex.when, observation) is True:
                    self._use(executor, reflex.skill, reflex.arguments)
                    observation = self._observe()
                    break
            step = planner.next(goal, observation, history)
            if not isinstance(step, Step):
                return taken, f"the needs cannot be reached from here: {getattr(step, 'reason', step)}"
            if step.skill not in self.case.library:
                return taken, f"the needs cannot be reached: there is no skill {step.skill}"
            self.tell(f"seed {self.seed}: reaching the needs, {step.signature}")
            taken.append(step.signature)
            done = self._use(executor, step.skill, step.arguments)
            after = self._observe()
            judgement = judge(step.expects, after)
            error = done.error_code or done.reason
            history.append(Attempt(step, judgement, error, progressed(step.expects, observation, after)))
            observation = after
        return taken, ""

    def _use(self, executor: SkillExecutor, skill: str, arguments: Mapping[str, Any]) -> SkillRun:
        self.interrupt.clear()
        self.why = ""
        done = executor.run(
            skill, arguments, deadline_s=SKILL_DEADLINE_S, cancel=AnyOf(self.stop, self.interrupt)
        )
        if done.error_code in ("lost", "stalled"):
            self.world.observe()  # raises the WorldError that says what happened
        return done

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
