"""Asks a reward in a limited process of its own."""

from __future__ import annotations

import contextlib
import mmap
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import msgspec

import embodied
from embodied.errors import SetupError
from embodied.rewards.calling import check_numbers
from embodied.rewards.checking import RewardCode
from embodied.rewards.errors import BY_CODE, BadSpec, Failed, RewardError, TooLarge, TooSlow, WorkerLost
from embodied.rewards.layout import CAPACITY, Layout
from embodied.rewards.spec import ActionSpec, Array, Arrays, ObservationSpec

_HEAD: Final = 4
_MAX_ANSWER: Final = 1 << 16
_START_S: Final = 60.0
_PACKAGES: Final = str(Path(embodied.__file__).resolve().parents[1])
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Limits:
    """What a reward may use.

    Attributes:
        call_seconds: processor time of one call [s].
        wall_seconds: how long an answer may take by the clock [s]; more, since the machine may be busy.
        cpu_seconds: processor time of all calls together [s].
        memory_mb: memory beyond what numpy takes by itself [MiB].
    """

    call_seconds: float = 0.5
    wall_seconds: float = 10.0
    cpu_seconds: float = 3600.0
    memory_mb: int = 256


class RewardWorker:
    """A reward in a process of its own; called like the function it is.

    A worker that was killed is started once more and asked again; what happened stays in `incidents`. A batch
    has at most `layout.capacity` states. For one thread at a time.

    Raises, when called:
        RewardError: whatever the reward does wrong; `TooSlow`, `TooLarge` and `WorkerLost` are this class's.
            After these three it starts afresh with the next call.
    """

    def __init__(
        self,
        code: RewardCode,
        observation: ObservationSpec,
        action: ActionSpec,
        *,
        limits: Limits | None = None,
        capacity: int = CAPACITY,
    ) -> None:
        if not hasattr(select, "poll"):
            raise SetupError(
                "Rewards run in limited processes on Linux and macOS only.",
                remedy="Use embodied.rewards.calling.in_process, which limits neither time nor memory.",
            )
        self.code = code
        self.limits = limits or Limits()
        self.layout = Layout(observation, action, code.terms, capacity)
        self.incidents: tuple[RewardError, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._file = _shared_file()
        self._file.truncate(self.layout.nbytes)
        self._memory = mmap.mmap(self._file.fileno(), self.layout.nbytes)
        self._inputs = self.layout.inputs(self._memory, writeable=True)
        self._outputs = self.layout.outputs(self._memory)

    @property
    def pid(self) -> int | None:
        """The number of its process, while there is one."""
        return self._process.pid if self._process else None

    def __call__(self, obs: Arrays, action: Arrays, previous: Arrays) -> dict[str, Array]:
        """{term: shape (batch,)}."""
        count = self._fill(obs, action, previous)
        try:
            self._ask(count)
        except WorkerLost as lost:
            self.incidents = (*self.incidents, lost)
            self._ask(count)  # once more; a second loss is the answer
        terms = {name: self._outputs[row, :count].copy() for row, name in enumerate(self.code.terms)}
        for name, values in terms.items():  # the worker is not believed
            check_numbers(name, values)
        return terms

    def close(self) -> None:
        """End the process. Idempotent."""
        self._end()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- a call ------------------------------------------------------------------------------------

    def _fill(self, *given: Arrays) -> int:
        count = len(next(iter(given[0].values())))
        if count > self.layout.capacity:
            raise BadSpec(
                f"A batch of {count} states.", remedy=f"At most {self.layout.capacity}; ask in several parts."
            )
        for values, block in zip(given, self._inputs, strict=True):
            for name, room in block.items():
                try:
                    room[:count] = values[name]
                except (KeyError, ValueError):
                    spec = self.layout.action if block is self._inputs[1] else self.layout.observation
                    spec.check(values)
                    raise
        return count

    def _ask(self, count: int) -> None:
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            os.write(process.stdin.fileno(), count.to_bytes(_HEAD, "little"))
            self._answer(self.limits.wall_seconds)
        except (TimeoutError, EOFError, OSError) as gone:
            raise self._lost(gone) from None
        except KeyboardInterrupt:  # its answer would be taken for the next one's
            self._end(kill=True)
            raise

    def _answer(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        size = int.from_bytes(self._read(_HEAD, deadline), "little")
        if size > _MAX_ANSWER:
            raise EOFError(f"an answer of {size} bytes")
        answer = msgspec.msgpack.decode(self._read(size, deadline), type=dict[str, str] | None)
        if answer is not None:
            kind = BY_CODE.get(answer["code"], Failed)
            raise kind(answer["message"], remedy=answer["remedy"])

    def _read(self, count: int, deadline: float) -> bytes:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        descriptor, data = process.stdout.fileno(), b""
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not waiting.poll(left * 1000):
                raise TimeoutError
            part = os.read(descriptor, count - len(data))
            if not part:
                raise EOFError("it ended")
            data += part
        return data

    # -- its process -------------------------------------------------------------------------------

    def _start(self) -> subprocess.Popen[bytes]:
        limits, layout = self.limits, self.layout
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "embodied.rewards.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env={"PYTHONPATH": _PACKAGES, "PYTHONDONTWRITEBYTECODE": "1", **dict.fromkeys(_THREADS, "1")},
            pass_fds=(self._file.fileno(),),
            start_new_session=True,
        )
        self._process = process
        job = msgspec.msgpack.encode(
            {
                "source": self.code.source,
                "observation": layout.observation.to_json(),
                "action": layout.action.to_json(),
                "memory_fd": self._file.fileno(),
                "capacity": layout.capacity,
                "call_seconds": limits.call_seconds,
                "cpu_seconds": limits.cpu_seconds,
                "memory_mb": limits.memory_mb,
            }
        )
        assert process.stdin is not None
        try:
            process.stdin.write(len(job).to_bytes(_HEAD, "little") + job)
            process.stdin.flush()
            self._answer(_START_S)
        except (TimeoutError, EOFError, OSError) as gone:
            raise self._lost(gone) from None
        return process

    def _lost(self, gone: Exception) -> RewardError:
        """Why there is no answer; the process is gone afterwards."""
        late = isinstance(gone, TimeoutError)
        words = "" if late else self._last_words()
        code = self._end(kill=late)
        if late or code == -signal.SIGPROF:
            used = (
                f"{self.limits.wall_seconds:g} s" if late else f"{self.limits.call_seconds:g} s of computing"
            )
            return TooSlow(
                f"The reward took more than {used} for one call.",
                remedy="Use whole arrays instead of loops, and smaller ones.",
            )
        if code == -signal.SIGXCPU:
            return TooSlow(
                f"All calls together took more than {self.limits.cpu_seconds:g} s of computing.",
                remedy="Raise cpu_seconds, or train for less time.",
            )
        if "MemoryError" in words:
            return TooLarge(
                f"The reward wanted more than {self.limits.memory_mb} MiB.", remedy="Use smaller arrays."
            )
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        return WorkerLost(
            f"The process of the reward ended {how}." + (f"\n    {words}" if words else ""),
            remedy="It is started once more by itself; if it ends again, look at what else fills the memory.",
        )

    def _last_words(self) -> str:
        process = self._process
        if process is None or process.stderr is None:
            return ""
        os.set_blocking(process.stderr.fileno(), False)
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            process.wait(2.0)
            return (process.stderr.read() or b"").decode("utf-8", "replace").strip()[-500:]
        return ""

    def _end(self, *, kill: bool = False) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            if kill:
                process.kill()
            code = process.wait(2.0)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait(10.0)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        return code


def _shared_file() -> IO[bytes]:
    """In memory where the system can: writing to a mapped file on a full disk would end the process."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("reward"), "w+b")
    return tempfile.TemporaryFile()
