"""Which code was measured: every row of every benchmark says it."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

from embodied import __version__

DEADLINE_S = 10.0


ROOT = Path(__file__).resolve().parents[2]


@cache
def code_version(root: Path = ROOT) -> str:
    """The package's version; in a checkout also what `git describe` says ("0.1.0 (b684b3a-dirty)").

    Args:
        root: the folder that is a checkout if it holds `.git`.
    """
    if not (root / ".git").exists():
        return __version__
    asked = ["git", "-C", str(root), "describe", "--always", "--tags", "--dirty"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=DEADLINE_S, check=True)
    except (OSError, subprocess.SubprocessError):  # no git here: the package's version has to do
        return __version__
    return f"{__version__} ({said.stdout.strip()})"
