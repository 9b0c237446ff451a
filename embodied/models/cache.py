"""Answers of earlier runs, one small file for each question; delete the folder and nothing is lost.

The first time that a run asks a question it gets the first answer that was ever kept for it; when it asks
the same again it gets the second, and so on: a run repeats exactly, and never hangs on one bad answer.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from embodied.models.cassette import request_hash

VERSION = 1


class AnswerCache:
    """Bodies of completions by what was asked, and of whom."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self._folder = folder
        self._base_url = base_url
        self._asked: Counter[str] = Counter()

    def place(self, body: Mapping[str, Any]) -> Path:
        """Where the answer to this asking of the question is kept; each asking has a place of its own."""
        question = request_hash({"base_url": self._base_url, "body": dict(body)})
        self._asked[question] += 1
        return self._folder / question[:2] / f"{question}-{self._asked[question]}.json"

    def read(self, place: Path) -> str | None:
        """The kept body; None if there is none, or none that can be read."""
        try:
            kept = json.loads(place.read_text(encoding="utf-8"))
            return str(kept["body"]) if kept["v"] == VERSION else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, place: Path, body: str) -> None:
        """Whole or not at all; a cache that cannot be written is no reason to fail."""
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, name = tempfile.mkstemp(dir=place.parent)
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    json.dump({"v": VERSION, "body": body}, file)
                os.replace(name, place)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
