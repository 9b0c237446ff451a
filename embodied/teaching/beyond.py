"""What people ask for that the body cannot do, or is told otherwise: why it is not read, what can be said."""

from __future__ import annotations

import re
from typing import Final

_ROWS: Final = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), why)
    for words, why in (
        (
            r"(?:hand|give|pass|bring|fetch|get) (?:me|us|it to me)|(?:to|from) my hand",
            "I hand over only where the scene has a hand-over place. 'pick up the red cube' takes a thing.",
        ),
        (
            r"half ?way|half open|half closed|partly|a crack|just a little",
            "I open and close all the way. For the hand say how far: 'up 3 cm'.",
        ),
        (
            r"gently|softly|softer|lightly|tightly|tighter|harder|firmly|force|squeeze",
            "How hard I grip cannot be told; how fast can: 'slower'.",
        ),
        (
            r"tilt|tip|pour|shake|wave|circle|wiggle|stir|wipe|throw",
            "My motions are straight, with the fingers pointing down: 'left 3 cm', 'turn 45 degrees right'.",
        ),
        (
            r"wait (?:for )?(?:\w+ )?(?:seconds?|minutes?|a bit|a while)|pause for",
            "I keep no time in what I am shown. 'wait' pauses what moves, 'continue' goes on.",
        ),
        (
            r"when|whenever|every time|until|unless|as soon as",
            "I watch for nothing: say it when it is so. 'if the drawer is open, close it' is judged now.",
        ),
        (
            r"slowly|quickly|carefully",
            "The pace is said by itself while it is done, or afterwards: 'slower', 'half as fast'.",
        ),
    )
)


def why_not(line: str) -> str:
    """Why a line that was not understood could not be, and what can be said; "" if that is not known."""
    return next((why for words, why in _ROWS if words.search(line)), "")
