"""What the goal of a run means: understood before anything starts, by the parser or by a model."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from embodied.condition import check, facts_in
from embodied.errors import BadGoal
from embodied.goals import Goal, GoalParser
from embodied.goals.bans import but_not, told_as_rule
from embodied.goals.statements import said_again
from embodied.launchfile import LaunchFile
from embodied.methods import WorldSpec
from embodied.planning.choosing import MODEL_PLANNERS
from embodied.planning.unclear import understood_before
from embodied.runs import PastRun


def understand(text: str, spec: WorldSpec) -> Goal:
    """Read a goal in plain words; raises `BadGoal` if it is not understood or nothing can yield it."""
    goal = _read(text, spec)
    check(goal.condition, spec.families)
    for fact in facts_in(goal.condition):
        why = spec.unreachable((fact.family, *fact.keys))
        if why:
            raise BadGoal(f"{text!r} cannot be reached: {why}", remedy=_examples(spec))
    return goal


def _read(text: str, spec: WorldSpec) -> Goal:
    """As a sentence that asks, else as one that says what is to be so."""
    parser = GoalParser(spec.vocabulary, spec.families)
    try:
        return parser.parse(text)
    except BadGoal as unclear:
        wordings = tuple(said_again(text)) if spec.vocabulary.phrases else ()
        for said in wordings:
            with suppress(BadGoal):
                return replace(parser.parse(said), text=text)
        for said in dict.fromkeys((text, *wordings)):
            with suppress(BadGoal):
                if (found := but_not(said, parser)) is not None:
                    return replace(found, text=text)
        raise told_as_rule(text, spec.name) or unclear from None


def goal_of(launch: LaunchFile, spec: WorldSpec, past: PastRun | None) -> Goal | BadGoal:
    """The goal of a launch, as `past` understood it if it did; a `BadGoal` is for the planner's model.

    Raises:
        BadInput: `past` pursues another goal.
        BadGoal: the goal is not understood, and no model plans.
    """
    if past:
        past.refuse_other_goal(launch.goal.text)
    try:
        return understand(launch.goal.text, spec)
    except BadGoal as unclear:
        if launch.agent.planner not in MODEL_PLANNERS:
            raise
        return understood_before(launch.goal.text, past) or unclear


def _examples(spec: WorldSpec) -> str:
    shown = "; ".join(spec.vocabulary.examples[:4])
    return f"Try, for instance: {shown}." if shown else ""
