"""A child process that never outlives its parent.

The child gets a pipe as standard input that stays open as long as we live: it ends itself when the pipe
closes. On Linux the kernel signals it too, should we die. Its standard output carries one line of JSON
when it is ready (docs/bridge-protocol.md); its standard error goes to a log file.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from embodied.errors import SetupError, WorldError
from embodied.plain_text import plain_line

ExitCallback = Callable[[int], None]

_DIE_WITH_PARENT = Path(__file__).with_name("die_with_parent.py")
_INSTALL = "Check that it is installed: run `embodied doctor`."
_living: weakref.WeakSet[ChildProcess] = weakref.WeakSet()


class ChildProcess:
    """Start `argv`; its exit is noticed at once, and `close` ends its whole process group.

    Args:
        argv: program and arguments.
        name: what to call it in messages ("the Minecraft server").
        log: file that its standard error (and output, after the ready line) is appended to.
        cwd: working folder; ours if None.
        env: variables added to our environment. EMBODIED_PARENT (our process id) is always set.
        on_exit: called once with the exit code, from a thread of ours, when the child has ended.

    Raises:
        SetupError: the program cannot be started.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        name: str,
        log: Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        on_exit: ExitCallback | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self.ended = threading.Event()
        self._on_exit = [on_exit] if on_exit is not None else []
        self._lock = threading.Lock()
        self._callbacks = threading.Lock()
        self._ready_line: bytes | None = None
        self._ready_known = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: OSError | None = None
        log.parent.mkdir(parents=True, exist_ok=True)
        self._check_program(str(argv[0]), env)
        started = threading.Event()
        # The kernel ties the child to the *thread* that started it, so the watcher starts it.
        watcher = threading.Thread(
            target=self._watch,
            args=([str(part) for part in argv], cwd, dict(env or {}), started),
            name=f"watch {name}",
            daemon=True,
        )
        watcher.start()
        started.wait()
        if self._failure is not None:
            raise SetupError(
                f"{name} could not be started: {argv[0]}: {self._failure.strerror}.", remedy=_INSTALL
            )
        _living.add(self)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self.ended.is_set()

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative if a signal ended it."""
        return self._process.returncode if self._process is not None and self.ended.is_set() else None

    def on_exit(self, tell: ExitCallback) -> None:
        """Call `tell` with the exit code when the child has ended; at once if it has."""
        with self._callbacks:
            if not self.ended.is_set():
                self._on_exit.append(tell)
                return
        tell(self.exit_code or 0)

    def wait_ready(self, timeout_s: float) -> Mapping[str, Any]:
        """The child's ready line, as a map. The child is closed when this raises.

        Raises:
            SetupError: the child said why it cannot start.
            WorldError: it ended, said something else, or was not ready within `timeout_s`.
        """
        try:
            if not self._ready_known.wait(timeout_s):
                raise WorldError(self._with_log(f"{self.name} was not ready within {timeout_s:g} s"))
            if self._ready_line is None:
                self.ended.wait(2.0)
                raise WorldError(
                    self._with_log(f"{self.name} ended with {self.exit_words()} before it was ready")
                )
            return self._parsed(self._ready_line)
        except BaseException:
            self.close(grace_s=0.5)
            raise

    def last_log_lines(self, count: int = 8) -> str:
        """The end of the log, for a message."""
        try:
            with self.log.open("rb") as handle:
                handle.seek(max(0, handle.seek(0, os.SEEK_END) - 16_384))
                lines = handle.read().decode("utf-8", "replace").rstrip().splitlines()[-count:]
                return "\n".join(plain_line(line) for line in lines)
        except OSError:
            return ""

    def close(self, *, grace_s: float = 3.0) -> None:
        """End it: close its standard input, then SIGTERM, then SIGKILL to the group. Idempotent.

        Args:
            grace_s: how long it may take to end by itself [s]; as long again after SIGTERM, up to 2 s.
        """
        with self._lock:
            process = self._process
            assert process is not None
            if process.stdin is not None and not process.stdin.closed:
                with suppress(BrokenPipeError):  # it is already gone, which is what we want
                    process.stdin.close()
            if not self.ended.wait(grace_s):
                self._signal_group(signal.SIGTERM)
                self.ended.wait(min(grace_s, 2.0))
            # Also when the child has ended: it may have left children of its own.
            self._signal_group(getattr(signal, "SIGKILL", signal.SIGTERM))
            self.ended.wait(2.0)
            _living.discard(self)

    def __enter__(self) -> ChildProcess:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # -- threads -----------------------------------------------------------------------------------

    def _watch(
        self, argv: list[str], cwd: Path | None, env: dict[str, str], started: threading.Event
    ) -> None:
        parent = str(os.getpid())
        if sys.platform == "linux":
            argv = [sys.executable, "-I", "-S", str(_DIE_WITH_PARENT), parent, *argv]
        with self.log.open("ab") as log:
            try:
                process = subprocess.Popen(
                    argv,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    cwd=cwd,
                    env={**os.environ, **env, "EMBODIED_PARENT": parent},
                    start_new_session=True,
                )
            except OSError as failed:
                self._failure = failed
                self.ended.set()
                started.set()
                return
        self._process = process
        assert process.stdout is not None
        reader = threading.Thread(
            target=self._read, args=(process.stdout,), name=f"read {self.name}", daemon=True
        )
        reader.start()
        started.set()
        code = process.wait()
        with self._callbacks:
            self.ended.set()
            callbacks = list(self._on_exit)
        for tell in callbacks:
            tell(code)

    def _read(self, stdout: IO[bytes]) -> None:
        with stdout, self.log.open("ab") as log:
            first = stdout.readline(1 << 20)
            self._ready_line = first if first.strip() else None
            self._ready_known.set()
            for line in stdout:
                log.write(line)
                log.flush()

    def _check_program(self, program: str, env: Mapping[str, str] | None) -> None:
        path = (env or {}).get("PATH", os.environ.get("PATH"))
        if shutil.which(program, path=path) is None:
            raise SetupError(
                f"{self.name} could not be started: there is no program {program}.", remedy=_INSTALL
            )

    # -- words -------------------------------------------------------------------------------------

    def _parsed(self, line: bytes) -> Mapping[str, Any]:
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict) or "ready" not in said:
            shown = line.decode("utf-8", "replace").strip()[:200]
            raise WorldError(
                self._with_log(f"{self.name} should have said that it is ready, but said {shown!r}"),
                remedy="It is not a bridge of this version: reinstall embodied-agent.",
            )
        if said["ready"] is not True:
            error = said.get("error") or {}
            reason = error.get("message") or error.get("code") or "it gave no reason"
            raise SetupError(
                f"{self.name} could not start: {plain_line(str(reason))}",
                remedy=plain_line(str(error.get("remedy") or "")) or f"Its log is {self.log}.",
            )
        return said

    def exit_words(self) -> str:
        code = self.exit_code
        if code is None:
            return "its output closed"
        return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    def _with_log(self, what: str) -> str:
        lines = self.last_log_lines()
        quoted = "".join(f"\n    {line}" for line in lines.splitlines())
        return (
            f"{what}.\n  The end of its log, {self.log}:{quoted}" if quoted else f"{what}; its log is empty."
        )

    def _signal_group(self, number: int) -> None:
        process = self._process
        assert process is not None
        try:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        except (ProcessLookupError, PermissionError):
            pass  # nobody is left in the group


@atexit.register
def _close_what_is_left() -> None:
    for child in list(_living):
        child.close(grace_s=1.0)
