"""The command as a user starts it, in a process of its own, watched through its journal and its children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil

PROGRAM = "from embodied.cli.main import main; main()"
MINECRAFT = str(Path(__file__).parents[2] / "launch" / "minecraft.toml")
GONE_S = 10.0
"""How soon the other processes of a run must be gone after one of them was killed [s]."""
TRAVEL = frozenset({"go_to", "reach", "go_toward"})
"""Calls that take long enough to be interrupted."""

Found = TypeVar("Found")
Record = dict[str, Any]


def until(look: Callable[[], Found | None], deadline_s: float, what: str) -> Found:
    """What `look` returns once it is true; fails the test after `deadline_s`."""
    end = time.monotonic() + deadline_s
    while not (found := look()):
        assert time.monotonic() < end, f"waited {deadline_s:g} s in vain for {what}"
        time.sleep(0.05)  # between two looks
    return found


class Command:
    """A running `embodied …`. Every process that comes from it is known by its runs folder."""

    def __init__(self, folder: Path, *arguments: str, env: dict[str, str] | None = None) -> None:
        self.runs = folder / "runs"
        self._journal: Path | None = None
        self._read_to = 0
        self._records: list[Record] = []
        self._out = folder / f"out-{time.monotonic_ns()}.txt"
        self._err = self._out.with_suffix(".err")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=folder,
                env={**os.environ, "EMBODIED_RUNS": str(self.runs), "COLUMNS": "300", **(env or {})},
            )

    @property
    def err(self) -> str:
        return self._err.read_text()

    def finish(self, deadline_s: float = 60) -> tuple[int, Record]:
        """Exit code and the JSON object of the last line."""
        code = self.process.wait(timeout=deadline_s)
        lines = self._out.read_text().strip().splitlines()
        return code, json.loads(lines[-1]) if lines else {}

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=5)

    def records(self) -> list[Record]:
        """What the newest run of this folder has recorded so far."""
        journals = sorted(self.runs.glob("*/journal.jsonl"))
        if not journals:
            return []
        if journals[-1] != self._journal:
            self._journal, self._read_to, self._records = journals[-1], 0, []
        with self._journal.open("rb") as file:
            file.seek(self._read_to)
            whole, end, _torn = file.read().rpartition(b"\n")
        self._read_to += len(whole) + len(end)
        self._records += [json.loads(line) for line in whole.splitlines()]
        return list(self._records)

    def wait_for(self, type_: str, deadline_s: float = 40, since: int = 0, **fields: Any) -> Record:
        """The first record of this type with these fields after record `since`."""

        def look() -> Record | None:
            for record in self.records()[since:]:
                if record["type"] == type_ and fields.items() <= record.items():
                    return record
            assert self.process.poll() is None, f"it ended before {type_} {fields}: {self.err}"
            return None

        return until(look, deadline_s, f"{type_} {fields}")

    def wait_for_travel(self) -> Record:
        """The first call that sets the body in motion, while it is under way."""
        on_the_way = self.wait_for("step_started")["seq"]
        while True:
            call = self.wait_for("call_started", since=on_the_way)
            if call["name"] in TRAVEL:
                return call
            on_the_way = call["seq"]

    def others(self, script: str = "") -> list[psutil.Process]:
        """The processes of this run besides the command, those of a dead command too."""
        return [
            process
            for process in processes_of(self.runs)
            if process.pid != self.process.pid and script in " ".join(process.cmdline())
        ]

    def the_bridge(self) -> psutil.Process:
        return _only(self.others("mineflayer-bridge.json"))

    def the_server(self) -> psutil.Process:
        return _only(self.others(".config.json"))

    def no_orphans(self, deadline_s: float = GONE_S) -> None:
        until(lambda: not self.others(), deadline_s, f"the end of {self.others()}")


def processes_of(runs: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("EMBODIED_RUNS") == str(runs)
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except psutil.Error:
            continue  # ended meanwhile, or another user's


@contextmanager
def started(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> Iterator[Command]:
    """A command that is ended, with all that came from it, whatever happens in the test."""
    command = Command(folder, *arguments, env=env)
    try:
        yield command
    finally:
        if command.process.poll() is None:
            command.kill()
        for process in command.others():
            process.kill()


def minecraft(*arguments: str, goal: str = "craft a crafting table", seed: int = 5) -> tuple[str, ...]:
    """The arguments of a fast run in Minecraft that ends with JSON."""
    return ("run", MINECRAFT, "--fast", "--json", "--goal", goal, "--seed", str(seed), *arguments)


def resume(run: str, *arguments: str) -> tuple[str, ...]:
    return ("run", "--resume", run, "--json", *arguments)


def _only(found: list[psutil.Process]) -> psutil.Process:
    assert len(found) == 1, found
    return found[0]
