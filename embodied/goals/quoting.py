"""The user's own words for a part of a text that was read as tokens."""

from __future__ import annotations

import re

from embodied.english import tokens

_MARKS = ",;.!?"


class Quoted:
    """Which part of a text each of its tokens is from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._places: list[tuple[int, int]] = []
        for chunk in re.finditer(r"\S+", text):
            parts = tokens(chunk.group())
            here = self._found(chunk.group(), parts)
            start = chunk.start()
            self._places += [(start + a, start + b) for a, b in here]

    def __call__(self, start: int, end: int) -> str:
        """Tokens `start` up to `end`, as they were written; marks at the end are left out."""
        places = self._places[start:end]
        if not places:
            return ""
        return " ".join(self.text[places[0][0] : places[-1][1]].split()).rstrip(_MARKS) or self.text.strip()

    @staticmethod
    def _found(chunk: str, parts: list[str]) -> list[tuple[int, int]]:
        """Where each token is in its chunk; the whole chunk for all, if they are not spelled alike."""
        found, at = [], 0
        for part in parts:
            place = chunk.casefold().find(part, at)
            if place < 0 or len(chunk.casefold()) != len(chunk):
                return [(0, len(chunk))] * len(parts)
            at = place + len(part)
            found.append((place, at))
        return found
