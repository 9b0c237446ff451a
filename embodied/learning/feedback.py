"""What a person says of how it went, for a designer without a model: documented words, and nothing guessed.

A sentence is taken apart at commas, semicolons, full stops, "and" and "but". Each part is either understood,
as one of the manners below, or told back as not understood. "It does not grasp it" asks for grasping; "do not
grasp it" asks for the opposite, where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from embodied.errors import BadInput
from embodied.rewards.manners import MANNERS, Manner

_PARTS: Final = re.compile(r"[,;.!?\n]+|\b(?:and|but|then|also)\b", re.IGNORECASE)
_FORBIDS: Final = re.compile(r"\b(?:do not|don'?t|never|must not|should not|shouldn'?t|no|without)\b")
_DENIES: Final = re.compile(r"\b(?:does not|doesn'?t|is not|isn'?t|did not|didn'?t|not)\b")

_FAULTS: Final[Sequence[tuple[str, str]]] = (
    (r"jerk|shak|jitter|twitch|vibrat|trembl|abrupt|wobbl", "smooth"),
    (r"too fast|too quick|too hasty|rush|hurries", "slow"),
    (r"too slow|too long|dawdl|wait(s|ing)?\b|hesitat", "soon"),
    (r"drop|lets? (it )?go|loses|lost|slip", "held fast"),
    (r"overshoot|overshot|too far|does not stop|doesn'?t stop|drifts?", "staying"),
    (r"imprecis|inaccura|inexact|too short|misses|stops short|not close enough", "exact"),
)
"""What is wrong, and the manner that answers it, denied or not: "stop jerking", "do not jerk"."""

_WISHES: Final[Sequence[tuple[str, str, str]]] = (
    (r"from above|from the top|from over|downwards?\b|top.?down", "from above", ""),
    (r"smooth|steady|steadi|soft|fluent|calm", "smooth", ""),
    (r"slow|gentl|careful|caution", "slow", "soon"),
    (r"fast|quick|hurry|sooner|speed", "soon", "slow"),
    (r"grasp|grip|grab|pinch|pick (it |\w+ )*up|take it|fingers", "in the fingers", "by touch"),
    (r"push|shove|slide|nudge|by touch", "by touch", "in the fingers"),
    (r"lift|higher|raise", "lifted", ""),
    (r"hold (it )?(fast|tight|firm)|firmly|tight", "held fast", ""),
    (r"\bstay|keep (it )?there|hold still|rest there", "staying", ""),
    (r"precis|accura|exact|closer|nearer", "exact", ""),
)
"""What is wanted, the manner for it, and the one for its opposite, "" for none."""

SAID: Final = (
    "it jerks / smoothly, too fast / slowly, too slow / faster, (approach) from above, grasp it / push it, "
    "lift it higher, it drops it, it overshoots / stay there, not close enough / precisely"
)
"""Examples of what is understood, for messages."""


@dataclass(frozen=True)
class Reading:
    """What was made of a person's words.

    Attributes:
        manners: in the order in which they were said.
        understood: each part that was, with what is done.
        missed: each part that was not.
    """

    manners: tuple[Manner, ...]
    understood: tuple[str, ...]
    missed: tuple[str, ...]


def read_feedback(text: str) -> Reading:
    """Take a person's words apart."""
    manners: dict[str, Manner] = {}
    understood, missed = [], []
    for part in (" ".join(piece.split()) for piece in _PARTS.split(text)):
        if not part:
            continue
        name = _meant(part.lower())
        if name:
            manners[name] = MANNERS[name]
            understood.append(f"{part}: {MANNERS[name].says}")
        else:
            missed.append(part)
    return Reading(tuple(manners.values()), tuple(understood), tuple(missed))


def manners_of(texts: Sequence[str]) -> tuple[Manner, ...]:
    """Those of all that was said, the last word counting where two exclude each other."""
    found: dict[str, Manner] = {}
    for text in texts:
        for manner in read_feedback(text).manners:
            for other in _OPPOSITES.get(manner.name, ()):
                found.pop(other, None)
            found[manner.name] = manner
    return tuple(found.values())


def refuse_not_understood(text: str) -> None:
    """Raise BadInput if nothing of it can be acted on without a model."""
    if not read_feedback(text).manners:
        raise BadInput(
            f"The offline designer understands nothing of {text!r}.",
            remedy=f"It understands words such as: {SAID}. A model takes any: start with --designer llm.",
        )


def _meant(part: str) -> str:
    for pattern, name in _FAULTS:
        if re.search(pattern, part):
            return name
    for pattern, name, opposite in _WISHES:
        if re.search(pattern, part):
            forbidden = _FORBIDS.search(part) and not _DENIES.search(_FORBIDS.sub("", part))
            return opposite if forbidden else name
    return ""


_OPPOSITES: Final = {
    "slow": ("soon",),
    "soon": ("slow",),
    "in the fingers": ("by touch",),
    "by touch": ("in the fingers", "lifted", "held fast"),
    "lifted": ("by touch",),
    "held fast": ("by touch",),
}
