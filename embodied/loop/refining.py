"""A step that keeps failing, and that nothing else achieves, may be learned: proposed, and done if allowed.

The launch file says whether: `[agent] refine` is "never", "ask" (a person in a terminal is asked) or "allow".
What is learned becomes a skill of the library on trial, the run uses it at once, and the gate proves it after
the run, as it proves what a model wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from embodied.condition import Condition
from embodied.errors import BadInput, EmbodiedError
from embodied.loop.waiting import beating
from embodied.outcome import Verdict
from embodied.planning import Attempt
from embodied.planning.offline import count_failures
from embodied.skills import Skill

if TYPE_CHECKING:  # what trains is imported when a training begins
    from embodied.learning.refined import RefineReport
    from embodied.loop.run import Run

NEVER, ASK, ALLOW = "never", "ask", "allow"
LEAST_MINUTES: Final = 1.0
RESERVE_MINUTES: Final = 1.0
"""Of the run's time, kept for measuring what was learned and for the step itself."""


@dataclass(frozen=True)
class Proposal:
    """What could be learned in the place of a step.

    Attributes:
        attempt: the last of the step's failures, by the referee.
        failures: how often it failed since it last went well.
        condition: what is to be learned: what the step should have brought about.
        minutes: that it may take, within what is left of the run.
        command: what a person would type for it.
    """

    attempt: Attempt
    failures: int
    condition: Condition
    minutes: float
    command: str


@dataclass(frozen=True)
class Learned:
    """What came of a refinement: a skill that may be used, or why there is none."""

    run: str
    reason: str
    skill: Skill | None = None


Learner = Callable[["Run", Proposal], Learned]


@dataclass
class Refining:
    """What a run has proposed. One thing is proposed once.

    Attributes:
        ask: puts a yes-or-no question to a person; None where there is none.
        learner: who learns.
    """

    ask: Callable[[str], bool] | None = None
    learner: Learner = field(default_factory=lambda: learn_by_refining)
    proposed: set[str] = field(default_factory=set)

    def helps(self, run: Run) -> bool:
        """Whether something was learned that the planner may try now, where it knew nothing more.

        Raises:
            JournalUnwritable, BudgetSpent: as a run's steps do.
        """
        proposal = self._proposal(run)
        if proposal is None:
            return False
        self.proposed.add(str(proposal.condition))
        run.journal.write("refinement_proposed", **_told(run, proposal))
        if not self._allowed(run, proposal):
            run.note(f"it could be learned:  {proposal.command}")
            return False
        run.journal.write("refinement_started", condition=str(proposal.condition), minutes=proposal.minutes)
        try:
            with beating(run.beat):
                learned = self.learner(run, proposal)
        except EmbodiedError as error:
            learned = Learned("", error.message)
        told = {"name": "", "hash": ""}
        if learned.skill is not None:
            told = {"name": learned.skill.name, "hash": learned.skill.hash}
            run.use(run.library.with_skill(learned.skill))
        run.journal.write(
            "refinement_ended",
            condition=str(proposal.condition),
            refinement=learned.run,
            reason=learned.reason,
            skill=told,
        )
        run.budget.check()
        return learned.skill is not None and not run.stop.is_set()

    def _proposal(self, run: Run) -> Proposal | None:
        agent = run.launch.agent
        if agent.refine == NEVER:
            return None
        found = failing(run.history, agent.step_retries)
        if found is None or str(found[0].step.expects) in self.proposed:
            return None
        attempt, failures = found
        minutes = min(agent.refine_minutes, run.budget.seconds_left / 60 - RESERVE_MINUTES)
        if minutes < LEAST_MINUTES:
            run.note(f"{attempt.step.signature} keeps failing; there is no time left to learn it")
            return None
        why = _impossible(run, attempt.step.expects)
        if why:
            run.note(f"{attempt.step.signature} keeps failing, and cannot be learned here: {why}")
            return None
        minutes = round(minutes, 1)
        command = _command(run, attempt.step.expects, minutes)
        return Proposal(attempt, failures, attempt.step.expects, minutes, command)

    def _allowed(self, run: Run, proposal: Proposal) -> bool:
        if run.launch.agent.refine == ALLOW:
            return True
        step = proposal.attempt.step
        question = (
            f"{step.skill} failed {proposal.failures} times. "
            f"Learn to bring about {proposal.condition}, for up to {proposal.minutes:g} minutes?"
        )
        answer = self.ask is not None and self.ask(question)
        run.journal.write("refinement_answered", answer=answer, asked=self.ask is not None)
        return answer


def failing(history: Sequence[Attempt], retries: int) -> tuple[Attempt, int] | None:
    """The last step that failed so often that it is not tried again, and how often it failed; by what the
    referee saw, whatever its skill said of itself."""
    counts = count_failures(history)
    for attempt in reversed(history):
        if not attempt.judgement.passed and counts[attempt.step.signature] >= retries:
            return attempt, sum(
                one.step.signature == attempt.step.signature and not one.judgement.passed for one in history
            )
    return None


def learn_by_refining(run: Run, proposal: Proposal) -> Learned:
    """Refine in the run's own scene; a policy that is good enough becomes a skill on trial.

    Raises:
        EmbodiedError: it could not begin, no reward was accepted, or the policy cannot be a skill.
    """
    from embodied.learning.budget import Schedule
    from embodied.learning.refine import start_refining
    from embodied.learning.wish import Wish

    text = str(proposal.condition)
    report = start_refining(
        run.launch,
        Wish(text, schedule=Schedule(proposal.minutes), success=text),
        runs_dir=run.journal.path.parent.parent,
        on_record=lambda record: _pass_on(run, record),
        stop=run.stop,
    )
    return Learned(report.run, report.reason, _skill_of(run, report, text))


def _skill_of(run: Run, report: RefineReport, text: str) -> Skill | None:
    """The policy that was kept, as a skill of the library on trial; None if it is not good enough."""
    from embodied.learning.proposing import adopt

    if report.verdict is not Verdict.PASSED or report.artefact is None:
        return None
    skill = adopt(report.artefact, report.folder, run.store, text)
    # by which the gate hears of it after the run
    run.journal.write("skill_kept", skill=skill.name, hash=skill.hash, status="new")
    return skill


def _pass_on(run: Run, record: Any) -> None:
    """What a person who watches the run wants to hear of the refinement."""
    from embodied.learning.progress import Progress
    from embodied.learning.screen import line_of

    if record["type"] in ("trainer_chosen", "policy_kept"):
        run.note(f"learning: {line_of(record, Progress())}")


def _impossible(run: Run, condition: Condition) -> str:
    """Why a condition cannot be trained for in this world; "" if it can."""
    from embodied.learning.choosing import choose_task
    from embodied.learning.environment import load_tasks

    world = run.launch.world
    text = str(condition)
    try:
        choose_task(text, text, load_tasks(world.kind), world.settings, lambda: run.spec)
    except (BadInput, EmbodiedError) as none:
        return none.message
    return ""


def _command(run: Run, condition: Condition, minutes: float) -> str:
    launch = run.launch
    name = launch.origin if launch.origin.endswith(".toml") else launch.world.kind
    scene = launch.world.settings.get("scene")
    setting = f" --set world.scene={scene}" if scene else ""
    return f'embodied refine {name}{setting} --task "{condition}" --minutes {minutes:g}'


def _told(run: Run, proposal: Proposal) -> dict[str, Any]:
    step = proposal.attempt.step
    return {
        "skill": step.skill,
        "arguments": dict(step.arguments),
        "failures": proposal.failures,
        "why": proposal.attempt.judgement.reason,
        "condition": str(proposal.condition),
        "minutes": proposal.minutes,
        "command": proposal.command,
        "refine": run.launch.agent.refine,
    }
