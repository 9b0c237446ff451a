"""What a run writes into its journal: its beginning, its calls, its steps and its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embodied import __version__
from embodied.condition import Condition
from embodied.errors import EmbodiedError
from embodied.exploring.unasked import unasked
from embodied.facts import Observation
from embodied.goals import Goal
from embodied.journal import Journal
from embodied.launchfile import LaunchFile
from embodied.loop.report import RunReport, Tally
from embodied.outcome import PrimitiveResult, Verdict
from embodied.planning import Attempt, Step
from embodied.primitives import PrimitiveSpec
from embodied.runs import PastRun
from embodied.sandbox import SandboxEvent, SkillRun
from embodied.writing.calls import CallLog


def write_started(
    journal: Journal, launch: LaunchFile, goal: Goal, *, understood: bool, announced: Mapping[str, Any]
) -> None:
    """A new run. `announced` is added to the record; a goal not yet `understood` has no condition."""
    settings = launch.world.settings
    journal.write(
        "run_started",
        run=journal.path.parent.name,
        goal=goal.text,
        condition=str(goal.condition) if understood else "",
        explanation=goal.explanation,
        words=goal.in_words,
        world=launch.world.kind,
        seed=settings.get("seed"),
        fast=bool(settings.get("fast", False)),
        planner=launch.agent.planner,
        launch=launch.to_table(),
        version=__version__,
        **announced,
    )


def write_resumed(journal: Journal, launch: LaunchFile, goal: Goal, past: PastRun) -> None:
    """A run that goes on, and the calls that were on their way when it ended.

    Says again what a viewer that joins here has not heard: goal, world, planner.
    """
    journal.write(
        "run_resumed",
        run=past.name,
        from_seq=past.last_seq,
        goal=goal.text,
        explanation=goal.explanation or past.explanation,
        world=launch.world.kind,
        planner=launch.agent.planner,
        in_doubt=[record["call"] for record in past.in_doubt],
        launch=launch.to_table(),
    )
    for call in past.in_doubt:
        shown = ", ".join(f"{name}={value}" for name, value in call["args"].items())
        text = f"in doubt: {call['name']}({shown}) was sent and its end was never recorded"
        journal.write("note", text=text)


def write_fault(journal: Journal, error: EmbodiedError) -> None:
    journal.write("fault", code=type(error).__name__, message=str(error))


def write_ended(journal: Journal, report: RunReport) -> None:
    journal.write(
        "run_ended",
        verdict=report.verdict.value,
        reason=report.reason,
        seconds=report.seconds,
        steps=report.steps,
        primitive_calls=report.primitive_calls,
        model_calls=report.model_calls,
        model_use=report.model_use.to_wire(),
        claims=report.claims.to_wire(),
        assistance=dict(report.assistance),
        exit_code=report.exit_code,
        more=report.more,
    )


def write_step_started(journal: Journal, number: int, step: Step, hash_: str) -> None:
    journal.write(
        "step_started",
        step=number,
        skill=step.skill,
        hash=hash_[:16],
        arguments=step.arguments,
        why=step.why,
        expects=str(step.expects),
    )


def write_step_cut(journal: Journal, number: int, reason: str) -> None:
    """A step in whose middle the budget was spent."""
    journal.write(
        "step_ended", step=number, verdict=Verdict.UNKNOWN.value, reason=reason, error="budget_spent"
    )


def write_step_ended(
    journal: Journal, number: int, attempt: Attempt, run: SkillRun, *, interrupted_by: str
) -> None:
    journal.write(
        "step_ended",
        step=number,
        verdict=attempt.judgement.verdict.value,
        reason=f"interrupted: {interrupted_by}" if interrupted_by else run.reason or attempt.judgement.reason,
        seconds=round(run.seconds, 3),
        calls=sum(run.primitive_calls.values()),
        assistance=dict(run.assistance),
        claimed=run.ok,
        error=attempt.error,
        progress=attempt.progress,
    )


def write_unasked(
    journal: Journal, number: int, step: Step, goal: Condition, before: Observation, after: Observation
) -> None:
    """What the step brought about that neither it, nor what follows it, nor the goal asks for."""
    asked_for = (goal, step.expects, *(each.expects for each in step.upcoming))
    for gain in unasked(before, after, asked_for):
        journal.write(
            "achieved_unasked",
            step=number,
            skill=step.skill,
            arguments=step.arguments,
            condition=gain.condition,
            amount=gain.amount,
        )


@dataclass
class CallRecorder:
    """Hears the sandbox: writes and counts what the running skill does.

    Attributes:
        log: the calls of the running skill in a readable form, for whoever has to mend it.
    """

    journal: Journal
    tally: Tally
    primitives: Mapping[str, PrimitiveSpec]
    log: CallLog = field(default_factory=CallLog)

    def hear(self, event: SandboxEvent) -> None:
        """Raises `BudgetSpent` where a call of a primitive would be one too many."""
        self.log.hear(event)
        match event.kind:
            case "enter":
                self.journal.write("skill_entered", skill=event.name, arguments=event.data, depth=event.depth)
            case "exit":
                self._left(event)
            case "call":
                self.began(event.name, event.data)
            case "result":
                self.ended(event.name, event.data)
            case "log":
                self.journal.write("note", text=event.data)

    def _left(self, event: SandboxEvent) -> None:
        returned = event.data
        ok, reason = (returned.ok, returned.reason) if returned is not None else (False, "ended early")
        self.journal.write("skill_left", skill=event.name, depth=event.depth, ok=ok, reason=reason)

    def began(self, name: str, arguments: Mapping[str, Any]) -> None:
        """A primitive is about to be called. Raises `BudgetSpent` where it would be one too many."""
        budget = self.tally.budget
        budget.check_primitive()
        budget.primitive_calls += 1
        self.journal.write("call_started", call=budget.primitive_calls, name=name, args=dict(arguments))

    def ended(self, name: str, result: PrimitiveResult) -> None:
        """What a call was given for free is recorded with it, so that no fault loses it."""
        given = self.primitives[name].assistance_of(result)
        self.tally.assistance.update(given)
        self.journal.write(
            "call_ended",
            call=self.tally.budget.primitive_calls,
            ok=result.ok,
            error=result.error,
            message=result.message,
            assistance=given,
        )
