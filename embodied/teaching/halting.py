"""Shouts that stop: "stop stop stop, wrong cube!" stops at once, whatever else the line says.

Told from commands that only begin so ("stop practising", "stop touching the bowl", "wait for it"): after a
shout comes the end of the line, a mark, another shout, or words that say what is wrong.
"""

from __future__ import annotations

import re
from typing import Final

_BEFORE: Final = r"(?:(?:no|oh|ah+|hey|ok(?:ay)?|please|robot|ouch|god)[,!.\s]+)*"
_SHOUT: Final = (
    r"(?:stop(?: it| that| now| right there| there| moving)?|halt|freeze|whoa|hold on|hang on|hold it|"
    r"that's enough|that is enough|stopp+|careful|watch out|look out)"
)
_WRONG: Final = (
    r"(?:no\b|not (?:that|this|so|there|like)|wrong\b|you(?:'re|r|'ll|'ve| are| will| have)\b|"
    r"that(?:'s| is)\b|it(?:'s| is)\b|i (?:said|meant?|want(?:ed)?)\b|don't\b|do not\b)"
)
_BEGUN: Final = re.compile(
    rf"{_BEFORE}(?:(?:{_SHOUT}|wait)(?:[\s,.!;:…—-]+(?={_SHOUT})|[\s]*[,.!;:…—-]+\s*|\s+(?={_WRONG})|\s*$))+",
    re.IGNORECASE,
)
_ENDED: Final = re.compile(
    r"(?!(?:if|when|whenever|until|before|after|once)\b)(?:.*[,.!;:…—]|(?:no|oh|ah+|hey|please|robot|argh?)(?:\s+\w+)?)\s*(?:please\s+|just\s+)?"
    r"(?:stop|halt|freeze)\s*[.! ]*",
    re.IGNORECASE,
)
_LOUD: Final = re.compile(r"\b(?:STOP|HALT)\b")
_LONE_WAIT: Final = re.compile(rf"{_BEFORE}wait\s*\.?", re.IGNORECASE)


def after_shout(line: str) -> str | None:
    """What a line says after it shouted to stop, "" for nothing more; None if it does not shout.

    A lone "wait" is no shout but a verb: it stops only what moves.
    """
    said = " ".join(line.replace("’", "'").split())
    if _LONE_WAIT.fullmatch(said):
        return None
    found = _BEGUN.match(said)
    if found is not None and found.end():
        return said[found.end() :].strip(" ,.!;:")
    if _ENDED.fullmatch(said):
        return ""
    if said.upper() != said and _LOUD.search(said):
        return _LOUD.sub("", said).strip(" ,.!;:") if _LOUD.match(said) else ""
    return None
