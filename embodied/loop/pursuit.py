"""Towards a goal: plan, act and judge, until the facts say that it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from embodied.condition import And, Condition, evaluate
from embodied.confirming import confirm
from embodied.facts import Observation
from embodied.goals import Goal
from embodied.goals.goal import Stage
from embodied.loop.in_turn import Course
from embodied.loop.report import INTERRUPTED
from embodied.loop.run import Run
from embodied.methods import Reflex
from embodied.outcome import Judgement, Verdict
from embodied.planning import Ask, NewSkill, Step
from embodied.planning.choosing import MODEL_PLANNERS, name_goal
from embodied.referee import judge
from embodied.writing.learning import learn


def towards(
    run: Run,
    goal: Condition,
    observation: Observation,
    *,
    stages: Sequence[Stage] = (),
    reached: int = 0,
    give_up: Callable[[], str] = lambda: "",
) -> tuple[Judgement, int]:
    """Pursue `goal` until it holds or there is nothing more to try; gives the verdict and the exit code.

    Args:
        stages: of the goal, in their order, the last of which is it: each is reached before the next is
            planned. `reached` of them were before.
        give_up: is asked before each step; a reason that it returns ends the pursuit as FAILED.

    Raises:
        BudgetSpent, ModelError, WorldError: what was done is in the journal.
    """
    course = Course.of(goal, stages, reached)
    while True:
        course = _changed(run, observation) or course
        goal = course.now.condition
        judgement = judge(goal, observation)
        if judgement.passed and run.history and (halted := _halted(observation)):
            return Judgement(Verdict.UNKNOWN, halted), 1  # what holds by chance where it was stopped
        if judgement.passed and not course.is_last:
            course = _next(run, course)
            continue
        owed = _owed(run, goal) if judgement.passed else None
        if judgement.passed and owed is None:
            return _reached(run, goal, judgement)
        ended = _ended(run, course, observation, give_up)
        if ended is not None:
            return ended
        reflex = _reflex(run, observation)
        if reflex is not None:
            run.note(reflex.why)
            observation = run.act(reflex.skill, reflex.arguments)
        decision = run.planner.next(owed or goal, observation, run.history)
        if not isinstance(decision, Step | NewSkill):
            if run.refining.helps(run):
                observation = run.observe()
                continue
            question = decision.question if isinstance(decision, Ask) else decision.reason
            return Judgement(Verdict.FAILED, question), 1
        observation = _done(run, decision, observation, goal)


def _ended(
    run: Run, course: Course, observation: Observation, give_up: Callable[[], str]
) -> tuple[Judgement, int] | None:
    """How a pursuit ends before its goal is reached; None if it goes on. Raises BudgetSpent."""
    if run.stop.is_set():
        return Judgement(Verdict.UNKNOWN, "stopped by the user"), INTERRUPTED
    if halted := _halted(observation):
        return Judgement(Verdict.UNKNOWN, halted), 1
    run.budget.check()
    forbidden = next(filter(None, (run.world.forbids(stage.condition) for stage in course.left)), "")
    if forbidden:
        return Judgement(Verdict.FAILED, f"the goal cannot be reached under the rules: {forbidden}"), 1
    if enough := give_up():
        return Judgement(Verdict.FAILED, enough), 1
    return None


def _halted(observation: Observation) -> str:
    """Why nothing that is planned could be done: an arm that is stopped, or lost; "" otherwise."""
    if reason := observation.notes.get("protective_stop"):
        return f"the arm is stopped: {reason}; `embodied arm reset` when it is safe to move, then --resume"
    if lost := observation.notes.get("lost"):
        return f"the arm is lost: {lost}; see to it, and go on with --resume"
    return ""


def _owed(run: Run, goal: Condition) -> Condition | None:
    """What rules want done in time beside a goal that is reached; None if nothing."""
    due = run.world.due()
    return And((goal, *due)) if due else None


def _next(run: Run, course: Course) -> Course:
    """The stage after one that is reached; a run that is resumed goes on there."""
    after = course.next
    run.journal.write("stage_reached", stage=after.at, wished=str(course.now.wished))
    run.note(f"reached {course.now.wished}; then {after.now.wished}")
    return after


def _changed(run: Run, observation: Observation) -> Course | None:
    """The way to a goal that took the place of the last; what was tried for that one is forgotten."""
    asked = run.redirection.take() if run.redirection is not None else None
    return Course.of(take_up(run, asked, observation), asked.stages) if asked is not None else None


def take_up(run: Run, goal: Goal, observation: Observation) -> Condition:
    """From now on the run pursues `goal`; gives its condition, with "more" counted from `observation`."""
    run.history = []
    name_goal(run.planner, goal.text)
    run.tally.goal = goal.text
    condition = goal.condition_for(observation)
    run.tally.pursues(goal, condition)
    return condition


def _done(run: Run, decision: Step | NewSkill, observation: Observation, goal: Condition) -> Observation:
    """The facts after a planned step, by a skill that there is or by one that is written for it."""
    step = decision if isinstance(decision, Step) else decision.step
    upcoming = [{"skill": s.skill, "arguments": s.arguments, "why": s.why} for s in (step, *step.upcoming)]
    tree = replace(decision.tree, text=run.tally.told(decision.tree.text))
    run.journal.write("plan", tree=tree.to_wire(), steps=upcoming)
    if isinstance(decision, Step):
        return run.attempt(decision, observation, goal)
    return learn(run, run.workshop, decision, observation, goal)


def _reflex(run: Run, observation: Observation) -> Reflex | None:
    for reflex in run.spec.reflexes:
        if reflex.skill in run.library and evaluate(reflex.when, observation) is True:
            return reflex
    return None


def _reached(run: Run, goal: Condition, judgement: Judgement) -> tuple[Judgement, int]:
    """The facts say so; where the world itself can be asked, body and world must agree."""
    if run.launch.agent.planner in MODEL_PLANNERS:
        run.memory.add(goal, run.history, run.journal.path.parent.name)
    ask = getattr(run.simulation, "truth", None)
    if ask is None or not getattr(run.simulation, "tells_truth", True):
        return judgement, 0
    confirmed = confirm(goal, judgement, ask)
    return confirmed, 0 if confirmed.passed else 1
