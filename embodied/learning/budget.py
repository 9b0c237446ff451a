"""How long a refinement may take, and whether somebody asked it to end."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from typing import Final

from embodied.errors import BadInput

LEAST_MEMORY_MB: Final = 256
"""What a training process takes at least beyond what it begins with [MiB]: sac and guided took 171 to 235 in
a minute at the table."""


@dataclass(frozen=True)
class Schedule:
    """How the search spends its steps.

    Attributes:
        minutes: wall clock of all of it, those before a resumption counted.
        rivals: candidates that are screened in a round.
        screening: environment steps that each of them gets first; with each halving as much again as before.
        share: of the time that is left, what screening may take at most; then the best so far go on.
        finalists: candidates that are trained to the end, side by side.
        every: steps from one checkpoint to the next.
        most: steps of one candidate, at most.
        episodes: to measure a checkpoint with.
        held_out: episodes to measure the result with.
        held_out_of_none: to measure a policy with that has not succeeded in any episode so far: if it fails
            on these too, it is below 90 % for sure.
        rounds: of designing, at most.
        repairs: times in a round that what was refused goes back to the designer, with the reasons.
        critic: whether a reward that the critic refuses is sent back; without, its words are only noted, and
            what is no reward at all is refused all the same.
        reflection: whether the designer is told what the critic and the analyst said; without, it knows the
            earlier rewards and how often each succeeded.
        screened: whether rewards are trained a little first, and the better half goes on; without, each is
            trained to its end.
    """

    minutes: float = 10.0
    rivals: int = 4
    screening: int = 1000
    share: float = 0.25
    finalists: int = 1
    every: int = 500
    most: int = 40_000
    episodes: int = 20
    held_out: int = 100
    held_out_of_none: int = 20
    rounds: int = 3
    repairs: int = 3
    critic: bool = True
    reflection: bool = True
    screened: bool = True


@dataclass(frozen=True)
class Work:
    """How candidates are trained. It changes how fast things go, and nothing of what is decided by steps.

    Attributes:
        jobs: candidates that are trained at the same time; with 1, in this process.
        memory_mb: what each process may take beyond what it begins with [MiB]; 0 for any amount.
        cluster: the address of a ray cluster that trains them, "local" to start one here; "" for processes.
    """

    jobs: int = 1
    memory_mb: int = 4096
    cluster: str = ""


def work_for(jobs: int, schedule: Schedule, *, memory_mb: int = 4096, cluster: str = "") -> Work:
    """As asked for; for `jobs` 0, one for each core of this machine that may be used, or for each rival.

    Raises:
        BadInput: no training gets along with so little memory.
    """
    if 0 < memory_mb < LEAST_MEMORY_MB:
        raise BadInput(
            f"--memory {memory_mb}: each training process needs at least {LEAST_MEMORY_MB} MiB.",
            remedy=f"Say --memory {LEAST_MEMORY_MB} or more; 0 is any amount.",
        )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    most = schedule.rivals if cluster else min(cores, schedule.rivals)
    return Work(jobs or most, memory_mb, cluster)


@dataclass
class Clock:
    """Counts down."""

    minutes: float
    stop: threading.Event
    spent_s: float = 0.0
    _begun: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds, those before a resumption counted."""
        return self.spent_s + time.monotonic() - self._begun

    @property
    def left(self) -> float:
        """Seconds; never below 0."""
        return max(0.0, 60.0 * self.minutes - self.elapsed)

    def over(self) -> bool:
        """Whether to end now."""
        return self.stop.is_set() or self.left <= 0.0
