"""A step whose skill does not exist yet, within a run: write it, try it as the step, keep what passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embodied.condition import Condition
from embodied.deploying.fitness import is_there
from embodied.facts import Observation
from embodied.outcome import Judgement, Verdict
from embodied.planning.plan import Attempt, NewSkill, Step
from embodied.sandbox.checking import TypeProblem
from embodied.skills import Skill
from embodied.writing.workshop import Order, Trial, Workshop

if TYPE_CHECKING:
    from embodied.loop import Run


def learn(
    run: Run, workshop: Workshop, wanted: NewSkill, before: Observation, goal: Condition
) -> Observation:
    """Make the skill that `wanted` asks for; the trial that passes is the step itself.

    A version that failed is taken out of the run's library again; none is kept for later runs.
    """
    if is_there(run.launch):
        why = f"no skill does {wanted.name_hint}, and nothing new is tried out on an arm that is there"
        run.note(why)
        run.history.append(Attempt(wanted.step, Judgement(Verdict.FAILED, why), why))
        return before
    order = Order(
        name=wanted.name_hint,
        signature=wanted.signature or f"{wanted.name_hint.replace('-', '_')}()",
        task=wanted.task,
        arguments=wanted.arguments,
        expects=wanted.expects,
        achieves=wanted.achieves,
        uses=wanted.uses,
        seconds=max(1.0, min(run.step_deadline_s, run.budget.seconds_left)),
    )
    run.journal.write("note", text=f"no skill does {order.name}: writing it")
    bench = _RunBench(run, wanted, before, goal)
    library = run.library
    made = workshop.make(order, bench)
    if made.skill is None:
        run.use(library)
        run.journal.write("note", text=made.why)
        if not any(one.ran for one in made.tried):
            run.history.append(Attempt(wanted.step, Judgement(Verdict.FAILED, made.why), made.why))
        return bench.now
    if not made.merged:
        run.keep(made.skill, wanted, bench.before)
    return bench.now


@dataclass
class _RunBench:
    """The bench of a workshop in a run: its sandbox, its body, its journal."""

    run: Run
    wanted: NewSkill
    now: Observation
    goal: Condition

    def __post_init__(self) -> None:
        self.before = self.now  # the last trial

    def check(self, skill: Skill) -> Sequence[TypeProblem]:
        self.run.use(self.run.library.with_skill(skill))
        return self.run.executor.check(skill)

    def try_out(self, skill: Skill, order: Order) -> Trial:
        wanted = self.wanted
        step = Step(skill.name, order.arguments, order.expects, wanted.why, wanted.tree, wanted.upcoming)
        before = self.before = self.now
        self.run.budget.check()
        self.now = self.run.attempt(step, before, self.goal)
        run = self.run.last_run
        assert run is not None
        judgement = self.run.history[-1].judgement
        return Trial(run, judgement, before, self.now, self.run.calls.lines(), self.run.cut_off)

    def observation(self) -> Observation:
        return self.now
