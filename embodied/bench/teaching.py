"""Skills taught from one scripted demonstration or instruction, then put through the gate on unseen seeds.

Each is taught in a world and with a library of its own, so that none helps another. A skill counts as passed
where the gate says so: at least 18 of 20 seeds.
"""

from __future__ import annotations

import os
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from embodied.bench.second_player import Play, ScriptedPlayer
from embodied.errors import BadLibrary
from embodied.folders import find_launch_file
from embodied.launchfile import Override, load_launch_file
from embodied.session import Session
from embodied.teaching.conversation import Conversation

GATE_SEEDS: Final = 20
MOST_TURNS: Final = 8
CONDITIONS: Final = (
    f"One demonstration or instruction each, no model; {GATE_SEEDS} seeds that nobody had seen, in worlds of "
    "their own; turns are the lines that the person typed."
)


_PACE: Final[Mapping[str, Sequence[Override]]] = {
    "tabletop": (Override("world.own_process", False, "own_process=false"),),
    "minecraft": (Override("world.fast", True, "fast=true"),),
}
"""Settings of a world for the measurement; fast: shortened digging and smelting, in the gate too."""


@dataclass(frozen=True)
class Lesson:
    """Attributes: launch: the world's launch file; lines: what the person types; plays: what another player
    does in the world after the first of them."""

    name: str
    launch: str
    seed: int
    lines: tuple[str, ...]
    plays: tuple[Play, ...] = ()


def lessons(part: str = "lessons") -> tuple[Lesson, ...]:
    """The fixed lessons: of the table, or of Minecraft."""
    name = "teaching.toml" if part == "lessons" else f"teaching_{part}.toml"
    text = (resources.files("embodied.bench") / "data" / name).read_text(encoding="utf-8")
    return tuple(
        Lesson(**{**one, "lines": tuple(one["lines"]), "plays": tuple(one.get("plays", ()))})
        for one in tomllib.loads(text)["lesson"]
    )


def teach(lesson: Lesson, gate_seeds: int = GATE_SEEDS) -> dict[str, Any]:
    """Teach one lesson; a row of results, with all that was said."""
    began = time.monotonic()
    said: list[str] = []
    with TemporaryDirectory(prefix="embodied-teach-") as folder, library_of_its_own(Path(folder) / "library"):
        overrides = [
            Override("world.seed", lesson.seed, f"seed={lesson.seed}"),
            *_PACE.get(lesson.launch, ()),
        ]
        launch = load_launch_file(find_launch_file(lesson.launch), overrides)
        with Session(launch, runs_dir=Path(folder) / "runs").start() as session:
            conversation = Conversation(session, said.append, seeds=gate_seeds, patient=True)
            player = ScriptedPlayer(session) if lesson.plays else None
            try:
                for number, line in enumerate(lesson.lines):
                    said.append(f"you> {line}")
                    conversation.hear(line)
                    if number == 0 and player is not None:
                        player.play(lesson.plays)
                conversation.wait()
                taught_s = time.monotonic() - began
                conversation.settle()
                passed, seeds, grade = _evidence(session, lesson.name)
            finally:
                conversation.close()
                if player is not None:
                    player.close()
    return {
        "key": lesson.name,
        "passed": passed,
        "seeds": seeds,
        "grade": grade,
        "proven": grade in ("trusted", "fit_for_arm"),
        "turns": len(lesson.lines),
        "taught_s": round(taught_s, 1),
        "seconds": round(time.monotonic() - began, 1),
        "said": said,
    }


def table(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Header and a row a lesson."""
    lines = [["skill", "gate", "grade", "turns", "taught in", "with the gate"]]
    for row in rows:
        gate = f"{row['passed']} of {row['seeds']}" if row["seeds"] else "not kept"
        told = [f"{row['taught_s']:.0f} s", f"{row['seconds']:.0f} s"]
        lines.append([row["key"], gate, row["grade"], str(row["turns"]), *told])
    return lines


def _evidence(session: Session, name: str) -> tuple[int, int, str]:
    try:
        newest = session.run.store.history(name)[-1]
    except BadLibrary:
        return 0, 0, "-"
    checks = newest.version.checks
    last = checks[-1] if checks else None
    return (
        (last.passed, last.passed + last.failed, newest.grade.value) if last else (0, 0, newest.grade.value)
    )


@contextmanager
def library_of_its_own(folder: Path) -> Iterator[None]:
    """A library of its own."""
    before = os.environ.get("EMBODIED_LIBRARY")
    os.environ["EMBODIED_LIBRARY"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["EMBODIED_LIBRARY"]
        else:
            os.environ["EMBODIED_LIBRARY"] = before
