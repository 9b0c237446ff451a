"""Where the command line keeps and finds files.

In a checkout, runs and launch files are the checkout's own, from whatever folder the command is
called; an installed package keeps runs in the user's data folder and carries its launch files.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

import embodied
from embodied.errors import BadLaunchFile, did_you_mean


def checkout() -> Path | None:
    """The root of the checkout this code runs from, or None if it is installed."""
    root = Path(embodied.__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "launch").is_dir() else None


def data_folder() -> Path:
    """Where an installed embodied keeps what it must not lose: EMBODIED_HOME or the platform's folder."""
    chosen = os.environ.get("EMBODIED_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "embodied"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "embodied"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "embodied"


def runs_folder() -> Path:
    """EMBODIED_RUNS, else `runs` in EMBODIED_HOME, the checkout, or the user's data folder."""
    chosen = os.environ.get("EMBODIED_RUNS")
    if chosen:
        return Path(chosen).expanduser().absolute()
    root = None if os.environ.get("EMBODIED_HOME") else checkout()
    return (root or data_folder()) / "runs"


def launch_folder() -> Path:
    """The launch files that come with embodied."""
    root = checkout()
    return root / "launch" if root else Path(embodied.__file__).resolve().parent / "data" / "launch"


def command() -> str:
    """How to call this program again from here: `embodied`, or its path where that is not on PATH."""
    program = Path(sys.argv[0])
    if program.name != "embodied" or shutil.which("embodied"):
        return "embodied"
    return shlex.quote(str(program))


def launch_files() -> dict[str, Path]:
    """The launch files that come along, by name."""
    return {path.stem: path for path in sorted(launch_folder().glob("*.toml"))}


def find_launch_file(name: str) -> Path:
    """A path as given, or, for a bare name such as `minecraft`, the launch file that comes with embodied.

    Raises BadLaunchFile, with the nearest names, if a bare name is neither.
    """
    given = Path(name)
    if given.exists() or given.suffix == ".toml" or len(given.parts) > 1:
        return given
    shipped = launch_files()
    if name not in shipped:
        known = f"These come along: {', '.join(shipped) or 'none'}; or name a TOML file."
        raise BadLaunchFile(f"There is no launch file {name!r}.", remedy=did_you_mean(name, shipped) or known)
    return shipped[name]
