"""Making a skill's needs hold by acting, with the skills that the run had."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from embodied.condition import And, Condition, evaluate
from embodied.facts import Observation
from embodied.library.case import Case
from embodied.library.way import HELD, RecordedWay
from embodied.methods import WorldSpec
from embodied.outcome import Judgement
from embodied.planning import Attempt, OfflinePlanner, Planner, Step
from embodied.planning.progress import progressed
from embodied.planning.skilled import SkilledMethods
from embodied.referee import judge
from embodied.sandbox import SkillRun

REACH_DEADLINE_S: Final = 900.0
REACH_STEPS: Final = 80


@dataclass
class Reaching:
    """The way to a case's needs in one world.

    Attributes:
        use: runs a skill.
        observe: the facts, once the body is fit to act.
        tell: gets a line for each step.
        taken: the steps that were taken.
    """

    spec: WorldSpec
    case: Case
    use: Callable[[str, Mapping[str, Any]], SkillRun]
    observe: Callable[[], Observation]
    stop: threading.Event
    tell: Callable[[str], None]
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + REACH_DEADLINE_S

    def reach(self, *, from_nothing: bool) -> str:
        """Make the needs hold; why they could not, "" if they do.

        From nothing, and in a world where nothing is held in amounts and can be given, the steps are walked
        that led to the skill's first use, where they are known: what it needs besides what it says is then
        there too. Otherwise, and after them, the needs are planned for.
        """
        case = self.case
        problem = ""
        if case.way and (from_nothing or HELD not in self.spec.families):
            problem = self._walk(RecordedWay(case.way, case.step_retries), None)
        if not case.needs:
            return problem
        goal = And(case.needs) if len(case.needs) > 1 else case.needs[0]
        methods = SkilledMethods(self.spec, lambda: case.library)
        planned = self._walk(OfflinePlanner(methods, case.step_retries), goal)
        return f"{planned}; {problem}" if planned and problem else planned

    def _walk(self, planner: Planner, goal: Condition | None) -> str:
        """Until `goal` holds, or the planner has no more steps; why it could not be reached, or ""."""
        history: list[Attempt] = []
        observation = self.observe()
        while not self.stop.is_set():
            if goal is not None and evaluate(goal, observation) is True:
                return ""
            if len(self.taken) >= REACH_STEPS or time.monotonic() > self._deadline:
                return f"the needs were not reached in {len(self.taken)} steps"
            observation = self._reflexes(observation)
            step = planner.next(goal or _ANYTHING, observation, history)
            if not isinstance(step, Step):
                why = str(getattr(step, "reason", step))
                return why and f"the needs cannot be reached from here: {why}"
            if step.skill not in self.case.library:
                return f"the needs cannot be reached: there is no skill {step.skill}"
            observation = self._step(step, observation, history)
        return ""

    def _reflexes(self, observation: Observation) -> Observation:
        for reflex in self.spec.reflexes:
            if reflex.skill in self.case.library and evaluate(reflex.when, observation) is True:
                self.use(reflex.skill, reflex.arguments)
                return self.observe()
        return observation

    def _step(self, step: Step, before: Observation, history: list[Attempt]) -> Observation:
        self.tell(f"reaching the needs, {step.signature}")
        self.taken.append(step.signature)
        done = self.use(step.skill, step.arguments)
        after = self.observe()
        judgement: Judgement = judge(step.expects, after)
        error = done.error_code or done.reason
        history.append(Attempt(step, judgement, error, progressed(step.expects, before, after)))
        return after


_ANYTHING: Final = And(())
