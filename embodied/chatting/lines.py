"""Lines of a chat: which are meant for the agent, and how its answers fit into it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from embodied.plain_text import plain_line

LONGEST: Final = 256
"""The longest line of a player [characters]."""
ROOM: Final = 190
"""The longest line of an answer, so that a whisper's head fits before it [characters]."""
ALSO: Final = "bot"
"""What it is called besides its name."""

_CODES: Final = re.compile("\u00a7.?")
_GREETING: Final = r"(?:(?:hey|hi|hello|ok|okay|please)[,!\s]+)?"


def heard_line(text: str) -> str:
    """What a player typed, made fit for a terminal, a journal and a parser: one line of plain characters."""
    return plain_line(" ".join(plain_line(_CODES.sub("", text), 4 * LONGEST).split()), LONGEST)


def addressed(line: str, names: Iterable[str]) -> str | None:
    """What is said to somebody of these names: "bot, stop", "@bot stop", "stop, bot"; None if nothing is."""
    known = "|".join(re.escape(name) for name in (*names, ALSO) if name)
    before = re.fullmatch(rf"{_GREETING}@?(?:{known})(?:\s*[,:;!.]+\s*|\s+|$)(.*)", line, re.IGNORECASE)
    if before is not None:
        return before[1].strip()
    after = re.fullmatch(rf"(.+?)(?:\s*,\s*@?|\s+@)(?:{known})\s*[.!?]*", line, re.IGNORECASE)
    return after[1].strip() if after is not None else None


def spoken_lines(lines: Sequence[str], room: int = ROOM) -> list[str]:
    """Answers as lines of a chat: short ones together, long ones parted at words; no codes, no commands."""
    packed: list[str] = []
    for line in lines:
        for part in _parted(_fit(line), room):
            if packed and len(packed[-1]) + len(part) + 3 <= room:
                packed[-1] += f" | {part}"
            else:
                packed.append(part)
    return packed


def _fit(line: str) -> str:
    plain = " ".join(plain_line(_CODES.sub("", line), 4000).split())
    return f"> {plain}" if plain.startswith("/") else plain


def _parted(line: str, room: int) -> list[str]:
    parts = []
    while len(line) > room:
        at = line.rfind(" ", room // 2, room)
        at = room if at < 0 else at
        parts.append(line[:at].rstrip())
        line = _fit(line[at:])
    return [part for part in (*parts, line) if part]
