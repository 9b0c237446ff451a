"""The process that computes a reward and can do nothing else: `python -m embodied.rewards.worker`.

It covers: no file or socket can be opened (the number of open files is 0), no file written, no process
started, memory and processor time limited by the kernel, none of the asker's files, sockets and environment
inherited. What it does not cover: with a hole in the reward language, a program could still read what this
process has in memory, which is the reward and the batch.

Standard input: one msgpack map (`Job`), then 4 bytes a call, the number of states. Standard output: for each
an answer of 4 bytes length and msgpack: nil, or {code, message, remedy}. The batch itself lies in a shared
file (`embodied.rewards.layout`), whose descriptor is inherited. No pickle. When its input ends, it ends.
"""

from __future__ import annotations

import mmap
import os
import resource
import signal
import struct
import sys
from pathlib import Path

import msgspec
import numpy as np

from embodied.rewards.calling import checked_terms
from embodied.rewards.checking import check
from embodied.rewards.compiling import RewardFunction, compiled
from embodied.rewards.errors import RewardError, TooLarge
from embodied.rewards.layout import Layout, rows
from embodied.rewards.spec import ActionSpec, Array, ObservationSpec

HEAD = struct.Struct("<I")
_MIB = 1 << 20


class Job(msgspec.Struct, frozen=True):
    """What a worker computes and within which limits; see `embodied.rewards.client.Limits`."""

    source: str
    observation: str
    action: str
    memory_fd: int
    capacity: int
    call_seconds: float
    cpu_seconds: float
    memory_mb: int


class Answer(msgspec.Struct, frozen=True):
    """Why there are no terms."""

    code: str
    message: str
    remedy: str


def main() -> None:
    job = msgspec.msgpack.decode(_read(HEAD.unpack(_read(HEAD.size))[0]), type=Job)
    observation = ObservationSpec.from_json(job.observation)
    action = ActionSpec.from_json(job.action)
    code = check(job.source, observation, action)
    layout = Layout(observation, action, code.terms, job.capacity)
    memory = mmap.mmap(job.memory_fd, layout.nbytes)
    os.close(job.memory_fd)
    inputs, outputs = layout.inputs(memory, writeable=False), layout.outputs(memory)
    function = compiled(code)
    _limit(job)
    _write(None)
    np.seterr(all="ignore")
    while True:
        (count,) = HEAD.unpack(_read(HEAD.size))
        # The kernel ends this process by SIGPROF when one call has used its time, even inside of numpy.
        signal.setitimer(signal.ITIMER_PROF, job.call_seconds)
        answer = _compute(function, tuple(rows(values, count) for values in inputs), outputs, code.terms)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(answer)


def _compute(
    function: RewardFunction, inputs: tuple[dict[str, Array], ...], outputs: Array, names: tuple[str, ...]
) -> Answer | None:
    obs, action, previous = inputs
    count = len(next(iter(obs.values())))
    try:
        terms = checked_terms(function(obs, action, previous), count, names)
    except RewardError as wrong:
        return Answer(wrong.code, wrong.message, wrong.remedy)
    except MemoryError:
        return Answer(TooLarge.code, "The reward wanted more memory than it may have.", "Use smaller arrays.")
    for row, values in enumerate(terms.values()):
        outputs[row, :count] = values
    return None


def _limit(job: Job) -> None:
    """From here on: a little memory more, some processor time, and nothing to open."""
    _set(resource.RLIMIT_AS, _address_space() + job.memory_mb * _MIB)
    _set(resource.RLIMIT_CPU, int(resource.getrusage(resource.RUSAGE_SELF).ru_utime + job.cpu_seconds) + 1)
    for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        _set(kind, 0)


def _set(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _address_space() -> int:
    """Bytes of addresses in use; numpy alone reserves some hundred MiB."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[0]) * resource.getpagesize()
    return 4096 * _MIB


def _read(count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = os.read(0, count - len(data))
        if not part:
            sys.exit(0)  # the asker is gone
        data += part
    return data


def _write(answer: Answer | None) -> None:
    data = msgspec.msgpack.encode(answer)
    os.write(1, HEAD.pack(len(data)) + data)


if __name__ == "__main__":
    main()
