"""What the command line says of folders: those of `embodied.folders`, and how it is called from here."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from embodied.folders import (
    checkout,
    data_folder,
    find_launch_file,
    launch_files,
    launch_folder,
    runs_folder,
)


def command() -> str:
    """How to call this program again from here: `embodied`, or its path where that is not on PATH."""
    program = Path(sys.argv[0])
    if program.name != "embodied" or shutil.which("embodied"):
        return "embodied"
    return shlex.quote(str(program))


__all__ = [
    "checkout",
    "command",
    "data_folder",
    "find_launch_file",
    "launch_files",
    "launch_folder",
    "runs_folder",
]
