"""Latency of a bridge, and of a skill's call through the sandbox, beside a bare ZMQ round trip."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import zmq

from embodied.plugins import load_bridge
from embodied.sandbox import SkillExecutor
from embodied.skills import SkillLibrary
from embodied.world import World

ROUNDS = 3000

_SKILL = {
    "SKILL.md": (
        "---\nname: call-often\ndescription: Call a primitive that does nothing, many times.\n"
        'metadata:\n  embodied-world: test\n  embodied-achieves: ""\n  embodied-needs: ""\n---\n'
    ),
    "skill.py": (
        '"""Call often."""\n\n\ndef call_often(times: int) -> SkillResult:\n    """Call `read` so often."""\n'
        "    for _ in range(times):\n        read()\n    return done()\n"
    ),
}


@dataclass(frozen=True)
class Latency:
    """Milliseconds of one kind of call."""

    name: str
    median_ms: float
    p99_ms: float


def measure() -> list[Latency]:
    """A bare ZMQ round trip, a no-op call to the JavaScript bridge, and the same from a skill."""
    with tempfile.TemporaryDirectory(prefix="embodied-bench-") as folder:
        rows = [_timed("bare ZMQ round trip, Python to Python", _bare_zmq())]
        world = load_bridge("mineflayer").start({"kind": "test"}, run_dir=Path(folder))
        try:
            rows.append(_timed("no-op call, Python to JavaScript", lambda: world.call("read", {})))
            rows.append(_sandboxed(world, Path(folder)))
        finally:
            world.close()
    return rows


def _timed(name: str, call: Callable[[], object]) -> Latency:
    for _ in range(200):
        call()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return Latency(name, statistics.median(times), sorted(times)[int(ROUNDS * 0.99)])


def _sandboxed(world: World, folder: Path) -> Latency:
    """The mean stands for the median: single calls cannot be timed from inside the sandbox."""
    skill = folder / "skills" / "call-often"
    skill.mkdir(parents=True)
    for name, text in _SKILL.items():
        (skill / name).write_text(text, encoding="utf-8")
    means = []
    with SkillExecutor(SkillLibrary([skill.parent]), world) as executor:
        executor.run("call-often", {"times": 100})
        for _ in range(10):
            run = executor.run("call-often", {"times": 500})
            if not run.ok:
                raise RuntimeError(run.error)
            means.append(run.seconds / 500 * 1000)
    return Latency(
        "a skill's call, sandbox to JavaScript (means of 500)", statistics.median(means), max(means)
    )


def _bare_zmq() -> Callable[[], object]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
    router, dealer = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    router.linger = dealer.linger = 0
    port = router.bind_to_random_port("tcp://127.0.0.1")
    dealer.connect(f"tcp://127.0.0.1:{port}")

    def echo() -> None:
        while True:
            identity, message = router.recv_multipart()
            router.send_multipart([identity, message])

    threading.Thread(target=echo, daemon=True).start()
    payload = b"x" * 100

    def call() -> object:
        dealer.send(payload)
        return dealer.recv()

    return call


def table(rows: list[Latency], calibration: Mapping[str, float]) -> list[tuple[str, ...]]:
    """Name, median, 99th percentile, ratio to the bare round trip."""
    bare = rows[0].median_ms
    lines: list[tuple[str, ...]] = [("call", "median", "p99", "ratio to bare ZMQ")]
    lines += [
        (row.name, f"{row.median_ms:.3f} ms", f"{row.p99_ms:.3f} ms", f"{row.median_ms / bare:.1f}")
        for row in rows
    ]
    lines += [(f"calibration: {name}", f"{seconds:.3f} s", "", "") for name, seconds in calibration.items()]
    return lines
