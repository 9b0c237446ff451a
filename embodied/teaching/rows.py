"""Tables of what a line can say: each row is a pattern, and who reads what was found by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

About = TypeVar("About")
Made = TypeVar("Made")
Row = tuple[re.Pattern[str], Callable[[re.Match[str], About], Made | None]]


def first_read(rows: Sequence[Row[About, Made]], text: str, about: About) -> Made | None:
    """What the first row that fits makes of a text; one that makes nothing leaves it to the next."""
    for pattern, read in rows:
        found = pattern.fullmatch(text)
        made = read(found, about) if found is not None else None
        if made is not None:
            return made
    return None
