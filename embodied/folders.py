"""Where things lie: runs, launch files, and what must not be lost. docs/launch-file.md tells users.

In a checkout, runs and launch files are its own, from whatever folder a command is called; an installed
package keeps runs in the user's data folder and carries its launch files. EMBODIED_HOME takes the place of
both homes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import embodied
from embodied.errors import BadLaunchFile, did_you_mean


def checkout() -> Path | None:
    """The root of the checkout this code runs from, or None if it is installed."""
    root = Path(embodied.__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "launch").is_dir() else None


def data_folder() -> Path:
    """Where is kept what must not be lost and is no checkout's: EMBODIED_HOME or the platform's folder."""
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
