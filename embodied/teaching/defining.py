"""Words for a goal: "when I say pack it, put all cubes in the drawer". It is kept, and not done now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embodied.condition import evaluate
from embodied.goals import Goal
from embodied.loop.goal import understand
from embodied.teaching.lesson import Lesson
from embodied.teaching.saying import outline, planned_lesson, pursue
from embodied.teaching.verbs import Said, named_goal, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

_NAME = r"[a-z][a-z -]{1,40}?"


@verb(
    "define",
    rf"when(?:ever)? i say [\"'](?P<word>{_NAME})[\"'] (?P<thing>(?!i mean |means )[a-z].+)"
    rf"|when(?:ever)? i say [\"']?(?P<name>{_NAME})[\"']?(?: means)?[,:] (?P<goal>(?!i mean ).+)"
    rf"|(?:when(?:ever)? i say|if i say|by) [\"']?(?P<said>{_NAME})[\"']?,? i mean(?: to)?,? (?P<meant>.+)"
    rf"|[\"'](?P<quoted>{_NAME})[\"'] (?:means|is)(?: to)?,?:? (?P<told>.+)",
    example="when I say pack it, put all cubes in the drawer",
    what="keep it under that name; it is not done now",
)
def define(conversation: Conversation, said: Said) -> None:
    from embodied.teaching.approving import call

    name, words = named_goal(said)
    goal = replace(understand(words, conversation.session.spec), text=words)
    if not can_be_planned(conversation, goal):
        conversation.ask_yes(
            f"I learn {name!r} by doing it once. Shall I, now? (yes, no)",
            lambda: pursue(conversation, goal, name),
            "Not kept.",
        )
        return
    way = _planned(conversation, goal)
    if way is not None:
        conversation.learn(way)
        call(conversation, name)


def can_be_planned(conversation: Conversation, goal: Goal) -> bool:
    """Whether the way to a goal is known without doing it: not where one thing comes after the other, what is
    wanted is an amount, or it is so already."""
    session = conversation.session
    if goal.stages or goal.relative or not session.spec.vocabulary.things:
        return False
    return evaluate(goal.condition, session.observe()) is not True


def _planned(conversation: Conversation, goal: Goal) -> Lesson | None:
    session = conversation.session
    before = session.observe()
    steps = outline(conversation, goal, before)
    return None if steps is None else planned_lesson(steps, goal.condition, before, session)
