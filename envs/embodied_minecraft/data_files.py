"""Reads the tables in `data/`. The server reads the same files, so the two cannot disagree."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from embodied.errors import SetupError

FOLDER = Path(__file__).parent / "data"


@cache
def table(name: str) -> Any:
    """The content of `data/NAME`; raises `SetupError` if the package lacks it."""
    path = FOLDER / name
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SetupError(
            f"The file {name} is missing from {FOLDER}.",
            remedy="Install the package again: the data files are part of it.",
        ) from None
    except json.JSONDecodeError as error:
        raise SetupError(
            f"The file {path} is not valid JSON: {error}.", remedy="Install the package again."
        ) from None


def optional_table(name: str) -> Any | None:
    """Like `table`, but None if there is no such file."""
    return table(name) if (FOLDER / name).is_file() else None


def versions() -> tuple[str, ...]:
    """The Minecraft versions that an extract ships for."""
    return tuple(sorted(path.stem.removeprefix("minecraft-") for path in FOLDER.glob("minecraft-*.json")))
