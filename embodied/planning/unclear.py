"""A goal that plain reading does not settle: a model proposes the condition, facts decide."""

from __future__ import annotations

import re
from typing import Any, Final

from embodied.condition import empty_parts, evaluate, facts_in, parse
from embodied.errors import BadGoal
from embodied.facts import Observation
from embodied.goals import Goal, GoalParser
from embodied.methods import Vocabulary, WorldSpec
from embodied.models import Message, ModelClient
from embodied.planning.briefing import world_text
from embodied.primitives import JsonSchema
from embodied.prompts import render, render_parts
from embodied.runs import PastRun

GOAL_SCHEMA: Final[JsonSchema] = {
    "type": "object",
    "properties": {
        "condition": {"type": "string"},
        "explanation": {"type": "string"},
        "impossible": {"type": "string"},
    },
    "required": ["condition", "explanation", "impossible"],
    "additionalProperties": False,
}

CORRECTIONS: Final = 2

MOST_NAMES: Final = 100
"""Things of a world that are named to the model."""

MOST_NEAR: Final = 24
"""Likewise of nouns, which are thousands in some worlds."""

SHORTEST_WORD: Final = 3


def proposed_goal(client: ModelClient, text: str, spec: WorldSpec, why: BadGoal) -> Goal:
    """The goal as a condition that a model proposed, parsed and checked like one that a user wrote.

    `why` is what plain reading said of it.

    Raises:
        BadGoal: the model holds it for impossible, or gave no condition that can be used.
        BudgetSpent, ModelError: as `ModelClient.ask`.
    """
    messages = goal_messages(text, spec)
    talk = list(messages)
    problem = ""
    for _ in range(CORRECTIONS + 1):
        answer = client.ask("critic", talk, schema=GOAL_SCHEMA)[0]
        try:
            return _checked(text, answer.data, spec)
        except _Unusable as unusable:
            problem = str(unusable)
            talk = [
                *messages,
                Message("assistant", answer.text),
                Message("user", render("correction", problems=problem)),
            ]
    raise BadGoal(
        f"{why.message} A model proposed no condition that can be used: {problem}", remedy=why.remedy
    )


def understood_before(text: str, past: PastRun | None) -> Goal | None:
    """What an earlier part of the run took an unclear goal to mean."""
    if past is None or past.goal != text or not past.condition:
        return None
    return Goal(text, parse(past.condition), (past.condition,), past.explanation)


def goal_messages(text: str, spec: WorldSpec) -> list[Message]:
    examples = "; ".join(spec.vocabulary.examples[:4]) or "none"
    parts = render_parts(
        "goal",
        world=world_text(spec),
        quantifiers=render("quantifiers"),
        examples=examples,
        names=names_text(text, spec.vocabulary),
        goal=text,
    )
    return [Message(role, part) for role, part in parts]


def names_text(text: str, vocabulary: Vocabulary) -> str:
    """The names that a condition may use: of a world of single things all of them, by kind; of a world of
    amounts those that share a word with `text`, as there are too many to list."""
    by_kind: dict[str, list[str]] = {}
    for thing in vocabulary.things[:MOST_NAMES]:
        by_kind.setdefault(thing.kind, []).append(f"`{thing.name}`")
    lines = [f"- {kind}: {', '.join(names)}" for kind, names in by_kind.items()]
    rest = len(vocabulary.things) - MOST_NAMES
    if rest > 0:
        lines.append(f"- and {rest} more")
    if lines:
        return "\n".join(["All there is:", *lines])
    said = {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) >= SHORTEST_WORD}
    near = [noun.name for noun in vocabulary.nouns if said & {w for name in noun.words for w in name.split()}]
    if not near:
        return "Things are named as this world names them."
    shown = ", ".join(f"`{name}`" for name in near[:MOST_NEAR])
    return f"Things are named as this world names them; with a word of the goal: {shown}."


class _Unusable(Exception):
    """Why a proposed condition cannot be used, for the model that proposed it."""


def _checked(text: str, data: Any, spec: WorldSpec) -> Goal:
    if not str(data["condition"]).strip():
        said = str(data["impossible"]).strip() or "no condition over the facts of this world expresses it"
        raise BadGoal(f"The goal {text!r} cannot be pursued here: {said}")
    try:
        read = GoalParser(spec.vocabulary, spec.families).parse(str(data["condition"]))
    except BadGoal as error:
        raise _Unusable(f"condition: {error}") from error
    for fact in facts_in(read.condition):
        unreachable = spec.unreachable((fact.family, *fact.keys))
        if unreachable:
            raise _Unusable(f"condition: {fact} cannot be reached: {unreachable}")
    empty = empty_parts(read.condition, spec.families)
    if empty:
        shown = " and ".join(map(str, empty))
        raise _Unusable(f"condition: {shown} holds whatever is done, so it says nothing; leave it out")
    if evaluate(read.condition, Observation(spec.families, {})) is True:
        raise _Unusable(f"condition: {read.condition} holds with nothing done")
    said = " ".join(str(data["explanation"]).split())
    explanation = f"{said} That is: {read.condition}.".strip()
    return Goal(text, read.condition, (str(read.condition),), explanation)
