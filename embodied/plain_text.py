"""Text of others made fit for a terminal: a game server, a player or a model may write anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LONGEST = 1000


def plain_line(text: str, longest: int = LONGEST) -> str:
    """One line of it: no control character (so no terminal sequence), no bidirectional override."""
    line = _UNPRINTABLE.sub("", _BREAKS.sub(" ", text[: 4 * longest])).strip(" ")
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def plain(value: Any) -> Any:
    """Every text within a value of JSON as `plain_line` would have it, names too."""
    if isinstance(value, str):
        return plain_line(value)
    if isinstance(value, Mapping):
        return {plain(key): plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value
