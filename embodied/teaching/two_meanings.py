"""Lines that could mean two things, of which one would be the wrong act: they are refused, with both told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from embodied.errors import BadGoal

_AMOUNT: Final = (
    r"(?:[\d.,]+|\w+) ?(?:mm|cm|m|\w*met(?:er|re)s?|inch(?:es)?)|a (?:tiny |little )?(?:bit|little)"
)
_WAY: Final = r"(?:to (?:the|your|my) )?(?:left|right|forwards?|back(?:wards?)?|away)"
_PUSH: Final = r"(?:push|shove|slide|nudge)"


@dataclass(frozen=True)
class _Open:
    """A row.

    Attributes:
        example: a line that it is about.
        words: what the whole plain line must match.
        between: what it could mean.
        remedy: how each of these is said.
    """

    example: str
    words: re.Pattern[str]
    between: str
    remedy: str


_ROWS: Final = tuple(
    _Open(example, re.compile(words), between, remedy)
    for example, words, between, remedy in (
        (
            "no higher",
            r"no (?:higher|lower|faster|slower|quicker|further|farther|closer|nearer|left|right|up|down)",
            "that it is to be so, or that it is not",
            "Say 'higher', or 'stop'.",
        ),
        ("right", r"right", "a direction, or a yes", "Say 'to the right', or 'yes'."),
        (
            "go back",
            r"(?:(?:go|come|move) )?back(?: again)?|go away",
            "where the hand was before, or a little towards the arm",
            "Say 'back 3 cm', 'go home', or 'move above the red cube'.",
        ),
        (
            "push it 10 cm to the right",
            rf"{_PUSH} .+? (?:(?:by |about )*(?:{_AMOUNT}) (?:further |more )?{_WAY}|"
            rf"{_WAY} (?:by |about )*(?:{_AMOUNT})|{_WAY})",
            "a push of the thing, which I can only do up to a place, or a motion of the hand",
            "Say 'push the red cube to the left edge', 'move the red cube 5 cm to the left' (it is carried), "
            "or 'right 5 cm' for the hand alone.",
        ),
        (
            "push it",
            rf"(?:{_PUSH}|touch|reach|tap|hit|poke) it(?: away)?",
            "any of the things here",
            "Name it: 'press the button'.",
        ),
        (
            "move the red cube to the left",
            r"(?:move|shift|bring|put|carry|take) (?!(?:the |your )?(?:hand|arm|gripper)\b)(?:the )?[a-z]+"
            r"(?: [a-z]+)?? (?:to|on|at) the (?:left|right|front|back)",
            "up to that edge of the table, or only a little that way",
            "Say 'move the red cube to the left edge', or how far: 'move the red cube 5 cm to the left'.",
        ),
        (
            "show me tap",
            r"show me (?!how$)(?:the skill )?[a-z]+(?:-[a-z]+)*",
            "that its steps are told, or that it is done",
            "Say 'what does tap mean?', or 'do tap'.",
        ),
        (
            "tidy up",
            r"(?:tidy|clean|clear)(?: (?:it|everything|things|all))? up(?: (?:here|everything|a bit))?|"
            r"put everything away",
            "any order that you have in mind",
            "Say 'put all cubes in the bowl and close the drawer', or teach it: 'to tidy up: ...'.",
        ),
        (
            "leave the drawer open",
            r"(?:just )?(?:leave|keep|let) (?:the )?[a-z]+(?: [a-z]+)?? (?:open|closed|shut|free|empty|there|"
            r"where it is|as it is)",
            "that it is to become so now, or that it is to stay so",
            "Say 'open the drawer' for now, or a rule for good: 'never close the drawer'.",
        ),
    )
)


def refuse_two_meanings(text: str) -> None:
    """Raises BadGoal if a plain line could mean two things, with the words for each."""
    for row in _ROWS:
        if row.words.fullmatch(text):
            raise BadGoal(f"{text!r} could mean {row.between}.", remedy=row.remedy)
