"""A server of the mini world, as a client starts it, over both transports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LAUNCH = """
[goal]
text = "get 1 ore"
[world]
kind = "mini"
seed = 7
[agent]
rules = ["never craft sticks"]
"""


def home_of(folder: Path) -> dict[str, str]:
    """The environment of a server that keeps all it writes in a folder."""
    (folder / "mini.toml").write_text(LAUNCH)
    return {
        **os.environ,
        "EMBODIED_HOME": str(folder / "home"),
        "EMBODIED_LIBRARY": str(folder / "library"),
        "EMBODIED_RUNS": str(folder / "runs"),
    }


def arguments(folder: Path, *more: str) -> list[str]:
    return ["-m", "embodied", "mcp", str(folder / "mini.toml"), *more]


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """Address and token of a server over HTTP."""
    process = subprocess.Popen(
        [sys.executable, *arguments(folder, "--http", "0")],
        env=home_of(folder),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    told: dict[str, str] = {}
    while "token" not in told:
        line = process.stderr.readline()
        assert line, "the server ended"
        name, _, value = line.partition(" ")
        told[name] = value.strip()
    try:
        yield told["address"], told["token"]
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stderr.close()
