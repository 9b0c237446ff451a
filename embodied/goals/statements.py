"""Wishes said as statements: "the red cube should be in the bowl", "I want the drawer closed".

What is wished for is a state, and a goal is one: "put the red cube in the bowl", "close the drawer".
"""

from __future__ import annotations

import re
from typing import Final

_WISHED: Final = (
    r"(?:(?:please|ok|okay|so|well|and|then|now|finally),?\s+)*"
    r"(?:(?:i|we)(?:(?:'d|\s+would)\s+(?:like|love|prefer)|\s+(?:want|need|wish))\s+(?:to\s+(?:have|see)\s+)?|"
    r"(?:please\s+)?(?:(?:make|be)\s+sure|see\s+to\s+it|ensure|check)\s+(?:that\s+)?|"
    r"(?:it\s+is\s+time\s+to\s+)?(?:have|let|get)\s+)"
)
_BE: Final = (
    r"(?:(?:should|shall|has\s+to|have\s+to|needs?\s+to|ought\s+to|to|is\s+to|are\s+to)\s+"
    r"(?:be|end\s+up|go|sit|stand|lie|rest|come)(?:\s+(?:placed|put|moved|stacked|located))?|"
    r"is|are|be|sits?|stands?|lies?|belongs?|goes|go)"
)
_SIDE: Final = (
    r"(?:(?:to|on)\s+the\s+)?(?:left|right)\s+(?:side\s+)?of|in\s+front\s+of|behind|next\s+to|beside|"
    r"on\s+top\s+of|on|onto|upon|in|into|inside|inside\s+of|within|at"
)
_THING: Final = r"(?P<thing>(?:(?!\b(?:and|then)\b)[^,;]){2,80}?)"
_PLACED: Final = re.compile(
    rf"(?:{_WISHED})?{_THING}\s+{_BE}\s+(?:both\s+|all\s+|now\s+)?(?P<where>(?:{_SIDE})\s+.+)", re.IGNORECASE
)
_WANTED: Final = re.compile(rf"{_WISHED}{_THING}\s+(?P<where>(?:{_SIDE})\s+.+)", re.IGNORECASE)
_STATE: Final = re.compile(
    rf"(?:{_WISHED})?{_THING}\s+{_BE}\s+(?P<state>open(?:ed)?|closed|shut|pressed|pushed|held|picked\s+up)",
    re.IGNORECASE,
)
_WANTED_STATE: Final = re.compile(
    rf"{_WISHED}{_THING}\s+(?P<state>open(?:ed)?|closed|shut|pressed|pushed|picked\s+up)", re.IGNORECASE
)
_VERBS: Final = {
    **{"open": "open", "opened": "open", "closed": "close", "shut": "close", "pressed": "press"},
    **{"pushed": "press", "held": "pick up", "picked up": "pick up"},
}


def as_wish(text: str) -> str | None:
    """The sentence that tells to bring about the state that a statement wishes for; None if it is none."""
    said = " ".join(text.replace("’", "'").split()).rstrip(".! ")
    for pattern in (_STATE, _WANTED_STATE):
        found = pattern.fullmatch(said)
        if found is not None:
            return f"{_VERBS[' '.join(found['state'].lower().split())]} {found['thing']}"
    for pattern in (_PLACED, _WANTED):
        found = pattern.fullmatch(said)
        if found is not None:
            return f"put {found['thing']} {found['where']}"
    return None
