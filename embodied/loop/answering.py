"""What is asked of an open world, one thing at a time, and its answer: a goal, a skill, a call of the body.

`embodied.session` has them done in the thread that owns the world; the journal says what was asked, and the
answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from embodied.condition import Condition, parse
from embodied.deploying.fitness import is_there
from embodied.done import Done
from embodied.errors import BadGoal, BudgetSpent
from embodied.goals import Goal
from embodied.library.scenes import expected
from embodied.loop.goal import understand
from embodied.loop.pursuit import take_up, towards
from embodied.loop.report import INTERRUPTED
from embodied.loop.run import Run
from embodied.outcome import Judgement, PrimitiveResult, Verdict
from embodied.planning import Step
from embodied.planning.unclear import proposed_goal
from embodied.skills import Skill

ATTEMPTS: Final = 3
"""How often a skill that was asked for is begun, where an event of the body ("dropped") interrupts it."""

Unless = Callable[[], str]
"""Why something is not to be done after all; "" while it is."""


def pursue(run: Run, wanted: str | Goal, seconds: float | None, unless: Unless) -> Done:
    """Plan and act until a goal holds. See `Session.pursue`."""
    goal = wanted if isinstance(wanted, Goal) else _meant(run, wanted)
    began, observation = time.monotonic(), run.observe()
    condition = take_up(run, goal, observation)
    run.journal.write("asked", what="goal", text=goal.text, condition=str(condition))

    def give_up() -> str:
        if not run.interruption.held and (why := unless()):
            run.interruption.hold(why)
        if run.interruption.held:
            return run.interruption.held
        late = seconds is not None and time.monotonic() - began > seconds
        return f"not reached within {seconds:g} s" if late else ""

    try:
        judgement, code = towards(run, condition, observation, stages=goal.stages, give_up=give_up)
    except BudgetSpent as spent:
        judgement, code = Judgement(Verdict.FAILED, spent.message), spent.exit_code
    if run.interruption.held or code == INTERRUPTED:
        judgement = Judgement(Verdict.UNKNOWN, run.interruption.held or judgement.reason)
    reason = run.tally.told(judgement.reason)
    return _answered(run, goal.text, Judgement(judgement.verdict, reason), began)


def do_skill(run: Run, name: str, arguments: Mapping[str, Any], unless: Unless) -> Done:
    """Run one skill of the library, judged by what it says that it achieves. See `Session.do`."""
    skill = run.library.get(name)
    bound = skill.bind(**arguments)
    asked = f"{skill.name}({', '.join(f'{key}={value}' for key, value in bound.items())})"
    run.journal.write("asked", what="skill", text=asked)
    began = time.monotonic()
    run.history = []
    if why := unless():
        run.interruption.hold(why)
    expects = expected(skill, bound, parse("true"))
    try:
        judgement = _attempted(run, skill, Step(skill.name, bound, expects, "asked for"), expects)
    except BudgetSpent as spent:
        judgement = Judgement(Verdict.FAILED, spent.message)
    return _answered(run, asked, judgement, began)


def _attempted(run: Run, skill: Skill, step: Step, expects: Condition) -> Judgement:
    """What a step came to, begun again where an event of the body interrupted it."""
    before = run.observe()
    for _ in range(1 if is_there(run.launch) else ATTEMPTS):
        before = run.attempt(step, before, expects)
        attempt, last = run.history[-1], run.last_run
        disturbed = not attempt.judgement.passed and run.cut_off in run.spec.interrupts
        if not disturbed or run.interruption.held or run.stop.is_set():
            break
    assert last is not None
    if before.notes.get("protective_stop"):
        return attempt.judgement
    if run.interruption.held:
        return Judgement(Verdict.UNKNOWN, run.interruption.held)
    reason = last.reason or attempt.judgement.reason
    if attempt.judgement.passed and not last.ok:
        reason = f"{attempt.judgement.reason} holds, though the skill says: {last.reason}"
    if disturbed:
        reason = f"it was interrupted: {run.interruption.told}"
    if skill.achieves:
        return Judgement(attempt.judgement.verdict, reason)
    if not last.ok:
        return Judgement(Verdict.FAILED, reason)
    return Judgement(Verdict.UNKNOWN, "it says so; nothing tells how to judge it")


def call(run: Run, name: str, arguments: Mapping[str, Any]) -> PrimitiveResult:
    """Call one primitive of the body. See `Session.call`."""
    run.recorder.began(name, arguments)
    result = run.world.call(name, arguments)
    run.recorder.ended(name, result)
    return result


def _meant(run: Run, text: str) -> Goal:
    try:
        return understand(text, run.spec)
    except BadGoal as unclear:
        return proposed_goal(run.asked(), text, run.spec, unclear)


def _answered(run: Run, asked: str, judgement: Judgement, began: float) -> Done:
    done = Done(asked, judgement.verdict, judgement.reason, tuple(run.history), time.monotonic() - began)
    run.journal.write(
        "answered",
        text=done.asked,
        verdict=done.verdict.value,
        reason=done.reason,
        seconds=round(done.seconds, 2),
    )
    return done
