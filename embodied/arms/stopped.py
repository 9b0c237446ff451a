"""Arms that the operator has stopped: they stay so when the bridge ends, until a person resets them.

A file beside those of the arms that run, in the user's own folder. A bridge that begins looks for its arm's,
by the name that a person calls it or by its address, and begins stopped.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from embodied.arms.locking import arms_folder, file_name

SUFFIX: Final = ".stopped.json"


@dataclass(frozen=True)
class StoppedArm:
    """An arm that may not move.

    Attributes:
        name: what a person calls it, with a number where several of one name ran; called: without.
        identity: its address, "" for one that is simulated.
        reason: in words; at: Unix time [s].
    """

    name: str
    called: str
    identity: str
    reason: str
    at: float


def keep_stopped(name: str, called: str, identity: str, reason: str, folder: Path | None = None) -> None:
    """From now on it is stopped, whoever starts its bridge. Raises OSError if that cannot be kept."""
    folder = folder or arms_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file_name(name)}{SUFFIX}"
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(
        json.dumps(asdict(StoppedArm(name, called, identity, reason, time.time()))), encoding="utf-8"
    )
    part.replace(path)


def find_stopped(name: str = "", identity: str = "", folder: Path | None = None) -> list[StoppedArm]:
    """Those of that name or that address; all where neither is given."""
    found = []
    for path in sorted((folder or arms_folder()).glob(f"*{SUFFIX}")):
        try:
            arm = StoppedArm(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # a damaged one stops the arm that its file is called after
            name_there = path.name.removesuffix(SUFFIX)
            arm = StoppedArm(name_there, name_there, "", "it was stopped; why cannot be read", 0.0)
        anyone = not name and not identity
        if anyone or name in (arm.name, arm.called) or (identity and identity == arm.identity):
            found.append(arm)
    return found


def let_go(stopped: Iterable[str], folder: Path | None = None) -> None:
    """Of those of exactly these names, by a person's word alone."""
    for name in stopped:
        ((folder or arms_folder()) / f"{file_name(name)}{SUFFIX}").unlink(missing_ok=True)
