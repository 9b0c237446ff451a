"""Trains candidates on a ray cluster: the same legs, done by the same code, their files sent to and fro.

What is sent is bytes, numbers and text; how ray itself sends them (pickle) is ray's, so a cluster is as
trusted as this machine. Its machines need this package and what the trainer needs, and no shared disk.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, Final

import msgspec

from embodied.errors import SetupError
from embodied.learning.crew import Assignment, Begin, Heard, Queue, Together, always, wanted_too_much
from embodied.learning.errors import need, writing
from embodied.learning.ground import Ground
from embodied.learning.leg import Leg, candidate_folder, policy_file, state_folder
from embodied.learning.order import Order, ground_of
from embodied.learning.trainer import Choice
from embodied.learning.worker import Told, limit_memory, trained

LOCAL: Final = "local"
POLL_S: Final = 0.2
AHEAD: Final = 1
"""Checkpoints that a leg may be ahead of what was taken from it."""
Files = dict[str, bytes]
"""Contents by path below a candidate's folder."""


@dataclass(eq=False)
class Cluster:
    """Implements `embodied.learning.crew.Crew`; see `embodied.learning.processes.Processes`.

    Attributes:
        address: of the cluster; "local" starts one here.
    """

    order: Order
    folder: Path
    jobs: int
    over: Callable[[], bool]
    stopped: Callable[[], bool]
    told: Callable[[str], None]
    address: str
    _running: dict[Any, Assignment] = field(default_factory=dict)
    _ray: Any = None

    @property
    def abreast(self) -> int:
        return self.jobs

    def train(
        self,
        legs: Sequence[Leg],
        choices: Sequence[Choice],
        heard: Heard,
        together: Together | None = None,
        begin: Begin = always,
    ) -> dict[int, str]:
        """See `Crew.train`."""
        ray = self._connected()
        queued = Queue(deque(map(Assignment, legs)), self.told)
        waiting = queued.waiting
        try:
            while (waiting or self._running) and not self.over():
                while waiting and len(self._running) < self.jobs:
                    assignment = queued.next(begin)
                    if assignment is not None:
                        self._begin(assignment)
                asked = [course for course, one in self._running.items() if not one.waits]
                ready, _ = ray.wait(asked, timeout=POLL_S) if asked else ([], [])
                for course in ready:
                    self._take(course, heard, together is not None, queued)
                if together and not waiting and self._running:
                    self._pace(together)
        finally:
            self._end_running()
        return queued.broken

    def close(self) -> None:
        """See `Crew.close`."""
        if self._ray is not None:
            self._end_running()
            self._ray.shutdown()
            self._ray = None

    def _connected(self) -> Any:
        if self._ray is None:
            need(("ray",), "Training on a cluster", extra="ray")
            import ray

            ours = {"OMP_NUM_THREADS": "1"}
            if self.address == LOCAL:
                ours["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
            more = {"num_cpus": self.jobs} if self.address == LOCAL else {}
            try:
                ray.init(
                    address=self.address,
                    runtime_env={"env_vars": ours},
                    log_to_driver=False,
                    include_dashboard=False if self.address == LOCAL else None,
                    **more,
                )
            except (ConnectionError, TimeoutError, ValueError) as gone:
                raise SetupError(
                    f"There is no ray cluster at {self.address!r}: {str(gone).splitlines()[0]}.",
                    remedy="Start one with `ray start --head` and name its address, or say --cluster local.",
                ) from gone
            self._ray = ray
        return self._ray

    def _begin(self, assignment: Assignment) -> None:
        assignment.tries += 1
        leg = assignment.leg
        remote = self._ray.remote(num_cpus=1, max_retries=0, num_returns="streaming")(work)
        task = remote.options(_generator_backpressure_num_objects=AHEAD)
        files = _read(candidate_folder(self.folder, leg.number), leg)
        course = task.remote(msgspec.json.encode(self.order), msgspec.json.encode(leg), files)
        self._running[course] = assignment

    def _take(self, course: Any, heard: Heard, paced: bool, queued: Queue) -> None:
        assignment = self._running[course]
        number = assignment.leg.number
        try:
            line, files = self._ray.get(next(course))
        except (self._ray.exceptions.RayError, StopIteration) as gone:
            del self._running[course]
            said = str(gone).strip().splitlines() or [""]
            queued.lost(assignment, f"its process ended ({type(gone).__name__})", said[-1])
            return
        told = msgspec.json.decode(line, type=Told)
        if told.checkpoint is not None:
            _write(candidate_folder(self.folder, number), files)
            assignment.heard(told.checkpoint, heard)
            assignment.waits = paced and not assignment.left
            if assignment.left:
                self._end(course)
            return
        del self._running[course]
        if told.end == "memory":
            queued.lost(assignment, wanted_too_much(self.order.memory_mb), "")
        elif told.end == "broken":
            queued.broken[number] = told.message
        told.raise_fault()

    def _pace(self, together: Together) -> None:
        """See `Processes._pace`: what a leg has done beyond its checkpoint meanwhile is not looked at yet."""
        if not all(one.waits for one in self._running.values()):
            return
        on = together()
        for course, assignment in tuple(self._running.items()):
            assignment.waits = False
            if assignment.leg.number not in on:
                self._end(course)

    def _end(self, course: Any) -> None:
        self._running.pop(course, None)
        with suppress(self._ray.exceptions.RayError, ValueError):
            self._ray.cancel(course, force=True)

    def _end_running(self) -> None:
        for course in tuple(self._running):
            self._end(course)


def work(order: bytes, leg: bytes, files: Mapping[str, bytes]) -> Iterator[tuple[bytes, Files]]:
    """A leg, in a process of the cluster: what is told, as `embodied.learning.worker` does, and files."""
    ground = _ground(order)
    meant = msgspec.json.decode(leg, type=Leg)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        _write(home, files)
        for told in trained(meant, ground, home, lambda: False, lambda: None):
            found = told.checkpoint
            if found is not None:
                meant = meant.after(found)
            yield msgspec.json.encode(told), _read(home, meant) if found is not None else {}


@lru_cache(maxsize=1)
def _ground(order: bytes) -> Ground:
    """Laid once in a process, for all of its legs."""
    told = msgspec.json.decode(order, type=Order)
    ground = ground_of(told, Path(mkdtemp())).__enter__()
    limit_memory(told.memory_mb)
    return ground


def _read(home: Path, leg: Leg) -> Files:
    """What a leg that stands there needs, and what it came to."""
    wanted = [*state_folder(home, leg.start).rglob("*"), *(home / "successes").rglob("*")]
    if leg.best is not None:
        wanted.append(policy_file(home, leg.best.step))
    return {str(path.relative_to(home)): path.read_bytes() for path in wanted if path.is_file()}


def _write(home: Path, files: Mapping[str, bytes]) -> None:
    with writing(home):
        for name, content in files.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(path.name + ".part")
            part.write_bytes(content)
            part.replace(path)
