"""A reward in a limited process: the same numbers, and nothing that it does harms the asker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.client import Limits, RewardWorker
from embodied.rewards.errors import BadSpec, NotFinite, OutOfScale, TooLarge, TooSlow, WorkerLost, WrongShape
from embodied.rewards.probing import probe, random_batch
from tests.rewards.toys import ACTION, OBSERVATION, REACH, body

BATCH = random_batch(OBSERVATION, ACTION)
SLOW = body('y = np.ones((64, 65536))\nfor i in range(60):\n    y = np.tanh(y)\nx = obs["gripper"] + y[0, 0]')


def worker_of(
    source: str, limits: Limits | None = None, kind: type[RewardWorker] = RewardWorker
) -> RewardWorker:
    return kind(check(source, OBSERVATION, ACTION), OBSERVATION, ACTION, limits=limits)


@pytest.fixture
def worker() -> Iterator[RewardWorker]:
    with worker_of(REACH) as made:
        yield made


def test_it_gives_what_the_function_gives(worker: RewardWorker) -> None:
    ours = in_process(check(REACH, OBSERVATION, ACTION))(*BATCH)
    np.testing.assert_array_equal(worker(*BATCH)["reach"], ours["reach"])
    assert probe(worker, OBSERVATION, ACTION)["reach"].shape == (256,)
    one = [{name: value[:1] for name, value in values.items()} for values in BATCH]
    assert worker(*one)["reach"] == ours["reach"][:1]


def test_what_it_gave_stays_when_it_is_asked_again(worker: RewardWorker) -> None:
    first = worker(*BATCH)["reach"]
    kept = first.copy()
    worker(*[{name: 2.0 * value for name, value in values.items()} for values in BATCH])
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ('x = np.log(obs["gripper"] - 1.0)', NotFinite, "'x' is nan in state 0"),
        ('x = 1e9 * 1e3 * obs["cube"][:, 0]', OutOfScale, "Scale it to about 1"),
        ('x = obs["cube"]', WrongShape, "has shape (256, 3)"),
    ],
)
def test_what_is_wrong_with_a_reward_comes_back_by_name(
    line: str, error: type[Exception], words: str
) -> None:
    with worker_of(body(line)) as worker:
        for _ in range(2):  # it goes on
            with pytest.raises(error) as caught:
                worker(*BATCH)
            assert words in str(caught.value)


def test_a_call_that_computes_too_long_is_ended() -> None:
    with worker_of(SLOW, Limits(call_seconds=0.1)) as worker:
        with pytest.raises(TooSlow, match=r"more than 0\.1 s of computing for one call"):
            worker(*BATCH)
        assert (worker.pid, worker.incidents) == (None, ())


def test_a_worker_that_does_not_answer_is_ended() -> None:
    with worker_of(REACH, Limits(wall_seconds=0.3)) as worker:
        worker(*BATCH)
        stopped = worker.pid
        assert stopped is not None
        os.kill(stopped, signal.SIGSTOP)
        with pytest.raises(TooSlow, match=r"more than 0\.3 s for one call"):
            worker(*BATCH)
        assert not psutil.pid_exists(stopped)


def test_too_much_memory_is_refused_by_the_kernel() -> None:
    many = body('y = np.ones((32, 131072))\nz = y + 1.0\nx = obs["gripper"] + z[0, 0]')
    with worker_of(many, Limits(memory_mb=40)) as worker, pytest.raises(TooLarge):
        worker(*BATCH)


def test_a_killed_worker_is_started_once_more(worker: RewardWorker) -> None:
    before = worker(*BATCH)["reach"]
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    np.testing.assert_array_equal(worker(*BATCH)["reach"], before)
    assert [type(incident) for incident in worker.incidents] == [WorkerLost]
    assert "ended by SIGKILL" in str(worker.incidents[0])


class Interrupted(RewardWorker):
    """A user presses Ctrl-C while the answer is awaited."""

    pressed = False

    def _answer(self, seconds: float) -> None:
        if self.pressed:
            self.pressed = False
            raise KeyboardInterrupt
        super()._answer(seconds)


def test_after_an_interruption_no_answer_is_taken_for_another() -> None:
    with worker_of(REACH, kind=Interrupted) as worker:
        assert isinstance(worker, Interrupted)
        first = worker(*BATCH)["reach"]
        worker.pressed = True
        with pytest.raises(KeyboardInterrupt):
            worker(*[{name: value[::-1] for name, value in values.items()} for values in BATCH])
        assert worker.pid is None
        np.testing.assert_array_equal(worker(*BATCH)["reach"], first)


class KilledAtOnce(RewardWorker):
    def _start(self) -> subprocess.Popen[bytes]:
        process = super()._start()
        process.kill()
        process.wait()
        return process


def test_one_that_ends_again_is_an_error_with_a_name() -> None:
    with worker_of(REACH, kind=KilledAtOnce) as worker:
        with pytest.raises(WorkerLost, match="ended by SIGKILL"):
            worker(*BATCH)
        assert len(worker.incidents) == 1


def test_a_batch_that_does_not_fit_is_named(worker: RewardWorker) -> None:
    obs, action, previous = BATCH
    with pytest.raises(BadSpec, match="hand has shape"):
        worker({**obs, "hand": np.zeros((256, 2))}, action, previous)
    with pytest.raises(BadSpec, match="lacks 'cube'"):
        worker({name: value for name, value in obs.items() if name != "cube"}, action, previous)
    with pytest.raises(BadSpec, match="At most 4096"):
        worker({name: np.repeat(value, 20, axis=0) for name, value in obs.items()}, action, previous)


def test_it_ends_with_its_user(worker: RewardWorker) -> None:
    worker(*BATCH)
    process = psutil.Process(worker.pid)
    worker.close()
    worker.close()
    assert not process.is_running()


def test_it_dies_with_its_parent() -> None:
    program = (
        "import sys; from tests.rewards.test_worker import worker_of, BATCH, REACH\n"
        "worker = worker_of(REACH); worker(*BATCH); print(worker.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the worker outlived its parent"


def test_it_inherits_no_file_no_socket_and_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(__file__, "rb") as file, worker_of(REACH) as worker:
        os.set_inheritable(file.fileno(), True)
        monkeypatch.setenv("EMBODIED_TEST_KEY", "secret")
        worker(*BATCH)
        process = psutil.Process(worker.pid)
        assert process.open_files() == []
        assert process.net_connections() == []
        assert "EMBODIED_TEST_KEY" not in process.environ()


LIMITED = """
import socket, subprocess
from embodied.rewards.worker import Job, _limit
_limit(Job("", "", "", 0, 1, 1.0, 60.0, 64))
done = []
for name, attempt in {
    "open": lambda: open("/etc/passwd"),
    "socket": lambda: socket.socket(),
    "process": lambda: subprocess.Popen(["true"]),
    "memory": lambda: bytearray(200 << 20),
}.items():
    try:
        attempt()
        done.append(name)
    except (OSError, MemoryError):
        pass
print(done)
"""


def test_within_its_limits_nothing_can_be_opened_or_started() -> None:
    ran = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, timeout=60)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_neither_torch_nor_a_simulator_is_imported() -> None:
    program = (
        "import sys, pkgutil, importlib, embodied.rewards as rewards\n"
        "for found in pkgutil.iter_modules(rewards.__path__):\n"
        "    importlib.import_module(f'embodied.rewards.{found.name}')\n"
        "print([name for name in ('torch', 'mujoco', 'pybullet', 'gymnasium') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")
