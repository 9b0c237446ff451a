"""The file that says what a library's folder is: its format and its world."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Final

from embodied.errors import BadLibrary
from embodied.library.files import replace_file

FORMAT: Final = 1
HEAD: Final = "library.json"
_IGNORED: Final = "_index*\n_lock\n_gate.lock\n_lessons.lock\n.new-*\n"


def check_head(folder: Path, world: str) -> None:
    """Raise `BadLibrary` if a newer embodied wrote the library, or it is another world's."""
    head = folder / HEAD
    if not head.is_file():
        return
    try:
        found = json.loads(head.read_text(encoding="utf-8"))
        format_, whose = int(found["format"]), str(found["world"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadLibrary(
            f"{head}: cannot be read: {error!r}.", remedy="Take it from your version control."
        ) from error
    if format_ > FORMAT:
        raise BadLibrary(
            f"{folder}: a newer embodied wrote this library (format {format_}, this one reads up to "
            f"{FORMAT}). Nothing was changed.",
            remedy="Use the newer embodied, or another folder: EMBODIED_LIBRARY=...",
        )
    if whose != world:
        raise BadLibrary(
            f"{folder}: is a library for the world {whose!r}, not {world!r}.",
            remedy="Choose another folder with EMBODIED_LIBRARY, or the other world.",
        )


def begin(folder: Path, world: str) -> None:
    """Check the head, or write it if the library is new. The caller holds the lock."""
    check_head(folder, world)
    head = folder / HEAD
    if not head.is_file():
        made = {"format": FORMAT, "world": world, "made": time.strftime("%Y-%m-%d")}
        replace_file(folder / ".gitignore", _IGNORED.encode())
        replace_file(head, (json.dumps(made) + "\n").encode())
