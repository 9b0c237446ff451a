"""`help`: the ten that are said most, and the rest by topics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from embodied.deeds import Showroom
from embodied.errors import did_you_mean
from embodied.teaching.verbs import VERBS

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

Line = tuple[str, str]
"""What can be said, and what comes of it."""

_MOTIONS: Final = (
    ("move above the red cube, down to the red cube", "where the hand goes, by things"),
    ("down 5 cm, left 2 cm, turn 45 degrees", "and by how much"),
    ("down until it touches, close, open, go home", ""),
)
_CORRECTIONS: Final = (
    ("a bit to the left", "right, forward, back, up, down; '2 cm to the left': where it takes or puts"),
    ("slower", "faster, much slower"),
    ("the other one", "the green one: with another thing of the kind"),
    ("not like that, from above", "every way to a thing leads over it"),
    ("always check that the gripper holds it", "after each grasp; else it is tried again"),
)

TOPICS: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "say": (
        "Have something done, now or under a name",
        ("instruct", "define", "if", "at a pace", "put back", "so many times", "again"),
    ),
    "show": (
        "Show how it is done",
        (
            "watch me",
            "watch somebody",
            "done",
            "steps shown",
            "start over",
            "forget it",
            "jog",
            "without a unit",
        ),
    ),
    "correct": (
        "Correct it, while it is done or after",
        ("undo", "correct", "refine", "mend", "replay"),
    ),
    "keep": (
        "Keep what was taught, and prove it",
        (
            "call this",
            "so that",
            "practice",
            "history",
            "skills",
            "tell skill",
            "show code",
            "save",
            "delete",
        ),
    ),
    "stop": ("Stop, wait, go on", ("stop", "stop practising", "wait", "continue", "quit")),
    "ask": ("Ask", ("question", "status", "explain", "what if", "cost", "help", "courtesy")),
    "rules": ("What must hold, whatever is said", ("rules", "must not")),
}
"""What each topic is about, and the verbs (`Verb.name`) that belong to it."""

_MOST_SAID: Final = ("watch me", "done", "call this", "undo", "stop", "question", "rules", "quit")


def tell_help(conversation: Conversation, topic: str = "") -> None:
    """Tell what can be said: "" the most used, "all", or one of `TOPICS`."""
    tell = conversation.tell
    if not topic:
        tell("Say what you want, show it, or correct it:")
        _tell_lines(conversation, _most_said(conversation))
        tell(f"'help all' tells the rest; or one topic: help {', '.join(TOPICS)}.")
        return
    if topic not in (*TOPICS, "all"):
        hint = did_you_mean(topic, TOPICS) or f"Topics: {', '.join(TOPICS)}; or 'help all'."
        tell(f"There is no help on {topic!r}. {hint}")
        return
    for name in TOPICS if topic == "all" else (topic,):
        tell(f"{TOPICS[name][0]}:")
        _tell_lines(conversation, _about(conversation, name))


def _tell_lines(conversation: Conversation, lines: Iterator[Line]) -> None:
    for example, what in lines:
        conversation.tell(f"  {example:<42} {what}".rstrip())


def _most_said(conversation: Conversation) -> Iterator[Line]:
    goals = conversation.session.spec.vocabulary.examples
    yield from ((goal, "a goal: planned, told and done") for goal in goals[:1])
    showing, rest = _MOST_SAID[:2], _MOST_SAID[2:]
    yield from _rows(showing)
    yield _CORRECTIONS[0]
    yield from _rows(rest)


def _about(conversation: Conversation, topic: str) -> Iterator[Line]:
    """The lines of a topic; what is no verb comes first."""
    session = conversation.session
    if topic == "say":
        yield from ((goal, "a goal") for goal in session.spec.vocabulary.examples[:4])
    elif topic == "show":
        if isinstance(session.run.simulation, Showroom):
            yield "play in the same world while I watch", "after 'watch me' or 'watch steve'; or say goals"
        yield from _MOTIONS
    elif topic == "correct":
        yield from _CORRECTIONS
    yield from _rows(TOPICS[topic][1])


def _rows(names: Sequence[str]) -> Iterator[Line]:
    rows = {row.name: row for row in VERBS}
    return ((rows[name].example, rows[name].what) for name in names)
