"""Arms that the operator has stopped: they stay so when the bridge ends, until a person resets them.

A file beside those of the arms that run, in the user's own folder. A bridge that begins looks for its arm's,
by the name that a person calls it or by its address, and begins stopped.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from embodied.arms.locking import arms_folder, file_name

SUFFIX: Final = ".stopped.json"


@dataclass(frozen=True)
class StoppedArm:
    """An arm that may not move.

    Attributes:
        name: what a person calls it; identity: its address, "" for one that is simulated.
        reason: in words; at: Unix time [s].
    """

    name: str
    identity: str
    reason: str
    at: float


def keep_stopped(name: str, identity: str, reason: str, folder: Path | None = None) -> None:
    """From now on it is stopped, whoever starts its bridge. Raises OSError if that cannot be kept."""
    folder = folder or arms_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file_name(name)}{SUFFIX}"
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(json.dumps(asdict(StoppedArm(name, identity, reason, time.time()))), encoding="utf-8")
    part.replace(path)


def find_stopped(name: str = "", identity: str = "", folder: Path | None = None) -> list[StoppedArm]:
    """Those of that name or that address; all where neither is given."""
    found = []
    for path in sorted((folder or arms_folder()).glob(f"*{SUFFIX}")):
        try:
            arm = StoppedArm(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # a damaged one stops the arm that its file is called after
            arm = StoppedArm(path.name.removesuffix(SUFFIX), "", "it was stopped; why cannot be read", 0.0)
        anyone = not name and not identity
        if anyone or name in (arm.name, file_name(arm.name)) or (identity and identity == arm.identity):
            found.append(arm)
    return found


def let_go(name: str, identity: str = "", folder: Path | None = None) -> str:
    """By a person's word alone. Returns why it had been stopped, "" if it had not."""
    stopped = find_stopped(name, identity, folder)
    for arm in stopped:
        ((folder or arms_folder()) / f"{file_name(arm.name)}{SUFFIX}").unlink(missing_ok=True)
    return stopped[0].reason if stopped else ""
