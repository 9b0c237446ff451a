"""`embodied teach` on a terminal of its own: what a person types, and what is on the screen."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PROMPT = "you> "
_AT_A_TERMINAL = (
    "import fcntl, os, sys, termios; "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); "  # so that Ctrl-C reaches it, and nothing else
    "os.execv(sys.argv[1], sys.argv[1:])"
)
_CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r")


class Terminal:
    """A command at a pseudo-terminal. `screen` is all that it wrote."""

    def __init__(self, *arguments: str, library: Path, home: Path) -> None:
        self._master, self._slave = pty.openpty()
        self.before = termios.tcgetattr(self._slave)
        environment = {
            **os.environ,
            "EMBODIED_LIBRARY": str(library),
            "EMBODIED_RUNS": str(home / "runs"),
            "TERM": "xterm",
            "COLUMNS": "200",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", _AT_A_TERMINAL, sys.executable, "-m", "embodied", *arguments],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
            env=environment,
        )
        self.screen = ""
        self._seen = 0

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def say(self, line: str, answer: str = PROMPT) -> str:
        """A line, once it can be said; what came until the answer."""
        self.type(line + "\n")
        return self.until(answer)

    def until(self, text: str, seconds: float = 60.0) -> str:
        """Wait until `text` comes; what came until then."""
        deadline = time.monotonic() + seconds
        while (found := self.screen.find(text, self._seen)) < 0:
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} did not come:\n{self.screen[self._seen :]}"
            self._read(left)
        begin, self._seen = self._seen, found + len(text)
        return self.screen[begin : self._seen]

    def shows(self, text: str, seconds: float = 60.0) -> None:
        """Wait until `text` has come at any time."""
        self._seen = 0
        self.until(text, seconds)

    def end(self, seconds: float = 60.0) -> int:
        """Wait until the command has ended; its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it did not end:\n{self.screen[-2000:]}"
            self._read(0.05)
        return self.process.returncode

    @property
    def settings(self) -> list[object]:
        return list(termios.tcgetattr(self._slave))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select([self._master], [], [], min(seconds, 0.2))
        if ready:
            self.screen += _CODES.sub("", os.read(self._master, 65536).decode(errors="replace"))
