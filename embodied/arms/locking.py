"""One agent per arm: a lock that the system itself lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import IO, Any

from embodied.errors import BadInput
from embodied.folders import data_folder


def arms_folder() -> Path:
    """Where the arms that are in use are kept, for all processes of this user."""
    return data_folder() / "arms"


def file_name(identity: str) -> str:
    """A file's name for an arm's identity: the same for the same arm."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", identity).strip("-")[:120] or "arm"


class ArmLock:
    """Held for as long as the process lives, or until `release`.

    Args:
        identity: which arm: "ur5e@192.168.1.20", "so101@/dev/ttyACM0".

    Raises:
        BadInput: another process has it; the message says which, and since when.
    """

    def __init__(self, identity: str, folder: Path | None = None) -> None:
        self.identity = identity
        folder = folder or arms_folder()
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{file_name(identity)}.lock"
        file = self.path.open("a+", encoding="utf-8")
        if not _take(file):
            holder = _holder(self.path)
            file.close()
            raise BadInput(
                f"The arm {identity} is in use{holder}.",
                remedy="One agent per arm: end the other one first; `embodied arm stop` stops what moves.",
            )
        self._file: IO[str] | None = file
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}, file)
        file.flush()

    def release(self) -> None:
        """Let go. Idempotent."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.truncate(0)
            self._file.close()
            self._file = None


def _take(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _holder(path: Path) -> str:
    """Who holds a lock, as far as its file tells."""
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"))
        return f" by process {said['pid']} since {said['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return " by another process"
